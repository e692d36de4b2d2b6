//! Reads query parameters by name. Reports every error at once. Rejects unknown parameters, so that a misspelt
//! `older_id` does not return the newest page.

use std::{convert::Infallible, fmt, ops::RangeInclusive, str::FromStr};

use axum::extract::FromRequestParts;
use http::request::Parts;
use url::form_urlencoded;

use super::{Place, Problem, Reasons};
use crate::{
    bunq::{LARGEST_PAGE, Page, PageStart},
    types::ids::IdError,
};

/// The default number of elements of a page.
const USUAL_PAGE: u8 = 50;
/// The maximum number of parameters. No route has more than six.
const MOST_PARAMETERS: usize = 50;

/// The query parameters of a request that are not parsed yet.
#[derive(Debug)]
pub struct QueryParameters(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for QueryParameters {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let query = parts.uri.query().unwrap_or_default();
        // Reads one more than the maximum, so that a query with too many is detected.
        let pairs = form_urlencoded::parse(query.as_bytes()).take(MOST_PARAMETERS + 1);
        Ok(Self(pairs.map(|(name, value)| (name.into_owned(), value.into_owned())).collect()))
    }
}

/// The query parameters while they are read. A parameter that was read is removed.
pub struct Parameters {
    left: Vec<(String, String)>,
    reasons: Reasons,
}

impl Parameters {
    /// Records why a parameter is invalid.
    pub fn refuse(&mut self, name: &str, detail: &str) {
        self.reasons.push(Place::Parameter(name), detail);
    }

    /// Reads and parses an optional parameter. Returns `None` if it is absent. Also returns `None` if the value is
    /// invalid, and records the error of the parser as the reason, which [`QueryParameters::read`] reports.
    pub fn parsed<T: FromStr<Err: fmt::Display>>(&mut self, name: &str) -> Option<T> {
        let text = self.text(name)?;
        text.parse().map_err(|error: T::Err| self.refuse(name, &error.to_string())).ok()
    }

    /// Reads an optional parameter, and parses it. If the value is invalid, `must` is the reason.
    pub fn optional<T: FromStr>(&mut self, name: &str, must: &str) -> Option<T> {
        let text = self.text(name)?;
        text.parse().map_err(|_| self.refuse(name, must)).ok()
    }

    /// Reads an optional parameter as it is.
    pub fn text(&mut self, name: &str) -> Option<String> {
        let mut found: Vec<_> = self.left.extract_if(.., |(key, _)| key == name).collect();
        if found.len() > 1 {
            self.refuse(name, "is duplicated");
            return None;
        }
        found.pop().map(|(_, text)| text)
    }

    /// Reads which page is requested. The default size is 50 elements.
    pub fn page(&mut self) -> Page {
        self.page_of(USUAL_PAGE)
    }

    /// Reads an optional whole number in a range.
    pub fn number(&mut self, name: &str, range: RangeInclusive<u8>) -> Option<u8> {
        let must = format!("must be {} to {}", range.start(), range.end());
        let number = self.optional::<u8>(name, &must)?;
        if !range.contains(&number) {
            self.refuse(name, &must);
        }
        Some(number)
    }

    /// Reads how many elements are requested, at the most.
    pub fn count(&mut self) -> Option<u8> {
        self.number("count", 1..=LARGEST_PAGE)
    }

    /// Reads which page is requested. The default size is `usual` elements.
    pub fn page_of(&mut self, usual: u8) -> Page {
        let ids = "must be a whole number up to 9223372036854775807";
        let count = self.count().unwrap_or(usual);
        let (older, newer) = (self.optional::<AnyId>("older_id", ids), self.optional::<AnyId>("newer_id", ids));
        let from = match (older, newer) {
            (None, None) => PageStart::Newest,
            (Some(AnyId(id)), None) => PageStart::OlderThan(id),
            (None, Some(AnyId(id))) => PageStart::NewerThan(id),
            (Some(_), Some(_)) => {
                self.refuse("newer_id", "cannot be combined with older_id");
                PageStart::Newest
            }
        };
        Page { count, from }
    }
}

/// The id before or after which a page begins. No element needs to have this id. bunq's ids are signed 64-bit integers
/// on the wire.
struct AnyId(u64);

impl FromStr for AnyId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        // `parse` also accepts a sign.
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        let id = text.parse::<u64>().ok().filter(|id| digits && *id <= i64::MAX.cast_unsigned());
        id.map(Self).ok_or(IdError::NotNumber)
    }
}

impl QueryParameters {
    pub(super) fn of(parameters: impl Iterator<Item = (String, String)>) -> Self {
        Self(parameters.collect())
    }

    /// Reads the parameters, and rejects unknown ones.
    ///
    /// # Errors
    /// Returns `invalid_request` if a parameter is invalid, duplicated or unknown, or if there are more than 50.
    /// Contains the first twenty reasons.
    pub fn read<T>(self, read: impl FnOnce(&mut Parameters) -> T) -> Result<T, Problem> {
        self.read_some(|parameters| {
            let read = read(parameters);
            for (name, _) in std::mem::take(&mut parameters.left) {
                parameters.refuse(&name, "is not a parameter of this route");
            }
            read
        })
    }

    /// Reads the parameters of a page that people open by links. Unknown parameters are ignored, because other parties
    /// may have added them to the link (RFC 6749 section 3.1 requires the same of an authorization endpoint).
    ///
    /// # Errors
    /// Returns `invalid_request` if a parameter is invalid or duplicated, or if there are more than 50. Contains the
    /// first twenty reasons.
    pub fn read_some<T>(self, read: impl FnOnce(&mut Parameters) -> T) -> Result<T, Problem> {
        if self.0.len() > MOST_PARAMETERS {
            return Err(Problem::invalid_query("must have at most 50 parameters"));
        }
        let mut parameters = Parameters { left: self.0, reasons: Reasons::default() };
        let read = read(&mut parameters);
        if parameters.reasons.total() == 0 { Ok(read) } else { Err(Problem::invalid_fields(parameters.reasons)) }
    }
}

impl fmt::Debug for Parameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Parameters")
    }
}
