//! Corrections for the versions of secrets, which the embedded Secrets Manager handles differently from AWS.
//!
//! AWS's SDKs send a `ClientRequestToken` with each change, and the same one with each retry. On AWS, the token becomes
//! the id of the version, and a retry changes nothing. The embedded service refuses a retried creation as a conflict.
//! It also leaves `AWSPREVIOUS` on every older version, does not store a `SecretBinary`, and accepts a change without a
//! value.
//!
//! See [CreateSecret](https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html) and
//! [PutSecretValue](https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html).

use bytes::Bytes;
use http::StatusCode;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value, json};
use winterbaume_secretsmanager::SecretsmanagerStateView;
use winterbaume_secretsmanager::views::SecretView;

use crate::answer::{self, AWS_JSON_1_1, Answer};

const CURRENT: &str = "AWSCURRENT";
const PREVIOUS: &str = "AWSPREVIOUS";

/// How to produce AWS's answer to a request.
#[derive(Debug)]
pub(crate) enum Plan {
    /// Forward the request to the embedded service.
    Forward,
    /// Restore this state, then forward the request.
    ForwardAfter(SecretsmanagerStateView),
    /// Return this answer.
    Answer(Answer),
    /// Send two requests to the embedded service, because only the second operation supports tokens there.
    CreateThenPut {
        /// The body of the creation, without a value.
        create: Bytes,
        /// The body of the change that sets the value.
        put: Bytes,
    },
}

/// The fields of a change that the corrections need.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Change {
    #[serde(alias = "SecretId")]
    name: String,
    client_request_token: Option<String>,
    secret_string: Option<String>,
    secret_binary: Option<IgnoredAny>,
    version_stages: Option<Vec<String>>,
}

/// Decides how to answer a request. A malformed request is forwarded, and the embedded service refuses it.
pub(crate) fn plan(operation: &str, body: &[u8], state: SecretsmanagerStateView) -> Plan {
    let Ok(change) = serde_json::from_slice::<Change>(body) else {
        return Plan::Forward;
    };
    if change.secret_binary.is_some() {
        return refuse("InvalidRequestException", "The embedded Secrets Manager keeps a SecretString only.");
    }
    match operation {
        "CreateSecret" => create(&change, body, &state),
        "PutSecretValue" => put(&change, state),
        _ => Plan::Forward,
    }
}

fn create(change: &Change, body: &[u8], state: &SecretsmanagerStateView) -> Plan {
    let Some(value) = &change.secret_string else {
        return Plan::Forward;
    };
    if let Some(secret) = find(state, &change.name)
        && let Some(plan) = repetition(change, value, secret)
    {
        return plan;
    }
    let Ok(mut create) = serde_json::from_slice::<Map<String, Value>>(body) else {
        return Plan::Forward;
    };
    create.remove("SecretString");
    create.remove("ClientRequestToken");
    let mut put = json!({ "SecretId": change.name, "SecretString": value });
    if let Some(token) = &change.client_request_token {
        put["ClientRequestToken"] = json!(token);
    }
    Plan::CreateThenPut { create: Value::Object(create).to_string().into(), put: put.to_string().into() }
}

fn put(change: &Change, mut state: SecretsmanagerStateView) -> Plan {
    let Some(value) = &change.secret_string else {
        return refuse("InvalidRequestException", "You must provide either SecretString or SecretBinary.");
    };
    let Some(secret) = find(&state, &change.name) else {
        return Plan::Forward;
    };
    if let Some(plan) = repetition(change, value, secret) {
        return plan;
    }
    let becomes_current = match &change.version_stages {
        Some(stages) => stages.iter().any(|it| it == CURRENT),
        None => true,
    };
    if !becomes_current || secret.deleted_date.is_some() {
        return Plan::Forward;
    }
    // Only the current version may become the previous one.
    let name = secret.name.clone();
    if let Some(secret) = state.secrets.get_mut(&name) {
        for version in secret.versions.values_mut() {
            version.version_stages.retain(|it| it != PREVIOUS);
        }
    }
    Plan::ForwardAfter(state)
}

/// AWS's answer to a known token, if the token of the change is known.
fn repetition(change: &Change, value: &str, secret: &SecretView) -> Option<Plan> {
    let version = secret.versions.get(change.client_request_token.as_ref()?)?;
    if version.secret_string.as_deref() != Some(value) {
        return Some(refuse(
            "ResourceExistsException",
            "You can't use ClientRequestToken because that value is already in use for a version of this secret.",
        ));
    }
    let same = json!({
        "ARN": secret.arn,
        "Name": secret.name,
        "VersionId": version.version_id,
        "VersionStages": version.version_stages,
    });
    Some(Plan::Answer(answer::json(StatusCode::OK, AWS_JSON_1_1, &same)))
}

fn find<'a>(state: &'a SecretsmanagerStateView, id: &str) -> Option<&'a SecretView> {
    let by_arn = || state.secrets.values().find(|it| it.arn == id);
    state.secrets.get(id).or_else(by_arn)
}

fn refuse(code: &str, message: &str) -> Plan {
    Plan::Answer(answer::error(StatusCode::BAD_REQUEST, AWS_JSON_1_1, code, message))
}
