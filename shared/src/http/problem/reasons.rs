//! Why a request was refused, bounded: a small request must not have a large answer, however much is wrong with it.

use std::fmt;

use serde::Serialize;
use utoipa::ToSchema;

use crate::bunq::BankText;

/// At most this many reasons are answered.
const MOST: usize = 20;
/// At most this many characters of a pointer or a name are answered: callers' own names are in it.
const LONGEST_PLACE: usize = 64;
/// At most this many characters of a detail are answered.
const LONGEST_DETAIL: usize = 1000;

/// Which part of a request is invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place<'a> {
    /// A part of the body, as a JSON Pointer (RFC 6901); the empty one is the whole body.
    Body(&'a str),
    /// A parameter of the path or the query, or a header.
    Parameter(&'a str),
}

/// One reason. bunq's own texts have neither `pointer` nor `parameter`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Reason {
    /// The part of the body, as a JSON Pointer (RFC 6901); `""` is the whole body. One of more than 64 characters is
    /// cut, and ends in `…`.
    #[schema(nullable = false, example = "/amount")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// The name of the path parameter, query parameter or header. A name of more than 64 characters is cut, and ends in
    /// `…`.
    #[schema(nullable = false, example = "count")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// The field of bunq's own request that bunq's text names. It is often called as ours, but need not be.
    #[schema(nullable = false, example = "counterparty_alias")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bank_field: Option<String>,
    /// Why.
    pub detail: String,
}

/// Where, and why: in a line.
impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.pointer.as_deref().or(self.parameter.as_deref()) {
            Some("") => write!(f, "the body {}", self.detail),
            Some(place) => write!(f, "{place} {}", self.detail),
            None => f.write_str(&self.detail),
        }
    }
}

/// The first reasons of any number of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reasons {
    first: Vec<Reason>,
    total: usize,
}

impl Reasons {
    /// Adds what is wrong with a part of the request.
    pub fn push(&mut self, place: Place<'_>, detail: &str) {
        let (pointer, parameter) = match place {
            Place::Body(pointer) => (Some(cut(pointer, LONGEST_PLACE)), None),
            Place::Parameter(name) => (None, Some(cut(name, LONGEST_PLACE))),
        };
        self.add(Reason { pointer, parameter, bank_field: None, detail: cut(detail, LONGEST_DETAIL) });
    }

    /// What bunq said.
    pub(super) fn of_bank(texts: &[BankText]) -> Self {
        let mut reasons = Self::default();
        for text in texts {
            let bank_field = text.field().map(str::to_owned);
            reasons.add(Reason {
                pointer: None,
                parameter: None,
                bank_field,
                detail: cut(text.text(), LONGEST_DETAIL),
            });
        }
        reasons
    }

    fn add(&mut self, reason: Reason) {
        self.total += 1;
        if self.first.len() < MOST {
            self.first.push(reason);
        }
    }

    /// Adds the reasons of a part.
    pub(in crate::http) fn append(&mut self, part: Self) {
        self.total += part.total;
        let room = MOST.saturating_sub(self.first.len());
        self.first.extend(part.first.into_iter().take(room));
    }

    /// How many there were, answered or not.
    pub(in crate::http) const fn total(&self) -> usize {
        self.total
    }

    /// Whether there are more than are answered.
    pub(super) const fn is_cut(&self) -> bool {
        self.total > MOST
    }

    /// Those that are answered.
    pub(super) fn as_slice(&self) -> &[Reason] {
        &self.first
    }

    /// Only those that say where: ours. The bank's texts say nowhere.
    pub(super) fn without_bank_texts(mut self) -> Self {
        self.first.retain(|reason| reason.pointer.is_some() || reason.parameter.is_some());
        self.total = self.first.len();
        self
    }
}

/// The first characters of a text. A control character would take six bytes of JSON, so it is replaced.
fn cut(text: &str, longest: usize) -> String {
    let mut characters = text.chars().map(|sign| if sign.is_control() { char::REPLACEMENT_CHARACTER } else { sign });
    let mut start: String = characters.by_ref().take(longest).collect();
    if characters.next().is_some() {
        start.pop();
        start.push('…');
    }
    start
}
