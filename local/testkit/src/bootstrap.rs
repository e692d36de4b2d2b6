//! Starts the bootstraps of functions.

use local_lambda::Function;
use secrecy::ExposeSecret as _;

use crate::TestApp;

impl TestApp {
    /// Starts a bootstrap (`env!("CARGO_BIN_EXE_…")`) in the environment of this deployment.
    pub async fn bootstrap(&self, bootstrap: &str) -> Function {
        self.bootstrap_with(bootstrap, []).await
    }

    /// Like [`Self::bootstrap`], with other values of some variables.
    pub async fn bootstrap_with(
        &self,
        bootstrap: &str,
        changes: impl IntoIterator<Item = (&'static str, String)>,
    ) -> Function {
        let url = self.aws.url().to_string();
        let key = self.aws.access_key();
        let aws = [
            ("AWS_ENDPOINT_URL_DYNAMODB", url.clone()),
            ("AWS_ENDPOINT_URL_SECRETS_MANAGER", url),
            ("AWS_REGION", "eu-central-1".to_owned()),
            ("AWS_ACCESS_KEY_ID", key.id().to_owned()),
            ("AWS_SECRET_ACCESS_KEY", key.secret().expose_secret().to_owned()),
        ];
        Function::start(bootstrap, self.variables().clone().into_iter().chain(aws).chain(changes)).await
    }
}
