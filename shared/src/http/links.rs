//! Creates links to the adjacent pages of a listing (RFC 8288), as absolute URLs of this API.

use http::HeaderValue;
use url::Url;

use crate::bunq::{Neighbours, Page, PageStart};

/// Returns the `Link` header of a page. `listing` is the URL of the listing, without a query. `next` is the older page,
/// `prev` the newer page, and `latest` the newest page. Returns `None` if the links are invalid as a header value.
#[must_use]
pub fn links(listing: &Url, page: Page, neighbours: Neighbours) -> Option<HeaderValue> {
    let link = |from, relation: &str| {
        let mut url = listing.clone();
        url.query_pairs_mut().extend_pairs(Page { from, ..page }.query());
        format!("<{url}>; rel=\"{relation}\"")
    };
    let older = neighbours.older.map(|id| link(PageStart::OlderThan(id), "next"));
    let newer = neighbours.newer.map(|id| link(PageStart::NewerThan(id), "prev"));
    let all = older.into_iter().chain(newer).chain([link(PageStart::Newest, "latest")]);
    HeaderValue::try_from(all.collect::<Vec<_>>().join(", ")).ok()
}
