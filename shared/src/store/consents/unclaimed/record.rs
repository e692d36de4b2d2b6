//! The record of an unclaimed grant.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    store::{
        connections::{ConnectionKind, GrantedKey},
        sessions::OpenedSession,
    },
    types::{
        display_name::DisplayName,
        ids::{BunqUserId, InstallationId},
        secret::{AccessToken, ClaimProof},
    },
};

/// What a customer granted by a consent.
#[derive(Clone, Debug)]
pub struct Given {
    /// The bunq user who consented.
    pub granted: GrantedKey,
    /// The kind of the customer.
    pub kind: ConnectionKind,
    /// `UserApiKey.id` of this consent.
    pub api_key_id: BunqUserId,
    /// The access token that the consent gave.
    pub access_token: AccessToken,
    /// The customer's name at bunq, if known.
    pub display_name: Option<DisplayName>,
    /// The session that was opened to learn who consented.
    pub session: OpenedSession,
}

/// A grant that waits to be claimed.
#[derive(Clone, Debug)]
pub struct Unclaimed {
    /// What the customer granted.
    pub given: Given,
    /// The proof that the browser brings to the application, and that the application must present.
    pub proof: ClaimProof,
    /// Until when the grant can be claimed, in epoch seconds.
    pub until: i64,
    /// Whether that time is still ahead.
    pub is_open: bool,
}

#[derive(Serialize, Deserialize)]
pub(super) struct UnclaimedItem {
    pub(super) granted_id: Option<BunqUserId>,
    pub(super) kind: ConnectionKind,
    pub(super) api_key_id: BunqUserId,
    pub(super) access_token: String,
    pub(super) display_name: Option<String>,
    pub(super) session_token: String,
    pub(super) session_path_id: BunqUserId,
    pub(super) session_ends_at: Timestamp,
    pub(super) installation: InstallationId,
    pub(super) proof: String,
    pub(super) proof_hash: String,
    pub(super) claim_until: i64,
    pub(super) expires_at: i64,
}
