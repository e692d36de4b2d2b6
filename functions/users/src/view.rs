//! What a caller sees of a connection.

use jiff::Timestamp;
use serde::{Serialize, Serializer};
use shared::{
    store::{Connection, ConnectionKind, ConnectionReference, ConnectionStatus},
    types::{
        display_name::DisplayName,
        ids::{ConsentId, UserId},
        reference::Reference,
        sealing::SealingKeys,
        secret::Secret as _,
    },
};

/// A page of connections.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Connections)]
pub(crate) struct ConnectionPage {
    /// The newest first.
    pub(crate) users: Vec<ConnectionView>,
    /// The `cursor` of the next page; null on the last.
    #[schema(required)]
    pub(crate) next_cursor: Option<String>,
}

/// A customer's connection.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Connection)]
pub(crate) struct ConnectionView {
    /// Our name for the customer.
    #[schema(value_type = uuid::Uuid)]
    user_id: UserId,
    /// What kind of customer.
    kind: Kind,
    /// What bunq calls the customer, where it says.
    #[schema(value_type = Option<String>, required, example = "A. Person")]
    #[serde(serialize_with = "expose")]
    display_name: Option<DisplayName>,
    /// The first of `references`; null if there is none.
    #[schema(value_type = Option<String>, required, example = "customer-17")]
    reference: Option<Reference>,
    /// What the owner of this deployment calls the users who consented with this bunq customer, the oldest first: each
    /// `reference` of `POST /consents`. A bunq customer can stand for several, such as a couple.
    references: Vec<ReferenceView>,
    /// `active`; `expired`, if the consent is older than 180 days: calls are answered `consent_expired` (by default in
    /// production), or bunq may refuse them; or `revoked`, if bunq does refuse it. Both are healed by a new consent of
    /// the customer's, best by one that names the `user_id`, which stays.
    status: Status,
    /// When the customer first connected.
    #[schema(value_type = String, format = DateTime)]
    connected_at: Timestamp,
    /// When the customer last consented.
    #[schema(value_type = String, format = DateTime)]
    consented_at: Timestamp,
    /// Whole days since then.
    #[schema(minimum = 0)]
    consent_age_days: i64,
    /// 180 days after the consent, when bunq must see the customer again.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// When somebody last asked for something of the customer's, to the hour; null where nobody has.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    last_used_at: Option<Timestamp>,
    /// When bunq was first seen to refuse the consent; null while it has not.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    revoked_at: Option<Timestamp>,
}

/// One user of the owner's who consented.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = ConnectionReference)]
pub(crate) struct ReferenceView {
    /// What the owner calls the user.
    #[schema(value_type = String, example = "customer-17")]
    reference: Reference,
    /// The user's last consent.
    #[schema(value_type = uuid::Uuid)]
    consent_id: ConsentId,
    /// When the user last consented.
    #[schema(value_type = String, format = DateTime)]
    consented_at: Timestamp,
}

impl From<&ConnectionReference> for ReferenceView {
    fn from(one: &ConnectionReference) -> Self {
        Self { reference: one.reference.clone(), consent_id: one.consent_id, consented_at: one.consented_at }
    }
}

/// What kind of customer: `other` is a kind that bunq has added since.
#[derive(Clone, Copy, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ConnectionKind)]
enum Kind {
    Person,
    Company,
    Other,
}

impl From<ConnectionKind> for Kind {
    fn from(kind: ConnectionKind) -> Self {
        match kind {
            ConnectionKind::Person => Self::Person,
            ConnectionKind::Company => Self::Company,
            ConnectionKind::Other => Self::Other,
        }
    }
}

/// Whether a connection can be used.
#[derive(Clone, Copy, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ConnectionStatus)]
enum Status {
    Active,
    Expired,
    Revoked,
}

impl From<ConnectionStatus> for Status {
    fn from(status: ConnectionStatus) -> Self {
        match status {
            ConnectionStatus::Active => Self::Active,
            ConnectionStatus::Expired => Self::Expired,
            ConnectionStatus::Revoked => Self::Revoked,
        }
    }
}

impl ConnectionView {
    pub(crate) fn new(connection: &Connection, keys: &SealingKeys, now: Timestamp) -> Self {
        // A clock behind the one that wrote the item must not make an age below nothing.
        let age = now.duration_since(connection.consented_at).as_hours().div_euclid(24).max(0);
        Self {
            user_id: connection.user_id,
            kind: connection.kind.into(),
            display_name: connection.display_name(keys),
            reference: connection.reference().cloned(),
            references: connection.references.iter().map(Into::into).collect(),
            status: connection.status(now).into(),
            connected_at: connection.connected_at,
            consented_at: connection.consented_at,
            consent_age_days: age,
            expires_at: connection.expires_at(),
            last_used_at: connection.last_used_at,
            revoked_at: connection.revoked_at,
        }
    }
}

/// The one place where a name leaves us: to a caller who may read it.
fn expose<S: Serializer>(name: &Option<DisplayName>, serializer: S) -> Result<S::Ok, S::Error> {
    name.as_ref().map(DisplayName::expose).serialize(serializer)
}
