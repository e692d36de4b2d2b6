//! Payments, requests for money, and drafts.

use utoipa::ToSchema;

use super::{Address, Attachment, Geolocation, LabelMonetaryAccount, LabelUser, Money, Schedule, SplitReference};

/// Money that came into an account or left it.
#[derive(ToSchema)]
pub struct Payment {
    /// Its id. Newer payments have larger ones.
    #[schema(minimum = 1, example = 70112)]
    pub id: u64,
    /// When it was made, UTC.
    #[schema(example = "2026-11-03 08:15:42.114870")]
    pub created: Option<String>,
    /// When it last changed, UTC.
    pub updated: Option<String>,
    /// The account.
    #[schema(example = 60101)]
    pub monetary_account_id: Option<u64>,
    /// How much; below zero where money left the account.
    pub amount: Money,
    /// This side.
    pub alias: Option<LabelMonetaryAccount>,
    /// The other side.
    pub counterparty_alias: Option<LabelMonetaryAccount>,
    /// What for. May be empty.
    #[schema(example = "Invoice 17")]
    pub description: Option<String>,
    /// `BUNQ`, `EBA_SCT`, `EBA_SDD`, `IDEAL`, `SWIFT`, `FIS` (by card) and others.
    #[schema(example = "EBA_SCT")]
    pub r#type: Option<String>,
    /// `PAYMENT`, `WITHDRAWAL`, `REVERSAL`, `REQUEST`, `BILLING`, `SCT`, `SDD`, `NLO` and others.
    #[schema(example = "PAYMENT")]
    pub sub_type: Option<String>,
    /// The payer's own reference.
    pub merchant_reference: Option<String>,
    /// Files that stand with it.
    pub attachment: Option<Vec<Attachment>>,
    /// Where it was made.
    pub geolocation: Option<Geolocation>,
    /// The batch that it is part of.
    pub batch_id: Option<u64>,
    /// The schedule that made it.
    pub scheduled_id: Option<u64>,
    /// Where the bill goes.
    pub address_billing: Option<Address>,
    /// Where the goods go.
    pub address_shipping: Option<Address>,
    /// What was on the account afterwards.
    pub balance_after_mutation: Option<Money>,
    /// When it reaches the other bank.
    pub payment_arrival_expected: Option<Arrival>,
    /// What it cost.
    #[schema(value_type = Option<Object>)]
    pub payment_fee: Option<serde_json::Value>,
    /// How the bill is split.
    pub request_reference_split_the_bill: Option<Vec<SplitReference>>,
}

/// When a payment reaches the other bank.
#[derive(ToSchema)]
pub struct Arrival {
    /// `ARRIVED`, `EXPECTED` and others.
    #[schema(example = "ARRIVED")]
    pub status: Option<String>,
    /// When, UTC.
    pub time: Option<String>,
}

/// Money that was asked for.
#[derive(ToSchema)]
pub struct RequestInquiry {
    /// Its id.
    #[schema(minimum = 1, example = 70301)]
    pub id: u64,
    /// When it was asked, UTC.
    pub created: Option<String>,
    /// When it last changed, UTC.
    pub updated: Option<String>,
    /// When it was answered, UTC.
    pub time_responded: Option<String>,
    /// When it expired, UTC.
    pub time_expiry: Option<String>,
    /// The account that receives.
    #[schema(example = 60101)]
    pub monetary_account_id: Option<u64>,
    /// How much was asked for.
    pub amount_inquired: Option<Money>,
    /// How much was paid.
    pub amount_responded: Option<Money>,
    /// `PENDING`, `ACCEPTED`, `REJECTED`, `REVOKED`, `EXPIRED` and others.
    #[schema(example = "PENDING")]
    pub status: Option<String>,
    /// What for.
    #[schema(example = "Lunch")]
    pub description: Option<String>,
    /// By which this API finds the request again.
    pub merchant_reference: Option<String>,
    /// Who asked. Recorded with the fields of an account's label.
    pub user_alias_created: Option<LabelMonetaryAccount>,
    /// Who took it back.
    pub user_alias_revoked: Option<LabelUser>,
    /// Who was asked.
    pub counterparty_alias: Option<LabelMonetaryAccount>,
    /// Files that stand with it.
    pub attachment: Option<Vec<Attachment>>,
    /// How old the payer must be.
    pub minimum_age: Option<u32>,
    /// Which addresses the payer must give.
    pub require_address: Option<String>,
    /// Where it was answered.
    pub geolocation: Option<Geolocation>,
    /// The page where people without bunq pay.
    pub bunqme_share_url: Option<String>,
    /// Where the payer goes afterwards.
    pub redirect_url: Option<String>,
    /// The batch that it is part of.
    pub batch_id: Option<u64>,
    /// The schedule that made it.
    pub scheduled_id: Option<u64>,
    /// The payer's address for the bill.
    pub address_billing: Option<Address>,
    /// The payer's address for goods.
    pub address_shipping: Option<Address>,
}

/// A payment that waits for the customer.
#[derive(ToSchema)]
pub struct DraftPayment {
    /// Its id.
    #[schema(minimum = 1, example = 70201)]
    pub id: u64,
    /// When it was drafted, UTC.
    pub created: Option<String>,
    /// When it last changed, UTC: what `previous_updated_timestamp` is compared with.
    #[schema(example = "2026-11-03 08:15:42.114870")]
    pub updated: Option<String>,
    /// The account that pays.
    #[schema(example = 60101)]
    pub monetary_account_id: Option<u64>,
    /// Who drafted it.
    pub user_alias_created: Option<LabelUser>,
    /// How it was answered.
    pub responses: Option<Vec<DraftResponse>>,
    /// `PENDING`, `ACCEPTED`, `REJECTED`, `CANCELLED`, `EXPIRED` and others.
    #[schema(example = "PENDING")]
    pub status: Option<String>,
    /// As a payment's.
    pub r#type: Option<String>,
    /// The payments that it makes.
    pub entries: Option<Vec<DraftEntry>>,
    /// Once it is accepted: an object with one key, `Payment` or another kind, which names what it made.
    #[schema(value_type = Option<Object>)]
    pub object: Option<serde_json::Value>,
    /// When it runs, where it has a schedule.
    pub schedule: Option<Schedule>,
    /// How the bill is split.
    pub request_reference_split_the_bill: Option<Vec<SplitReference>>,
}

/// An answer to a draft.
#[derive(ToSchema)]
pub struct DraftResponse {
    /// `ACCEPTED` or `REJECTED`.
    #[schema(example = "ACCEPTED")]
    pub status: Option<String>,
    /// Who answered.
    pub user_alias_created: Option<LabelUser>,
}

/// One payment of a draft.
#[derive(ToSchema)]
pub struct DraftEntry {
    /// Its id.
    pub id: Option<u64>,
    /// How much.
    pub amount: Option<Money>,
    /// Who pays.
    pub alias: Option<LabelMonetaryAccount>,
    /// Who receives.
    pub counterparty_alias: Option<LabelMonetaryAccount>,
    /// What for.
    pub description: Option<String>,
    /// By which this API finds the draft again.
    pub merchant_reference: Option<String>,
    /// As a payment's.
    pub r#type: Option<String>,
    /// Files that stand with it.
    pub attachment: Option<Vec<Attachment>>,
}
