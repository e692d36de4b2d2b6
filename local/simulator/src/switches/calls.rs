//! The calls that arrived, so that a test can count them and see the one that hangs.
//!
//! No token is kept. Queries are kept for the API only: those of the OAuth host hold codes and secrets.

use std::collections::{BTreeMap, VecDeque};

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use crate::bank::SharedBank;
use crate::wire::call::Call;
use crate::wire::gate::{REQUEST_ID, SIGNATURE};
use crate::wire::routes::{Act, Found};

/// A stack that runs for days need not remember all of them.
const KEPT: usize = 10_000;

#[derive(Default)]
pub(crate) struct Calls {
    last: u64,
    counts: BTreeMap<String, u64>,
    calls: VecDeque<Entry>,
}

#[derive(Serialize)]
struct Entry {
    #[serde(skip)]
    number: u64,
    method: String,
    endpoint: &'static str,
    path: String,
    query: Option<String>,
    ip: String,
    /// `null` until the call is answered.
    status: Option<u16>,
    /// Whether the connection was closed instead.
    dropped: bool,
    at: Timestamp,
    signed: bool,
    request_id: Option<String>,
}

impl Calls {
    /// Notes a call that just arrived, and gives it a number.
    pub(crate) fn arrived(&mut self, call: &Call, at: Timestamp) -> u64 {
        let endpoint = call.found.template();
        let is_api = matches!(&call.found, Found::Route(route, _) if matches!(route.act, Act::Api(..)));
        self.last += 1;
        *self.counts.entry(format!("{} {endpoint}", call.method)).or_default() += 1;
        self.calls.push_back(Entry {
            number: self.last,
            method: call.method.to_string(),
            endpoint,
            path: call.path.clone(),
            query: (is_api && !call.query.is_empty()).then(|| call.query.clone()),
            ip: call.ip.to_string(),
            status: None,
            dropped: false,
            at,
            signed: call.filled_header(SIGNATURE).is_some(),
            request_id: call.filled_header(REQUEST_ID).map(str::to_owned),
        });
        if self.calls.len() > KEPT {
            self.calls.pop_front();
        }
        self.last
    }

    pub(crate) fn answered(&mut self, number: u64, status: u16) {
        if let Some(entry) = self.entry(number) {
            entry.status = Some(status);
        }
    }

    pub(crate) fn dropped(&mut self, number: u64) {
        if let Some(entry) = self.entry(number) {
            entry.dropped = true;
        }
    }

    fn entry(&mut self, number: u64) -> Option<&mut Entry> {
        self.calls.iter_mut().rfind(|entry| entry.number == number)
    }
}

pub(super) async fn list(State(bank): State<SharedBank>) -> Json<Value> {
    let bank = bank.lock();
    Json(json!({"counts": bank.calls.counts, "calls": bank.calls.calls}))
}

pub(super) async fn clear(State(bank): State<SharedBank>) -> StatusCode {
    let mut bank = bank.lock();
    bank.calls.counts.clear();
    bank.calls.calls.clear();
    StatusCode::NO_CONTENT
}
