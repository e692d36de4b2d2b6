//! Answers one page of a listing as bunq wrote it, with links to the adjacent pages.

use axum::response::{IntoResponse as _, Response};
use http::header;

use super::{BankAnswer, Holder, Problem, links};
use crate::bunq::{Call, Neighbours, Page, Verified};

/// The maximum size of an answer, in bytes. Lambda passes on at most six megabytes, and escaping doubles quotes and
/// backslashes.
pub const LARGEST_ANSWER: usize = 5_000_000;

/// Reads one page from the bank and answers it. `path` is the path of the listing below the public URL.
///
/// # Errors
/// Returns `answer_too_large` if the page exceeds [`LARGEST_ANSWER`], and the errors of [`Holder::call`].
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
