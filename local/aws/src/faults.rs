//! Injected faults and counts of calls. With them, tests check how the functions handle failures of AWS, and how often
//! they call it.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::{HeaderValue, Method, Request, StatusCode, header};
use serde::Deserialize;
use serde_json::json;

use crate::answer::{self, Answer};
use crate::service::Service;

/// The beginning of the paths of all switches.
pub(crate) const PATH: &str = "/_local/";

const FAULTS: &str = "/_local/faults";
const CALLS: &str = "/_local/calls";

/// A fault that a call can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The answer is an error, and the call has no effect.
    Error(AwsError),
    /// The connection ends, and the call has no effect.
    DropBefore,
    /// The call takes effect, then the connection ends.
    DropAfter,
}

/// The errors that a fault can have.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
pub(crate) enum AwsError {
    #[serde(rename = "ProvisionedThroughputExceededException")]
    ProvisionedThroughputExceeded,
    #[serde(rename = "InternalServerError")]
    InternalServer,
    #[serde(rename = "ThrottlingException")]
    Throttling,
    #[serde(rename = "InternalServiceError")]
    InternalService,
}

impl AwsError {
    /// The answer with this error, in the service's media type.
    pub(crate) fn answer(self, kind: HeaderValue) -> Answer {
        let (status, code) = match self {
            Self::ProvisionedThroughputExceeded => (StatusCode::BAD_REQUEST, "ProvisionedThroughputExceededException"),
            Self::InternalServer => (StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError"),
            Self::Throttling => (StatusCode::BAD_REQUEST, "ThrottlingException"),
            Self::InternalService => (StatusCode::INTERNAL_SERVER_ERROR, "InternalServiceError"),
        };
        answer::error(status, kind, code, "A test asked for this error.")
    }
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
}

fn one() -> u64 {
    1
}

/// A fault that is set, and the number of calls since then.
#[derive(Debug)]
struct Armed {
    target: String,
    nth: u64,
    times: u64,
    fault: Fault,
    seen: u64,
}

impl Armed {
    fn parse(body: &[u8]) -> Result<Self, String> {
        let order: Order = serde_json::from_slice(body).map_err(|error| error.to_string())?;
        let fault = match (order.error, order.drop) {
            (Some(error), None) => Fault::Error(error),
            (None, Some(Moment::Before)) => Fault::DropBefore,
            (None, Some(Moment::After)) => Fault::DropAfter,
            (Some(_), Some(_)) | (None, None) => {
                return Err("a fault has either `error` or `drop`".to_owned());
            }
        };
        if Service::of(&order.target).is_none() {
            return Err("`target` does not name an embedded service".to_owned());
        }
        if order.nth == 0 || order.times == 0 {
            return Err("`nth` and `times` count from 1".to_owned());
        }
        Ok(Self { target: order.target, nth: order.nth, times: order.times, fault, seen: 0 })
    }

    /// Counts a call of the target. Returns whether the call has the fault.
    fn count(&mut self) -> bool {
        self.seen += 1;
        self.seen >= self.nth && self.seen - self.nth < self.times
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
            if armed.count() && due.is_none() {
                due = Some(armed.fault);
            }
        }
        due
    }

    /// Answers a request to a switch.
    pub(crate) fn answer(&self, request: &Request<Bytes>) -> Answer {
        if !is_json(request) {
            return refusal(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "a switch takes JSON: send Content-Type: application/json",
            );
        }
        match (request.method(), request.uri().path()) {
            (&Method::POST, FAULTS) => match Armed::parse(request.body()) {
                Ok(armed) => {
                    self.state().armed.push(armed);
                    answer::no_content()
                }
                Err(message) => refusal(StatusCode::BAD_REQUEST, &message),
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
            _ => refusal(StatusCode::NOT_FOUND, "there is no such switch"),
        }
    }

    /// Locks the state. A panic of another thread leaves valid counts, so a poisoned lock is used on.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the `Content-Type` of a request is JSON. Safe requests, and a DELETE without a body, need none. A page of
/// another site can send JSON or DELETE only after a CORS preflight, which is never answered here.
fn is_json(request: &Request<Bytes>) -> bool {
    let bodiless = request.method() == Method::DELETE && request.body().is_empty();
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    request.method().is_safe() || bodiless || kind.eq_ignore_ascii_case("application/json")
}

fn refusal(status: StatusCode, message: &str) -> Answer {
    answer::json(status, answer::JSON, &json!({ "message": message }))
}
