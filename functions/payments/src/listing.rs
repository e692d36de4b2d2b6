//! One page of a listing, as bunq wrote it, with links to its neighbours.

use axum::{
    http::header,
    response::{IntoResponse as _, Response},
};
use shared::{
    bunq::{Call, Neighbours, Page, Verified},
    http::{BankAnswer, ConnectedUser, Problem, links},
    types::ids::BunqUserId,
};

/// Answers a page. `path` is the listing's own, below the public URL.
pub(crate) async fn page<S, C: Call<Output = Verified>>(
    user: &ConnectedUser<S>,
    path: &str,
    page: Page,
    make: impl Fn(BunqUserId) -> C,
) -> Result<Response, Problem> {
    let answer = user.call(make).await?;
    let link = links(&user.public_url(path), page, Neighbours::of(&answer.body));
    let mut response = BankAnswer(answer).into_response();
    if let Some(link) = link {
        response.headers_mut().insert(header::LINK, link);
    }
    Ok(response)
}
