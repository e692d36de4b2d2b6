//! Reasons why a request was rejected. Their number and length are limited, so that a small request cannot cause a
//! large answer.

use std::fmt;

use serde::Serialize;
use utoipa::ToSchema;

use crate::bunq::BankText;

/// The maximum number of reasons in an answer.
const MOST: usize = 20;
/// The maximum number of characters of a pointer or a name in an answer. Callers choose these texts.
const LONGEST_PLACE: usize = 64;
/// The maximum number of characters of a detail in an answer.
const LONGEST_DETAIL: usize = 1000;

/// The part of a request that is invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place<'a> {
    /// A part of the body, as a JSON Pointer (RFC 6901). The empty pointer is the whole body.
    Body(&'a str),
    /// A path parameter, a query parameter or a header.
    Parameter(&'a str),
}

/// One reason why a request was rejected. A reason that bunq reports has neither `pointer` nor `parameter`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Reason {
    /// The invalid part of the body, as a JSON Pointer (RFC 6901); `""` is the whole body. A pointer of more than 64
    /// characters is cut, and ends with `…`.
    #[schema(nullable = false, example = "/amount")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// The name of the path parameter, query parameter or header. A name of more than 64 characters is cut, and ends
    /// with `…`.
    #[schema(nullable = false, example = "count")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// The field of bunq's API that bunq's text names. Its name is often the same as in this API, but can differ.
    #[schema(nullable = false, example = "counterparty_alias")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bank_field: Option<String>,
    /// Why the part is invalid, or bunq's text.
    pub detail: String,
}

/// Writes the part and the reason in one line.
impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.pointer.as_deref().or(self.parameter.as_deref()) {
            Some("") => write!(f, "the body {}", self.detail),
            Some(place) => write!(f, "{place} {}", self.detail),
            None => f.write_str(&self.detail),
        }
    }
}

/// The first reasons, and the number of all reasons.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reasons {
    first: Vec<Reason>,
    total: usize,
}

impl Reasons {
    /// Adds the reason why a part of the request is invalid.
    pub fn push(&mut self, place: Place<'_>, detail: &str) {
        let (pointer, parameter) = match place {
            Place::Body(pointer) => (Some(cut(pointer, LONGEST_PLACE)), None),
            Place::Parameter(name) => (None, Some(cut(name, LONGEST_PLACE))),
        };
        self.add(Reason { pointer, parameter, bank_field: None, detail: cut(detail, LONGEST_DETAIL) });
    }

    /// Creates reasons from the texts of bunq's answer.
    pub(super) fn of_bank(texts: &[BankText]) -> Self {
        let mut reasons = Self::default();
        for text in texts {
            let (bank_field, detail) = (text.field().map(str::to_owned), cut(text.text(), LONGEST_DETAIL));
            reasons.add(Reason { bank_field, detail, ..Reason::default() });
        }
        reasons
    }

    fn add(&mut self, reason: Reason) {
        self.total += 1;
        if self.first.len() < MOST {
            self.first.push(reason);
        }
    }

    /// Adds the reasons of a part of the body.
    pub(in crate::http) fn append(&mut self, part: Self) {
        self.total += part.total;
        let room = MOST.saturating_sub(self.first.len());
        self.first.extend(part.first.into_iter().take(room));
    }

    /// Returns the number of all reasons, including those that are not in the answer.
    pub(in crate::http) const fn total(&self) -> usize {
        self.total
    }

    /// Returns whether there are more reasons than the answer contains.
    pub(super) const fn is_cut(&self) -> bool {
        self.total > MOST
    }

    /// Returns the reasons that the answer contains.
    pub(super) fn as_slice(&self) -> &[Reason] {
        &self.first
    }

    /// Keeps only our own reasons, which name a part of the request. The bank's texts name none.
    pub(super) fn without_bank_texts(mut self) -> Self {
        self.first.retain(|reason| reason.pointer.is_some() || reason.parameter.is_some());
        self.total = self.first.len();
        self
    }
}

/// Returns the first `longest` characters of a text. Control characters are replaced, because each would take six bytes
/// in JSON.
fn cut(text: &str, longest: usize) -> String {
    let mut characters = text.chars().map(|sign| if sign.is_control() { char::REPLACEMENT_CHARACTER } else { sign });
    let mut start: String = characters.by_ref().take(longest).collect();
    if characters.next().is_some() {
        start.pop();
        start.push('…');
    }
    start
}
