//! The public port: verifies signatures, selects the service by the header `X-Amz-Target`, and injects faults.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use jiff::Timestamp;
use loopback::{Hosts, Limits};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::access_key::AccessKey;
use crate::answer::{self, AWS_JSON_1_0, Answer};
use crate::clock::Clock;
use crate::dynamodb::DynamoDbClient;
use crate::events::{self, Events};
use crate::faults::{Fault, Switches};
use crate::queues::Queues;
use crate::secrets::Secrets;
use crate::service::Service;
use crate::signature::SignatureError;
use crate::switch;

const TARGET: &str = "x-amz-target";
/// The path of the clock's switch.
const CLOCK: &str = "/_local/clock";

const LIMITS: Limits = Limits {
    // AWS's clients close an unused connection earlier.
    head: Duration::from_secs(120),
    body: Duration::from_secs(30),
    // DynamoDB accepts up to 16 MB, the others less.
    body_bytes: 16 * 1024 * 1024,
    grace: Duration::from_secs(5),
};

/// The service error that ends a connection without an answer.
#[derive(Debug, thiserror::Error)]
#[error("a test asked for this connection to end")]
pub(crate) struct HangUp;

/// The service behind the public port.
#[derive(Debug)]
pub(crate) struct Front {
    dynamodb: Arc<DynamoDbClient>,
    secrets: Arc<Secrets>,
    queues: Queues,
    events: Events,
    access_key: AccessKey,
    clock: Clock,
    switches: Switches,
}

impl Front {
    pub(crate) fn new(
        dynamodb: DynamoDbClient,
        secrets: Secrets,
        queues: Queues,
        access_key: AccessKey,
        clock: Clock,
    ) -> Self {
        Self {
            dynamodb: Arc::new(dynamodb),
            secrets: Arc::new(secrets),
            queues,
            events: Events::default(),
            access_key,
            clock,
            switches: Switches::default(),
        }
    }

    async fn answer(&self, request: Request<Bytes>) -> Result<Answer, HangUp> {
        let path = request.uri().path();
        if path.starts_with(switch::PATH) {
            return Ok(self.switch(&request));
        }
        let target = request.headers().get(TARGET).and_then(|it| it.to_str().ok());
        match target.map(str::to_owned) {
            Some(target) if request.method() == Method::POST && path == "/" => self.call(&target, request).await,
            _ => Ok(refusal("A request to AWS is a POST to / with the header X-Amz-Target.")),
        }
    }

    fn switch(&self, request: &Request<Bytes>) -> Answer {
        if let Some(refusal) = switch::refuse_form(request) {
            return refusal;
        }
        match request.uri().path() {
            CLOCK => self.clock.switch(request),
            path if path.starts_with(events::PATH) => self.events.switch(request),
            _ => self.switches.answer(request),
        }
    }

    async fn call(&self, target: &str, request: Request<Bytes>) -> Result<Answer, HangUp> {
        let Some(service) = Service::of(target) else {
            return Ok(refusal("Only DynamoDB_20120810, secretsmanager, AmazonSQS and AWSEvents are embedded here."));
        };
        if let Err(error) = self.access_key.verify(service.signing_name(), &request, Timestamp::now()) {
            tracing::debug!(target_operation = target, %error, "embedded AWS call refused");
            return Ok(unsigned(error));
        }
        let answer = match self.switches.meet(target) {
            Some(Fault::DropBefore) => Err(HangUp),
            Some(Fault::Error(error)) => Ok(error.answer(service.media_type())),
            Some(Fault::DropAfter) => {
                self.perform(service, request).await;
                Err(HangUp)
            }
            Some(Fault::Late(delay)) => {
                let answer = self.perform(service, request).await;
                tokio::time::sleep(delay).await;
                Ok(answer)
            }
            None => Ok(self.perform(service, request).await),
        };
        let status = answer.as_ref().ok().map(|it| it.status().as_u16());
        tracing::debug!(target_operation = target, status, "embedded AWS call");
        answer
    }

    async fn perform(&self, service: Service, request: Request<Bytes>) -> Answer {
        match service {
            Service::DynamoDb => Arc::clone(&self.dynamodb).send(request).await,
            Service::SecretsManager => Arc::clone(&self.secrets).send(request).await,
            Service::Sqs => self.queues.send(request).await,
            Service::EventBridge => self.events.send(&request),
        }
    }
}

/// AWS's answer to a request for an unknown service.
fn refusal(message: &str) -> Answer {
    answer::error(StatusCode::BAD_REQUEST, AWS_JSON_1_0, "UnknownOperationException", message)
}

/// AWS's answer to a request with an invalid signature:
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/CommonErrors.html>
fn unsigned(error: SignatureError) -> Answer {
    let code = match error {
        SignatureError::Missing => "MissingAuthenticationTokenException",
        SignatureError::Incomplete(_) => "IncompleteSignatureException",
        SignatureError::UnknownKey => "UnrecognizedClientException",
        SignatureError::Scope | SignatureError::Time | SignatureError::Mismatch => "InvalidSignatureException",
    };
    answer::error(
        StatusCode::FORBIDDEN,
        AWS_JSON_1_0,
        code,
        &format!("Sign with the access key of this machine: {error}."),
    )
}

/// Serves until `stopped` becomes true or its sender is dropped, then finishes pending requests.
pub(crate) async fn serve(listener: TcpListener, hosts: Hosts, front: Front, mut stopped: watch::Receiver<bool>) {
    let front = Arc::new(front);
    let service = move |_, request| {
        let front = Arc::clone(&front);
        async move { front.answer(request).await }
    };
    // An error means that the sender is dropped, which is a stop as well.
    let stopped = async { drop(stopped.wait_for(|it| *it).await) };
    loopback::serve(listener, hosts, LIMITS, service, stopped).await;
}
