//! All payments back to a date, in one array. Each element is what bunq wrote; the pages are what bunq signed. Older pages are named by an id, so payments that arrive meanwhile
//! move nothing. Memory is bounded by the answer.

use std::time::Duration;

use axum::{
    body::Body,
    http::{HeaderValue, header},
    response::Response,
};
use jiff::{civil::Date, tz::TimeZone};
use serde::Deserialize;
use serde_json::value::RawValue;
use shared::{
    bunq::{From, LARGEST_PAGE, Neighbours, Onward, Page, calls::ListPayments},
    http::{ConnectedUser, Problem},
    types::{ids::MonetaryAccountId, schedule::BankTime},
};

/// Lambda answers six megabytes at the most.
const LARGEST_ANSWER: usize = 5_000_000;
/// A page is not asked for unless this is left for it.
const PAGE_TIME: Duration = Duration::from_secs(5);

const OPENING: &str = "{\"Response\":[";
const CLOSING: &str = "]}";

#[derive(Deserialize)]
struct Listing<'a> {
    #[serde(rename = "Response", borrow)]
    response: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Element {
    #[serde(rename = "Payment")]
    payment: Dated,
}

#[derive(Deserialize)]
struct Dated {
    id: u64,
    created: String,
}

/// Where a walk ended.
enum End {
    /// At the date, or at the oldest payment.
    Complete,
    /// Before a payment that had no room, for want of time, or where the bank's pages do not lead on: go on from here.
    At(u64),
}

pub(crate) async fn all<S>(
    user: &ConnectedUser<S>,
    account: MonetaryAccountId,
    mut from: From,
    since: Option<Date>,
) -> Result<Response, Problem> {
    let since = since.and_then(|date| date.to_zoned(TimeZone::UTC).ok()).map(|zoned| zoned.timestamp());
    let (mut body, mut last) = (OPENING.to_owned(), None);
    let end = loop {
        if let From::OlderThan(id) = from
            && body.len() > OPENING.len()
            && user.deadline().left() < PAGE_TIME
        {
            break End::At(id);
        }
        let page = Page { count: LARGEST_PAGE, from };
        let listed = match user.call(|user| ListPayments { user, account, page }).await {
            Ok(listed) => listed,
            // What was read so far is good; the rest is worth another request.
            Err(problem) => match from {
                From::OlderThan(id) if body.len() > OPENING.len() && problem.retry_after().is_some() => {
                    break End::At(id);
                }
                _ => return Err(problem),
            },
        };
        let payments = read(&listed.body)?;
        let ids: Vec<u64> = payments.iter().map(|payment| payment.id).collect();
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
            Onward::Older(id) => from = From::OlderThan(id),
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

/// How a walk ends where the bank's pages do not lead on: after the last payment that was read. The next request begins there, so it either
/// goes on or, having read nothing, says that it cannot.
///
/// # Errors
/// [`Problem`] if this request has read nothing.
fn astray(last: Option<u64>) -> Result<End, Problem> {
    last.map(End::At).ok_or_else(Problem::bank_pages_astray)
}

/// A payment of a page, as the bank wrote it.
struct Payment<'a> {
    text: &'a str,
    id: u64,
    created: jiff::Timestamp,
}

fn read(page: &[u8]) -> Result<Vec<Payment<'_>>, Problem> {
    let listing: Listing<'_> = serde_json::from_slice(page).map_err(|_| Problem::bank_not_understood())?;
    let payment = |element: &'_ RawValue| -> Option<(u64, jiff::Timestamp)> {
        let Element { payment } = serde_json::from_str(element.get()).ok()?;
        Some((payment.id, payment.created.parse::<BankTime>().ok()?.timestamp()))
    };
    let read = listing
        .response
        .into_iter()
        .map(|element| payment(element).map(|(id, created)| Payment { text: element.get(), id, created }));
    read.collect::<Option<Vec<_>>>().ok_or_else(Problem::bank_not_understood)
}

/// Appends a page's payments, up to the date and the size; `last` is the id of the last one.
fn append(
    body: &mut String,
    last: &mut Option<u64>,
    payments: &[Payment<'_>],
    since: Option<jiff::Timestamp>,
) -> Appended {
    for Payment { text, id, created } in payments {
        if since.is_some_and(|since| *created < since) {
            return Appended::UpToDate;
        }
        if body.len() + text.len() + CLOSING.len() + 1 > LARGEST_ANSWER
            && let Some(last) = *last
        {
            return Appended::UpToSize(last);
        }
        if body.len() > OPENING.len() {
            body.push(',');
        }
        body.push_str(text);
        *last = Some(*id);
    }
    Appended::All
}

fn answer<S>(
    user: &ConnectedUser<S>,
    account: MonetaryAccountId,
    body: String,
    end: End,
    since: Option<jiff::Timestamp>,
) -> Response {
    let mut response = Response::new(Body::from(body));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let End::At(id) = end {
        let mut url = user.public_url(&format!("user/{}/payments/{account}", user.connection.user_id));
        url.query_pairs_mut().append_pair("all", "true");
        if let Some(since) = since {
            let date = TimeZone::UTC.to_datetime(since).date();
            url.query_pairs_mut().append_pair("since", &date.to_string());
        }
        url.query_pairs_mut().append_pair("older_id", &id.to_string());
        if let Ok(link) = HeaderValue::try_from(format!("<{url}>; rel=\"next\"")) {
            response.headers_mut().insert(header::LINK, link);
        }
    }
    response
}
