//! The bank's operations that we use, one file per resource, each with its page at <https://doc.bunq.com>.

mod device_server;
mod installation;
mod monetary_account;
mod oauth_client;
mod payment_service_provider_credential;
mod session_server;
mod user;

pub use device_server::CreateDeviceServer;
pub use installation::{CreateInstallation, NewInstallation};
pub use monetary_account::ListMonetaryAccounts;
pub use oauth_client::{
    CallbackUrl, CreateCallbackUrl, CreateOauthClient, FindOauthClient, ListCallbackUrls, ListOauthClients, OauthClient,
};
pub use payment_service_provider_credential::{CreatePspCredential, PspCredential};
pub use session_server::{CreateSession, NewSession};
pub use user::FindUser;

/// `{"Id":{"id":N}}`, the answer to most creations.
#[derive(serde::Deserialize)]
struct Id<T> {
    id: T,
}
