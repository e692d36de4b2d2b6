//! Removes from texts of errors whatever could be a secret or belong to a person.
//!
//! Three rules, each sufficient for most texts: known values, which are all secrets that were sent or received and all
//! other texts in answers; long runs of hexadecimal digits and parts of credentials, by the client's own rule; and
//! every word that looks like a number of an account, an id, an address or a key.

use std::{collections::BTreeSet, fmt, net::IpAddr};

use bunq_client::{REDACTED, SentCredentials};
use serde_json::Value;

use super::shape::is_word;

/// Shorter texts are words of the language rather than values.
const SHORTEST: usize = 4;
/// A word with this many characters and a digit among them is taken for a value.
const LONG: usize = 8;
/// The most characters of a text in the report.
const LONGEST: usize = 400;

/// All values that must not be in the report.
#[derive(Default)]
pub(super) struct Known {
    values: BTreeSet<String>,
    credentials: SentCredentials,
}

impl fmt::Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Known({})", self.values.len())
    }
}

impl Known {
    /// Adds a secret. A text that quotes only a part of it is scrubbed, too.
    pub(super) fn secret(&mut self, text: &str) {
        if self.value(text) {
            self.credentials.add(text);
        }
    }

    /// Adds a value. Returns whether it is new.
    pub(super) fn value(&mut self, text: &str) -> bool {
        text.chars().count() >= SHORTEST && self.values.insert(text.to_lowercase())
    }

    /// Adds every text in a JSON value that is not a word of the protocol.
    pub(super) fn texts_in(&mut self, field: &str, value: &Value) {
        match value {
            Value::String(text) if is_word(field, text) => {}
            Value::String(text) => {
                self.value(text);
            }
            Value::Array(values) => values.iter().for_each(|value| self.texts_in(field, value)),
            Value::Object(fields) => fields.iter().for_each(|(name, value)| self.texts_in(name, value)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// Returns the text without values.
    pub(super) fn scrub(&self, text: &str) -> String {
        let short: String = text.chars().take(LONGEST).collect();
        let mut text = self.credentials.redact(&short);
        // Longer values first: a value can contain another.
        let mut values: Vec<_> = self.values.iter().collect();
        values.sort_by_key(|value| std::cmp::Reverse(value.len()));
        for value in values {
            text = without(&text, value);
        }
        let is_part = |sign: char| sign.is_alphanumeric() || matches!(sign, '-' | '.' | ':' | '@' | '_' | '+' | '/');
        let mut scrubbed = String::new();
        let mut word = String::new();
        for sign in text.chars().chain(std::iter::once('\n')) {
            if is_part(sign) {
                word.push(sign);
            } else {
                scrubbed.push_str(if is_value(&word) { REDACTED } else { &word });
                word.clear();
                scrubbed.push(sign);
            }
        }
        scrubbed.trim_end_matches('\n').to_owned()
    }
}

/// Returns the text without a value, in any case of its letters.
fn without(text: &str, value: &str) -> String {
    let lower = text.to_lowercase();
    // Some letters have another length in lower case. Then the places differ, so the whole text goes.
    if lower.len() != text.len() {
        return if lower.contains(value) { REDACTED.to_owned() } else { text.to_owned() };
    }
    let mut rest = 0;
    let mut kept = String::new();
    for (at, found) in lower.match_indices(value) {
        let (Some(before), true) = (text.get(rest..at), is_whole(&lower, at, found.len())) else { continue };
        kept.push_str(before);
        kept.push_str(REDACTED);
        rest = at + found.len();
    }
    kept.push_str(text.get(rest..).unwrap_or_default());
    kept
}

/// Returns whether a match is not inside a longer word.
fn is_whole(text: &str, at: usize, length: usize) -> bool {
    let before = text.get(..at).and_then(|text| text.chars().next_back());
    let after = text.get(at + length..).and_then(|text| text.chars().next());
    !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
}

/// Returns whether a word looks like a number of an account, an id, an address or a key.
fn is_value(word: &str) -> bool {
    let word = word.trim_matches(|sign: char| !sign.is_alphanumeric());
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    // The bank's own pages, such as https://together.bunq.com/d/15399, say what to do.
    let of_bank =
        word.starts_with("https://") && word.split('/').nth(2).is_some_and(|host| host.ends_with(".bunq.com"));
    let is_long = word.chars().count() >= LONG && digits > 0;
    !of_bank && (word.contains('@') || is_long || digits >= SHORTEST || word.parse::<IpAddr>().is_ok())
}
