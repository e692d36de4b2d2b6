//! Pages of a listing: `count`, and `older_id` or `newer_id`. <https://doc.bunq.com/basics/pagination>

use serde::Deserialize;
use url::Url;

use super::request::Query;

/// How many elements a page has at the most.
pub const LARGEST_PAGE: u8 = 200;

/// Where a page begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageStart {
    /// At the newest element.
    Newest,
    /// At the first element older than this one.
    OlderThan(u64),
    /// After this one, towards the newest.
    NewerThan(u64),
}

/// A page of a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// How many elements, 1 to 200.
    pub count: u8,
    /// Where it begins.
    pub from: PageStart,
}

impl Page {
    /// The newest elements, as many as a page can have.
    pub const LARGEST: Self = Self { count: LARGEST_PAGE, from: PageStart::Newest };

    /// Its query.
    #[must_use]
    pub fn query(self) -> Query {
        let count = ("count", self.count.to_string());
        match self.from {
            PageStart::Newest => vec![count],
            PageStart::OlderThan(id) => vec![count, ("older_id", id.to_string())],
            PageStart::NewerThan(id) => vec![count, ("newer_id", id.to_string())],
        }
    }
}

/// Where a walk from the newest to the oldest element goes on after a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Onward {
    /// At the page of what is older than this id: below everything that was seen.
    Older(u64),
    /// Nowhere: this page was the last.
    End,
    /// The page holds what earlier pages held. Its elements are not to be used, and what is missing is not known.
    Repeats,
    /// The page is good, but the next one would not begin below it. What is missing is not known.
    Stuck,
}

impl Page {
    /// Where a walk goes on after this page. `ids` are those of its elements, `older` is what the bank says of the next
    /// page. The bank is not believed: each page must be below the one before, so a walk ends.
    #[must_use]
    pub fn onward(self, ids: &[u64], older: Option<u64>) -> Onward {
        let bound = match self.from {
            PageStart::OlderThan(id) => Some(id),
            PageStart::Newest | PageStart::NewerThan(_) => None,
        };
        let onward = if bound.is_some_and(|bound| ids.iter().any(|id| *id >= bound)) {
            Onward::Repeats
        } else {
            Self::next(ids, older)
        };
        if matches!(onward, Onward::Repeats | Onward::Stuck) {
            tracing::warn!("bunq: its pages do not lead on");
        }
        onward
    }

    fn next(ids: &[u64], older: Option<u64>) -> Onward {
        match (older, ids.iter().min()) {
            (None, _) => Onward::End,
            (Some(older), Some(last)) if older <= *last => Onward::Older(older),
            // An empty page says nothing of where it is, so nothing shows that the next is further on.
            (Some(_), _) => Onward::Stuck,
        }
    }
}

/// Where the neighbours of a page begin, as the answer says.
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
    /// Reads a listing's `Pagination`; where there is none, there are no neighbours.
    #[must_use]
    pub fn of(body: &[u8]) -> Self {
        let pagination = serde_json::from_slice::<Wire>(body).ok().and_then(|wire| wire.pagination);
        let Some(Pagination { older_url, newer_url }) = pagination else { return Self::default() };
        Self { older: id_in(older_url, "older_id"), newer: id_in(newer_url, "newer_id") }
    }
}

/// An id in a URL of bunq's, which is relative to its host, by the parameter's name: its place changes.
fn id_in(url: Option<String>, name: &str) -> Option<u64> {
    let base = Url::parse("https://bunq.invalid").ok()?;
    let url = base.join(&url?).ok()?;
    url.query_pairs().find(|(key, _)| key == name)?.1.parse().ok()
}
