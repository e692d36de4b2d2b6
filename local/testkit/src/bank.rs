//! The simulated bank and its switches, over HTTP like any other client.

use bunq_simulator::{Options, Simulator};
use serde_json::{Value, json};
use url::Url;

/// A simulated bank for one test.
#[derive(Debug)]
pub struct TestBank {
    simulator: Simulator,
    http: reqwest::Client,
}

impl TestBank {
    pub(crate) async fn start() -> Self {
        let simulator = Simulator::start(Options::default()).await.expect("the simulator starts");
        Self { simulator, http: reqwest::Client::new() }
    }

    /// Returns the address of the bank.
    #[must_use]
    pub fn url(&self) -> Url {
        self.simulator.url()
    }

    /// Returns the environment variables that connect a deployment to this bank.
    #[must_use]
    pub fn variables(&self) -> [(&'static str, String); 4] {
        [
            ("BUNQ_API_URL", self.simulator.api_url().to_string()),
            ("BUNQ_AUTHORIZE_URL", self.simulator.authorize_url().to_string()),
            ("BUNQ_TOKEN_URL", self.simulator.token_url().to_string()),
            ("BUNQ_PAY_URL", self.simulator.pay_url().to_string()),
        ]
    }

    /// Returns the service that reports a caller's address as the bank sees it, for `EGRESS_IP_URL`.
    #[must_use]
    pub fn egress_url(&self) -> String {
        self.url().join("_simulator/egress-ip").expect("a URL").to_string()
    }

    pub(crate) async fn switch(&self, method: reqwest::Method, path: &str, body: Option<Value>) -> Value {
        let url = self.url().join(&format!("_simulator/{path}")).expect("a URL");
        let mut request = self.http.request(method, url);
        if let Some(body) = body {
            request = request.header("Content-Type", "application/json").body(body.to_string());
        }
        let answer = request.send().await.expect("the simulator answers");
        let status = answer.status();
        let text = answer.text().await.expect("a text");
        assert!(status.is_success(), "{path}: {status} {text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    /// Adds people without accounts, and returns their names.
    pub async fn add_people(&self, count: usize) -> Vec<String> {
        let names: Vec<_> = (1..=count).map(|number| format!("person-{number}")).collect();
        let people =
            names.iter().map(|name| json!({ "name": name, "person": { "first_name": "Ada", "last_name": name } }));
        let file = json!({ "customers": people.collect::<Vec<_>>() });
        self.switch(reqwest::Method::POST, "customers", Some(file)).await;
        names
    }

    /// Returns the current settings.
    pub async fn settings_now(&self) -> Value {
        self.switch(reqwest::Method::GET, "settings", None).await
    }

    /// Changes settings.
    pub async fn settings(&self, changes: Value) {
        self.switch(reqwest::Method::PATCH, "settings", Some(changes)).await;
    }

    /// Makes calls fail.
    pub async fn fault(&self, fault: Value) {
        self.switch(reqwest::Method::POST, "faults", Some(fault)).await;
    }

    /// Ends all failures of calls.
    pub async fn clear_faults(&self) {
        self.switch(reqwest::Method::DELETE, "faults", None).await;
    }

    /// Returns every call since the log was emptied.
    pub async fn calls(&self) -> Value {
        self.switch(reqwest::Method::GET, "calls", None).await
    }

    /// Returns how often an endpoint was called, such as `POST session-server`.
    pub async fn count(&self, endpoint: &str) -> u64 {
        self.calls().await["counts"][endpoint].as_u64().unwrap_or(0)
    }

    /// Returns the number of all calls.
    pub async fn total(&self) -> usize {
        self.calls().await["calls"].as_array().map_or(0, Vec::len)
    }

    /// Empties the log.
    pub async fn forget_calls(&self) {
        self.switch(reqwest::Method::DELETE, "calls", None).await;
    }

    /// Returns the notification filters of all users.
    pub async fn filters(&self) -> Vec<Value> {
        let mut listed = self.switch(reqwest::Method::GET, "notification-filters", None).await;
        listed["filters"].as_array_mut().map(std::mem::take).expect("a list")
    }

    /// Lets another application of a customer set a filter, and returns its id.
    pub async fn set_foreign_filter(&self, filter: Value) -> u64 {
        let made = self.switch(reqwest::Method::POST, "notification-filters", Some(filter)).await;
        made["id"].as_u64().expect("an id")
    }

    /// Lets another application remove its filter.
    pub async fn remove_foreign_filter(&self, id: u64) {
        self.switch(reqwest::Method::DELETE, &format!("notification-filters/{id}"), None).await;
    }

    /// Revokes a customer's consents.
    pub async fn revoke(&self, customer: &str) {
        self.switch(reqwest::Method::POST, "revoke", Some(json!({ "customer": customer }))).await;
    }

    /// Ends every session.
    pub async fn expire_sessions(&self) {
        self.switch(reqwest::Method::POST, "expire-sessions", Some(json!({}))).await;
    }

    /// Ends every session of a customer.
    pub async fn expire_sessions_of(&self, customer: &str) {
        self.switch(reqwest::Method::POST, "expire-sessions", Some(json!({ "owner": customer }))).await;
    }

    /// Makes the bank forget every installation, as a reset of its sandbox does.
    pub async fn forget_installations(&self) {
        self.switch(reqwest::Method::POST, "forget-installations", Some(json!({}))).await;
    }

    /// Returns the state of the bank.
    pub async fn overview(&self) -> Value {
        self.switch(reqwest::Method::GET, "overview", None).await
    }

    /// Returns how many open sessions a customer has, or `psp`.
    pub async fn sessions_of(&self, owner: &str) -> u64 {
        let overview = self.overview().await;
        overview["sessions_of"][owner].as_u64().unwrap_or_else(|| panic!("no owner {owner}: {overview}"))
    }
}
