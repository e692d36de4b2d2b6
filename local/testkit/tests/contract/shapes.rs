//! What a schema of a body or parameter allows is not refused for its shape, and what it forbids is refused.

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{JsonBody as _, TestApp};

use crate::document::{document, list, operations, validator};

/// A good body with one part replaced: by pointer, whose last name may be new. `null` as a value stays null; `None`
/// takes the part away.
fn with(body: &Value, pointer: &str, value: Option<Value>) -> Value {
    let mut body = body.clone();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = body.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    match value {
        Some(value) => parent.insert(name.to_owned(), value),
        None => parent.remove(name),
    };
    body
}

/// Values of every kind, for any place.
fn anything() -> Vec<Option<Value>> {
    let texts = [
        "",
        " ",
        "x",
        "0",
        "1",
        "-1",
        "1.5",
        "true",
        "null",
        "ACTIVE",
        "PENDING",
        "2026-12-01",
        "2199-12-01 09:00:00",
        "a@b.example",
    ];
    let texts = texts.iter().map(|text| json!(text));
    let others = [
        json!(null),
        json!(true),
        json!(0),
        json!(1),
        json!(-1),
        json!(2.5),
        json!([]),
        json!([1]),
        json!({}),
        json!({ "a": 1 }),
    ];
    texts.chain(others).map(Some).chain([None]).collect()
}

struct Body {
    id: &'static str,
    method: Method,
    path: String,
    good: Value,
    /// Places, and values to be tried there besides [`anything`].
    places: Vec<(&'static str, Vec<Value>)>,
}

fn texts(texts: &[&str]) -> Vec<Value> {
    texts.iter().map(|text| json!(text)).collect()
}

async fn check(app: &TestApp, body: &Body) {
    let document = document();
    let operations = operations(&document);
    let operation = operations.iter().find(|operation| operation.id() == body.id).unwrap();
    let schema = &operation.value["requestBody"]["content"]["application/json"]["schema"];
    let validator = validator(&document, schema);
    let mut tried =
        vec![json!([]), json!("x"), json!(1), with(&body.good, "/surplus", Some(json!(1))), body.good.clone()];
    for (place, values) in &body.places {
        let values = values.iter().cloned().map(Some).chain(anything());
        tried.extend(values.map(|value| with(&body.good, place, value)));
    }
    for tried in tried {
        let faults = list(&validator, &tried);
        let request = app.request(body.method.clone(), &body.path).bearer_auth(&app.api_key).json_body(&tried);
        let answer = app.send(request).await;
        let refused = answer.status == 422 && answer.json()["code"] == "invalid_request";
        assert_eq!(refused, !faults.is_empty(), "{}: {tried}\n{}\n{faults:?}", body.id, answer.text);
    }
}

/// Forms of an amount.
fn amounts() -> Vec<Value> {
    let mut amounts = texts(&[
        "12.50",
        "12.5",
        "12",
        "0.01",
        "0.1",
        "0.10",
        "0.00",
        "0.0",
        "00.01",
        "007",
        "1.",
        ".5",
        "1.234",
        "1,50",
        "+1",
        "1e3",
        " 1",
        "999999999999.99",
        "1000000000000",
    ]);
    amounts.extend([
        json!(12),
        json!(12.5),
        json!(0.01),
        json!(999_999_999_999_u64),
        json!(1_000_000_000_000_u64),
        json!(0.001),
    ]);
    amounts
}

/// Forms of a moment. The last ones would be days that no month has, which no pattern tells.
fn moments() -> Vec<Value> {
    texts(&[
        "2199-12-01 09:00:00",
        "2199-12-01 09:00:00.123456",
        "2199-12-01T09:00",
        "2199-12-01T09:00:00Z",
        "2199-12-01T10:00:00+01:00",
        "2199-12-01T10:00:00.5-05:30",
        "2199-13-01 09:00:00",
        "2199-12-32 09:00:00",
        "2199-12-01 24:00:00",
        "2199-12-01 09:60:00",
        "tomorrow",
    ])
}

/// The fields of an order that do not hang on the type of the receiver.
fn order_places() -> Vec<(&'static str, Vec<Value>)> {
    let mut ids = texts(&["60101", "060101", "9223372036854775807", "99999999999999999999", " 1", "+1"]);
    ids.extend([json!(60_101), json!(i64::MAX), json!(i64::MAX as u64 + 1)]);
    vec![
        ("/monetary_account_id", ids),
        ("/amount", amounts()),
        ("/currency", texts(&["EUR", "USD", "eur", "EURO", "ABC"])),
        ("/description", vec![json!("é".repeat(140)), json!("é".repeat(9001))]),
        ("/receiver_type", texts(&["iban", "URL", "EMAIL"])),
        ("/receiver_name", vec![json!("é".repeat(140)), json!("é".repeat(141)), json!(" J. ")]),
    ]
}

#[tokio::test]
async fn the_bodies_of_payments_agree() {
    let app = TestApp::start().await;
    let user = app.connect("person").await;
    let to_iban = json!({
        "monetary_account_id": 60101, "amount": "5.00", "currency": "EUR", "description": "Lunch",
        "receiver_type": "IBAN", "receiver_value": "NL91ABNA0417164300", "receiver_name": "J. Jansen",
    });
    let ibans = texts(&["NL91 ABNA 0417 1643 00", "nl91abna0417164300", "GB29NWBK60161331926819", "NL91-ABNA", "NL91"]);
    let path = format!("/user/{user}/request-inquiry");
    let inquiry = |good: Value, mut places: Vec<(&'static str, Vec<Value>)>| {
        places.extend(order_places());
        Body { id: "create_request_inquiry", method: Method::POST, path: path.clone(), good, places }
    };
    check(
        &app,
        &inquiry(
            to_iban.clone(),
            vec![("/receiver_value", ibans), ("/description", vec![json!("é".repeat(141)), json!("a\u{202e}b")])],
        ),
    )
    .await;
    let mut to_address = to_iban.clone();
    to_address["receiver_type"] = json!("EMAIL");
    to_address["receiver_value"] = json!("sugardaddy@bunq.com");
    let addresses = texts(&["a.b+c@bunq.com", "a@", "@b", "a b@c.nl"]);
    check(
        &app,
        &inquiry(
            to_address.clone(),
            vec![("/receiver_value", addresses), ("/description", vec![json!("é".repeat(9000))])],
        ),
    )
    .await;
    to_address["receiver_type"] = json!("PHONE_NUMBER");
    to_address["receiver_value"] = json!("+31612345678");
    let numbers = texts(&[
        "+3161234",
        "+316123",
        "+316123456789012",
        "+3161234567890123",
        "0612345678",
        "+0612345678",
        "+31 6 12345678",
    ]);
    check(&app, &inquiry(to_address, vec![("/receiver_value", numbers)])).await;

    let mut draft = to_iban;
    draft["schedule"] = json!({ "time_start": "2199-01-01 00:00:00", "recurrence_unit": "ONCE", "recurrence_size": 1 });
    let places = vec![
        ("/status", vec![]),
        ("/number_of_required_accepts", vec![json!("1"), json!(2)]),
        ("/previous_updated_timestamp", moments()),
        ("/schedule", vec![]),
        ("/schedule/time_start", moments()),
        ("/schedule/time_end", moments()),
        ("/schedule/recurrence_unit", texts(&["DAILY", "YEARLY", "daily"])),
        ("/schedule/recurrence_size", vec![json!(12), json!("12"), json!(u32::MAX), json!(u64::from(u32::MAX) + 1)]),
        ("/schedule/surplus", vec![]),
        ("/attachment_ids", vec![json!([1, "2"]), json!([0]), json!([true]), json!(vec![1; 100]), json!(vec![1; 101])]),
    ];
    let path = format!("/user/{user}/draft-payment");
    check(&app, &Body { id: "create_draft_payment", method: Method::POST, path, good: draft, places }).await;

    let account = format!("/user/{user}/monetary-account/60101");
    let path = format!("{account}/draft-payment/1");
    let places = vec![("/status", texts(&["CANCELLED", "REJECTED"])), ("/previous_updated_timestamp", moments())];
    let good = json!({ "status": "CANCELLED" });
    check(&app, &Body { id: "update_draft_payment", method: Method::PUT, path, good, places }).await;
    let path = format!("{account}/request-inquiry/1");
    let places = vec![("/status", texts(&["REVOKED", "ACCEPTED"]))];
    let good = json!({ "status": "REVOKED" });
    check(&app, &Body { id: "update_request_inquiry", method: Method::PUT, path, good, places }).await;
}

#[tokio::test]
async fn the_bodies_of_the_tpps_own_resources_agree() {
    let app = TestApp::start().await;
    let good = json!({
        "counterparty_alias": { "type": "IBAN", "value": "NL91ABNA0417164300", "name": "J. Jansen" },
        "amount": { "value": "12.50", "currency": "EUR" },
        "description": "Order 7",
        "url_redirect": "https://shop.example/thanks",
    });
    let path = "/psd2/payment-service-provider-issuer-transaction".to_owned();
    let places = vec![
        ("/counterparty_alias", vec![]),
        ("/counterparty_alias/type", texts(&["EMAIL"])),
        ("/counterparty_alias/value", texts(&["GB29NWBK60161331926819"])),
        ("/counterparty_alias/name", vec![json!("é".repeat(140)), json!("é".repeat(141))]),
        ("/counterparty_alias/service", vec![]),
        ("/amount", vec![]),
        ("/amount/value", amounts()),
        ("/amount/currency", texts(&["USD", "eur"])),
        ("/description", vec![json!("é".repeat(140)), json!("é".repeat(141)), json!("a\u{202e}b"), json!("a\nb")]),
        (
            "/url_redirect",
            texts(&[
                "https://shop.example/a?b=c",
                "http://localhost:8080/",
                "ftp://shop.example",
                "shop.example",
                "javascript:1",
            ]),
        ),
        ("/time_expiry", moments()),
        ("/status", vec![]),
    ];
    check(&app, &Body { id: "create_issuer_transaction", method: Method::POST, path: path.clone(), good, places })
        .await;
    let (path, good) = (format!("{path}/1"), json!({ "status": "CANCELLED" }));
    let places = vec![("/status", texts(&["CANCELLED", "ACCEPTED"]))];
    check(&app, &Body { id: "update_issuer_transaction", method: Method::PUT, path, good, places }).await;

    let key = app.read_secret("tpp").await["psp"]["credential_id"].clone();
    let path = format!("/credential-password-ip/{key}/ip");
    let addresses = texts(&[
        "185.40.108.9",
        "10.0.0.1",
        "127.0.0.1",
        "169.254.1.1",
        "172.15.0.1",
        "172.16.0.1",
        "172.31.0.1",
        "172.32.0.1",
        "192.168.1.1",
        "100.63.0.1",
        "100.64.0.1",
        "100.127.0.1",
        "100.128.0.1",
        "192.0.2.1",
        "198.51.100.1",
        "203.0.113.1",
        "0.0.0.1",
        "223.0.0.1",
        "224.0.0.1",
        "239.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "256.1.1.1",
        "1.1.1",
        "1.1.1.1.1",
        "::1",
        "2a00::1",
        "*",
        "01.1.1.1",
    ]);
    let places = vec![("/ip", addresses), ("/status", texts(&["ACTIVE", "INACTIVE", "active"]))];
    let good = json!({ "ip": "185.40.108.9" });
    check(&app, &Body { id: "create_permitted_ip", method: Method::POST, path: path.clone(), good, places }).await;
    // An address that is not there: what is refused for its shape is refused before the bank is asked.
    let (path, good) = (format!("{path}/9999"), json!({ "status": "ACTIVE" }));
    let places = vec![("/status", texts(&["ACTIVE", "INACTIVE", "active"]))];
    check(&app, &Body { id: "update_permitted_ip", method: Method::PUT, path, good, places }).await;
}

/// What a parameter's text is, as its schema sees it: the number or the boolean that it says, where it says one.
fn value_of(schema: &Value, text: &str) -> Value {
    match schema["type"].as_str() {
        Some("integer") => text.parse::<u64>().map_or_else(|_| json!(text), |number| json!(number)),
        Some("boolean") => text.parse::<bool>().map_or_else(|_| json!(text), |flag| json!(flag)),
        _ => json!(text),
    }
}

#[tokio::test]
async fn parameters_agree() {
    let app = TestApp::start().await;
    let user = app.connect("person").await;
    let document = document();
    let payments = format!("/user/{user}/payments/60101");
    let routes = [
        ("list_payments", payments.as_str(), "all=true&"),
        ("list_users", "/users", ""),
        ("list_issuer_transactions", "/psd2/payment-service-provider-issuer-transaction", ""),
        ("list_credential_password_ips", "/credential-password-ip", ""),
        ("list_consents", "/consents", ""),
    ];
    let texts = [
        "",
        "0",
        "1",
        "50",
        "100",
        "101",
        "200",
        "201",
        "-1",
        "1.5",
        "x",
        "x y",
        "true",
        "false",
        "TRUE",
        "2026-01-31",
        "2026-02-30",
        "a.b-c_d",
    ];
    for (id, path, before) in routes {
        let operation = operations(&document).into_iter().find(|operation| operation.id() == id).unwrap();
        let parameters = operation.value["parameters"].as_array().unwrap().iter();
        for parameter in parameters.filter(|parameter| parameter["in"] == "query") {
            let name = parameter["name"].as_str().unwrap();
            // A cursor is whatever the page before said; a walk goes from the newest to the oldest; and a walk is asked
            // for once.
            let before = if ["newer_id", "all"].contains(&name) { "" } else { before };
            if name == "cursor" {
                continue;
            }
            let validator = validator(&document, &parameter["schema"]);
            for text in texts {
                let fits = list(&validator, &value_of(&parameter["schema"], text)).is_empty();
                let request = app.request(Method::GET, &format!("{path}?{before}{name}={}", text.replace(' ', "%20")));
                let answer = app.send(request.bearer_auth(&app.api_key)).await;
                let refused = answer.status == 422 && answer.json()["code"] == "invalid_request";
                assert_eq!(refused, !fits, "{id}: {name}={text}: {answer:?}");
            }
        }
        let answer = app.get(&format!("{path}?surplus=1")).await;
        answer.problem(422, "invalid_request");
    }
}
