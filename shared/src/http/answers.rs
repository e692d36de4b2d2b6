//! Successful answers: the bank's own bytes, a page of a listing with links to its neighbours (RFC 8288), and what a
//! request created.

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderName, HeaderValue, StatusCode, header};
use url::Url;

use super::{Holder, IdempotencyHeader, Problem, problem::REPLAYED};
use crate::{
    bunq::{Call, Neighbours, Page, PageStart, Resource, Verified},
    store::ReadPart,
    tpp::Started,
};

/// The maximum size of an answer, in bytes.
const LARGEST_ANSWER: usize = 5_000_000;

/// The maximum size of an answer as Lambda passes it on: as text in JSON. Its limit is 6,291,556 bytes, with headers.
const LARGEST_ESCAPED: usize = 6_000_000;

/// The size of a text, by which it is decided whether an answer is too large.
#[derive(Clone, Copy, Debug, Default)]
pub struct Size {
    bytes: usize,
    /// The bytes that Lambda adds.
    escapes: usize,
}

impl Size {
    /// Returns the size of a text.
    #[must_use]
    pub fn of(text: &[u8]) -> Self {
        let escape = |byte: &u8| match byte {
            b'"' | b'\\' | b'\n' | b'\r' | b'\t' => 1,
            0..0x20 => 5,
            _ => 0,
        };
        Self { bytes: text.len(), escapes: text.iter().map(escape).sum() }
    }

    /// Returns the size of both texts.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self { bytes: self.bytes + other.bytes, escapes: self.escapes + other.escapes }
    }

    /// Returns whether an answer of this size can be passed on, if another `room` bytes are added.
    #[must_use]
    pub const fn fits(self, room: usize) -> bool {
        let bytes = self.bytes + room;
        bytes <= LARGEST_ANSWER && bytes + self.escapes <= LARGEST_ESCAPED
    }
}

/// Returns whether a text can be passed on as an answer. An escape adds five bytes at most, so a short text need not be
/// searched for them.
fn fits(text: &[u8]) -> bool {
    text.len() <= LARGEST_ESCAPED / 6 || Size::of(text).fits(0)
}

/// The header `Link` of an answer. `None` if it is invalid as a header value.
pub type LinkHeader = Option<[(HeaderName, HeaderValue); 1]>;

/// Returns an answer with this text, which is JSON.
#[must_use]
pub fn json(text: impl Into<Body>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], text.into()).into_response()
}

/// An answer of the bank, whose signature was verified over exactly these bytes. It is passed on unchanged.
#[derive(Clone, Debug)]
pub struct BankAnswer(pub Verified);

impl IntoResponse for BankAnswer {
    fn into_response(self) -> Response {
        let Verified { body, response_id } = self.0;
        let id = response_id.and_then(|id| HeaderValue::try_from(id).ok());
        (id.map(|id| [("bunq-response-id", id)]), json(body)).into_response()
    }
}

/// Reads one page from the bank and answers it. `path` is the path of the listing below the public URL.
///
/// # Errors
/// Returns `answer_too_large` if the page is too large, and the errors of [`Holder::call`].
pub async fn listing<S, C: Call<Output = Verified>>(
    session: &Holder<S>,
    path: &str,
    page: Page,
    call: &C,
) -> Result<Response, Problem> {
    let answer = session.call(call).await?;
    if !fits(&answer.body) {
        return Err(Problem::answer_too_large());
    }
    let links = links(&session.public_url(path), page, Neighbours::of(&answer.body));
    Ok((links, BankAnswer(answer)).into_response())
}

/// Returns whether a page is the first one of a read. Only an older page continues one: newer pages, and the newest,
/// can have new elements each time.
#[must_use]
pub const fn part_of(from: PageStart) -> ReadPart {
    match from {
        PageStart::Newest | PageStart::NewerThan(_) => ReadPart::First,
        PageStart::OlderThan(_) => ReadPart::Further,
    }
}

/// Returns the links of a page, as absolute URLs of this API. `listing` is the URL of the listing, without a query.
/// `next` is the older page, `prev` the newer page, and `latest` the newest page.
#[must_use]
pub fn links(listing: &Url, page: Page, neighbours: Neighbours) -> LinkHeader {
    let link = |from, relation: &str| {
        let mut url = listing.clone();
        url.query_pairs_mut().extend_pairs(Page { from, ..page }.query());
        format!("<{url}>; rel=\"{relation}\"")
    };
    let older = neighbours.older.map(|id| link(PageStart::OlderThan(id), "next"));
    let newer = neighbours.newer.map(|id| link(PageStart::NewerThan(id), "prev"));
    let all = older.into_iter().chain(newer).chain([link(PageStart::Newest, "latest")]);
    link_header(all.collect::<Vec<_>>().join(", "))
}

/// Returns the link to where a listing continues.
#[must_use]
pub fn next_link(url: &Url) -> LinkHeader {
    link_header(format!("<{url}>; rel=\"next\""))
}

fn link_header(links: String) -> LinkHeader {
    HeaderValue::try_from(links).ok().map(|links| [(header::LINK, links)])
}

/// Returns the answer to a request that creates an order once, in our collection `R`: 201 with its location, or the
/// problem. Every answer contains the idempotency key, because a caller cannot safely repeat the request without it.
#[must_use]
pub fn created_response<R: Resource, S>(
    session: &Holder<S>,
    key: &IdempotencyHeader,
    parent: R::Parent,
    started: Result<Started, Problem>,
) -> Response {
    let path = session.collection::<R>(parent);
    let response = started.map_or_else(Problem::into_response, |started| success(session, &path, started));
    let key = HeaderValue::try_from(key.as_str()).ok();
    (key.map(|key| [("idempotency-key", key)]), response).into_response()
}

fn success<S>(session: &Holder<S>, path: &str, started: Started) -> Response {
    let location = session.public_url(&format!("{path}/{}", started.id));
    let replayed = started.replayed.then_some([(REPLAYED, "true")]);
    (StatusCode::CREATED, [(header::LOCATION, location.as_str())], replayed, json(started.body)).into_response()
}
