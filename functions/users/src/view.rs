//! The views of a connection in answers.

use std::num::NonZeroU8;

use jiff::Timestamp;
use serde::{Serialize, Serializer};
use shared::{
    store::{Connection, ConnectionKind, ConnectionReference, ConnectionStatus},
    types::{
        ids::UserId,
        reference::Reference,
        sealing::SealingKeys,
        secret::{DisplayName, Secret as _},
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
    /// Our id of the customer.
    #[schema(value_type = uuid::Uuid)]
    user_id: UserId,
    /// The kind of customer.
    kind: ConnectionKind,
    /// bunq's name for the customer, if known.
    #[schema(value_type = Option<String>, required, example = "A. Person")]
    #[serde(serialize_with = "expose")]
    display_name: Option<DisplayName>,
    /// The first of `references`; null if there is none.
    #[schema(value_type = Option<String>, required, example = "customer-17")]
    reference: Option<Reference>,
    /// The names that the owner of this deployment gave to the users who consented with this bunq customer, the oldest
    /// first: each is a `reference` of `POST /consents`. A bunq customer can stand for several users, such as a couple.
    references: Vec<ConnectionReference>,
    /// `active`: neither of the following. `expired`: the consent is older than 180 days; calls are answered
    /// `consent_expired` (by default in production), or bunq may refuse them. `revoked`: bunq refuses the consent. A
    /// new consent of the customer repairs an expired or revoked connection, preferably one that names the `user_id`,
    /// which stays the same.
    status: ConnectionStatus,
    /// When the customer first connected.
    #[schema(value_type = String, format = DateTime)]
    connected_at: Timestamp,
    /// When the customer last consented.
    #[schema(value_type = String, format = DateTime)]
    consented_at: Timestamp,
    /// Whole days since the last consent.
    #[schema(minimum = 0)]
    consent_age_days: i64,
    /// 180 days after the consent. bunq must then authenticate the customer again.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// When a caller last requested data of the customer, to the hour; null if no caller has.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    last_used_at: Option<Timestamp>,
    /// When bunq was first seen to refuse the consent; null if it has not refused it.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    revoked_at: Option<Timestamp>,
    /// The reads in the last 24 hours without `PSU-IP-Address`, if this deployment limits them; otherwise null.
    #[schema(required)]
    unattended_reads: Option<UnattendedReadsView>,
}

/// The reads of a customer's data while the customer was not present.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = UnattendedReads)]
pub(crate) struct UnattendedReadsView {
    /// How many times in 24 hours each information can be read (`UNATTENDED_READS_PER_DAY`).
    #[schema(minimum = 1, example = 4)]
    limit: u8,
    /// What was read, and how many times.
    reads: Vec<UnattendedReadView>,
}

/// The reads of one information.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = UnattendedRead)]
pub(crate) struct UnattendedReadView {
    /// `customer`, `accounts`, `account/<id>`, or `transactions/<id of the account>`.
    #[schema(example = "transactions/60101")]
    information: String,
    /// How many times it was read. Further pages of a list are the same read.
    #[schema(example = 2)]
    count: usize,
}

impl ConnectionView {
    /// `limit` is the deployment's limit of reads without the customer.
    pub(crate) fn new(connection: &Connection, keys: &SealingKeys, now: Timestamp, limit: Option<NonZeroU8>) -> Self {
        // The age must not be negative if this clock is behind the clock that wrote the item.
        let age = now.duration_since(connection.consented_at).as_hours().div_euclid(24).max(0);
        Self {
            user_id: connection.user_id,
            kind: connection.kind,
            display_name: connection.display_name(keys),
            reference: connection.reference().cloned(),
            references: connection.references.clone(),
            status: connection.status(now),
            connected_at: connection.connected_at,
            consented_at: connection.consented_at,
            consent_age_days: age,
            expires_at: connection.expires_at(),
            last_used_at: connection.last_used_at,
            revoked_at: connection.revoked_at,
            unattended_reads: limit.map(|limit| UnattendedReadsView::new(connection, now, limit)),
        }
    }
}

impl UnattendedReadsView {
    fn new(connection: &Connection, now: Timestamp, limit: NonZeroU8) -> Self {
        let counts = connection.unattended_reads.iter().flat_map(|reads| reads.counts(now));
        let reads = counts.map(|(what, count)| UnattendedReadView { information: what.to_owned(), count });
        Self { limit: limit.get(), reads: reads.collect() }
    }
}

/// Writes the customer's name into the answer. This is the only place where a name leaves the system: to a caller who
/// may read it.
fn expose<S: Serializer>(name: &Option<DisplayName>, serializer: S) -> Result<S::Ok, S::Error> {
    name.as_ref().map(DisplayName::expose).serialize(serializer)
}
