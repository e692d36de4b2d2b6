//! Where the embedded Secrets Manager treats a secret's versions unlike AWS, and what makes up for it.
//!
//! AWS's SDKs send a `ClientRequestToken` with each change and repeat it when they retry. In AWS it becomes the version's id,
//! and a repetition changes nothing; the embedded service would call the repeated creation a conflict. It also leaves
//! `AWSPREVIOUS` on every older version, keeps none of a `SecretBinary`, and takes a change without a value.
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

/// How to come to AWS's answer.
#[derive(Debug)]
pub(crate) enum Plan {
    /// The embedded service gives it.
    Forward,
    /// The embedded service gives it once it has this state.
    ForwardAfter(SecretsmanagerStateView),
    /// This is it.
    Answer(Answer),
    /// The embedded service gives it to the second of two requests, of which only that one knows tokens.
    CreateThenPut {
        /// The creation, without a value.
        create: Bytes,
        /// The value.
        put: Bytes,
    },
}

/// The part of a change that matters here.
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

/// Says what to do with a request. One that cannot be read is forwarded, and refused there.
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
    // Only the version that is current now may become the previous one.
    let name = secret.name.clone();
    if let Some(secret) = state.secrets.get_mut(&name) {
        for version in secret.versions.values_mut() {
            version.version_stages.retain(|it| it != PREVIOUS);
        }
    }
    Plan::ForwardAfter(state)
}

/// What AWS says to a token that it has seen.
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
