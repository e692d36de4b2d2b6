//! Every operation of the document, done for real: each leaves one line, with the id of what it read or changed.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Answer, TestApp, logs};

use super::{draft, key_id, one};
use crate::operations::{Operation, operations};

/// Something real behind each parameter of a path, and a consent that waits for its claim.
struct Places {
    of: BTreeMap<&'static str, String>,
    to_claim: String,
    proof: String,
}

fn sale() -> Value {
    json!({
        "counterparty_alias": { "type": "IBAN", "value": "NL91ABNA0417164300", "name": "J. Jansen" },
        "amount": { "value": "12.50", "currency": "EUR" }, "description": "Tickets", "url_redirect": "https://shop.example/thanks",
    })
}

const PSD2: &str = "/psd2/payment-service-provider-issuer-transaction";

fn created_id(answer: &Answer) -> String {
    assert_eq!(answer.status, 201, "{answer:?}");
    let made = answer.json();
    made["consent_id"].as_str().map_or_else(|| made["Response"][0]["Id"]["id"].to_string(), str::to_owned)
}

/// A consent that a customer has given and nobody has claimed, and its proof.
async fn unclaimed(app: &TestApp) -> (String, String) {
    let asked = app.ask_consent(&json!({ "return_url": "https://app.example/bank" })).await;
    let (cookie, page) = app.open_consent(asked["url"].as_str().unwrap()).await;
    let path = app.approve(&page, "company").await;
    let back = app.callback(&path, &cookie).await;
    let proof = back.header("location").rsplit_once("proof=").unwrap().1.to_owned();
    (asked["consent_id"].as_str().unwrap().to_owned(), proof)
}

impl Places {
    async fn prepare(app: &TestApp, user_id: &str) -> Self {
        let first = async |path: &str, pointer: &str| {
            let answer = app.get(path).await;
            let value = answer.json().pointer(pointer).unwrap_or_else(|| panic!("{answer:?}")).clone();
            value.as_str().map_or_else(|| value.to_string(), str::to_owned)
        };
        let credential = first("/credential-password-ip", "/Response/0/CredentialPasswordIp/id").await;
        let payment = first(&format!("/user/{user_id}/payments/60101"), "/Response/0/Payment/id").await;
        let draft_id = created_id(&app.post(&format!("/user/{user_id}/draft-payment"), &draft()).await);
        let inquiry = created_id(&app.post(&format!("/user/{user_id}/request-inquiry"), &draft()).await);
        let transaction = created_id(&app.post(PSD2, &sale()).await);
        let ip = json!({ "ip": "185.40.108.7" });
        let ip = created_id(&app.post(&format!("/credential-password-ip/{credential}/ip"), &ip).await);
        let public_id = "/Response/0/PaymentServiceProviderIssuerTransaction/public_uuid";
        let public_id = first(&format!("{PSD2}/{transaction}"), public_id).await;
        let (to_claim, proof) = unclaimed(app).await;
        let of = BTreeMap::from([
            ("public_id", public_id),
            ("user_id", user_id.to_owned()),
            ("monetary_account_id", "60101".to_owned()),
            ("payment_id", payment),
            ("draft_payment_id", draft_id),
            ("request_inquiry_id", inquiry),
            ("transaction_id", transaction),
            ("credential_password_ip_id", credential),
            ("item_id", ip),
            ("consent_id", app.ask_consent(&json!({})).await["consent_id"].as_str().unwrap().to_owned()),
        ]);
        Self { of, to_claim, proof }
    }

    fn fill(&self, route: &str) -> String {
        if route.ends_with("/claim") {
            return route.replace("{consent_id}", &self.to_claim);
        }
        self.of.iter().fold(route.to_owned(), |path, (name, value)| path.replace(&format!("{{{name}}}"), value))
    }

    /// A good body of an operation. A new operation that changes something has to be added here.
    fn body(&self, operation: &Operation) -> Value {
        match operation.id.as_str() {
            "create_draft_payment" | "create_request_inquiry" => draft(),
            "create_issuer_transaction" => sale(),
            "create_permitted_ip" => json!({ "ip": "185.40.108.9" }),
            "create_consent" => json!({ "reference": "customer-17" }),
            "claim_consent" => json!({ "proof": self.proof }),
            "update_draft_payment" | "update_issuer_transaction" => json!({ "status": "CANCELLED" }),
            "update_request_inquiry" => json!({ "status": "REVOKED" }),
            "update_permitted_ip" => json!({ "status": "INACTIVE" }),
            "delete_user" | "delete_consent" => Value::Null,
            other => panic!("{other} changes something: how?"),
        }
    }

    /// The id of the object that a path names, if it names one.
    fn object(&self, route: &str) -> Option<&str> {
        let last = match route.rsplit('/').next()? {
            "connection" => "user_id",
            "claim" => return Some(&self.to_claim),
            last => last.strip_prefix('{')?.strip_suffix('}')?,
        };
        // The account of a list of payments is not one of the payments.
        let of_account = last == "monetary_account_id";
        self.of.get(last).filter(|_| !of_account).map(String::as_str)
    }
}

/// Reading first, deleting last.
fn rank(operation: &Operation) -> u8 {
    match operation.method {
        Method::GET => 0,
        Method::POST => 1,
        Method::DELETE => 3,
        _ => 2,
    }
}

#[tokio::test]
async fn every_operation_leaves_one_line_with_the_id_of_what_it_read_or_changed() {
    logs::capture();
    let app = TestApp::start().await;
    let user_id = app.connect("person").await;
    let places = Places::prepare(&app, &user_id).await;
    let key = key_id(&app).await;
    let mut operations: Vec<_> =
        operations(&user_id).into_iter().filter(|operation| operation.scope.is_some()).collect();
    operations.sort_by_key(rank);

    for operation in &operations {
        let path = places.fill(&operation.route);
        assert!(!path.contains('{'), "nothing is behind a parameter of {path}");
        let request = app.request(operation.method.clone(), &path).bearer_auth(&app.api_key);
        let sent = if operation.method.is_safe() { Value::Null } else { places.body(operation) };
        let request = match sent {
            Value::Null => request,
            body => request.header("content-type", "application/json").body(body.to_string()),
        };
        let answer = app.send(request).await;
        assert!(answer.status < 400, "{}: {answer:?}", operation.id);
        let line = one(&answer);
        let expected = [
            ("action", json!(operation.id)),
            ("outcome", json!("done")),
            ("api_key_id", key.clone()),
            ("workspace", json!("default")),
            ("source_ip", json!("127.0.0.1")),
            ("customer_present", json!(false)),
        ];
        for (name, value) in expected {
            assert_eq!(line[name], value, "{name} of {}: {line}", operation.id);
        }
        let created = (answer.status == 201).then(|| created_id(&answer));
        let object = created.as_deref().or_else(|| places.object(&operation.route));
        assert_eq!(line["object_id"].as_str(), object, "{}: {line}", operation.id);
        assert!(line["object_kind"].is_string(), "{}: {line}", operation.id);
        let started = ["create_draft_payment", "create_request_inquiry", "create_issuer_transaction"]
            .contains(&operation.id.as_str());
        assert_eq!(line["replayed"].as_bool(), started.then_some(false), "{}: {line}", operation.id);
        for (place, field) in [
            ("user_id", "user_id"),
            ("monetary_account_id", "account_id"),
            ("credential_password_ip_id", "credential_password_ip_id"),
        ] {
            if operation.route.contains(&format!("{{{place}}}")) {
                assert_eq!(line[field].as_str(), Some(places.of[place].as_str()), "{}: {line}", operation.id);
            }
        }
        // What the caller sees of bunq's answer is among those that the line names.
        let answered = answer.header("bunq-response-id");
        assert!(line["bunq_response_ids"].as_str().unwrap_or_default().contains(answered), "{}: {line}", operation.id);
        if !operation.method.is_safe() {
            println!("{line}");
            assert!(object.is_some(), "{} changes something: what? {line}", operation.id);
        }
    }
}

#[tokio::test]
async fn the_account_that_an_order_names_is_in_its_line() {
    let app = TestApp::start().await;
    let user_id = app.connect("person").await;
    for path in ["draft-payment", "request-inquiry"] {
        let line = one(&app.post(&format!("/user/{user_id}/{path}"), &draft()).await);
        assert_eq!((&line["account_id"], &line["user_id"]), (&json!("60101"), &json!(user_id)), "{line}");
        for personal in ["Rent", "Jansen", "NL91", "5.00"] {
            assert!(!line.to_string().contains(personal), "{personal}: {line}");
        }
    }
}

#[tokio::test]
async fn an_answer_that_is_given_again_is_marked_and_names_the_same_object() {
    let app = TestApp::start().await;
    let user_id = app.connect("person").await;
    for (key, path, body) in
        [("draft", format!("/user/{user_id}/draft-payment"), draft()), ("sale", PSD2.to_owned(), sale())]
    {
        let send = async || {
            let request = app.request(Method::POST, &path).bearer_auth(&app.api_key).header("idempotency-key", key);
            one(&app.send(request.header("content-type", "application/json").body(body.to_string())).await)
        };
        let (first, second) = (send().await, send().await);
        assert_eq!((&first["replayed"], &second["replayed"]), (&json!(false), &json!(true)), "{second}");
        assert_eq!(first["object_id"], second["object_id"], "{second}");
        assert_eq!(second["outcome"], "done", "{second}");
    }
}

#[tokio::test]
async fn pages_for_people_leave_none_and_every_other_operation_has_an_action_of_its_own() {
    let app = TestApp::start().await;
    let user_id = app.connect("person").await;
    for operation in operations(&user_id) {
        let request = app.request(operation.method.clone(), &operation.path).bearer_auth(&app.api_key);
        let answer = app.send(request).await;
        if operation.tag == "docs" {
            assert_eq!(super::audited(&answer).len(), 0, "{}", operation.id);
        } else {
            let line = one(&answer);
            assert_eq!(line["action"], operation.id.as_str(), "{line}");
        }
    }
}
