//! The bank's operations that this project uses: resources, whose calls are generic ([`List`](super::List) and its
//! siblings), and special calls. Each is documented at <https://doc.bunq.com>.

mod credential_password_ip;
mod device_server;
mod draft_payment;
mod installation;
mod issuer_transaction;
mod oauth_client;
mod payment_service_provider_credential;
mod request_inquiry;
mod session;
mod session_server;
mod user;

pub use credential_password_ip::PermittedIp;
pub use device_server::CreateDeviceServer;
pub use draft_payment::{DraftPayment, DraftStatus};
pub use installation::{CreateInstallation, NewInstallation};
pub use issuer_transaction::{FindPublicIssuerTransaction, IssuerTransaction, PublicPath};
pub use oauth_client::{CallbackUrl, OauthClient};
pub use payment_service_provider_credential::{CreatePspCredential, PspCredential};
pub use request_inquiry::RequestInquiry;
pub use session::EndSession;
pub use session_server::{CreateSession, NewSession};
pub use user::FindUser;

use super::resource::resources;
use crate::types::ids::{
    CallbackUrlId, CredentialPasswordIpId, DraftPaymentId, IssuerTransactionId, MonetaryAccountId, OauthClientId,
    PaymentId, PermittedIpId, RequestInquiryId,
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
    /// The TPP's own payments that a customer of any account at bunq makes on bunq's pay page.
    IssuerTransactions =
        "user/{id}/payment-service-provider-issuer-transaction", (), IssuerTransactionId,
        "PaymentServiceProviderIssuerTransaction";
    /// The TPP's API keys at the bank. **An answer can hold an API key** (`token_value`).
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
