//! Who a session belongs to: the last element of POST /session-server.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::envelope::{DecodeError, Envelope};
use crate::types::{display_name::DisplayName, ids::BunqUserId, secret::Secret as _};

/// How long a session lives, in seconds, where the bank says.
type SessionTimeout = Option<u64>;

/// The TPP itself.
#[derive(Clone, Debug, Deserialize)]
pub struct PspUser {
    /// Its id, which is in the path of its own resources.
    pub id: BunqUserId,
    /// Seconds that its session lives.
    #[serde(default, deserialize_with = "seconds")]
    pub session_timeout: SessionTimeout,
}

/// What kind of customer gave a consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CustomerKind {
    /// `UserPerson`
    Person,
    /// `UserCompany`
    Company,
    /// A kind that bunq has added since; works like the others as far as we know.
    Other,
}

/// A connected customer: bunq's `UserApiKey`.
#[derive(Clone, Debug)]
pub struct Customer {
    /// `UserApiKey.id`, which is in the path of nearly everything.
    pub api_key_id: BunqUserId,
    /// The customer's own id. Older recordings lack it.
    pub granted_id: Option<BunqUserId>,
    /// What kind of customer.
    pub kind: CustomerKind,
    /// What bunq calls them.
    pub display_name: Option<DisplayName>,
    /// Seconds that the session lives: sources differ on whose timeout counts, so the shorter.
    pub session_timeout: SessionTimeout,
}

/// The owner of a session, by the kind of key that opened it.
#[derive(Clone, Debug)]
pub enum UserElement {
    /// Opened with the TPP's own API key.
    Psp(PspUser),
    /// Opened with a customer's access token.
    Customer(Customer),
}

/// An object with one key that names its type.
/// Its siblings can be there as null.
type Tagged = std::collections::BTreeMap<String, Option<Anchored>>;

/// Reads a timeout however it is written: a number, with a fraction or without, or a text that says one. One that says
/// nothing of use counts as absent, since a consent must not fail for it.
fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SessionTimeout, D::Error> {
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
    session_timeout: SessionTimeout,
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
            // A name is not worth failing a consent for.
            display_name: granted.display_name.and_then(|name| DisplayName::parse(name).ok()),
            session_timeout: timeouts.into_iter().flatten().min(),
        }))
    }

    /// Seconds that the session lives, where the bank says.
    #[must_use]
    pub const fn session_timeout(&self) -> Option<u64> {
        match self {
            Self::Psp(user) => user.session_timeout,
            Self::Customer(user) => user.session_timeout,
        }
    }

    /// The id that stands in the path of calls with this session.
    #[must_use]
    pub const fn path_id(&self) -> BunqUserId {
        match self {
            Self::Psp(user) => user.id,
            Self::Customer(user) => user.api_key_id,
        }
    }
}
