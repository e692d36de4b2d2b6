//! Reads why the bank refused a call. The bank has no error codes: it sends a status, and texts in two languages.

use serde::{Deserialize, Deserializer, Serialize};

/// The longest field name that is passed on. bunq's longest has about 50 characters.
const LONGEST_NAME: usize = 64;
/// Words of a refusal that is about an amount, even if it names a currency.
const ABOUT_AMOUNTS: &[&str] = &["balance", "insufficient", "exceed", "limit"];

/// One element of bunq's `Error`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BankText {
    /// bunq's text in English.
    #[serde(default, deserialize_with = "text_or_null")]
    pub error_description: String,
    /// bunq's text in the requested language.
    #[serde(default, deserialize_with = "text_or_null")]
    pub error_description_translated: String,
}

impl BankText {
    /// Returns bunq's text in English, or the translated text if there is no other.
    #[must_use]
    pub fn text(&self) -> &str {
        if self.error_description.is_empty() { &self.error_description_translated } else { &self.error_description }
    }

    /// Returns the field of bunq's request that the text is about: for `Superfluous field "color".`, it is `color`.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        let (_, rest) = self.text().split_once("field \"")?;
        let (name, _) = rest.split_once('"')?;
        let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte));
        (is_name && (1..=LONGEST_NAME).contains(&name.len())).then_some(name)
    }
}

/// Reads a text of bunq. `null` becomes an empty text, so that a missing text does not discard the other one.
fn text_or_null<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Texts with which bunq says that a session is over, with any status from 400 to 500 (English and Dutch).
const DEAD_SESSION: &[&str] = &[
    "Insufficient authorisation",
    "Insufficient authentication",
    "Onvoldoende autorisatie",
    "Onvoldoende authenticatie",
    "Invalid hash",
];

/// The text with which bunq refuses an API key that is wrong or revoked, or is used from an address that is not
/// permitted.
pub(super) const BAD_KEY: &str = "User credentials are incorrect";

/// The bank understood a call and refused it.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// bunq's texts. Empty if the answer is not bunq's error envelope.
    pub texts: Vec<BankText>,
    /// bunq's response id.
    pub response_id: Option<String>,
}

/// Why the bank refused a call, according to its status and texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalKind {
    /// The account does not exist, or the session's user may not read it. bunq does not say which.
    UnknownAccount,
    /// The session's user does not have the permission.
    Forbidden,
    /// bunq does not know a field, or expects another type.
    Fields,
    /// The account or the payment does not allow the currency.
    Currency,
    /// Another reason, which only the texts give.
    Other,
}

impl Refusal {
    /// Returns why the bank refused the call.
    #[must_use]
    pub fn kind(&self) -> RefusalKind {
        match self.status {
            404 if self.texts.iter().any(is_about_account) => RefusalKind::UnknownAccount,
            // A refused session says nothing about the caller's permissions.
            403 if !self.says_dead_session() => RefusalKind::Forbidden,
            // A text about a field named `currency` is about the field.
            400 | 490 if self.texts.iter().any(|text| text.field().is_some()) => RefusalKind::Fields,
            // bunq's text for this case is not recorded. A refusal because of insufficient funds may name a currency,
            // too.
            400 | 490 if self.speaks_of("currency") && !ABOUT_AMOUNTS.iter().any(|word| self.speaks_of(word)) => {
                RefusalKind::Currency
            }
            _ => RefusalKind::Other,
        }
    }

    /// Returns whether the bank has received the request id before. Its text is not recorded, so any text about the id
    /// counts.
    #[must_use]
    pub fn says_reused_id(&self) -> bool {
        self.speaks_of("request id")
    }

    /// Returns whether the bank rejected the request's signature. In that case, the bank did not read the request
    /// further.
    #[must_use]
    pub fn says_bad_signature(&self) -> bool {
        self.says("request signature is invalid")
    }

    /// Returns whether the session is over.
    pub(super) fn says_dead_session(&self) -> bool {
        DEAD_SESSION.iter().any(|text| self.says(text))
    }

    /// Returns whether a text in either language contains these words.
    pub(super) fn says(&self, text: &str) -> bool {
        self.texts
            .iter()
            .any(|said| said.error_description.contains(text) || said.error_description_translated.contains(text))
    }

    /// Returns whether an English text contains these words, in any case and with any separators.
    fn speaks_of(&self, words: &str) -> bool {
        let speaks = |text: &str| text.to_ascii_lowercase().replace(['-', '_'], " ").contains(words);
        self.texts.iter().any(|said| speaks(&said.error_description))
    }
}

/// Returns whether a text is about an account that was not found: `Monetary account for id "1" not found.`, or bunq's
/// text in Dutch, which has also come without the English one.
fn is_about_account(text: &BankText) -> bool {
    let begins = |text: &str| {
        let text = text.to_lowercase();
        ["monetary account", "monetaryaccount", "rekening met id"].iter().any(|start| text.starts_with(start))
    };
    begins(&text.error_description) || begins(&text.error_description_translated)
}
