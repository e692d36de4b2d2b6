//! Removes credentials from the bank's texts before anything else reads them. bunq quotes what it refuses (`Invalid
//! hash "<token>"`), and its texts are answered to callers and stored.
//!
//! Two things are replaced by [`MARK`]: every part of a credential that the call sent, however it is escaped or cut,
//! and every long run of hexadecimal digits, since bunq's tokens and keys have that form and a text may quote one that
//! this call did not send. Request ids with hyphens (UUIDs) have no such run and stay.

use std::{
    collections::{BTreeSet, HashSet},
    fmt,
    ops::Range,
};

use secrecy::{ExposeSecret, SecretString};

use super::refusal::BankText;

/// Replaces what was removed.
pub const MARK: &str = "[redacted]";
/// A text that shares this many characters with a credential counts as quoting it.
const SHARED: usize = 12;
/// A credential shorter than this is not searched for: it would occur in ordinary words. bunq's shortest has 64
/// characters.
const SHORTEST: usize = 8;
/// A run of this many hexadecimal digits counts as a credential.
const HEX_RUN: usize = 20;
/// At most this many texts of an answer are kept. bunq sends one, rarely two.
const MOST_TEXTS: usize = 20;
/// At most this many characters of a text are kept. bunq's longest known text has about 200.
const LONGEST_TEXT: usize = 1000;

/// The credentials that one call sent.
#[derive(Clone, Default)]
pub struct SentCredentials(Vec<SecretString>);

impl fmt::Debug for SentCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SentCredentials({})", self.0.len())
    }
}

impl SentCredentials {
    /// Collects these credentials.
    #[must_use]
    pub fn new<'a>(credentials: impl IntoIterator<Item = &'a str>) -> Self {
        Self(credentials.into_iter().map(SecretString::from).collect())
    }

    /// Adds a credential.
    pub fn add(&mut self, credential: &str) {
        self.0.push(credential.into());
    }

    /// Returns the text without any credential.
    #[must_use]
    pub fn redact(&self, text: &str) -> String {
        let needles = self.needles();
        let lengths: BTreeSet<usize> = needles.iter().map(Vec::len).collect();
        let mut hidden = vec![false; text.len()];
        // The text is searched as it is and unescaped: a false escape sequence must not hide a character of a
        // credential.
        for signs in [raw(text), unescaped(text)] {
            let windows = lengths.iter().flat_map(|length| signs.windows(*length));
            let quotes = windows.filter(|window| needles.contains(&folded(window)));
            for range in quotes.chain(hex_runs(&signs)).filter_map(span) {
                hidden[range].fill(true);
            }
        }
        let mut redacted = String::with_capacity(text.len());
        for (at, sign) in text.char_indices() {
            if !hidden[at] {
                redacted.push(sign);
            } else if at == 0 || !hidden[at - 1] {
                redacted.push_str(MARK);
            }
        }
        redacted
    }

    /// Returns whether a text quotes a credential, as [`Self::redact`] would find. For texts that consist of ASCII
    /// letters, digits, `-` and `_`, and so contain nothing escaped.
    pub(crate) fn are_quoted_in(&self, plain: &str) -> bool {
        let plain = plain.to_ascii_lowercase();
        let is_hex_run = |run: &[u8]| run.len() >= HEX_RUN && run[0].is_ascii_hexdigit();
        let quotes = |credential: &str| {
            [raw(credential), unescaped(credential)].iter().any(|signs| {
                let credential: String = signs.iter().map(|sign| sign.folded).collect();
                if signs.len() <= SHARED {
                    return !credential.is_empty() && plain.contains(&credential);
                }
                plain
                    .as_bytes()
                    .windows(SHARED)
                    .any(|shared| std::str::from_utf8(shared).is_ok_and(|shared| credential.contains(shared)))
            })
        };
        let long_enough = |credential: &&str| credential.chars().count() >= SHORTEST;
        plain.as_bytes().chunk_by(|one, next| one.is_ascii_hexdigit() == next.is_ascii_hexdigit()).any(is_hex_run)
            || self.0.iter().map(ExposeSecret::expose_secret).filter(long_enough).any(quotes)
    }

    /// Returns the bank's texts without any credential. Their number and length are limited.
    #[must_use]
    pub fn redact_texts(&self, texts: Vec<BankText>) -> Vec<BankText> {
        let cut = |text: &str| text.chars().take(LONGEST_TEXT).collect::<String>();
        // The text is cut again afterwards, because a mark can be longer than what it replaces.
        let redact = |text: String| cut(&self.redact(&cut(&text)));
        texts
            .into_iter()
            .take(MOST_TEXTS)
            .map(|text| BankText {
                error_description: redact(text.error_description),
                error_description_translated: redact(text.error_description_translated),
            })
            .collect()
    }

    /// Returns what is searched for in a text: every run of [`SHARED`] characters of a credential, or all of a shorter
    /// one. A credential that looks escaped is searched for unescaped, too, even if that is shorter than [`SHORTEST`].
    fn needles(&self) -> HashSet<Vec<char>> {
        let mut needles = HashSet::new();
        let credentials = self.0.iter().map(ExposeSecret::expose_secret);
        for credential in credentials.filter(|credential| credential.chars().count() >= SHORTEST) {
            for signs in [raw(credential), unescaped(credential)].map(|signs| folded(&signs)) {
                needles.extend(signs.windows(signs.len().clamp(1, SHARED)).map(<[char]>::to_vec));
            }
        }
        needles
    }
}

/// A character of a text, folded to lower case, with its position in the text.
#[derive(Clone)]
struct Sign {
    folded: char,
    place: Range<usize>,
}

fn folded(signs: &[Sign]) -> Vec<char> {
    signs.iter().map(|sign| sign.folded).collect()
}

fn span(signs: &[Sign]) -> Option<Range<usize>> {
    Some(signs.first()?.place.start..signs.last()?.place.end)
}

fn hex_runs(signs: &[Sign]) -> impl Iterator<Item = &[Sign]> {
    let runs = signs.chunk_by(|one, next| one.folded.is_ascii_hexdigit() == next.folded.is_ascii_hexdigit());
    runs.filter(|run| run.len() >= HEX_RUN && run[0].folded.is_ascii_hexdigit())
}

/// Returns the characters of a text as they are.
fn raw(text: &str) -> Vec<Sign> {
    signs(text, |_| None)
}

/// Returns the characters of a text with its escape sequences decoded: `%2B` (also escaped twice: `%252B`), `\u002b`,
/// `\/`, `&#43;`, `&#x2b;`, `&amp;`.
fn unescaped(text: &str) -> Vec<Sign> {
    signs(text, escape)
}

fn signs(text: &str, escape: impl Fn(&str) -> Option<(char, usize)>) -> Vec<Sign> {
    let (mut signs, mut at) = (Vec::new(), 0);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let (folded, length) =
            escape(rest).or_else(|| rest.chars().next().map(|sign| (sign, sign.len_utf8()))).unwrap_or_default();
        signs.push(Sign { folded: folded.to_ascii_lowercase(), place: at..at + length });
        at += length;
    }
    signs
}

/// Returns the character of an escape sequence at the start of a text, and the sequence's length. Only ASCII characters
/// are decoded, because credentials are ASCII.
fn escape(text: &str) -> Option<(char, usize)> {
    let after = |rest: &str| text.len() - rest.len();
    let ascii = |code: u32| char::from_u32(code).filter(char::is_ascii);
    if let Some(mut rest) = text.strip_prefix('%') {
        while let Some(inner) = rest.strip_prefix("25").filter(|inner| hex(inner, 2).is_some()) {
            rest = inner;
        }
        let code = hex(rest, 2)?;
        return Some((ascii(code)?, after(rest) + 2));
    }
    if let Some(rest) = text.strip_prefix('\\') {
        let rest = rest.trim_start_matches('\\');
        if let Some(code) = rest.strip_prefix('u').and_then(|digits| hex(digits, 4)) {
            return Some((ascii(code)?, after(rest) + 5));
        }
        let sign = rest.chars().next().filter(|sign| ['/', '"', '\''].contains(sign))?;
        return Some((sign, after(rest) + 1));
    }
    let name = text.strip_prefix('&')?.split_once(';')?.0;
    let sign = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let number = name.strip_prefix('#').filter(|number| number.len() <= 6)?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16),
                None => number.parse(),
            };
            ascii(code.ok()?)?
        }
    };
    Some((sign, name.len() + 2))
}

/// Returns the number at the start of a text that has this many hexadecimal digits.
fn hex(text: &str, digits: usize) -> Option<u32> {
    let digits = text.get(..digits).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
    u32::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::SentCredentials;

    proptest! {
        #[test]
        fn both_ways_to_search_a_plain_text_agree(
            credentials in prop::collection::vec("[a-f0-9A-F%2-]{0,30}|[a-c]{6,14}", 0..3),
            around in "[a-zA-Z0-9_-]{0,8}",
            (from, length) in (0_usize..30, 0_usize..30),
            hex in "[0-9a-fA-F]{0,24}",
        ) {
            let quoted = credentials.first().map(|one| one.chars().skip(from).take(length).collect::<String>());
            let quoted: String = quoted.unwrap_or_default().chars().filter(|sign| *sign != '%').collect();
            let plain = format!("{around}{}-{hex}", quoted.to_uppercase());
            let sent = SentCredentials::new(credentials.iter().map(String::as_str));

            prop_assert_eq!(sent.are_quoted_in(&plain), sent.redact(&plain) != plain, "{}", plain);
        }
    }
}
