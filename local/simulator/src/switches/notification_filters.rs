//! Shows all notification filters, and lets another application of a customer write its own: at once, or between two
//! calls of the application under test.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::api::resources::notification_filter_url;
use crate::desk::SharedDesk;
use crate::ledger::notification;
use crate::records::notification::{ForeignWrite, Moment};
use crate::switches::body::parsed;
use crate::switches::error::SwitchError;

/// A filter of an application that the simulator invents.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ForeignFilter {
    customer: String,
    category: String,
    target: String,
    #[serde(default)]
    all_verification_type: Vec<String>,
    /// Whether the application replaces the whole set, because it does not know the other filters.
    #[serde(default)]
    replaces: bool,
    /// Right after which call the application writes. By default at once.
    after: Option<Moment>,
}

pub(super) async fn list(State(desk): State<SharedDesk>) -> Json<Value> {
    let desk = desk.lock();
    let filters = desk.bank.books.notifications.filters.iter().map(|filter| {
        json!({
            "id": filter.id,
            "customer": filter.subscriber.customer,
            "account_id": filter.account_id,
            "category": filter.category,
            "target": filter.target,
            "all_verification_type": filter.all_verification_type,
        })
    });
    Json(json!({"filters": filters.collect::<Vec<_>>()}))
}

/// Adds a filter of another application of the customer, now or right after a call.
pub(super) async fn add(State(desk): State<SharedDesk>, body: Bytes) -> Result<(StatusCode, Json<Value>), SwitchError> {
    let ForeignFilter { customer, category, target, all_verification_type, replaces, after } = parsed(&body)?;
    let bank = &mut desk.lock().bank;
    if bank.customers.named(&customer).is_none() {
        return Err(SwitchError::UnknownCustomer(customer));
    }
    notification_filter_url::check(&bank.settings, &category, &target).map_err(|_| SwitchError::BadFilter)?;
    let id = bank.books.new_ids(2);
    let write = ForeignWrite { id, customer, category, target, all_verification_type, replaces };
    match after {
        Some(moment) => bank.books.notifications.queue(moment, write),
        None => notification::write_foreign(bank, write),
    }
    bank.save();
    Ok((StatusCode::CREATED, Json(json!({"id": id}))))
}

/// Removes a filter, as the application that set it does.
pub(super) async fn remove(State(desk): State<SharedDesk>, Path(id): Path<u64>) -> Result<StatusCode, SwitchError> {
    let bank = &mut desk.lock().bank;
    let filters = &mut bank.books.notifications.filters;
    let before = filters.len();
    filters.retain(|filter| filter.id != id);
    if filters.len() == before {
        return Err(SwitchError::NoSuchFilter);
    }
    bank.save();
    Ok(StatusCode::NO_CONTENT)
}
