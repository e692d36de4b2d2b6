//! Issuer transactions.

use utoipa::ToSchema;

use super::{LabelMonetaryAccount, Money};

/// A payment that any customer of bunq makes on bunq's own page.
#[derive(ToSchema)]
#[schema(as = PaymentServiceProviderIssuerTransaction)]
pub struct IssuerTransaction {
    /// Its id.
    #[schema(minimum = 1, example = 70401)]
    pub id: u64,
    /// Who paid; null until then.
    pub alias: Option<LabelMonetaryAccount>,
    /// What anybody may see, too.
    #[serde(flatten)]
    pub public: PublicIssuerTransaction,
}

/// What anybody may see of one.
#[derive(ToSchema)]
#[schema(as = PaymentServiceProviderIssuerTransactionPublic)]
pub struct PublicIssuerTransaction {
    /// When it was made, UTC.
    pub created: Option<String>,
    /// When it last changed, UTC.
    pub updated: Option<String>,
    /// The name under which it is paid, and anybody may see it.
    #[schema(example = "7d0f0a3e-52b4-4b1c-8b60-0f5b6a0a6f21")]
    pub public_uuid: Option<String>,
    /// Who receives.
    pub counterparty_alias: Option<LabelMonetaryAccount>,
    /// How much.
    pub amount: Option<Money>,
    /// What for.
    #[schema(example = "Order 1042")]
    pub description: Option<String>,
    /// Where the payer's browser goes afterwards.
    #[schema(example = "https://shop.example/thanks")]
    pub url_redirect: Option<String>,
    /// Until when it can be paid, UTC.
    pub time_expiry: Option<String>,
    /// `PENDING`, `ACCEPTED`, `REJECTED`, `CANCELLED`, `EXPIRED` and others.
    #[schema(example = "PENDING")]
    pub status: Option<String>,
}
