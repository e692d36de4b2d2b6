//! The calls that arrived, so that a test can count them and see the one that hangs.
//!
//! No token is kept. Queries are kept for the API only: those of the OAuth host hold codes and secrets.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;
use serde::Serialize;

use crate::api::route::Act;
use crate::api::routes::Found;
use crate::wire::call::{Call, REQUEST_ID, SIGNATURE};

/// A stack that runs for days need not remember all of them.
const KEPT: usize = 10_000;

#[derive(Default, Serialize)]
pub(crate) struct Calls {
    #[serde(skip)]
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
    pub(crate) fn arrived(&mut self, call: &Call, found: Found, at: Timestamp) -> u64 {
        let endpoint = found.template();
        let is_api = matches!(found, Found::Route(route) if matches!(route.act, Act::Api(..)));
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

    /// Forgets all calls. Numbers go on, since answers may still be under way.
    pub(crate) fn clear(&mut self) {
        self.counts.clear();
        self.calls.clear();
    }

    fn entry(&mut self, number: u64) -> Option<&mut Entry> {
        self.calls.iter_mut().rfind(|entry| entry.number == number)
    }
}
