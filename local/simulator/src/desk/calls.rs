//! The list of calls that arrived. Tests count them, and find the call that hangs.
//!
//! The list holds no tokens. It holds the queries of API calls only, since those of the OAuth host contain codes and
//! secrets.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;
use serde::Serialize;

use crate::api::route::Act;
use crate::api::routes::Found;
use crate::wire::call::{Call, REQUEST_ID, SIGNATURE};

/// The most calls that the list holds, so that a stack may run for days.
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
    /// `null` until the bank answers.
    status: Option<u16>,
    /// Whether the bank closed the connection instead of answering.
    dropped: bool,
    at: Timestamp,
    signed: bool,
    request_id: Option<String>,
}

impl Calls {
    /// Adds a call that just arrived, and returns its number.
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

    /// Removes all calls. Numbers continue, since answers may still be pending.
    pub(crate) fn clear(&mut self) {
        self.counts.clear();
        self.calls.clear();
    }

    fn entry(&mut self, number: u64) -> Option<&mut Entry> {
        self.calls.iter_mut().rfind(|entry| entry.number == number)
    }
}
