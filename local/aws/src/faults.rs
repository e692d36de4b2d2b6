//! Injected faults and counts of calls. With them, tests check how the functions handle failures of AWS, and how often
//! they call it.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, StatusCode};
use serde::Deserialize;
use serde_json::json;

use crate::answer::{self, Answer};
use crate::service::Service;
use crate::switch::{self, Selection, one};

const FAULTS: &str = "/_local/faults";
const CALLS: &str = "/_local/calls";
const MESSAGE: &str = "A test asked for this error.";

/// A fault that a call can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The answer is an error, and the call has no effect.
    Error(AwsError),
    /// The connection ends, and the call has no effect.
    DropBefore,
    /// The call takes effect, then the connection ends.
    DropAfter,
    /// The call takes effect at once, and its answer is late.
    Late(Duration),
}

/// The errors that a fault can have.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
pub(crate) enum AwsError {
    #[serde(rename = "ProvisionedThroughputExceededException")]
    ProvisionedThroughputExceeded,
    #[serde(rename = "InternalServerError")]
    InternalServer,
    /// Another transaction is changing one of the items of this one.
    TransactionConflict,
    /// The table lacks capacity for one of the items of a transaction.
    ThrottlingError,
    #[serde(rename = "ThrottlingException")]
    Throttling,
    #[serde(rename = "InternalServiceError")]
    InternalService,
    #[serde(rename = "RequestThrottled")]
    RequestThrottled,
    #[serde(rename = "InternalFailure")]
    InternalFailure,
    #[serde(rename = "InternalException")]
    InternalException,
}

impl AwsError {
    /// The answer with this error, in the service's media type.
    pub(crate) fn answer(self, kind: HeaderValue) -> Answer {
        let (status, code) = match self {
            Self::TransactionConflict => return cancelled(kind, "TransactionConflict"),
            Self::ThrottlingError => return cancelled(kind, "ThrottlingError"),
            Self::ProvisionedThroughputExceeded => (StatusCode::BAD_REQUEST, "ProvisionedThroughputExceededException"),
            Self::InternalServer => (StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError"),
            Self::Throttling => (StatusCode::BAD_REQUEST, "ThrottlingException"),
            Self::InternalService => (StatusCode::INTERNAL_SERVER_ERROR, "InternalServiceError"),
            Self::RequestThrottled => (StatusCode::BAD_REQUEST, "RequestThrottled"),
            Self::InternalFailure => (StatusCode::INTERNAL_SERVER_ERROR, "InternalFailure"),
            Self::InternalException => (StatusCode::INTERNAL_SERVER_ERROR, "InternalException"),
        };
        answer::error(status, kind, code, MESSAGE)
    }
}

/// The answer to a transaction that DynamoDB cancels for this reason. AWS lists a reason for each item; here the list
/// has that of the first one only.
fn cancelled(kind: HeaderValue, reason: &str) -> Answer {
    let body = json!({
        "__type": "TransactionCanceledException",
        "Message": MESSAGE,
        "CancellationReasons": [{ "Code": reason }],
    });
    answer::json(StatusCode::BAD_REQUEST, kind, &body)
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Moment {
    Before,
    After,
}

/// The body of `POST /_local/faults`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    target: String,
    #[serde(default = "one")]
    nth: u64,
    #[serde(default = "one")]
    times: u64,
    error: Option<AwsError>,
    drop: Option<Moment>,
    delay_ms: Option<u64>,
}

/// A fault that is set, and the number of calls since then.
#[derive(Debug)]
struct Armed {
    target: String,
    fault: Fault,
    calls: Selection,
}

impl Armed {
    fn parse(body: &[u8]) -> Result<Self, String> {
        let order: Order = serde_json::from_slice(body).map_err(|error| error.to_string())?;
        let fault = match (order.error, order.drop, order.delay_ms) {
            (Some(error), None, None) => Fault::Error(error),
            (None, Some(Moment::Before), None) => Fault::DropBefore,
            (None, Some(Moment::After), None) => Fault::DropAfter,
            (None, None, Some(ms)) => Fault::Late(Duration::from_millis(ms)),
            _ => return Err("a fault has one of `error`, `drop` and `delay_ms`".to_owned()),
        };
        if Service::of(&order.target).is_none() {
            return Err("`target` does not name an embedded service".to_owned());
        }
        Ok(Self { target: order.target, fault, calls: Selection::new(order.nth, order.times)? })
    }
}

#[derive(Debug, Default)]
struct State {
    armed: Vec<Armed>,
    calls: BTreeMap<String, u64>,
}

/// The switches of one running instance.
#[derive(Debug, Default)]
pub(crate) struct Switches(Mutex<State>);

impl Switches {
    /// Counts the call and returns its fault. If several faults apply, the oldest one wins.
    pub(crate) fn meet(&self, target: &str) -> Option<Fault> {
        let mut state = self.state();
        *state.calls.entry(target.to_owned()).or_default() += 1;
        let mut due = None;
        for armed in state.armed.iter_mut().filter(|it| it.target == target) {
            if armed.calls.count() && due.is_none() {
                due = Some(armed.fault);
            }
        }
        due
    }

    /// Answers a request to a switch.
    pub(crate) fn answer(&self, request: &Request<Bytes>) -> Answer {
        match (request.method(), request.uri().path()) {
            (&Method::POST, FAULTS) => match Armed::parse(request.body()) {
                Ok(armed) => {
                    self.state().armed.push(armed);
                    answer::no_content()
                }
                Err(message) => switch::refusal(StatusCode::BAD_REQUEST, &message),
            },
            (&Method::DELETE, FAULTS) => {
                self.state().armed.clear();
                answer::no_content()
            }
            (&Method::GET, CALLS) => {
                let calls = json!(self.state().calls);
                answer::json(StatusCode::OK, answer::JSON, &calls)
            }
            (&Method::DELETE, CALLS) => {
                self.state().calls.clear();
                answer::no_content()
            }
            _ => switch::unknown(),
        }
    }

    /// Locks the state. A panic of another thread leaves valid counts, so a poisoned lock is used on.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
