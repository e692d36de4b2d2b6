//! bunq's answer without the API key that can be in it. The one place where an answer is not passed on as it came.

use axum::{
    Json,
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use serde_json::Value;
use shared::{
    bunq::{Call, Neighbours, Page, Verified, calls::ReadCredentialPasswordIp},
    http::{Credentials, OwnSession, Problem, links},
    types::ids::BunqUserId,
};

/// What bunq calls the key.
const SECRET: &str = "token_value";

/// Reads from the bank and answers it without any key. `page` is the listing's path and page.
pub(crate) async fn answer(
    session: &OwnSession<Credentials>,
    make: impl Fn(BunqUserId) -> ReadCredentialPasswordIp,
    page: Option<(&str, Page)>,
) -> Result<Response, Problem> {
    let answer = session.call(make).await?;
    let link = page.and_then(|(path, page)| links(&session.public_url(path), page, Neighbours::of(&answer.body)));
    let mut response = redact(answer)?;
    if let Some(link) = link {
        response.headers_mut().insert(header::LINK, link);
    }
    Ok(response)
}

/// Answers what the bank answered, without any key.
pub(crate) fn redact(Verified { body, response_id }: Verified) -> Result<Response, Problem> {
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

/// Calls that change something answer an id or an object; neither may hold a key.
pub(crate) async fn changed<C: Call<Output = Verified>>(
    session: &OwnSession<Credentials>,
    make: impl Fn(BunqUserId) -> C,
) -> Result<Response, Problem> {
    redact(session.call(make).await?)
}
