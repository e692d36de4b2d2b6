//! The routes of the page that imitates the app.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::{MethodRouter, get, post};
use serde::Deserialize;

use crate::bank::Bank;
use crate::desk::SharedDesk;
use crate::pages::app::{connections, decisions, ips};
use crate::pages::html::response;
use crate::wire::answer::Answer;

pub(super) fn router() -> Router<SharedDesk> {
    Router::new()
        .route("/app", get(show))
        .route("/app/draft", form(decisions::decide_draft))
        .route("/app/request", form(decisions::decide_request))
        .route("/app/connection", form(connections::decide))
        .route("/app/ips", form(ips::change).get(show_ips))
}

#[derive(Deserialize)]
struct Shown {
    customer: Option<String>,
}

async fn show(State(desk): State<SharedDesk>, Query(Shown { customer }): Query<Shown>) -> Response {
    response(decisions::show(&desk.lock().bank, customer.as_deref()))
}

async fn show_ips(State(desk): State<SharedDesk>) -> Response {
    response(ips::show(&desk.lock().bank))
}

/// A route for a form that changes something.
fn form(obey: fn(&mut Bank, &[u8]) -> Answer) -> MethodRouter<SharedDesk> {
    post(async move |State(desk): State<SharedDesk>, form: Bytes| response(obey(&mut desk.lock().bank, &form)))
}
