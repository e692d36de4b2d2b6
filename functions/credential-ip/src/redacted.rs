//! Removes the API key that bunq's answer can contain. Only here does the API change a bank answer before it passes it
//! on.

use axum::{
    Json,
    http::HeaderValue,
    response::{IntoResponse as _, Response},
};
use serde_json::Value;
use shared::{
    bunq::{Call, Neighbours, Page, Verified},
    http::{CredentialsScope, OwnSession, Problem, links},
};

/// bunq's name for the field that contains the key.
const SECRET: &str = "token_value";

/// Answers a page of a list without any key. `path` is the path of the list, relative to the public URL.
pub(crate) async fn listing(
    session: &OwnSession<CredentialsScope>,
    path: &str,
    page: Page,
    list: &impl Call<Output = Verified>,
) -> Result<Response, Problem> {
    let answer = session.call(list).await?;
    let links = links(&session.public_url(path), page, Neighbours::of(&answer.body));
    Ok((links, redact(answer)?).into_response())
}

/// Makes a call and returns the bank's answer without any key.
pub(crate) async fn call(
    session: &OwnSession<CredentialsScope>,
    call: &impl Call<Output = Verified>,
) -> Result<Response, Problem> {
    redact(session.call(call).await?)
}

fn redact(Verified { body, response_id }: Verified) -> Result<Response, Problem> {
    let mut value = serde_json::from_slice(&body).map_err(|_| Problem::bank_not_understood())?;
    remove(&mut value);
    let mut response = Json(value).into_response();
    if let Some(id) = response_id.and_then(|id| HeaderValue::try_from(id).ok()) {
        response.headers_mut().insert("bunq-response-id", id);
    }
    Ok(response)
}

fn remove(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.remove(SECRET);
            fields.values_mut().for_each(remove);
        }
        Value::Array(elements) => elements.iter_mut().for_each(remove),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
