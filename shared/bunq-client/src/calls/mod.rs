//! The bank's operations that this project uses: resources, whose calls are those of [`Resource`](super::Resource),
//! and special calls. Each is documented at <https://doc.bunq.com>.

mod elements;
mod failures;
mod notifications;
mod orders;
mod session;
mod sessionless;

pub use elements::{CallbackUrl, OauthClient, PermittedIp};
pub use failures::{FailedCallback, FailedCallbackPage, ListFailedCallbacks};
pub use notifications::{
    ListNotificationFilters, NotificationFilter, NotificationFilterPage, ReplaceNotificationFilters,
    ReplacedNotificationFilters,
};
pub use orders::{DraftPayment, DraftStatus, IssuerTransaction, RequestInquiry};
pub use session::{EndSession, FindPublicIssuerTransaction, FindUser, PublicPath};
pub use sessionless::{
    CreateDeviceServer, CreateInstallation, CreatePspCredential, CreateSession, NewInstallation, NewSession,
    PspCredential,
};

use super::resource::resources;
use crate::types::ids::{
    BunqMeTabId, CallbackUrlId, CredentialPasswordIpId, DraftPaymentId, IssuerTransactionId, MasterCardActionId,
    MonetaryAccountId, OauthClientId, PaymentId, PermittedIpId, RequestInquiryId, RequestResponseId,
};

resources! {
    /// The accounts that a customer granted, of every kind.
    MonetaryAccounts = "user/{id}/monetary-account", (), MonetaryAccountId, "MonetaryAccount";
    /// The accounts of the usual kind. Only these can be opened and changed here, and not by a PSD2 party.
    BankAccounts = "user/{id}/monetary-account-bank", (), MonetaryAccountId, "MonetaryAccountBank";
    /// The payments of an account.
    Payments = "user/{id}/monetary-account/{id}/payment", MonetaryAccountId, PaymentId, "Payment";
    /// The requests for money to an account.
    RequestInquiries =
        "user/{id}/monetary-account/{id}/request-inquiry", MonetaryAccountId, RequestInquiryId, "RequestInquiry";
    /// The payments from an account that wait for the customer's approval in the bunq app.
    DraftPayments = "user/{id}/monetary-account/{id}/draft-payment", MonetaryAccountId, DraftPaymentId, "DraftPayment";
    /// The requests for money from an account.
    RequestResponses =
        "user/{id}/monetary-account/{id}/request-response", MonetaryAccountId, RequestResponseId, "RequestResponse";
    /// The card transactions of an account.
    MasterCardActions =
        "user/{id}/monetary-account/{id}/mastercard-action", MonetaryAccountId, MasterCardActionId, "MasterCardAction";
    /// The links by which others can pay to an account.
    BunqMeTabs = "user/{id}/monetary-account/{id}/bunqme-tab", MonetaryAccountId, BunqMeTabId, "BunqMeTab";
    /// The TPP's own payments that a customer of any account at bunq makes on bunq's pay page.
    IssuerTransactions =
        "user/{id}/payment-service-provider-issuer-transaction", (), IssuerTransactionId,
        "PaymentServiceProviderIssuerTransaction";
    /// The TPP's API keys at the bank. **An answer can hold an API key** (`token_value`), so it must not be
    /// passed on unchanged.
    CredentialPasswordIps =
        "user/{id}/credential-password-ip", (), CredentialPasswordIpId, "CredentialPasswordIp";
    /// The IP addresses that may use an API key.
    PermittedIps =
        "user/{id}/credential-password-ip/{id}/ip", CredentialPasswordIpId, PermittedIpId, "PermittedIp";
    /// The TPP's OAuth clients.
    OauthClients = "user/{id}/oauth-client", (), OauthClientId, "OauthClient";
    /// The addresses to which the bank redirects browsers after a consent.
    CallbackUrls = "user/{id}/oauth-client/{id}/callback-url", OauthClientId, CallbackUrlId, "OauthCallbackUrl";
}
