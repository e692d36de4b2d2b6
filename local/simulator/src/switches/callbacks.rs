//! Shows the callbacks that the bank sends, disturbs them, and adds filters of other applications.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::api::resources::notification_filter_url;
use crate::desk::SharedDesk;
use crate::desk::callbacks::disturbances::Disturbances;
use crate::records::notification::{NotificationFilter, Subscriber};
use crate::switches::body::parsed;
use crate::switches::error::SwitchError;

/// A filter of an application that the simulator invents.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ForeignFilter {
    customer: String,
    category: String,
    target: String,
}

#[derive(Serialize)]
struct Shown<'a> {
    disturbances: &'a Disturbances,
    /// The callbacks that wait for a try or its answer.
    waiting: usize,
    failures: usize,
    tries: Vec<Value>,
}

pub(super) async fn show(State(desk): State<SharedDesk>) -> Json<Value> {
    let desk = desk.lock();
    let notifications = &desk.bank.books.notifications;
    let tries = desk.callbacks.log.iter().map(|entry| json!(entry)).collect();
    let (waiting, failures) = (notifications.count(), notifications.failures.len());
    Json(json!(Shown { disturbances: &desk.callbacks.disturbances, waiting, failures, tries }))
}

/// Replaces the disturbances in the body, and returns all of them.
pub(super) async fn disturb(State(desk): State<SharedDesk>, body: Bytes) -> Result<Json<Disturbances>, SwitchError> {
    let changes: Map<String, Value> = parsed(&body)?;
    let disturbances = &mut desk.lock().callbacks.disturbances;
    let mut all: Map<String, Value> = serde_json::from_value(serde_json::to_value(&*disturbances)?)?;
    all.extend(changes);
    *disturbances = serde_json::from_value(Value::Object(all))?;
    Ok(Json(disturbances.clone()))
}

/// Ends all disturbances, and clears the log. Callbacks that wait stay.
pub(super) async fn clear(State(desk): State<SharedDesk>) -> StatusCode {
    let callbacks = &mut desk.lock().callbacks;
    callbacks.disturbances = Disturbances::default();
    callbacks.log.clear();
    StatusCode::NO_CONTENT
}

/// Adds a filter of another application of the customer.
pub(super) async fn add_filter(
    State(desk): State<SharedDesk>,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), SwitchError> {
    let ForeignFilter { customer, category, target } = parsed(&body)?;
    let bank = &mut desk.lock().bank;
    if bank.customers.named(&customer).is_none() {
        return Err(SwitchError::UnknownCustomer(customer));
    }
    notification_filter_url::check(&bank.settings, &category, &target).map_err(|_| SwitchError::BadFilter)?;
    let (id, created) = (bank.books.new_ids(2), bank.now());
    bank.books.notifications.filters.push(NotificationFilter {
        id,
        created,
        // No consent has this id, so the filter sees all accounts of the customer.
        subscriber: Subscriber { user_id: id + 1, customer: Some(customer) },
        account_id: None,
        category,
        target,
        all_user_id: Vec::new(),
        all_monetary_account_id: Vec::new(),
        all_verification_type: Vec::new(),
    });
    bank.save();
    Ok((StatusCode::CREATED, Json(json!({"id": id}))))
}
