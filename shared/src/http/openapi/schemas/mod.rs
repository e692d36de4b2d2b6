//! bunq's objects, as far as their fields are known. Only for the document: answers are passed on and never read into
//! these.
//!
//! bunq adds fields, kinds and values at any time, so everything is open: a field that may be missing or null is
//! optional, an enumeration is a text with its known values in the description, and an element of an unknown kind is
//! valid. What bunq always sends is required; recordings of its answers say what that is.

mod account;
mod common;
mod credential;
mod envelope;
mod issuer_transaction;
mod label;
mod money_movement;
mod user;

pub use account::{
    AccountSetting, Card, CoOwner, External, ExternalSavings, Investment, Joint, Light, MonetaryAccount, Savings,
    SwitchService,
};
pub use common::{
    Address, Alias, Attachment, Avatar, Geolocation, Image, ImageUrl, LARGEST_ID, Money, Schedule, SplitReference,
};
pub use credential::{CredentialPasswordIp, PermittedDevice, PermittedIp};
pub use envelope::{
    AccountElement, AccountList, CredentialAnswer, CredentialElement, CredentialList, DraftPaymentAnswer,
    DraftPaymentElement, DraftPaymentList, Id, IdAnswer, IdElement, IssuerTransactionAnswer, IssuerTransactionElement,
    IssuerTransactionList, OrderLine, Pagination, PaymentAnswer, PaymentElement, PaymentList, PermittedIpAnswer,
    PermittedIpElement, PermittedIpList, PublicIssuerTransactionAnswer, PublicIssuerTransactionElement,
    RequestInquiryAnswer, RequestInquiryElement, RequestInquiryList, UserAnswer, UserElement,
};
pub use issuer_transaction::{IssuerTransaction, PublicIssuerTransaction};
pub use label::{LabelMonetaryAccount, LabelUser};
pub use money_movement::{Arrival, DraftEntry, DraftPayment, DraftResponse, Payment, RequestInquiry};
pub use user::{AnchoredUser, Owner, TaxResident, UserApiKey, UserCompany, UserPaymentServiceProvider, UserPerson};
