//! The bodies of issuer transactions.

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
        /// The account that receives the money.
        required counterparty_alias: Receiver,
        /// The amount to pay.
        required amount: NewAmount,
        /// The description of the payment: visible characters, on one line.
        required description: Text<1, 140>,
        /// Where the payer's browser goes after the payment: https (in the sandbox also http for localhost), in its
        /// normal form, without a user name. An app that wants to open claims an https address; its own URL scheme is
        /// refused.
        required url_redirect: RedirectUrl,
        /// Until when the transaction can be paid: a time in the future; by default, ten minutes from now. The
        /// microseconds are replaced.
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
    /// Returns the order to send to the bank, and the reference that the caller gave it, if any.
    pub(crate) fn into_order(self) -> (IssuerTransaction, Option<OrderReference>) {
        let transaction = IssuerTransaction {
            amount: self.amount.into(),
            counterparty: self.counterparty_alias.into(),
            description: self.description.into_string(),
            url_redirect: self.url_redirect.as_url().clone(),
            time_expiry: self.time_expiry,
            explicit_status: self.status == Some(Pending::Pending),
        };
        (transaction, self.reference)
    }
}

body! {
    /// The account that receives the money.
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
    /// An amount of money with its currency.
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
    /// `IBAN`: bunq accepts no other type.
    pub(crate) enum IbanType { Iban = "IBAN" } else "must be IBAN"
}

words! {
    /// `PENDING`, the status of every new transaction.
    pub(crate) enum Pending { Pending = "PENDING" } else "must be PENDING"
}

words! {
    /// `CANCELLED` cancels the transaction.
    pub(crate) enum Cancellation { Cancelled = "CANCELLED" } else "must be CANCELLED"
}

/// Whether the customer's browser may be redirected to this URL. An app's own URL scheme is refused, since any app on
/// the phone can claim it (RFC 8252 section 8.6). An app that wants to open claims an https address.
fn is_safe(url: &Url, environment: BunqEnvironment) -> bool {
    let may_be_local = environment == BunqEnvironment::Sandbox;
    url.scheme() == "https" || (may_be_local && url.scheme() == "http" && is_loopback(url))
}
