//! What the schema of a type of a field allows is taken, and what it forbids is refused. A body is read and described by
//! one definition, so only a type can differ from its schema: its parser and its pattern are written apart. The same for
//! parameters.

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{JsonBody as _, TestApp};

use crate::document::{document, list, operations, validator};

/// Values of any type, and texts that only some types take.
fn anything() -> Vec<Value> {
    let mut values = json!([null, true, 0, 1, -1, 2.5, [], [1], {}, { "a": 1 }, i64::MAX, i64::MAX as u64 + 1]);
    let texts = "| |x|0|1|-1|1.5|ACTIVE|2199-12-01 09:00:00|a@b.example|a\u{202e}b|\u{e9}";
    values.as_array_mut().unwrap().extend(texts.split('|').map(|text| json!(text)));
    [140, 141, 9000, 9001].iter().for_each(|length| values.as_array_mut().unwrap().push(json!("x".repeat(*length))));
    values.as_array().unwrap().clone()
}

/// Tries texts and numbers, parted by `|`, and [`anything`] at places of a good body.
async fn check(app: &TestApp, id: &str, path: &str, good: Value, places: &[(&str, &str)]) {
    let document = document();
    let operation = operations(&document).into_iter().find(|operation| operation.id() == id).unwrap();
    let validator = validator(&document, &operation.value["requestBody"]["content"]["application/json"]["schema"]);
    let tried = places.iter().flat_map(|(place, values)| {
        let texts = values.split('|').map(|text| json!(text));
        // A number as it is written, so that none passes through a float.
        let numbers = values.split('|').filter_map(|text| serde_json::from_str::<Value>(text).ok());
        texts.chain(numbers.filter(Value::is_number)).chain(anything()).map(|value| (*place, value)).collect::<Vec<_>>()
    });
    for (place, value) in tried {
        let mut body = good.clone();
        *body.pointer_mut(place).unwrap() = value;
        let faults = list(&validator, &body);
        let answer = app.send(app.request(Method::POST, path).bearer_auth(&app.api_key).json_body(&body)).await;
        let refused = answer.status == 422 && answer.json()["code"] == "invalid_request";
        assert_eq!(refused, !faults.is_empty(), "{id}: {body}\n{}\n{faults:?}", answer.text);
    }
}

const AMOUNTS: &str =
    "12.50|12.5|12|0.01|0.1|0.10|0.00|0.0|00.01|007|1.|.5|1.234|1,50|+1|1e3| 1|999999999999.99|1000000000000";
const IDS: &str = "60101|060101|9223372036854775807|99999999999999999999| 1|+1";
const IBANS: &str = "NL91 ABNA 0417 1643 00|nl91abna0417164300|GB29NWBK60161331926819|NL91-ABNA|NL91";
/// The last ones would be days that no month has, which no pattern tells.
const MOMENTS: &str = "2199-12-01 09:00:00.123456|2199-12-01T09:00|2199-12-01T09:00:00Z|2199-12-01T10:00:00+01:00|\
    2199-12-01T10:00:00.5-05:30|2199-13-01 09:00:00|2199-12-32 09:00:00|2199-12-01 24:00:00|2199-12-01 09:60:00|tomorrow";
const PHONES: &str = "+3161234|+316123|+316123456789012|+3161234567890123|0612345678|+0612345678|+31 6 12345678";
const URLS: &str = "https://shop.example/a?b=c|http://localhost:8080/|ftp://shop.example|shop.example|javascript:1";
const IPS: &str = "185.40.108.9|10.0.0.1|127.0.0.1|169.254.1.1|172.15.0.1|172.16.0.1|172.31.0.1|172.32.0.1|192.168.1.1|\
    100.63.0.1|100.64.0.1|100.127.0.1|100.128.0.1|192.0.2.1|198.51.100.1|203.0.113.1|0.0.0.1|223.0.0.1|224.0.0.1|\
    239.0.0.1|240.0.0.1|255.255.255.255|256.1.1.1|1.1.1|1.1.1.1.1|::1|2a00::1|*|01.1.1.1";

#[tokio::test]
async fn the_types_of_fields_agree_with_their_schemas() {
    let app = TestApp::start().await;
    let user = app.connect("person").await;
    let inquiry = |kind: &str, value: &str| {
        json!({
            "monetary_account_id": 60101, "amount": "5.00", "currency": "EUR", "description": "Lunch", "reference": "a",
            "receiver_type": kind, "receiver_value": value, "receiver_name": "J. Jansen",
        })
    };
    let (id, path) = ("create_request_inquiry", format!("/user/{user}/request-inquiry"));
    let places = [("/monetary_account_id", IDS), ("/amount", AMOUNTS), ("/currency", "EUR|USD|eur|EURO|ABC")];
    let more =
        [("/description", "Lunch"), ("/receiver_value", IBANS), ("/receiver_name", " J. "), ("/reference", "a b| a")];
    check(&app, id, &path, inquiry("IBAN", "NL91ABNA0417164300"), &[&places[..], &more[..]].concat()).await;
    let places = [
        ("/receiver_value", "a.b+c@bunq.com|a@|@b|a b@c.nl"),
        ("/receiver_type", "iban|URL"),
        ("/receiver_name", "J."),
    ];
    check(&app, id, &path, inquiry("EMAIL", "sugardaddy@bunq.com"), &places).await;
    check(&app, id, &path, inquiry("PHONE_NUMBER", "+31612345678"), &[("/receiver_value", PHONES)]).await;

    let mut draft = inquiry("EMAIL", "sugardaddy@bunq.com");
    draft["schedule"] = json!({ "time_start": "2199-01-01 00:00:00", "recurrence_unit": "ONCE", "recurrence_size": 1 });
    draft["number_of_required_accepts"] = json!(1);
    draft["attachment_ids"] = json!([1, "2"]);
    let places = [("/schedule/time_start", MOMENTS), ("/schedule/recurrence_size", "12|4294967295|4294967296")];
    let more = [("/number_of_required_accepts", "2"), ("/attachment_ids", ""), ("/attachment_ids/1", IDS)];
    let places = [&places[..], &more[..]].concat();
    check(&app, "create_draft_payment", &format!("/user/{user}/draft-payment"), draft, &places).await;

    let good = json!({
        "counterparty_alias": { "type": "IBAN", "value": "NL91ABNA0417164300", "name": "J. Jansen" },
        "amount": { "value": "12.50", "currency": "EUR" },
        "description": "Order 7",
        "url_redirect": "https://shop.example/thanks",
    });
    let path = "/psd2/payment-service-provider-issuer-transaction";
    let places = [("/description", "a\nb"), ("/url_redirect", URLS), ("/counterparty_alias", ""), ("/amount", "1.00")];
    check(&app, "create_issuer_transaction", path, good, &places).await;

    let key = app.read_secret("tpp").await["psp"]["credential_id"].clone();
    let path = format!("/credential-password-ip/{key}/ip");
    check(&app, "create_permitted_ip", &path, json!({ "ip": "185.40.108.9" }), &[("/ip", IPS)]).await;

    let good = json!({ "reference": "a", "expires_in": 60 });
    let places = [("/reference", "a.b_c-D|a b|a/b"), ("/expires_in", "59.0|x")];
    check(&app, "create_consent", "/consents", good, &places).await;
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
    let texts = "|0|1|50|100|101|200|201|-1|1.5|x|x y|true|false|TRUE|2026-01-31|2026-02-30|a.b-c_d";
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
            for text in texts.split('|') {
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
