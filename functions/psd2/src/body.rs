//! What a caller says of an issuer transaction.

use shared::{
    body,
    bunq::calls::IssuerTransaction,
    config::{BunqEnvironment, is_loopback},
    types::{
        counterparty::{Counterparty, IbanAddress},
        money::{Amount, Currency, Money},
        order_reference::OrderReference,
        redirect_url::RedirectUrl,
        schedule::BankTime,
        text::{Name, Text},
    },
    words,
};
use url::Url;

body! {
    /// The body of `create_issuer_transaction`.
    pub(crate) struct NewIssuerTransaction {
        /// Who receives.
        required counterparty_alias: Receiver,
        /// How much.
        required amount: NewAmount,
        /// What for: visible characters, on one line.
        required description: Text<1, 140>,
        /// Where the payer's browser goes afterwards: https (in the sandbox also http for localhost), in its normal
        /// form, without a user name. An app that wants to open claims an https address: a scheme of its own is refused.
        required url_redirect: RedirectUrl,
        /// Until when it can be paid: in the future; ten minutes from now by default. Its microseconds are replaced.
        optional time_expiry: BankTime,
        optional status: Pending,
        optional reference: OrderReference,
    }
    check(fields, environment: BunqEnvironment) {
        if url_redirect.as_ref().is_some_and(|url| !is_safe(url.as_url(), *environment)) {
            fields.refuse("url_redirect", "must be https (http for localhost in the sandbox)");
        }
    }
}

impl NewIssuerTransaction {
    /// The order at the bank, and the caller's name for it.
    pub(crate) fn into_order(self) -> (IssuerTransaction, Option<OrderReference>) {
        let transaction = IssuerTransaction {
            amount: self.amount.into(),
            counterparty: self.counterparty_alias.into(),
            description: self.description.into_string(),
            url_redirect: self.url_redirect.into_url(),
            time_expiry: self.time_expiry,
            explicit_status: self.status == Some(Pending::Pending),
        };
        (transaction, self.reference)
    }
}

body! {
    /// Who receives.
    pub(crate) struct Receiver {
        required r#type: IbanType,
        required value: IbanAddress,
        required name: Name,
    }
}

impl From<Receiver> for Counterparty {
    fn from(Receiver { r#type: IbanType::Iban, value, name }: Receiver) -> Self {
        Self { address: value.into_address(), name: Some(name.into_string()) }
    }
}

body! {
    /// How much of which currency.
    pub(crate) struct NewAmount {
        required value: Amount,
        required currency: Currency,
    }
}

impl From<NewAmount> for Money {
    fn from(NewAmount { value: amount, currency }: NewAmount) -> Self {
        Self { amount, currency }
    }
}

body! {
    /// The body of `update_issuer_transaction`.
    pub(crate) struct IssuerTransactionUpdate {
        required status: Cancellation,
    }
}

words! {
    /// `IBAN`: bunq takes no other.
    pub(crate) enum IbanType { Iban = "IBAN" } else "must be IBAN"
}

words! {
    /// `PENDING`, as every new one is.
    pub(crate) enum Pending { Pending = "PENDING" } else "must be PENDING"
}

words! {
    /// `CANCELLED` takes the transaction back.
    pub(crate) enum Cancellation { Cancelled = "CANCELLED" } else "must be CANCELLED"
}

/// Whether the customer's browser may be sent there. A scheme of an app's own is refused, since any app on the phone
/// can claim it (RFC 8252 section 8.6): an app that wants to open claims an https address.
fn is_safe(url: &Url, environment: BunqEnvironment) -> bool {
    let may_be_local = environment == BunqEnvironment::Sandbox;
    url.scheme() == "https" || (may_be_local && url.scheme() == "http" && is_loopback(url))
}
