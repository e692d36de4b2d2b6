//! The TPP's keys at bunq, and the addresses that may use them.

use utoipa::ToSchema;

/// The state of a key, without the key.
#[derive(ToSchema)]
pub struct CredentialPasswordIp {
    /// Its id.
    #[schema(minimum = 1, example = 1001)]
    pub id: u64,
    /// When it was made, UTC.
    pub created: Option<String>,
    /// When it last changed, UTC.
    pub updated: Option<String>,
    /// `PENDING_FIRST_USE`, `ACTIVE`, `REVOKED` and others.
    #[schema(example = "ACTIVE")]
    pub status: Option<String>,
    /// When it ends, UTC.
    pub expiry_time: Option<String>,
    /// What uses it.
    pub permitted_device: Option<PermittedDevice>,
}

/// What uses a key.
#[derive(ToSchema)]
pub struct PermittedDevice {
    /// What it is called.
    #[schema(example = "bunq-tpp")]
    pub description: Option<String>,
    /// An address that may use it.
    #[schema(example = "185.40.108.7")]
    pub ip: Option<String>,
}

/// An address that may use a key.
#[derive(ToSchema)]
pub struct PermittedIp {
    /// Its id.
    #[schema(minimum = 1, example = 1102)]
    pub id: u64,
    /// When it was added, UTC.
    pub created: Option<String>,
    /// When it last changed, UTC.
    pub updated: Option<String>,
    /// The address; `*` for any.
    #[schema(example = "185.40.108.7")]
    pub ip: Option<String>,
    /// `ACTIVE` or `INACTIVE`.
    #[schema(example = "ACTIVE")]
    pub status: Option<String>,
}
