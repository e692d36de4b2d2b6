//! Removes credentials from the bank's texts before anything else reads them. bunq quotes what it refuses (`Invalid
//! hash "<token>"`), and its texts are answered to callers and stored.
//!
//! Two things are replaced by [`MARK`]: every part of a credential that the call sent, however it is escaped or cut,
//! and every long run of hexadecimal digits, since bunq's tokens and keys have that form and a text may quote one that
//! this call did not send. Request ids with hyphens (UUIDs) have no such run and stay.

use std::{collections::HashSet, fmt, ops::Range};

use secrecy::{ExposeSecret as _, SecretString};

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
        let mut hidden = vec![false; text.len()];
        // The text is searched as it is and unescaped: a false escape sequence must not hide a character of a
        // credential.
        for signs in [raw(text), unescaped(text)] {
            for range in needles.found_in(&signs).into_iter().chain(hex_runs(&signs)) {
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

    /// Returns the bank's texts without any credential. Their number and length are limited.
    #[must_use]
    pub fn redact_texts(&self, texts: Vec<BankText>) -> Vec<BankText> {
        let cut = |text: &str, longest| text.chars().take(longest).collect::<String>();
        // The text is cut again afterwards, because a mark can be longer than what it replaces.
        let redact = |text: String| cut(&self.redact(&cut(&text, LONGEST_TEXT)), LONGEST_TEXT);
        texts
            .into_iter()
            .take(MOST_TEXTS)
            .map(|text| BankText {
                error_description: redact(text.error_description),
                error_description_translated: redact(text.error_description_translated),
            })
            .collect()
    }

    fn needles(&self) -> Needles {
        let mut needles = Needles::default();
        for credential in &self.0 {
            for signs in [raw(credential.expose_secret()), unescaped(credential.expose_secret())] {
                needles.add(&signs.iter().map(|sign| sign.folded).collect::<Vec<_>>());
            }
        }
        needles
    }
}

/// What is searched for in a text.
#[derive(Default)]
struct Needles {
    /// Every run of [`SHARED`] characters of a longer credential.
    runs: HashSet<Vec<char>>,
    /// Credentials that are shorter than [`SHARED`] characters.
    whole: HashSet<Vec<char>>,
}

impl Needles {
    fn add(&mut self, credential: &[char]) {
        if credential.len() >= SHARED {
            self.runs.extend(credential.windows(SHARED).map(<[char]>::to_vec));
        } else if credential.len() >= SHORTEST {
            self.whole.insert(credential.to_vec());
        }
    }

    fn found_in(&self, signs: &[Sign]) -> Vec<Range<usize>> {
        let folded: Vec<char> = signs.iter().map(|sign| sign.folded).collect();
        let lengths = (SHORTEST..SHARED).map(|length| (length, &self.whole)).chain([(SHARED, &self.runs)]);
        lengths
            .filter(|(_, needles)| !needles.is_empty())
            .flat_map(|(length, needles)| {
                let windows = folded.windows(length).enumerate();
                windows.filter(|(_, window)| needles.contains(*window)).map(move |(at, _)| (at, length))
            })
            .filter_map(|(at, length)| span(signs.get(at..at + length)?))
            .collect()
    }
}

/// A character of a text, folded to lower case, with its position in the text.
#[derive(Clone)]
struct Sign {
    folded: char,
    place: Range<usize>,
}

fn span(signs: &[Sign]) -> Option<Range<usize>> {
    Some(signs.first()?.place.start..signs.last()?.place.end)
}

fn hex_runs(signs: &[Sign]) -> impl Iterator<Item = Range<usize>> {
    let runs = signs.chunk_by(|one, next| one.folded.is_ascii_hexdigit() == next.folded.is_ascii_hexdigit());
    runs.filter(|run| run.len() >= HEX_RUN && run[0].folded.is_ascii_hexdigit()).filter_map(span)
}

/// Returns the characters of a text as they are.
fn raw(text: &str) -> Vec<Sign> {
    let sign = |(at, sign): (usize, char)| Sign { folded: sign.to_ascii_lowercase(), place: at..at + sign.len_utf8() };
    text.char_indices().map(sign).collect()
}

/// Returns the characters of a text with its escape sequences decoded: `%2B` (also escaped twice: `%252B`), `\u002b`,
/// `\/`, `&#43;`, `&#x2b;`, `&amp;`.
fn unescaped(text: &str) -> Vec<Sign> {
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
