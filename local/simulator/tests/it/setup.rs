//! The objects that most tests start with: a provider, its application, and a connection of a customer.

use std::collections::BTreeMap;

use bunq_simulator::Settings;
use serde_json::{Value, json};

use crate::client::{Bank, Call, Reply, bank_with, key};

pub(crate) const CALLBACK: &str = "https://app.example/callback?from=bank";

/// A payment service provider with installation, credential, device and session.
pub(crate) struct Provider {
    pub(crate) bank: Bank,
    pub(crate) installation: String,
    pub(crate) api_key: String,
    pub(crate) session: String,
    pub(crate) id: u64,
}

/// An application of a provider, ready for consents.
pub(crate) struct App {
    pub(crate) provider: Provider,
    pub(crate) id: u64,
    pub(crate) client_id: String,
    pub(crate) secret: String,
}

/// A connection of a customer with the application.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) access_token: String,
    pub(crate) session: String,
    /// The id of the `UserApiKey`.
    pub(crate) user: Value,
    pub(crate) id: u64,
}

impl Provider {
    pub(crate) async fn new(settings: Settings) -> Self {
        Self::at(bank_with(settings).await).await
    }

    pub(crate) async fn at(bank: Bank) -> Self {
        Self::permitted(bank, json!(["127.0.0.1", "*"])).await
    }

    /// A provider whose key may be used from these addresses.
    pub(crate) async fn permitted(bank: Bank, permitted_ips: Value) -> Self {
        let installation = bank.install(0).await;
        let (api_key, session, id) = register(&bank, &installation, "Tests AISP PISP", permitted_ips).await;
        Self { bank, installation, api_key, session, id }
    }

    /// A provider whose certificate has this common name.
    pub(crate) async fn named(common_name: &str, settings: Settings) -> Self {
        let bank = bank_with(settings).await;
        let installation = bank.install(0).await;
        let (api_key, session, id) = register(&bank, &installation, common_name, json!(["*"])).await;
        Self { bank, installation, api_key, session, id }
    }

    /// A path under the provider's user.
    pub(crate) fn path(&self, rest: &str) -> String {
        format!("/v1/user/{}/{rest}", self.id)
    }

    /// A call with the provider's session.
    pub(crate) fn call(&self, method: &str, rest: &str) -> Call<'_> {
        self.bank.call(method, &self.path(rest)).token(&self.session)
    }

    pub(crate) async fn get(&self, rest: &str) -> Reply {
        self.call("GET", rest).send().await
    }

    pub(crate) async fn post(&self, rest: &str, body: Value) -> Reply {
        self.call("POST", rest).json(body).send().await
    }

    pub(crate) async fn put(&self, rest: &str, body: Value) -> Reply {
        self.call("PUT", rest).json(body).send().await
    }

    pub(crate) async fn app(self) -> App {
        let clients = self.path("oauth-client");
        let id = self.bank.post(&clients, json!({"status": "ACTIVE"})).token(&self.session).send().await.ok().id();
        let urls = format!("{clients}/{id}/callback-url");
        self.bank.post(&urls, json!({"url": CALLBACK})).token(&self.session).send().await.ok();
        let client = self.bank.get(&format!("{clients}/{id}")).token(&self.session).send().await.ok().response(0);
        let text = |name: &str| client["OauthClient"][name].as_str().unwrap().to_owned();
        App { id, client_id: text("client_id"), secret: text("secret"), provider: self }
    }
}

/// Registers a provider at an installation. Returns its API key, the token of a session, and its id.
pub(crate) async fn register(
    bank: &Bank,
    installation: &str,
    common_name: &str,
    permitted_ips: Value,
) -> (String, String, u64) {
    let body = bank.credential_body(installation, common_name);
    let path = "/v1/payment-service-provider-credential";
    let credential = bank.post(path, body).token(installation).send().await.ok().response(0);
    let api_key = credential["CredentialPasswordIp"]["token_value"].as_str().unwrap().to_owned();
    let body = json!({"description": "tests", "secret": api_key, "permitted_ips": permitted_ips});
    bank.post("/v1/device-server", body).token(installation).signed(key(0)).send().await.ok();
    let session = bank.session(installation, &api_key).send().await.ok();
    let id = session.response(2)["UserPaymentServiceProvider"]["id"].as_u64().unwrap();
    let session = session.response(1)["Token"]["token"].as_str().unwrap().to_owned();
    (api_key, session, id)
}

impl App {
    pub(crate) async fn new(settings: Settings) -> Self {
        Provider::new(settings).await.app().await
    }

    pub(crate) fn bank(&self) -> &Bank {
        &self.provider.bank
    }

    pub(crate) fn authorize_path(&self, changes: &[(&str, &str)]) -> String {
        let mut parameters =
            BTreeMap::from([("response_type", "code"), ("client_id", &self.client_id), ("redirect_uri", CALLBACK)]);
        parameters.extend(changes.iter().copied());
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        format!("/auth?{}", query.extend_pairs(parameters).finish())
    }

    /// The authorization code of a consent to all accounts of a customer.
    pub(crate) async fn code(&self, customer: &str) -> String {
        let path = self.authorize_path(&[("state", "s")]);
        let reply = self.bank().get(&path).header("X-Simulator-Approve", customer).send().await;
        parameter(reply.header("Location").unwrap(), "code").unwrap()
    }

    pub(crate) async fn exchange(&self, code: &str, changes: &[(&str, &str)]) -> Reply {
        let mut parameters = BTreeMap::from([
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("client_id", &self.client_id),
            ("client_secret", &self.secret),
        ]);
        parameters.extend(changes.iter().copied());
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        self.bank().call("POST", &format!("/v1/token?{}", query.extend_pairs(parameters).finish())).send().await
    }

    pub(crate) async fn access_token(&self, customer: &str) -> String {
        let reply = self.exchange(&self.code(customer).await, &[]).await.ok();
        reply.json()["access_token"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn connect(&self, customer: &str) -> Connection {
        self.open(self.access_token(customer).await).await
    }

    pub(crate) async fn open(&self, access_token: String) -> Connection {
        let reply = self.bank().session(&self.provider.installation, &access_token).send().await.ok();
        let session = reply.response(1)["Token"]["token"].as_str().unwrap().to_owned();
        let user = reply.response(2)["UserApiKey"].clone();
        Connection { access_token, session, id: user["id"].as_u64().unwrap(), user }
    }
}

pub(crate) fn parameter(url: &str, name: &str) -> Option<String> {
    let url = url::Url::parse(url).unwrap();
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}
