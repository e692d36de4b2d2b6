//! A connection of a customer, and the calls of tests about money.

use bunq_simulator::Settings;
use serde_json::{Value, json};

use crate::client::{Bank, Call, Reply};
use crate::setup::{App, Connection};

/// The account of most tests, the person's first one, and its first balance.
pub(crate) const MAIN: u64 = 60_101;
pub(crate) const MAIN_BALANCE: &str = "1843.27";

pub(crate) struct Desk {
    pub(crate) app: App,
    pub(crate) customer: Connection,
}

impl Desk {
    pub(crate) async fn new() -> Self {
        Self::with(Settings::default()).await
    }

    pub(crate) async fn with(settings: Settings) -> Self {
        Self::at(App::new(settings).await).await
    }

    pub(crate) async fn at(app: App) -> Self {
        let customer = app.connect("person").await;
        Self { app, customer }
    }

    pub(crate) fn bank(&self) -> &Bank {
        self.app.bank()
    }

    /// A path under the customer's accounts.
    pub(crate) fn path(&self, rest: &str) -> String {
        format!("/v1/user/{}/monetary-account/{rest}", self.customer.id)
    }

    pub(crate) fn call(&self, method: &str, rest: &str) -> Call<'_> {
        self.bank().call(method, &self.path(rest)).token(&self.customer.session)
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

    /// The fields of the one object at a path.
    pub(crate) async fn fields(&self, rest: &str) -> Value {
        only(&self.get(rest).await.ok().response(0))
    }

    /// The objects on the first page of a list.
    pub(crate) async fn list(&self, rest: &str) -> Vec<Value> {
        let reply = self.get(rest).await.ok().json();
        reply["Response"].as_array().unwrap().iter().map(only).collect()
    }

    pub(crate) async fn balance(&self, account: u64) -> String {
        let account = self.fields(&account.to_string()).await;
        account["balance"]["value"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn objects(&self, kind: &str) -> Vec<Value> {
        self.bank().objects(kind).await
    }

    /// Creates a draft with one entry from the main account, and returns its id.
    pub(crate) async fn draft(&self, value: &str) -> u64 {
        self.post("60101/draft-payment", draft(json!([entry(value)]))).await.ok().id()
    }
}

fn only(element: &Value) -> Value {
    let fields = element.as_object().unwrap();
    assert_eq!(fields.len(), 1, "{element}");
    fields.values().next().unwrap().clone()
}

pub(crate) fn euros(value: &str) -> Value {
    json!({"value": value, "currency": "EUR"})
}

/// A payee at another bank.
pub(crate) fn elsewhere() -> Value {
    json!({"type": "IBAN", "value": "NL91ABNA0417164300", "name": "Piet Elders"})
}

pub(crate) fn entry(value: &str) -> Value {
    json!({
        "amount": euros(value),
        "counterparty_alias": elsewhere(),
        "description": "Factuur 7",
        "merchant_reference": "ref-7",
    })
}

pub(crate) fn draft(entries: Value) -> Value {
    json!({"entries": entries, "number_of_required_accepts": 1})
}

/// A body with one field replaced. The bank treats null as absent.
pub(crate) fn with(mut body: Value, field: &str, value: Value) -> Value {
    body[field] = value;
    body
}
