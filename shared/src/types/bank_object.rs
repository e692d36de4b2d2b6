//! The kinds of the bank's objects whose changes are events.

use super::event::EventType;

bunq_client::words! {
    /// A kind of object, by bunq's name of it.
    BankObject, UnknownBankObject = UnknownBankObject;
    /// A payment of an account.
    Payment = "Payment",
    /// A transaction of a card.
    MasterCardAction = "MasterCardAction",
    /// A payment that waits for the customer's approval.
    DraftPayment = "DraftPayment",
    /// A request for money to the account.
    RequestInquiry = "RequestInquiry",
    /// A request for money from the account.
    RequestResponse = "RequestResponse",
    /// A link by which others can pay to the account.
    BunqMeTab = "BunqMeTab",
}

/// The text is not the name of such an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be the name of one of bunq's objects")]
pub struct UnknownBankObject;

impl BankObject {
    /// Returns the event of a version of such an object. `is_new` says whether it is the first one.
    #[must_use]
    pub const fn event(self, is_new: bool) -> EventType {
        match (self, is_new) {
            (Self::Payment, true) => EventType::TransactionCreated,
            (Self::Payment, false) => EventType::TransactionUpdated,
            (Self::MasterCardAction, true) => EventType::CardTransactionCreated,
            (Self::MasterCardAction, false) => EventType::CardTransactionUpdated,
            (Self::DraftPayment, _) => EventType::DraftPaymentUpdated,
            (Self::RequestInquiry, _) => EventType::RequestInquiryUpdated,
            (Self::RequestResponse, _) => EventType::RequestResponseUpdated,
            (Self::BunqMeTab, _) => EventType::BunqmeTabUpdated,
        }
    }
}
