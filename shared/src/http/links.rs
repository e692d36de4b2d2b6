//! Links to a page's neighbours (RFC 8288), as our own absolute URLs.

use http::HeaderValue;
use url::Url;

use crate::bunq::{Neighbours, Page, PageStart};

/// The `Link` header of a page of `listing` (the listing's own URL, without a query): `next` is older, `prev` is newer, `latest` is the
/// newest page.
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
