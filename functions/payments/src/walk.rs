//! Reads all payments back to a date, in one array. Each element is what bunq wrote; the pages are what bunq signed.
//! The size of the answer bounds the memory.

use axum::response::{IntoResponse as _, Response};
use shared::{
    bunq::PageStart,
    http::{ConnectedUser, Problem, RawElement, Size, json, next_link},
    types::{ids::MonetaryAccountId, since::Since},
};

use crate::pages::{Pages, Step};

const OPENING: &str = "{\"Response\":[";
const CLOSING: &str = "]}";

pub(crate) async fn all<S>(
    user: &ConnectedUser<S>,
    account: MonetaryAccountId,
    from: PageStart,
    since: Option<&Since>,
) -> Result<Response, Problem> {
    let (mut body, mut last, mut size) = (OPENING.to_owned(), None, Size::of(OPENING.as_bytes()));
    let mut pages = Pages::new(user, account, from);
    let end = loop {
        let payments = match pages.step().await? {
            Step::Payments(payments) => payments,
            Step::Complete => break None,
            Step::Interrupted => break last,
        };
        match append((&mut body, &mut size), &mut last, &payments, since) {
            Appended::All => {}
            Appended::UpToDate => break None,
            Appended::UpToSize => break last,
        }
    };
    body.push_str(CLOSING);
    Ok(answer(user, account, body, end, since))
}

enum Appended {
    All,
    UpToDate,
    UpToSize,
}

/// Appends the elements of a page, up to the date and the size. `last` is the id of the last element that was examined.
///
/// A payment can have a higher id than another and be older, and bunq may list something without a time or of another
/// kind. So only elements that are certainly older than `since` are left out, and everything else is passed on. The
/// walk ends with the first page whose elements are all older.
fn append(
    (body, size): (&mut String, &mut Size),
    last: &mut Option<u64>,
    elements: &[RawElement],
    since: Option<&Since>,
) -> Appended {
    let mut is_older = !elements.is_empty();
    for element in elements {
        let (text, id) = (element.text(), element.id());
        if since.zip(element.created()).is_some_and(|(since, created)| created < since.at()) {
            *last = id.or(*last);
            continue;
        }
        is_older = false;
        let larger = size.and(Size::of(text.as_bytes())).and(Size::of(b","));
        if !larger.fits(CLOSING.len()) && last.is_some() {
            return Appended::UpToSize;
        }
        *size = larger;
        if body.len() > OPENING.len() {
            body.push(',');
        }
        body.push_str(text);
        *last = id.or(*last);
    }
    if is_older { Appended::UpToDate } else { Appended::All }
}

/// The answer, with a link to where it continues, which is below the payment `end`.
fn answer<S>(
    user: &ConnectedUser<S>,
    account: MonetaryAccountId,
    body: String,
    end: Option<u64>,
    since: Option<&Since>,
) -> Response {
    let Some(id) = end else { return json(body) };
    let mut url = user.public_url(&format!("user/{}/payments/{account}", user.connection.user_id));
    url.query_pairs_mut().append_pair("all", "true");
    if let Some(since) = since {
        url.query_pairs_mut().append_pair("since", since.as_str());
    }
    url.query_pairs_mut().append_pair("older_id", &id.to_string());
    (next_link(&url), json(body)).into_response()
}
