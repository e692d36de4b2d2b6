//! The secrets of a deployment: after all of its operations, its log and its problems contain none of them.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use shared::types::{
    sealing::{Place, SealingKeys},
    secret::{AccessToken, Secret as _},
};
use testkit::{Answer, Journey, Operation, TestApp, every_operation, logs, operation};
use url::Url;

/// Shorter texts occur in any log by chance.
const LONG_ENOUGH: usize = 8;

/// All secrets, each with its kind.
#[derive(Default)]
struct Hidden(BTreeMap<String, String>);

impl Hidden {
    /// Adds a text that is a secret as a whole.
    fn text(&mut self, what: &str, text: &str) {
        assert!(text.len() > LONG_ENOUGH, "{what} is too short to be looked for: {text:?}");
        self.0.insert(text.to_owned(), what.to_owned());
    }

    /// Adds every text in a JSON value, line by line, because a log has each on one line.
    fn leaves(&mut self, what: &str, value: &Value, public: &[&str]) {
        match value {
            Value::String(text) => {
                let lines = text.lines().filter(|line| line.len() > LONG_ENOUGH && !line.starts_with("-----"));
                lines.for_each(|line| self.text(what, line));
            }
            Value::Array(values) => values.iter().for_each(|value| self.leaves(what, value, public)),
            Value::Object(fields) => {
                let hidden = fields.iter().filter(|(name, _)| !public.contains(&name.as_str()));
                hidden.for_each(|(name, value)| self.leaves(&format!("{what}.{name}"), value, public));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// Returns the secrets that occur in a text.
    fn seen_in(&self, text: &str) -> Vec<&str> {
        self.0.iter().filter(|(hidden, _)| text.contains(hidden.as_str())).map(|(_, what)| what.as_str()).collect()
    }
}

fn parameter(url: &Url, name: &str) -> String {
    url.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned()
}

/// Connects a customer, and collects every secret that occurs on the way.
async fn connect(app: &TestApp, customer: &str, hidden: &mut Hidden) -> String {
    let (cookie, page) = app.begin_consent().await;
    let path = app.approve(&page, customer).await;
    hidden.text("a state", &parameter(&page, "state"));
    hidden.text("a cookie", cookie.split_once('=').unwrap().1);
    hidden.text("a code", &parameter(&app.url.join(&path).unwrap(), "code"));
    let answer = app.callback(&path, &cookie).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()["new_user_id"].as_str().unwrap().to_owned()
}

/// Returns all items of the tables, as DynamoDB writes them.
async fn items(app: &TestApp) -> Vec<Value> {
    [app.scan("connections").await, app.scan("ephemera").await, app.scan("events").await].concat()
}

/// Opens every sealed token in the tables.
async fn sealed_tokens(app: &TestApp, hidden: &mut Hidden) -> usize {
    let secret: shared::secrets::SealingSecret = serde_json::from_value(app.read_secret("sealing-key").await).unwrap();
    let keys: SealingKeys = secret.keys().unwrap();
    let mut opened = 0;
    for item in items(app).await {
        if let Some(sealed) = item["display_name"]["S"].as_str() {
            hidden.text("sealed display_name", sealed);
        }
        for attribute in ["token", "access_token"] {
            let (Some(pk), Some(sealed)) = (item["pk"]["S"].as_str(), item[attribute]["S"].as_str()) else { continue };
            let token: AccessToken = keys.open(Place { item: pk, attribute }, sealed).unwrap();
            hidden.text(&format!("{attribute} of {}", pk.split('#').next().unwrap()), token.expose());
            hidden.text(&format!("sealed {attribute}"), sealed);
            opened += 1;
        }
    }
    opened
}

/// Returns names, addresses and account numbers of the bank's customers.
async fn customers(app: &TestApp, users: &[&str], hidden: &mut Hidden) {
    let url = app.bank.url().join("_simulator/customers").unwrap();
    let listed = app.send(reqwest::Client::new().get(url)).await.json();
    for customer in listed["customers"].as_array().unwrap() {
        hidden.text("a customer's name", customer["display_name"].as_str().unwrap());
    }
    for user in users {
        let accounts = app.get(&format!("/user/{user}/accounts")).await.json();
        for account in accounts["Response"].as_array().unwrap() {
            let (_, account) = account.as_object().unwrap().iter().next().unwrap();
            for alias in account["alias"].as_array().into_iter().flatten() {
                hidden.text("an alias", alias["value"].as_str().unwrap());
            }
        }
    }
}

/// Makes every kind of failing request, and returns the problems that the caller gets.
async fn problems(app: &TestApp, person: &str, hidden: &mut Hidden) -> Vec<Answer> {
    let mut problems = Vec::new();
    let path = format!("/user/{person}/accounts");
    let (_, narrow) = app.create_api_key(&["payments"]).await;
    let (id, revoked) = app.create_api_key(&["accounts"]).await;
    let guess = format!("tpp_{}", "guessed-by-an-attacker");
    for key in [&narrow, &revoked, &guess] {
        hidden.text("an API key", key);
    }
    app.setup(json!({ "action": "revoke_api_key", "id": id })).await.unwrap();
    for key in [&narrow, &revoked, &guess] {
        problems.push(app.get_with_key(&path, key).await);
    }
    problems.push(app.send(app.request(reqwest::Method::GET, &path)).await);
    let misplaced = "DE89370400440532013000";
    hidden.text("what a caller put in a wrong place", misplaced);
    problems.push(app.get(&format!("/user/{person}/payments/60101?since={misplaced}")).await);

    let (cookie, page) = app.begin_consent().await;
    let denied = app.deny(&page).await;
    hidden.text("a state", &parameter(&page, "state"));
    problems.push(app.callback(&denied, &cookie).await);
    problems.push(app.callback(&denied, &cookie).await);
    let (cookie, page) = app.begin_consent().await;
    let (state, code) = (parameter(&page, "state"), "c0de".repeat(16));
    hidden.text("a state", &state);
    hidden.text("a code", &code);
    problems.push(app.callback(&format!("/callback?state={state}&code={code}"), &cookie).await);
    problems.push(app.callback(&format!("/callback?state={state}%0a&code={code}"), &cookie).await);

    for fault in [
        json!({ "status": 500, "body": { "Error": [{ "error_description": "account of Jan-Peter Balkenende" }] } }),
        json!({ "status": 200, "body": "{\"Response\":\"Jan-Peter Balkenende\"}" }),
        json!({ "status": 429 }),
        json!({ "signature": "wrong" }),
        json!({ "drop": "after" }),
    ] {
        let mut fault = fault;
        fault["endpoint"] = json!("GET user/{}/monetary-account");
        fault["times"] = json!(4);
        app.bank.fault(fault).await;
        problems.push(app.get(&path).await);
        app.bank.clear_faults().await;
    }
    hidden.text("a name in an error of the bank", "Jan-Peter Balkenende");

    app.bank.revoke("person").await;
    problems.push(app.get(&path).await);
    problems
}

const NAME: &str = "Wilhelmina Vermeulen";

/// Returns a body with texts that can be searched for, because the document's examples are too short.
fn distinctive(body: Value) -> Value {
    let Value::Object(fields) = body else { return body };
    let field = |(name, value): (String, Value)| {
        let value = match name.as_str() {
            "description" => json!("Rent of the secret flat"),
            "name" | "receiver_name" => json!(NAME),
            "ip" => json!("145.58.29.201"),
            "url_redirect" => json!("https://shop.example/order/secret-order"),
            _ => distinctive(value),
        };
        (name, value)
    };
    Value::Object(fields.into_iter().map(field).collect())
}

/// Creates everything that the bank can create, each once with success and once with an error, and lists it. Returns
/// the problems.
async fn money(journey: &Journey, hidden: &mut Hidden) -> Vec<Answer> {
    let app = &journey.app;
    let mut problems = Vec::new();
    hidden.text("a shop's address", "secret-order");
    let of_bank = |one: &&Operation<'_>| one.success() == 201 && one.value["responses"].get("502").is_some();
    // Requests, drafts, issuer transactions, accounts, and permitted addresses.
    assert_eq!(every_operation().iter().filter(of_bank).count(), 5);
    for operation in every_operation().iter().filter(of_bank) {
        let id = operation.id();
        let body = distinctive(journey.body(operation));
        hidden.leaves(id, &body, &[]);
        app.bank.forget_calls().await;
        let done = journey.send_body(operation, &body).await;
        assert_eq!(done.status, 201, "{id}: {done:?}");
        let mut wrong = body.clone();
        wrong[NAME] = json!("NL91ABNA0417164300");
        let refused = journey.send_body(operation, &wrong).await;
        assert_eq!(refused.status, 422, "{id}: {refused:?}");
        // Only the caller learns which field they sent.
        assert_eq!(hidden.seen_in(&refused.text.replace(NAME, "")), [""; 0], "{refused:?}");
        let calls = app.bank.calls().await;
        let called = calls["counts"].as_object().unwrap().keys().filter(|endpoint| endpoint.starts_with("POST user/"));
        let called: Vec<_> = called.collect();
        let [endpoint] = called.as_slice() else { panic!("{id} makes one thing: {calls}") };
        app.bank.fault(json!({ "endpoint": endpoint, "status": 500, "times": 100 })).await;
        problems.push(journey.send_body(operation, &body).await);
        app.bank.clear_faults().await;
    }
    for what in ["NL91ABNA0417164300", NAME, "Rent of the secret flat", "145.58.29.201"] {
        assert_eq!(hidden.seen_in(what).len(), 1, "{what} is looked for");
    }
    for list in ["list_request_inquiries", "list_draft_payments"] {
        let listed = journey.send(&operation(list)).await;
        assert!(listed.text.contains(NAME), "what is looked for is there: {listed:?}");
    }
    assert_eq!(app.get("/users").await.status, 200);
    problems
}

/// Gives consents in every way, and collects what browsers send.
async fn consents(journey: &mut Journey, hidden: &mut Hidden) {
    for id in ["begin_consent", "complete_consent", "claim_consent", "show_result"] {
        journey.renew(&operation(id)).await;
        let answer = journey.send(&operation(id)).await;
        assert!(answer.status < 400, "{id}: {answer:?}");
        for place in ["TICKET", "STATE", "CODE", "BROWSER", "PROOF"] {
            if let Some(value) = journey.places.get(place) {
                hidden.text(place, value);
            }
        }
    }
}

#[tokio::test]
async fn nothing_secret_is_logged_or_told_by_a_problem() {
    let mut journey = Journey::start().await;
    let mut hidden = Hidden::default();
    consents(&mut journey, &mut hidden).await;
    let app = &journey.app;
    hidden.text("the first API key", &app.api_key);
    let person = connect(app, "person", &mut hidden).await;
    let company = connect(app, "company", &mut hidden).await;
    for (user, address) in [(&person, "145.58.29.77"), (&company, "2001:db8:77:58::29")] {
        hidden.text("a customer's address", address);
        let read = app.request(reqwest::Method::GET, &format!("/user/{user}")).bearer_auth(&app.api_key);
        assert_eq!(app.send(read.header("PSU-IP-Address", address)).await.status, 200);
    }
    customers(app, &[&person, &company], &mut hidden).await;
    assert!(sealed_tokens(app, &mut hidden).await >= 5, "sessions of two customers and the TPP, and two consents");
    for action in ["status", "list_api_keys", "run"] {
        app.setup(json!({ "action": action })).await.unwrap();
    }

    let mut problems = [money(&journey, &mut hidden).await, problems(app, &person, &mut hidden).await].concat();
    let gone = app.request(reqwest::Method::DELETE, &format!("/user/{person}")).bearer_auth(&app.api_key);
    assert_eq!(app.send(gone).await.status, 204);
    problems.push(app.get(&format!("/user/{person}")).await);

    sealed_tokens(app, &mut hidden).await;
    let public = ["server_public_key", "certificate", "chain", "environment", "created_at", "callback_url"];
    for name in ["tpp", "oauth-client", "psd2-certificate", "sealing-key", "hook-key"] {
        let before = hidden.0.len();
        hidden.leaves(name, &app.read_secret(name).await, &public);
        assert!(hidden.0.len() > before, "{name} holds something secret");
    }
    let codes: Vec<_> = problems.iter().map(|problem| problem.json()["code"].as_str().unwrap().to_owned()).collect();
    for code in ["scope_missing", "api_key_invalid", "api_key_missing", "consent_denied", "code_refused"] {
        assert!(codes.contains(&code.to_owned()), "{code} is not among {codes:?}");
    }
    for code in ["bank_unavailable", "bank_busy", "bank_signature_invalid", "consent_revoked", "invalid_request"] {
        assert!(codes.contains(&code.to_owned()), "{code} is not among {codes:?}");
    }
    for problem in &problems {
        assert!(problem.status >= 400, "{problem:?}");
        assert_eq!(hidden.seen_in(&problem.text), [""; 0], "{problem:?}");
        assert_eq!(hidden.seen_in(&format!("{:?}", problem.headers)), [""; 0], "{problem:?}");
    }
    let log = logs::text();
    for line in ["\"bunq: call\"", "\"request\"", "\"onboarding\"", "\"consent: connected\"", person.as_str()] {
        assert!(log.contains(line), "what should be logged is: {line}");
    }
    for route in ["session-server", "user/{id}/monetary-account", "/user/{user_id}/accounts", "oauth token"] {
        assert!(log.contains(route), "routes are logged as templates: {route}");
    }
    assert_eq!(hidden.seen_in(&log), [""; 0], "in {} bytes of log", log.len());
}

#[test]
fn the_search_finds_what_is_hidden() {
    let mut hidden = Hidden::default();
    let pem = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----\n";
    hidden.leaves("tpp", &json!({ "psp": [{ "api_key": "0123456789abcdef", "id": 7 }], "key": pem }), &["public"]);
    hidden.leaves("tpp", &json!({ "public": "not-hidden-at-all" }), &["public"]);

    assert_eq!(hidden.seen_in("{\"key\":\"0123456789abcdef\"}"), ["tpp.psp.api_key"]);
    assert_eq!(hidden.seen_in(&json!({ "pem": pem }).to_string()), ["tpp.key", "tpp.key"]);
    assert_eq!(hidden.seen_in("-----BEGIN PRIVATE KEY----- not-hidden-at-all"), [""; 0]);
}
