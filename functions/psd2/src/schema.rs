//! What the bodies of this group may hold, for the document. The rules are the reader's ([`crate::body`]).

#![expect(dead_code, reason = "bodies are read field by field; only the document needs the shapes")]

use shared::http::openapi::schemas::request::{Amount, Currency, Iban, Moment, Name, OrderReferenceField};
use utoipa::ToSchema;

/// The body of `create_issuer_transaction`.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewIssuerTransaction {
    /// Who receives.
    counterparty_alias: Receiver,
    /// How much.
    amount: NewAmount,
    /// What for: visible characters, on one line.
    #[schema(format = "visible-text", min_length = 1, max_length = 140, example = "Order 1042")]
    description: String,
    /// Where the payer's browser goes afterwards: https (in the sandbox also http for localhost), in its normal form,
    /// without a user name. An app that wants to open claims an https address: a scheme of its own is refused.
    #[schema(format = "uri", pattern = "^https?://", example = "https://shop.example/thanks")]
    url_redirect: String,
    /// Until when it can be paid: in the future; ten minutes from now where nobody says. Its microseconds are replaced.
    time_expiry: Option<Moment>,
    #[schema(inline)]
    status: Option<Pending>,
    reference: Option<OrderReferenceField>,
}

/// Who receives.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
struct Receiver {
    #[schema(inline)]
    r#type: IbanType,
    value: Iban,
    name: Name,
}

/// How much of which currency.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
struct NewAmount {
    value: Amount,
    currency: Currency,
}

/// `IBAN`: bunq takes no other.
#[derive(ToSchema)]
#[schema(rename_all = "UPPERCASE")]
enum IbanType {
    Iban,
}

/// `PENDING`, as every new one is.
#[derive(ToSchema)]
#[schema(rename_all = "UPPERCASE")]
enum Pending {
    Pending,
}

/// The body of `update_issuer_transaction`.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct IssuerTransactionUpdate {
    #[schema(inline)]
    status: Cancelled,
}

/// `CANCELLED` takes the transaction back.
#[derive(ToSchema)]
#[schema(rename_all = "UPPERCASE")]
enum Cancelled {
    Cancelled,
}
