//! The embedded Secrets Manager, and the file that it lacks.
//!
//! Calls are serialized. So a change is either saved and then answered, or undone and answered with an error, and no
//! other call can read it before. After a `kill -9`, every change that was answered is on disk.

use std::fmt;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use tokio::sync::Mutex;
use winterbaume_core::{MockRequest, MockResponse, MockService, StatefulService, default_account_id};
use winterbaume_secretsmanager::{SecretsManagerService, SecretsmanagerStateView};

use crate::answer::{self, AWS_JSON_1_1, Answer};
use crate::error::StartError;
use crate::folder::StateFolder;
use crate::versions::{self, Plan};

/// The region that the service assumes for an endpoint that is not AWS's.
const REGION: &str = "us-east-1";

/// The operations that change nothing. Nothing is saved after them.
const READS: [&str; 8] = [
    "BatchGetSecretValue",
    "DescribeSecret",
    "GetRandomPassword",
    "GetResourcePolicy",
    "GetSecretValue",
    "ListSecretVersionIds",
    "ListSecrets",
    "ValidateResourcePolicy",
];

/// The service and its file.
pub(crate) struct Secrets {
    service: SecretsManagerService,
    folder: Option<Arc<StateFolder>>,
    turn: Mutex<()>,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets").finish_non_exhaustive()
    }
}

impl Secrets {
    /// Reads the secrets that an earlier run saved in the folder.
    ///
    /// # Errors
    /// Returns [`StartError`] if the file with the secrets cannot be read or is malformed.
    pub(crate) async fn open(folder: Option<Arc<StateFolder>>) -> Result<Self, StartError> {
        let saved = match &folder {
            Some(folder) => read(folder)?,
            None => None,
        };
        let secrets = Self { service: SecretsManagerService::new(), folder, turn: Mutex::new(()) };
        if let Some(saved) = saved {
            secrets.restore(saved).await;
        }
        Ok(secrets)
    }

    /// Answers a request. The request completes even if its caller disconnects.
    pub(crate) async fn send(self: Arc<Self>, request: Request<Bytes>) -> Answer {
        let (parts, body) = request.into_parts();
        let work = async move { self.answer(&parts.headers, body).await };
        tokio::spawn(work).await.unwrap_or_else(|error| {
            tracing::error!(%error, "the embedded Secrets Manager gave no answer");
            failure("The embedded Secrets Manager gave no answer.")
        })
    }

    async fn answer(&self, headers: &HeaderMap, body: Bytes) -> Answer {
        let operation = operation(headers);
        let _turn = self.turn.lock().await;
        if READS.contains(&operation) {
            return answered(self.handle(operation, body).await);
        }
        let before = self.snapshot().await;
        let answer = self.change(operation, body, before.clone()).await;
        if !answer.status().is_success() {
            self.restore(before).await;
            return answer;
        }
        if let Err(error) = self.save().await {
            tracing::error!(%error, "the secrets were not saved");
            self.restore(before).await;
            return failure("The embedded Secrets Manager cannot write its file.");
        }
        answer
    }

    async fn change(&self, operation: &str, body: Bytes, state: SecretsmanagerStateView) -> Answer {
        match versions::plan(operation, &body, state) {
            Plan::Forward => answered(self.handle(operation, body).await),
            Plan::Answer(answer) => answer,
            Plan::ForwardAfter(state) => {
                self.restore(state).await;
                answered(self.handle(operation, body).await)
            }
            Plan::CreateThenPut { create, put } => {
                let created = self.handle("CreateSecret", create).await;
                if created.status != StatusCode::OK.as_u16() {
                    return answered(created);
                }
                answered(self.handle("PutSecretValue", put).await)
            }
        }
    }

    async fn handle(&self, operation: &str, body: Bytes) -> MockResponse {
        let mut headers = HeaderMap::new();
        if let Ok(target) = format!("secretsmanager.{operation}").parse() {
            headers.insert("x-amz-target", target);
        }
        let request = MockRequest { method: "POST".to_owned(), uri: "/".to_owned(), headers, body };
        self.service.handle(request).await
    }

    async fn snapshot(&self) -> SecretsmanagerStateView {
        self.service.snapshot(default_account_id(), REGION).await
    }

    async fn restore(&self, state: SecretsmanagerStateView) {
        let restored = self.service.restore(default_account_id(), REGION, state);
        if let Err(error) = restored.await {
            // The service returns an error type, but never an error.
            tracing::error!(%error, "the embedded Secrets Manager did not take its state back");
        }
    }

    async fn save(&self) -> io::Result<()> {
        let Some(folder) = self.folder.clone() else {
            return Ok(());
        };
        let content = serde_json::to_vec(&self.snapshot().await)?;
        let write = move || folder.replace_secrets(&content);
        tokio::task::spawn_blocking(write).await.unwrap_or_else(|error| Err(io::Error::other(error)))
    }
}

fn read(folder: &StateFolder) -> Result<Option<SecretsmanagerStateView>, StartError> {
    let path = folder.secrets();
    let content = match std::fs::read(&path) {
        Ok(content) => content,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(StartError::SecretsUnreadable { path, source }),
    };
    match serde_json::from_slice(&content) {
        Ok(state) => Ok(Some(state)),
        Err(error) => Err(StartError::SecretsMalformed { path, line: error.line(), column: error.column() }),
    }
}

fn operation(headers: &HeaderMap) -> &str {
    let target = headers.get("x-amz-target").and_then(|it| it.to_str().ok());
    target.and_then(|it| it.strip_prefix("secretsmanager.")).unwrap_or_default()
}

fn answered(response: MockResponse) -> Answer {
    // The service returns valid statuses only. It labels its answers as AWS JSON 1.0, where AWS uses 1.1.
    let status = StatusCode::from_u16(response.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    answer::body(status, AWS_JSON_1_1, response.body)
}

fn failure(message: &str) -> Answer {
    answer::error(StatusCode::INTERNAL_SERVER_ERROR, AWS_JSON_1_1, "InternalServiceError", message)
}
