//! Orders: objects that the bank creates once, even if a caller repeats the request.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::{
    bunq::{
        Resource,
        calls::{DraftPayment, DraftPayments, IssuerTransaction, IssuerTransactions, RequestInquiries, RequestInquiry},
    },
    tpp::listed::{Mark, Wanted, WantedPayment},
    types::{idempotency::RequestName, ids::MonetaryAccountId, schedule::BankTime},
};

/// The time in which an issuer transaction can be paid, by default.
pub(super) const DEFAULT_LIFETIME: SignedDuration = SignedDuration::from_mins(10);

/// An object that is created once.
pub trait Order: Sync {
    /// The kind of order in our records. It never changes, because it is part of the keys of stored references.
    const KIND: &'static str;
    /// The collection at the bank.
    type Resource: Resource;

    /// Returns what the collection belongs to.
    fn parent(&self) -> <Self::Resource as Resource>::Parent;
    /// Returns the order in bunq's form. Two requests are the same if their contents are equal.
    fn content(&self) -> Value;
    /// Returns the body to send: the content with the mark of this request, if bunq stores one. `began_at` is when the
    /// first try began.
    fn body(&self, name: &RequestName, began_at: Timestamp) -> Value;
    /// Returns how to recognise the order in bunq's list.
    fn wanted<'a>(&'a self, name: &'a RequestName, began_at: Timestamp) -> Wanted<'a>;
}

/// Implements [`Order`] for the orders of an account. bunq keeps our reference with the object at `$place`.
macro_rules! orders_of_account {
    ($($order:ident as $kind:literal in $resource:ident, reference at $place:literal;)+) => {$(
        impl Order for $order {
            const KIND: &'static str = $kind;
            type Resource = $resource;

            fn parent(&self) -> MonetaryAccountId {
                self.account
            }

            fn content(&self) -> Value {
                self.to_json()
            }

            fn body(&self, name: &RequestName, _: Timestamp) -> Value {
                let mut body = self.to_json();
                if let Some(object) = body.pointer_mut($place) {
                    object["merchant_reference"] = json!(name.reference());
                }
                body
            }

            fn wanted<'a>(&'a self, name: &'a RequestName, _: Timestamp) -> Wanted<'a> {
                let Self { amount, counterparty, description, .. } = self;
                let mark = Mark::Reference(name.reference());
                Wanted::Payment(WantedPayment { amount, counterparty, description, mark })
            }
        }
    )+};
}

orders_of_account! {
    DraftPayment as "draft-payment" in DraftPayments, reference at "/entries/0";
    RequestInquiry as "request-inquiry" in RequestInquiries, reference at "";
}

impl Order for IssuerTransaction {
    const KIND: &'static str = "issuer-transaction";
    type Resource = IssuerTransactions;

    fn parent(&self) {}

    fn content(&self) -> Value {
        self.to_json()
    }

    fn body(&self, name: &RequestName, began_at: Timestamp) -> Value {
        Self { time_expiry: Some(expiry(self, name, began_at)), ..self.clone() }.to_json()
    }

    fn wanted<'a>(&'a self, name: &'a RequestName, began_at: Timestamp) -> Wanted<'a> {
        let Self { amount, counterparty, description, .. } = self;
        // The default expiry depends on when the first try began, which is unknown if the store was lost.
        let mark = match self.time_expiry {
            Some(_) => Mark::Expiry(expiry(self, name, began_at)),
            None => Mark::Microseconds(name.mark()),
        };
        Wanted::Payment(WantedPayment { amount, counterparty, description, mark })
    }
}

/// Returns when a transaction expires: at the caller's time, or ten minutes after the first try began. The microseconds
/// are the request's mark, because bunq stores no reference with issuer transactions.
fn expiry(transaction: &IssuerTransaction, name: &RequestName, began_at: Timestamp) -> BankTime {
    let end = transaction.time_expiry.map_or(began_at + DEFAULT_LIFETIME, BankTime::timestamp);
    BankTime::at(end).with_microseconds(name.mark())
}
