//! Actions on a deployment that several groups of tests share, except connecting customers.

use std::net::Ipv4Addr;

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};
use url::Url;

use crate::{Answer, TestApp, TestBank, signed::signed};

impl TestApp {
    /// Sends POST with the key that has every scope.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::POST, path).bearer_auth(&self.api_key).json_body(body)).await
    }

    /// Sends POST with an idempotency key.
    pub async fn post_once(&self, path: &str, key: &str, body: &Value) -> Answer {
        let request = self.request(Method::POST, path).bearer_auth(&self.api_key);
        self.send(request.header("Idempotency-Key", key).json_body(body)).await
    }

    /// Sends PUT with the key that has every scope.
    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::PUT, path).bearer_auth(&self.api_key).json_body(body)).await
    }

    /// Signs a request to the API like an IAM user. The request must not be changed afterwards.
    pub fn signed(&self, request: RequestBuilder) -> RequestBuilder {
        signed(self.aws.access_key(), "execute-api", request)
    }

    /// Creates a consent, as the owner's application does.
    pub async fn ask_consent(&self, body: &Value) -> Value {
        let asked = self.post("/consents", body).await;
        assert_eq!(asked.status, 201, "{asked:?}");
        asked.json()
    }

    /// Opens a consent's address in a new browser. Returns its cookie and the bank's page that it is sent to.
    pub async fn open_consent(&self, url: &str) -> (String, Url) {
        let answer = self.send(self.request(Method::GET, url)).await;
        assert_eq!(answer.status, 303, "{answer:?}");
        let cookie = answer.header("set-cookie").split(';').next().expect("a cookie").to_owned();
        (cookie, Url::parse(answer.header("location")).expect("the bank's page"))
    }

    /// Makes an API key of a workspace.
    pub async fn create_api_key_in(&self, workspace: &str, scopes: &[&str]) -> (String, String) {
        let payload =
            json!({ "action": "create_api_key", "name": workspace, "scopes": scopes, "workspace": workspace });
        let made = self.setup(payload).await.expect("a key is made");
        let text = |name: &str| made[name].as_str().expect("a text").to_owned();
        (text("id"), text("api_key"))
    }

    /// Lets a customer consent to a connection in a workspace. Returns the callback's answer to a browser that accepts
    /// no page.
    pub async fn consent_in(&self, workspace: &str, customer: &str, reference: Option<&str>) -> Answer {
        let (_, key) = self.create_api_key_in(workspace, &["connections"]).await;
        let request = self.request(Method::POST, "/consents").bearer_auth(&key);
        let asked = self.send(request.json_body(&json!({ "reference": reference }))).await;
        assert_eq!(asked.status, 201, "{asked:?}");
        let (cookie, page) = self.open_consent(asked.json()["url"].as_str().expect("an address")).await;
        let path = self.approve(&page, customer).await;
        self.callback(&path, &cookie).await
    }

    /// Connects a customer in a workspace and returns their `user_id`.
    pub async fn connect_in(&self, workspace: &str, customer: &str) -> String {
        let answer = self.consent_in(workspace, customer, None).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()["new_user_id"].as_str().expect("a user_id").to_owned()
    }

    /// Connects a customer under a reference, without a return address, and returns their `user_id`.
    pub async fn connect_as(&self, customer: &str, reference: &str) -> String {
        let asked = self.ask_consent(&json!({ "reference": reference })).await;
        let (cookie, page) = self.open_consent(asked["url"].as_str().expect("an address")).await;
        let path = self.approve(&page, customer).await;
        let answer = self.callback(&path, &cookie).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()["new_user_id"].as_str().expect("a user_id").to_owned()
    }

    /// Advances both clocks, ours and the bank's.
    pub async fn advance(&self, seconds: i64) {
        self.clock.advance(seconds);
        self.bank.settings(json!({ "clock_offset_seconds": self.clock.offset() })).await;
    }

    /// Starts a second process of the same deployment, whose environment differs in one variable.
    pub async fn sibling(&self, name: &'static str, value: &str) -> Sibling {
        let app = self.compose_with(name, value).await;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let url = Url::parse(&format!("http://{}", listener.local_addr().expect("an address"))).expect("a URL");
        let server = self.serve(listener, app);
        Sibling { url, server }
    }
}

/// A second process of a deployment. It ends when this value is dropped.
#[derive(Debug)]
pub struct Sibling {
    /// The API of the process.
    pub url: Url,
    server: JoinHandle<()>,
}

impl Sibling {
    /// Sends POST with an idempotency key and the deployment's API key.
    pub async fn post_once(&self, app: &TestApp, path: &str, key: &str, body: &Value) -> Answer {
        let url = self.url.join(path).expect("a path");
        let request = app.request(Method::POST, url.as_str()).bearer_auth(&app.api_key);
        app.send(request.header("Idempotency-Key", key).json_body(body)).await
    }
}

impl Drop for Sibling {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl TestBank {
    /// Returns the drafts and the requests for money.
    pub async fn objects(&self) -> Value {
        self.switch(Method::GET, "objects", None).await
    }

    /// Adds new incoming payments.
    pub async fn pay(&self, customer: &str, account: u64, count: u32) {
        let body = json!({ "customer": customer, "account": account, "count": count });
        self.switch(Method::POST, "payments", Some(body)).await;
    }

    /// Adds the customers of a file.
    pub async fn add_customers(&self, file: Value) {
        self.switch(Method::POST, "customers", Some(file)).await;
    }

    /// Changes the description of a payment.
    pub async fn change_payment(&self, account: u64, payment: u64, description: &str) {
        let body = json!({ "account": account, "payment": payment, "description": description });
        self.switch(Method::POST, "change-payment", Some(body)).await;
    }

    /// Sets a filter at the bank: callbacks of a category about a customer go to an address.
    pub async fn set_filter(&self, customer: &str, category: &str, target: &str) {
        let body = json!({ "customer": customer, "category": category, "target": target });
        self.switch(Method::POST, "notification-filters", Some(body)).await;
    }

    /// Disturbs the callbacks that the bank sends.
    pub async fn disturb_callbacks(&self, disturbances: Value) {
        self.switch(Method::PATCH, "callbacks", Some(disturbances)).await;
    }

    /// Decides a draft as its customer does in the app.
    pub async fn decide(&self, draft: u64, decision: &str) {
        self.switch(Method::POST, "draft", Some(json!({ "draft": draft, "decision": decision }))).await;
    }

    /// Decides an issuer transaction as its customer does on the pay page.
    pub async fn decide_issuer_transaction(&self, public_uuid: &str, decision: &str) {
        let body = json!({ "public_uuid": public_uuid, "decision": decision });
        self.switch(Method::POST, "issuer-transaction", Some(body)).await;
    }
}

/// A JSON body without reqwest's own JSON feature.
pub trait JsonBody {
    /// Sets the body and its type.
    #[must_use]
    fn json_body(self, body: &Value) -> Self;
}

impl JsonBody for reqwest::RequestBuilder {
    fn json_body(self, body: &Value) -> Self {
        self.header("Content-Type", "application/json").body(body.to_string())
    }
}
