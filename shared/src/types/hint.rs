//! Hints: what is kept of a callback of the bank. Nothing in a callback is signed, so nothing in it is believed. A hint
//! only says which object may have changed, and the object is read from the bank, whose answers are signed.
//!
//! A hint has ids, words and times, and nothing personal: no name, IBAN, amount or description.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;

use super::{
    bank_object::BankObject,
    ids::{MonetaryAccountId, UserId},
    schedule::BankTime,
};

/// The version of the form of a hint.
const VERSION: u8 = 1;
/// The longest word of bunq that is kept. The longest known one has 45 characters.
const LONGEST_WORD: usize = 64;
/// After how long an object is read again that does not have the change yet, after each read. The last read is late,
/// because nothing else finds the change of most kinds of objects.
const PAUSES: [Duration; 3] = [Duration::from_secs(5), Duration::from_secs(15), Duration::from_secs(600)];
/// How many times a hint is sent again because there was no time or turn to read: about a day, with the pauses that the
/// worker makes.
const MOST_DELAYS: u16 = 100;

/// One of bunq's own words, such as `MUTATION_CREATED`: 1 to 64 ASCII letters, digits and underscores.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BankWord(String);

impl BankWord {
    /// Returns the word.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn of(value: Option<&Value>) -> Option<Self> {
        Self::parse(value?.as_str()?)
    }

    fn parse(text: &str) -> Option<Self> {
        let is_word = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        (is_word && (1..=LONGEST_WORD).contains(&text.len())).then(|| Self(text.to_owned()))
    }
}

impl<'de> Deserialize<'de> for BankWord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).ok_or_else(|| de::Error::custom("not a word"))
    }
}

/// The version of a hint. A hint of another version cannot be read, so a newer function gets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Version;

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(VERSION)
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let version = u8::deserialize(deserializer)?;
        if version == VERSION { Ok(Self) } else { Err(de::Error::custom("another version")) }
    }
}

/// Who gave a hint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A callback that names bunq as its sender. Nothing proves it.
    Bunq,
    /// bunq's list of callbacks that failed. It does not say in which account the object is, so the hint becomes one
    /// for each account, of which all but one lead to nothing.
    Failure,
    /// Nobody: the accounts are polled. The hint becomes one for each account.
    Poll,
}

/// A hint. What the callback lacks, or has in another form than bunq's, is `None`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hint {
    #[serde(rename = "v")]
    version: Version,
    /// The customer, whom the address of the callback names.
    pub user_id: UserId,
    /// bunq's category, such as `MUTATION`.
    pub category: Option<BankWord>,
    /// bunq's type of event, such as `MUTATION_CREATED`.
    pub event_type: Option<BankWord>,
    /// bunq's name of the kind of object.
    pub object: Option<BankWord>,
    /// The id of the object.
    pub object_id: Option<u64>,
    /// The account of the object.
    pub account_id: Option<MonetaryAccountId>,
    /// When the object was changed.
    pub updated: Option<Timestamp>,
    /// When the callback arrived.
    pub received_at: Timestamp,
    /// Who gave it.
    pub source: Source,
    /// How many times the object was read without the change.
    #[serde(default)]
    pub asked: u8,
    /// Before this time, the object is not read again.
    #[serde(default)]
    pub not_before: Option<Timestamp>,
    /// How many times it was sent again because there was no time or turn to read.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub delays: u16,
    /// Whether its object could not be read, so that it has a group of its own.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_aside: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_zero(number: &u16) -> bool {
    *number == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_false(value: &bool) -> bool {
    !*value
}

impl Hint {
    /// Returns the hint in the body of a callback. Every body is a hint, if only that something may have changed: bunq
    /// adds categories and objects.
    #[must_use]
    pub fn of_callback(user_id: UserId, body: &[u8], received_at: Timestamp) -> Self {
        let body = serde_json::from_slice::<Value>(body).unwrap_or_default();
        let callback = body.get("NotificationUrl");
        let field = |name: &str| callback.and_then(|callback| callback.get(name));
        let object = field("object").and_then(Value::as_object).filter(|object| object.len() == 1);
        let (object, fields) = object.and_then(|object| object.iter().next()).unzip();
        let inner = |name: &str| fields.and_then(|fields| fields.get(name));
        Self {
            version: Version,
            user_id,
            category: BankWord::of(field("category")),
            event_type: BankWord::of(field("event_type")),
            object: object.and_then(|name| BankWord::parse(name)),
            object_id: inner("id").and_then(Value::as_u64).filter(|id| (1..=i64::MAX.cast_unsigned()).contains(id)),
            account_id: inner("monetary_account_id").and_then(Value::as_u64).and_then(|id| id.try_into().ok()),
            updated: inner("updated").and_then(bank_time),
            received_at,
            source: Source::Bunq,
            asked: 0,
            not_before: None,
            delays: 0,
            is_aside: false,
        }
    }

    /// Returns the hint that an object may have changed, or that any account may have something new, for another reason
    /// than a callback. Without `object`, the consent may have ended.
    #[must_use]
    pub fn without_callback(
        user_id: UserId,
        source: Source,
        object: Option<(BankObject, Option<u64>)>,
        now: Timestamp,
    ) -> Self {
        let (object, object_id) = object.unzip();
        Self {
            version: Version,
            user_id,
            category: None,
            event_type: None,
            object: object.and_then(|object| BankWord::parse(object.as_str())),
            object_id: object_id.flatten(),
            account_id: None,
            updated: None,
            received_at: now,
            source,
            asked: 0,
            not_before: None,
            delays: 0,
            is_aside: false,
        }
    }

    /// Returns the hint that what this one is about may be in this account.
    #[must_use]
    pub fn in_account(&self, account: MonetaryAccountId) -> Self {
        Self { account_id: Some(account), not_before: None, delays: 0, is_aside: false, ..self.clone() }
    }

    /// Returns the hint with which the object is read again later, or `None` if it was read often enough.
    #[must_use]
    pub fn again(&self, now: Timestamp) -> Option<Self> {
        let pause = PAUSES.get(usize::from(self.asked))?;
        let not_before = now.checked_add(*pause).unwrap_or(now);
        Some(Self { asked: self.asked.saturating_add(1), not_before: Some(not_before), ..self.clone() })
    }

    /// Returns the hint with which the object is read later, because there was no time or turn to read it. Returns
    /// `None` if that happened too often.
    #[must_use]
    pub fn delayed(&self, until: Timestamp) -> Option<Self> {
        let delays = self.delays.checked_add(1).filter(|delays| *delays <= MOST_DELAYS)?;
        Some(Self { delays, not_before: Some(until), ..self.clone() })
    }

    /// Returns the hint with which an object that cannot be read is read later, so that no other hint waits for it.
    /// Returns `None` if this hint is already one.
    #[must_use]
    pub fn aside(&self, until: Timestamp) -> Option<Self> {
        (!self.is_aside).then(|| Self { is_aside: true, not_before: Some(until), ..self.clone() })
    }

    /// Returns the name of the group in the queue: hints of one group are handled one after another. Hints that wait
    /// have groups of their own, so that no other hint of the customer waits for them. Each object that cannot be read
    /// has one.
    #[must_use]
    pub fn group(&self) -> String {
        let user_id = self.user_id;
        if self.is_aside {
            let account = self.account_id.map(|id| id.to_string()).unwrap_or_default();
            return format!("{user_id}.f.{account}.{}", self.object_id.unwrap_or_default());
        }
        match (self.asked, self.source) {
            (0, Source::Bunq) => user_id.to_string(),
            // There can be many, and a callback must not wait for them.
            (0, Source::Failure | Source::Poll) => format!("{user_id}.w"),
            (asked, _) => format!("{user_id}.{asked}"),
        }
    }
}

/// Reads a time as bunq writes it.
#[must_use]
pub fn bank_time(value: &Value) -> Option<Timestamp> {
    value.as_str()?.parse::<BankTime>().ok().map(BankTime::timestamp)
}
