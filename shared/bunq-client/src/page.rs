//! Pages of a listing: `count`, and `older_id` or `newer_id`. <https://doc.bunq.com/basics/pagination>

use serde::Deserialize;
use url::Url;

use super::request::Query;

/// The maximum number of elements in a page.
pub const LARGEST_PAGE: u8 = 200;

/// Where a page begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageStart {
    /// At the newest element.
    Newest,
    /// At the first element that is older than this id.
    OlderThan(u64),
    /// After this id, in the direction of the newest element.
    NewerThan(u64),
}

/// A page of a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// The number of elements, 1 to 200.
    pub count: u8,
    /// Where the page begins.
    pub from: PageStart,
}

/// Where a walk from the newest to the oldest element goes on after a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Onward {
    /// At the page of elements that are older than this id. That page is below every element seen so far.
    Older(u64),
    /// Nowhere: this page is the last one.
    End,
    /// The page repeats elements of earlier pages. Do not use its elements. Which elements are missing is unknown.
    Repeats,
    /// The page is valid, but the next page would not begin below it. Which elements are missing is unknown.
    Stuck,
}

impl Page {
    /// The newest elements, as many as a page can have.
    pub const LARGEST: Self = Self { count: LARGEST_PAGE, from: PageStart::Newest };

    /// Returns the query parameters of the page.
    #[must_use]
    pub fn query(self) -> Query {
        let count = ("count", self.count.to_string());
        match self.from {
            PageStart::Newest => vec![count],
            PageStart::OlderThan(id) => vec![count, ("older_id", id.to_string())],
            PageStart::NewerThan(id) => vec![count, ("newer_id", id.to_string())],
        }
    }

    /// Returns where a walk continues after this page. `ids` are the ids of the page's elements. `older` is where the
    /// bank says that the next page begins. The walk does not trust the bank: each page must be below the one before,
    /// so every walk ends.
    #[must_use]
    pub fn onward(self, ids: &[u64], older: Option<u64>) -> Onward {
        let repeats = matches!(self.from, PageStart::OlderThan(bound) if ids.iter().any(|id| *id >= bound));
        let onward = match (older, ids.iter().min()) {
            _ if repeats => Onward::Repeats,
            (None, _) => Onward::End,
            (Some(older), Some(last)) if older <= *last => Onward::Older(older),
            // The position of an empty page is unknown, so nothing proves that the next page is further on.
            (Some(_), _) => Onward::Stuck,
        };
        if matches!(onward, Onward::Repeats | Onward::Stuck) {
            tracing::warn!("bunq: its pages do not lead on");
        }
        onward
    }
}

/// Where the neighbours of a page begin, according to the answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Neighbours {
    /// The next older page.
    pub older: Option<u64>,
    /// The next newer page.
    pub newer: Option<u64>,
}

#[derive(Deserialize)]
struct Wire {
    #[serde(rename = "Pagination")]
    pagination: Option<Pagination>,
}

#[derive(Deserialize)]
struct Pagination {
    older_url: Option<String>,
    newer_url: Option<String>,
}

impl Neighbours {
    /// Reads `Pagination` from a listing. Without it, the page has no neighbours.
    #[must_use]
    pub fn of(body: &[u8]) -> Self {
        Self::read(body).unwrap_or_default()
    }

    /// Reads `Pagination` from a listing. Returns `None` if the listing does not have it, or if it names an older page
    /// without an id: then it is unknown whether there are older elements.
    #[must_use]
    pub fn read(body: &[u8]) -> Option<Self> {
        let Pagination { older_url, newer_url } = serde_json::from_slice::<Wire>(body).ok()?.pagination?;
        let has_older = older_url.is_some();
        let older = id_in(older_url, "older_id");
        (older.is_some() == has_older).then(|| Self { older, newer: id_in(newer_url, "newer_id") })
    }
}

/// Returns the id in a URL of bunq. The URL is relative to bunq's host. The id is found by the parameter's name,
/// because its position varies.
fn id_in(url: Option<String>, name: &str) -> Option<u64> {
    let base = Url::parse("https://bunq.invalid").ok()?;
    let url = base.join(&url?).ok()?;
    url.query_pairs().find(|(key, _)| key == name)?.1.parse().ok()
}
