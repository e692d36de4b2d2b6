//! The bank's operations that we use, one file per resource, each with its page at <https://doc.bunq.com>.

mod credential_password_ip;
mod device_server;
mod draft_payment;
mod installation;
mod issuer_transaction;
mod monetary_account;
mod oauth_client;
mod payment;
mod payment_service_provider_credential;
mod request_inquiry;
mod session;
mod session_server;
mod user;

pub use credential_password_ip::{
    CreatePermittedIp, ListPermittedIps, PermittedIp, ReadCredentialPasswordIp, UpdatePermittedIp, Which,
};
pub use device_server::CreateDeviceServer;
pub use draft_payment::{
    CancelDraftPayment, CreateDraftPayment, DraftPayment, DraftStatus, FindDraftPayment, ListDraftPayments,
};
pub use installation::{CreateInstallation, NewInstallation};
pub use issuer_transaction::{
    CancelIssuerTransaction, CreateIssuerTransaction, FindIssuerTransaction, FindPublicIssuerTransaction,
    IssuerTransaction, ListIssuerTransactions, PublicPath,
};
pub use monetary_account::ListMonetaryAccounts;
pub use oauth_client::{
    CallbackUrl, CreateCallbackUrl, CreateOauthClient, DeleteCallbackUrl, FindOauthClient, ListCallbackUrls,
    ListOauthClients, OauthClient,
};
pub use payment::{FindPayment, ListPayments};
pub use payment_service_provider_credential::{CreatePspCredential, PspCredential};
pub use request_inquiry::{
    CreateRequestInquiry, FindRequestInquiry, ListRequestInquiries, RequestInquiry, RevokeRequestInquiry,
};
pub use session::EndSession;
pub use session_server::{CreateSession, NewSession};
pub use user::FindUser;

/// `{"Id":{"id":N}}`, the answer to most creations.
#[derive(serde::Deserialize)]
struct Id<T> {
    id: T,
}
