//! One page of a listing, as bunq wrote it, with links to its neighbours.

use axum::response::{IntoResponse as _, Response};
use http::header;

use super::{BankAnswer, Holder, Problem, links};
use crate::bunq::{Call, Neighbours, Page, Verified};

/// Lambda passes on six megabytes at the most, in which quotes and backslashes count twice.
pub const LARGEST_ANSWER: usize = 5_000_000;

/// Answers a page. `path` is the listing's own, below the public URL.
///
/// # Errors
/// A [`Problem`] that says who has to act.
pub async fn listing<S, C: Call<Output = Verified>>(
    session: &Holder<S>,
    path: &str,
    page: Page,
    call: &C,
) -> Result<Response, Problem> {
    let answer = session.call(call).await?;
    if answer.body.len() > LARGEST_ANSWER {
        return Err(Problem::answer_too_large());
    }
    let link = links(&session.public_url(path), page, Neighbours::of(&answer.body));
    let mut response = BankAnswer(answer).into_response();
    if let Some(link) = link {
        response.headers_mut().insert(header::LINK, link);
    }
    Ok(response)
}
