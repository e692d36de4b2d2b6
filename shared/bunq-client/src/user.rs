//! The owner of a session: the last element of the answer to POST /session-server.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::envelope::{DecodeError, Envelope};
use crate::types::{
    ids::BunqUserId,
    secret::{DisplayName, Secret as _},
};

/// The TPP itself.
#[derive(Clone, Debug, Deserialize)]
pub struct PspUser {
    /// The id of the TPP's user, which is in the path of its own resources.
    pub id: BunqUserId,
    /// The lifetime of the TPP's session, in seconds.
    #[serde(default, deserialize_with = "seconds")]
    pub session_timeout: Option<u64>,
}

/// The kind of customer who gave a consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CustomerKind {
    /// `UserPerson`
    Person,
    /// `UserCompany`
    Company,
    /// A kind that bunq added later. As far as we know, it works like the others.
    Other,
}

/// A connected customer: bunq's `UserApiKey`.
#[derive(Clone, Debug)]
pub struct Customer {
    /// `UserApiKey.id`, which is in the path of nearly all calls.
    pub api_key_id: BunqUserId,
    /// The id of the customer's own user. Older recordings lack it.
    pub granted_id: Option<BunqUserId>,
    /// The kind of customer.
    pub kind: CustomerKind,
    /// The customer's display name at bunq.
    pub display_name: Option<DisplayName>,
    /// The lifetime of the session, in seconds. Sources differ on whether the customer's or the key's timeout applies,
    /// so this is the shorter one.
    pub session_timeout: Option<u64>,
}

/// The owner of a session, by the kind of key that opened it.
#[derive(Clone, Debug)]
pub enum UserElement {
    /// The TPP opened the session with its own API key.
    Psp(PspUser),
    /// The session was opened with a customer's access token.
    Customer(Customer),
}

/// An object with one key that names its type. Keys of other types may be present with the value null.
type Tagged = std::collections::BTreeMap<String, Option<Anchored>>;

/// Reads a timeout: a number with or without a fraction, or a text that contains one. An unusable value counts as
/// absent, because a consent must not fail because of it.
fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let text = match Value::deserialize(deserializer)? {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text,
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => String::new(),
    };
    Ok(text.trim().split('.').next().and_then(|whole| whole.parse().ok()))
}

#[derive(Deserialize)]
struct Anchored {
    id: Option<BunqUserId>,
    display_name: Option<String>,
    #[serde(default, deserialize_with = "seconds")]
    session_timeout: Option<u64>,
}

#[derive(Deserialize)]
struct UserApiKey {
    id: BunqUserId,
    requested_by_user: Option<Tagged>,
    granted_by_user: Tagged,
}

impl UserElement {
    pub(super) fn read(envelope: &Envelope) -> Result<Self, DecodeError> {
        if let Some(psp) = envelope.find_optional("UserPaymentServiceProvider")? {
            return Ok(Self::Psp(psp));
        }
        let user: UserApiKey = envelope.find("UserApiKey")?;
        let named = user.granted_by_user.into_iter().find_map(|(tag, user)| Some((tag, user?)));
        let (tag, granted) = named.ok_or_else(|| DecodeError::Shape("UserApiKey.granted_by_user".to_owned()))?;
        let requested = user.requested_by_user.and_then(|tagged| tagged.into_values().flatten().next());
        let timeouts = [granted.session_timeout, requested.and_then(|user| user.session_timeout)];
        Ok(Self::Customer(Customer {
            api_key_id: user.id,
            granted_id: granted.id,
            kind: match tag.as_str() {
                "UserPerson" => CustomerKind::Person,
                "UserCompany" => CustomerKind::Company,
                _ => CustomerKind::Other,
            },
            // A missing name is no reason to fail a consent.
            display_name: granted.display_name.and_then(|name| DisplayName::parse(name).ok()),
            session_timeout: timeouts.into_iter().flatten().min(),
        }))
    }

    /// Returns the lifetime of the session in seconds, if the bank gave one.
    #[must_use]
    pub const fn session_timeout(&self) -> Option<u64> {
        match self {
            Self::Psp(user) => user.session_timeout,
            Self::Customer(user) => user.session_timeout,
        }
    }

    /// Returns the id in the path of calls with this session.
    #[must_use]
    pub const fn path_id(&self) -> BunqUserId {
        match self {
            Self::Psp(user) => user.id,
            Self::Customer(user) => user.api_key_id,
        }
    }
}
