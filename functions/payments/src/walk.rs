//! Reads all payments back to a date, in one array. Each element is what bunq wrote; the pages are what bunq signed. A
//! page of older payments is identified by a payment id, so new payments do not shift the pages. The size of the answer
//! bounds the memory.

use std::time::Duration;

use axum::response::{IntoResponse as _, Response};
use shared::{
    bunq::{LARGEST_PAGE, Neighbours, Onward, Page, PageStart, Resource as _, calls::Payments},
    http::{Code, ConnectedUser, LARGEST_ANSWER, Problem, RawElement, json, next_link},
    types::{ids::MonetaryAccountId, since::Since},
};

/// The next page is requested only if this much time remains.
const PAGE_TIME: Duration = Duration::from_secs(5);

const OPENING: &str = "{\"Response\":[";
const CLOSING: &str = "]}";

/// Why a walk ended.
enum End {
    /// The walk reached the date, or the oldest payment.
    Complete,
    /// The walk ended early: the next payment did not fit, the time was up, or the bank's pages do not lead on. A
    /// caller continues from here.
    At(u64),
}

pub(crate) async fn all<S>(
    user: &ConnectedUser<S>,
    account: MonetaryAccountId,
    mut from: PageStart,
    since: Option<&Since>,
) -> Result<Response, Problem> {
    let (mut body, mut last, mut count) = (OPENING.to_owned(), None, LARGEST_PAGE);
    let end = loop {
        if let PageStart::OlderThan(id) = from
            && body.len() > OPENING.len()
            && user.deadline().left() < PAGE_TIME
        {
            break End::At(id);
        }
        let page = Page { count, from };
        let listed = match user.call(&Payments::list(account, page)).await {
            Ok(listed) => listed,
            Err(problem) if problem.code() == Code::AnswerTooLarge && count > 1 => {
                count /= 2;
                continue;
            }
            // The payments that were read so far are valid. The caller requests the rest.
            Err(problem) => match from {
                PageStart::OlderThan(id) if body.len() > OPENING.len() && problem.is_temporary() => {
                    break End::At(id);
                }
                _ => return Err(problem),
            },
        };
        let payments = RawElement::read_all(&listed.body)?;
        let ids: Vec<u64> = payments.iter().filter_map(RawElement::id).collect();
        let onward = page.onward(&ids, Neighbours::of(&listed.body).older);
        if onward == Onward::Repeats {
            break astray(last)?;
        }
        match append(&mut body, &mut last, &payments, since) {
            Appended::All => {}
            Appended::UpToDate => break End::Complete,
            Appended::UpToSize(last) => break End::At(last),
        }
        match onward {
            Onward::Older(id) => from = PageStart::OlderThan(id),
            Onward::End => break End::Complete,
            Onward::Repeats | Onward::Stuck => break astray(last)?,
        }
    };
    body.push_str(CLOSING);
    Ok(answer(user, account, body, end, since))
}

enum Appended {
    All,
    UpToDate,
    UpToSize(u64),
}

/// The end of a walk when the bank's pages do not lead on: after the last payment that was read. The next request
/// starts there, so it either continues or, if it reads nothing, reports the problem.
///
/// # Errors
/// Returns a [`Problem`] if this request has read nothing.
fn astray(last: Option<u64>) -> Result<End, Problem> {
    last.map(End::At).ok_or_else(Problem::bank_pages_astray)
}

/// Appends the elements of a page, up to the date and the size. `last` is the id of the last element that was examined.
///
/// A payment can have a higher id than another and be older, and bunq may list something without a time or of another
/// kind. So only elements that are certainly older than `since` are left out, and everything else is passed on. The
/// walk ends with the first page whose elements are all older.
fn append(body: &mut String, last: &mut Option<u64>, elements: &[RawElement], since: Option<&Since>) -> Appended {
    let mut is_older = !elements.is_empty();
    for element in elements {
        let (text, id) = (element.text(), element.id());
        if since.zip(element.created()).is_some_and(|(since, created)| created < since.at()) {
            *last = id.or(*last);
            continue;
        }
        is_older = false;
        if body.len() + text.len() + CLOSING.len() + 1 > LARGEST_ANSWER
            && let Some(last) = *last
        {
            return Appended::UpToSize(last);
        }
        if body.len() > OPENING.len() {
            body.push(',');
        }
        body.push_str(text);
        *last = id.or(*last);
    }
    if is_older { Appended::UpToDate } else { Appended::All }
}

fn answer<S>(
    user: &ConnectedUser<S>,
    account: MonetaryAccountId,
    body: String,
    end: End,
    since: Option<&Since>,
) -> Response {
    let End::At(id) = end else { return json(body) };
    let mut url = user.public_url(&format!("user/{}/payments/{account}", user.connection.user_id));
    url.query_pairs_mut().append_pair("all", "true");
    if let Some(since) = since {
        url.query_pairs_mut().append_pair("since", since.as_str());
    }
    url.query_pairs_mut().append_pair("older_id", &id.to_string());
    (next_link(&url), json(body)).into_response()
}
