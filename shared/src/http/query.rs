//! Query parameters, read by name: every error at once, and what is not asked for is refused, so that a misspelt
//! `older_id` does not answer the newest page.

use std::{convert::Infallible, fmt, str::FromStr};

use axum::extract::FromRequestParts;
use http::request::Parts;
use url::form_urlencoded;

use super::{Place, Problem, Reasons};
use crate::{
    bunq::{LARGEST_PAGE, Page, PageStart},
    types::ids::IdError,
};

/// How many elements a page has where nobody says.
const USUAL_PAGE: u8 = 50;
/// At most this many parameters are read. No route has more than five.
const MOST_PARAMETERS: usize = 50;

/// The parameters of a request, still to be read.
#[derive(Debug)]
pub struct QueryParameters(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for QueryParameters {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let query = parts.uri.query().unwrap_or_default();
        // One more than there may be, so that too many can be told.
        let pairs = form_urlencoded::parse(query.as_bytes()).take(MOST_PARAMETERS + 1);
        Ok(Self(pairs.map(|(name, value)| (name.into_owned(), value.into_owned())).collect()))
    }
}

/// Parameters under reading.
pub struct Parameters {
    left: Vec<(String, String)>,
    reasons: Reasons,
}

impl Parameters {
    /// Notes what is wrong with a parameter.
    pub fn refuse(&mut self, name: &str, detail: &str) {
        self.reasons.push(Place::Parameter(name), detail);
    }

    /// An optional parameter. If its value is invalid, the type's own error says why.
    pub fn parsed<T: FromStr<Err: fmt::Display>>(&mut self, name: &str) -> Option<T> {
        let text = self.optional::<String>(name, "")?;
        text.parse().map_err(|error: T::Err| self.refuse(name, &error.to_string())).ok()
    }

    /// An optional parameter; `must` says what is wrong with an invalid value.
    pub fn optional<T: FromStr>(&mut self, name: &str, must: &str) -> Option<T> {
        let (found, left): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.left).into_iter().partition(|(key, _)| key == name);
        self.left = left;
        match found.as_slice() {
            [] => None,
            [(_, text)] => {
                let parsed = text.parse().ok();
                if parsed.is_none() {
                    self.refuse(name, must);
                }
                parsed
            }
            _ => {
                self.refuse(name, "is there twice");
                None
            }
        }
    }

    /// Which page, of 50 elements by default.
    pub fn page(&mut self) -> Page {
        self.page_of(USUAL_PAGE)
    }

    /// Which page, of `usual` elements by default.
    pub fn page_of(&mut self, usual: u8) -> Page {
        let ids = "must be a whole number up to 9223372036854775807";
        let count = self.optional::<u8>("count", "must be 1 to 200");
        let (older, newer) = (self.optional::<AnyId>("older_id", ids), self.optional::<AnyId>("newer_id", ids));
        if count.is_some_and(|count| !(1..=LARGEST_PAGE).contains(&count)) {
            self.refuse("count", "must be 1 to 200");
        }
        let from = match (older, newer) {
            (None, None) => PageStart::Newest,
            (Some(AnyId(id)), None) => PageStart::OlderThan(id),
            (None, Some(AnyId(id))) => PageStart::NewerThan(id),
            (Some(_), Some(_)) => {
                self.refuse("newer_id", "cannot be combined with older_id");
                PageStart::Newest
            }
        };
        Page { count: count.unwrap_or(usual), from }
    }
}

/// An element before or after which a page begins; it need not exist. bunq's ids are signed 64-bit on the wire.
struct AnyId(u64);

impl FromStr for AnyId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        // `parse` takes a sign, too.
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        let id = text.parse::<u64>().ok().filter(|id| digits && *id <= i64::MAX.cast_unsigned());
        id.map(Self).ok_or(IdError::NotNumber)
    }
}

impl QueryParameters {
    pub(super) fn of(parameters: impl Iterator<Item = (String, String)>) -> Self {
        Self(parameters.collect())
    }

    /// Reads the parameters.
    ///
    /// # Errors
    /// A [`Problem`] with the first reasons.
    pub fn read<T>(self, read: impl FnOnce(&mut Parameters) -> T) -> Result<T, Problem> {
        self.read_some(|parameters| {
            let read = read(parameters);
            for (name, _) in std::mem::take(&mut parameters.left) {
                parameters.refuse(&name, "is not a parameter of this route");
            }
            read
        })
    }

    /// Reads the parameters of a page that people follow links to. Parameters that nobody asks for are ignored:
    /// anything on the way may have added one (RFC 6749 section 3.1 demands the same of an authorization endpoint).
    ///
    /// # Errors
    /// A [`Problem`] with every reason.
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
