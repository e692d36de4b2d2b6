//! What the bank says when it refuses a call. It has no codes: a status, and texts in two languages.

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
    /// bunq's text in the language asked for.
    #[serde(default, deserialize_with = "text_or_null")]
    pub error_description_translated: String,
}

impl BankText {
    /// What bunq says: its text in English, or the translated one if there is no other.
    #[must_use]
    pub fn text(&self) -> &str {
        if self.error_description.is_empty() { &self.error_description_translated } else { &self.error_description }
    }

    /// The field of bunq's request that the text is about: `Superfluous field "color".` is about `color`.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        let (_, rest) = self.text().split_once("field \"")?;
        let (name, _) = rest.split_once('"')?;
        let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte));
        (is_name && (1..=LONGEST_NAME).contains(&name.len())).then_some(name)
    }
}

/// A text of bunq's; empty where it is null, so that one missing text does not lose the other.
fn text_or_null<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Texts by which bunq says that a session is over, in any status from 400 to 500 (English and Dutch).
const DEAD_SESSION: &[&str] = &[
    "Insufficient authorisation",
    "Insufficient authentication",
    "Onvoldoende autorisatie",
    "Onvoldoende authenticatie",
    "Invalid hash",
];

/// The text by which bunq refuses an API key: wrong, revoked, or from an address that is not permitted.
const BAD_KEY: &str = "User credentials are incorrect";

/// The bank understood and said no.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// bunq's reasons; none where the answer was not bunq's error envelope.
    pub texts: Vec<BankText>,
    /// bunq's response id.
    pub response_id: Option<String>,
}

/// Why the bank refused a call, as far as its status and texts tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalKind {
    /// There is no such account, or the session's user may not see it. bunq does not say which.
    UnknownAccount,
    /// The session's user may not do this.
    Forbidden,
    /// A field that bunq does not know, or of another type than bunq wants.
    Fields,
    /// A currency that the account, or the payment, cannot have.
    Currency,
    /// Something else, which only the texts say.
    Other,
}

impl Refusal {
    /// Why the bank refused.
    #[must_use]
    pub fn kind(&self) -> RefusalKind {
        match self.status {
            404 if self.texts.iter().any(is_about_account) => RefusalKind::UnknownAccount,
            // A refused session is not about the caller's rights.
            403 if !self.says_dead_session() => RefusalKind::Forbidden,
            // A field that is called `currency` is about a field.
            400 | 490 if self.texts.iter().any(|text| text.field().is_some()) => RefusalKind::Fields,
            // bunq's words for it are not recorded. A refusal for lack of money may name a currency, too.
            400 | 490 if self.speaks_of("currency") && !ABOUT_AMOUNTS.iter().any(|word| self.speaks_of(word)) => {
                RefusalKind::Currency
            }
            _ => RefusalKind::Other,
        }
    }

    /// The bank has seen the request id before. Its words are recorded nowhere, so any that speak of the id count.
    #[must_use]
    pub fn says_reused_id(&self) -> bool {
        self.speaks_of("request id")
    }

    /// The bank did not take the request's signature: it was read no further.
    #[must_use]
    pub fn says_bad_signature(&self) -> bool {
        self.says("request signature is invalid")
    }

    /// The session is over.
    pub(super) fn says_dead_session(&self) -> bool {
        DEAD_SESSION.iter().any(|text| self.says(text))
    }

    /// The API key or access token itself is refused.
    pub(super) fn says_bad_key(&self) -> bool {
        self.says(BAD_KEY)
    }

    fn says(&self, text: &str) -> bool {
        self.texts
            .iter()
            .any(|said| said.error_description.contains(text) || said.error_description_translated.contains(text))
    }

    /// Whether a text in English has these words, in any case and joined in any way.
    fn speaks_of(&self, words: &str) -> bool {
        let speaks = |text: &str| text.to_ascii_lowercase().replace(['-', '_'], " ").contains(words);
        self.texts.iter().any(|said| speaks(&said.error_description))
    }
}

/// `Monetary account for id "1" not found.`; bunq has also said it in Dutch only.
fn is_about_account(text: &BankText) -> bool {
    let begins = |text: &str| {
        let text = text.to_lowercase();
        ["monetary account", "monetaryaccount", "rekening met id"].iter().any(|start| text.starts_with(start))
    };
    begins(&text.error_description) || begins(&text.error_description_translated)
}
