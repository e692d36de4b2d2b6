//! Faults on purpose, and counts of calls, so that tests can ask what the functions do when AWS fails, and how often
//! they call it.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::{HeaderValue, Method, Request, StatusCode, header};
use serde::Deserialize;
use serde_json::json;

use crate::answer::{self, Answer};
use crate::service::Service;

/// Where the switches are.
pub(crate) const PATH: &str = "/_local/";

const FAULTS: &str = "/_local/faults";
const CALLS: &str = "/_local/calls";

/// What a call meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// An error in place of the answer; the call takes no effect.
    Error(AwsError),
    /// The connection ends and the call takes no effect.
    DropBefore,
    /// The call takes effect, then the connection ends.
    DropAfter,
}

/// The errors that can be asked for.
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
    /// The answer a service gives.
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

/// A fault as it is asked for.
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

/// A fault that waits for its calls.
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
            return Err("`target` names no service that is embedded here".to_owned());
        }
        if order.nth == 0 || order.times == 0 {
            return Err("`nth` and `times` count from 1".to_owned());
        }
        Ok(Self { target: order.target, nth: order.nth, times: order.times, fault, seen: 0 })
    }

    /// Counts a call of the target; says whether it is one of those to fail.
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
    /// Counts the call; says what it is to meet. Of two faults that are due at once the older one wins.
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

    /// Answers a request to one of the switches.
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

    /// A panic elsewhere leaves the counts as they were, which is good enough to go on with.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a request says that its body is JSON, as far as it changes something and is no DELETE without a body. A page
/// of another site can send neither JSON nor DELETE before it has asked for permission (a CORS preflight), which
/// nothing here gives.
fn is_json(request: &Request<Bytes>) -> bool {
    let bodiless = request.method() == Method::DELETE && request.body().is_empty();
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    request.method().is_safe() || bodiless || kind.eq_ignore_ascii_case("application/json")
}

fn refusal(status: StatusCode, message: &str) -> Answer {
    answer::json(status, answer::JSON, &json!({ "message": message }))
}
