//! The bank's addresses.

use url::Url;

/// The bank's URLs. The defaults are bunq's own hosts: <https://doc.bunq.com>.
#[derive(Clone, Debug)]
pub struct BunqUrls {
    /// The base URL of the API with its version, such as `https://public-api.sandbox.bunq.com/v1`.
    pub api: Url,
    /// The OAuth authorization endpoint, which a browser visits: `https://oauth.sandbox.bunq.com/auth`.
    pub authorize: Url,
    /// The OAuth token endpoint, which exchanges a code for a token: `https://api-oauth.sandbox.bunq.com/v1/token`.
    pub token: Url,
    /// The page on which a customer pays an issuer transaction: `https://psp.triage.bunq.com`.
    pub pay: Url,
}

impl BunqUrls {
    /// Returns the URL of a path below the API's base.
    pub(super) fn endpoint(&self, path: &str) -> Url {
        let mut url = self.api.clone();
        url.set_path(&format!("{}/{path}", self.api.path().trim_end_matches('/')));
        url
    }
}
