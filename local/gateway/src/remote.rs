//! The commands `keys` and `status`: they send `POST /setup` to the running `local`, signed with the access key of its
//! state folder, as an operator does on AWS.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4::SigningParams,
};
use local_aws::AccessKey;
use reqwest::{StatusCode, header::CONTENT_TYPE};
use secrecy::ExposeSecret as _;
use serde_json::Value;

use crate::{
    error::LocalError,
    options::{Options, Task},
    state::StateDir,
};

/// How long to wait for the answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// Sends a task to the running `local` and returns its answer.
///
/// # Errors
/// [`LocalError`] if no `local` has used the state folder, none answers on the port, or the running one refuses.
pub async fn ask(options: &Options, task: &Task) -> Result<Value, LocalError> {
    let state = StateDir::at(&options.state_dir, options.bunq);
    let access_key = state.existing_access_key()?;
    let url = format!("http://127.0.0.1:{}/setup", options.port);
    let body = task.payload().to_string();
    let not_running = || LocalError::NotRunning { port: options.port };

    // A proxy cannot reach loopback.
    let http = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().map_err(|_| not_running())?;
    let mut request = http.post(&url).header(CONTENT_TYPE, "application/json");
    for (name, value) in signature(&access_key, &url, &body).ok_or_else(not_running)? {
        request = request.header(name, value);
    }
    let answer = request.body(body).send().await.map_err(|_| not_running())?;
    let status = answer.status();
    let answer = answer.bytes().await.map_err(|_| not_running())?;
    let answer: Value = serde_json::from_slice(&answer).map_err(|_| not_running())?;
    match status {
        StatusCode::OK => Ok(answer),
        StatusCode::FORBIDDEN if answer["code"].is_null() => {
            Err(LocalError::OtherFolder { path: state.path().to_owned() })
        }
        _ => Err(LocalError::Refused { problem: words(&answer) }),
    }
}

/// The text of a problem in one line, with flags in place of field names.
fn words(problem: &Value) -> String {
    let detail = problem["detail"].as_str().unwrap_or("it gives no reason").to_owned();
    let all = problem["errors"].as_array().map_or(0, Vec::len);
    // If there is a single reason, the detail already states it.
    let said = if all > 1 { reasons(problem) } else { detail };
    let flags = [
        ("/scopes/", "--scope "),
        ("/scopes", "--scope"),
        ("/name", "--name"),
        ("/workspace", "--workspace"),
        ("/expires_at", "--expires-at"),
        ("/id", "the id"),
        ("list_api_keys returns", "`keys list` prints"),
    ];
    flags.into_iter().fold(said, |said, (field, flag)| said.replace(field, flag))
}

fn reasons(problem: &Value) -> String {
    let reasons = problem["errors"].as_array().into_iter().flatten().filter_map(|reason| {
        let place = reason["pointer"].as_str().or_else(|| reason["parameter"].as_str()).unwrap_or_default();
        Some(format!("{place} {}", reason["detail"].as_str()?))
    });
    reasons.collect::<Vec<_>>().join("; ")
}

/// The headers of an AWS signature (version 4).
fn signature(access_key: &AccessKey, url: &str, body: &str) -> Option<Vec<(String, String)>> {
    let secret = access_key.secret().expose_secret();
    let identity = Credentials::new(access_key.id(), secret, None, None, "local").into();
    let parameters = SigningParams::builder().identity(&identity).region("eu-central-1").name("execute-api");
    let parameters = parameters.time(SystemTime::now()).settings(SigningSettings::default()).build().ok()?.into();
    let headers = std::iter::once(("content-type", "application/json"));
    let request = SignableRequest::new("POST", url, headers, SignableBody::Bytes(body.as_bytes())).ok()?;
    let (signed, _) = sign(request, &parameters).ok()?.into_parts();
    Some(signed.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}
