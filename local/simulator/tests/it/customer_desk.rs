//! A sandbox user with an own API key, and the calls of tests with it.

use serde_json::{Value, json};

use crate::client::{Bank, Call, Reply, key};

/// The person or company of a POST sandbox-user, with a session.
pub(crate) struct CustomerDesk<'a> {
    pub(crate) bank: &'a Bank,
    pub(crate) api_key: String,
    pub(crate) session: String,
    pub(crate) user: Value,
    pub(crate) id: u64,
    /// The first account.
    pub(crate) account: u64,
}

impl<'a> CustomerDesk<'a> {
    pub(crate) async fn person(bank: &'a Bank, installation: &str) -> Self {
        Self::made_by(bank, installation, "sandbox-user-person").await
    }

    pub(crate) async fn made_by(bank: &'a Bank, installation: &str, endpoint: &str) -> Self {
        let made = bank.call("POST", &format!("/v1/{endpoint}")).send().await.ok();
        Self::with_key(bank, installation, made.response(0)["ApiKey"]["api_key"].as_str().unwrap()).await
    }

    /// Opens a session with an API key, as the bank's client libraries do.
    pub(crate) async fn with_key(bank: &'a Bank, installation: &str, api_key: &str) -> Self {
        let api_key = api_key.to_owned();
        let device = json!({"description": "tests", "secret": api_key});
        bank.post("/v1/device-server", device).token(installation).signed(key(0)).send().await.ok();
        let opened = bank.session(installation, &api_key).send().await.ok();
        let session = opened.response(1)["Token"]["token"].as_str().unwrap().to_owned();
        let user = opened.response(2);
        let fields = user.as_object().unwrap().values().next().unwrap();
        let id = fields["id"].as_u64().unwrap();
        let path = format!("/v1/user/{id}/monetary-account-bank");
        let accounts = bank.get(&path).token(&session).send().await.ok();
        let account = accounts.response(0)["MonetaryAccountBank"]["id"].as_u64().unwrap();
        Self { bank, api_key, session, user, id, account }
    }

    pub(crate) fn call(&self, method: &str, rest: &str) -> Call<'_> {
        self.bank.call(method, &format!("/v1/user/{}/{rest}", self.id)).token(&self.session)
    }

    pub(crate) async fn get(&self, rest: &str) -> Reply {
        self.call("GET", rest).send().await
    }

    pub(crate) async fn post(&self, rest: &str, body: Value) -> Reply {
        self.call("POST", rest).json(body).signed(key(0)).send().await
    }

    pub(crate) async fn put(&self, rest: &str, body: Value) -> Reply {
        self.call("PUT", rest).json(body).signed(key(0)).send().await
    }

    /// A path under the first account.
    pub(crate) fn own(&self, rest: &str) -> String {
        format!("monetary-account/{}/{rest}", self.account)
    }

    /// The fields of the one object at a path.
    pub(crate) async fn fields(&self, rest: &str) -> Value {
        let element = self.get(rest).await.ok().response(0);
        element.as_object().unwrap().values().next().unwrap().clone()
    }

    pub(crate) async fn balance(&self, account: u64) -> Value {
        self.fields(&format!("monetary-account/{account}")).await["balance"]["value"].clone()
    }

    /// Receives EUR 500.00 from the sandbox's sugar daddy.
    pub(crate) async fn fund(&self) {
        let body = json!({
            "amount_inquired": {"value": "500.00", "currency": "EUR"},
            "counterparty_alias": {"type": "EMAIL", "value": "sugardaddy@bunq.com"},
            "description": "Zakgeld",
            "allow_bunqme": false,
        });
        self.post(&self.own("request-inquiry"), body).await.ok();
    }
}
