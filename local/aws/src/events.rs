//! The embedded EventBridge, which only keeps what it receives. Tests read it through a switch.
//!
//! [winterbaume](https://docs.rs/winterbaume-eventbridge) has an EventBridge, but it keeps no events. The rules are
//! those of [PutEvents](https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html). An answer with
//! the status 200 may contain entries that failed, so a test can make single entries fail.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::answer::{self, AWS_JSON_1_1, Answer};
use crate::switch::{self, Selection, one};

/// The beginning of the paths of both switches.
pub(crate) const PATH: &str = "/_local/events";

const FAILURES: &str = "/_local/events/failures";

const MOST: usize = 10;
/// The largest sum of the entries of a request, in bytes.
const LARGEST: usize = 1024 * 1024;
/// The size of an entry's time.
const TIME_SIZE: usize = 14;

/// An entry. What it does not name is invalid.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct Entry {
    source: String,
    detail_type: String,
    detail: String,
    resources: Vec<String>,
    time: Option<Value>,
    #[serde(rename = "EventBusName")]
    _event_bus_name: String,
    #[serde(rename = "TraceHeader")]
    _trace_header: String,
}

impl Entry {
    /// The size of the entry, [as AWS calculates
    /// it](https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html).
    fn size(&self) -> usize {
        let time = self.time.as_ref().map_or(0, |_| TIME_SIZE);
        let resources: usize = self.resources.iter().map(String::len).sum();
        time + resources + self.source.len() + self.detail_type.len() + self.detail.len()
    }

    /// Why AWS does not accept the entry: a code and a message.
    fn error(&self) -> Option<(String, String)> {
        let required = [("Source", &self.source), ("DetailType", &self.detail_type), ("Detail", &self.detail)];
        if let Some((name, _)) = required.into_iter().find(|(_, value)| value.is_empty()) {
            let message = format!("Parameter {name} is not valid. Reason: {name} is a required argument.");
            return Some(("InvalidArgument".to_owned(), message));
        }
        if self.source.starts_with("aws.") {
            let message = format!("Not authorized for the source {}.", self.source);
            return Some(("NotAuthorizedForSource".to_owned(), message));
        }
        let is_object = serde_json::from_str::<Map<String, Value>>(&self.detail).is_ok();
        (!is_object).then(|| ("MalformedDetail".to_owned(), "Detail is malformed.".to_owned()))
    }
}

/// An entry, and the object that is kept of it.
type Given = (Entry, Map<String, Value>);

/// The body of `POST /_local/events/failures`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    #[serde(default = "one")]
    nth: u64,
    #[serde(default = "one")]
    times: u64,
    code: String,
}

#[derive(Debug)]
struct Failure {
    code: String,
    entries: Selection,
}

#[derive(Default)]
struct State {
    events: Vec<Value>,
    failures: Vec<Failure>,
}

/// The events of one running instance.
#[derive(Default)]
pub(crate) struct Events(Mutex<State>);

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").finish_non_exhaustive()
    }
}

impl Events {
    /// Answers a request.
    pub(crate) fn send(&self, request: &Request<Bytes>) -> Answer {
        if operation(request.headers()) != "PutEvents" {
            return refuse("UnknownOperationException", "The embedded EventBridge has the operation PutEvents only.");
        }
        match parse(request.body()) {
            Ok(entries) => self.put(entries),
            Err((code, message)) => refuse(code, &message),
        }
    }

    /// Keeps the entries that do not fail, in their order.
    fn put(&self, entries: Vec<Given>) -> Answer {
        let mut state = self.state();
        let (mut failed, mut results) = (0, Vec::new());
        for (entry, mut event) in entries {
            match entry.error().or_else(|| state.failure()) {
                Some((code, message)) => {
                    failed += 1;
                    results.push(json!({ "ErrorCode": code, "ErrorMessage": message }));
                }
                None => {
                    let id = json!(uuid::Uuid::new_v4());
                    results.push(json!({ "EventId": id }));
                    event.insert("EventId".to_owned(), id);
                    state.events.push(Value::Object(event));
                }
            }
        }
        let answer = json!({ "FailedEntryCount": failed, "Entries": results });
        answer::json(StatusCode::OK, AWS_JSON_1_1, &answer)
    }

    /// Answers a request to a switch.
    pub(crate) fn switch(&self, request: &Request<Bytes>) -> Answer {
        match (request.method(), request.uri().path()) {
            (&Method::GET, PATH) => {
                let events = json!(self.state().events);
                answer::json(StatusCode::OK, answer::JSON, &events)
            }
            (&Method::DELETE, PATH) => {
                self.state().events.clear();
                answer::no_content()
            }
            (&Method::POST, FAILURES) => match read(request.body()) {
                Ok(failure) => {
                    self.state().failures.push(failure);
                    answer::no_content()
                }
                Err(message) => switch::refusal(StatusCode::BAD_REQUEST, &message),
            },
            (&Method::DELETE, FAILURES) => {
                self.state().failures.clear();
                answer::no_content()
            }
            _ => switch::unknown(),
        }
    }

    /// Locks the state. A panic of another thread leaves whole events, so a poisoned lock is used on.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Counts a valid entry. Returns the failure that a test ordered for it; the oldest one wins.
    fn failure(&mut self) -> Option<(String, String)> {
        let mut due = None;
        for failure in &mut self.failures {
            if failure.entries.count() && due.is_none() {
                due = Some((failure.code.clone(), "A test asked for this error.".to_owned()));
            }
        }
        due
    }
}

/// Reads the entries of a request.
fn parse(body: &[u8]) -> Result<Vec<Given>, (&'static str, String)> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase", deny_unknown_fields)]
    struct PutEvents {
        entries: Vec<Map<String, Value>>,
    }

    let malformed = |error: serde_json::Error| ("SerializationException", error.to_string());
    let given: PutEvents = serde_json::from_slice(body).map_err(malformed)?;
    let constraint = match given.entries.len() {
        0 => Some("greater than or equal to 1".to_owned()),
        1..=MOST => None,
        _ => Some(format!("less than or equal to {MOST}")),
    };
    if let Some(constraint) = constraint {
        let message = format!(
            "1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length \
             {constraint}"
        );
        return Err(("ValidationException", message));
    }
    let mut entries = Vec::new();
    for event in given.entries {
        let entry = serde_json::from_value::<Entry>(Value::Object(event.clone())).map_err(malformed)?;
        entries.push((entry, event));
    }
    let size: usize = entries.iter().map(|(entry, _)| entry.size()).sum();
    if size >= LARGEST {
        let message = "Total size of the entries in the request is over the limit.".to_owned();
        return Err(("ValidationException", message));
    }
    Ok(entries)
}

fn read(body: &[u8]) -> Result<Failure, String> {
    let order: Order = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    Ok(Failure { code: order.code, entries: Selection::new(order.nth, order.times)? })
}

fn refuse(code: &str, message: &str) -> Answer {
    answer::error(StatusCode::BAD_REQUEST, AWS_JSON_1_1, code, message)
}

fn operation(headers: &HeaderMap) -> &str {
    let target = headers.get("x-amz-target").and_then(|it| it.to_str().ok());
    target.and_then(|it| it.strip_prefix("AWSEvents.")).unwrap_or_default()
}
