//! The bank returns the TPP's API key in `token_value`. Our answers never contain it.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::json;
use testkit::{Answer, logs};

use crate::fixture::{ADDRESS, KEYS, OTHER, at_one_address, ips, objects, send};

const ROUTES: [(Method, &str); 7] = [
    (Method::GET, "/credential-password-ip"),
    (Method::GET, "/credential-password-ip/egress"),
    (Method::GET, "/credential-password-ip/{credential_password_ip_id}"),
    (Method::GET, "/credential-password-ip/{credential_password_ip_id}/ip"),
    (Method::POST, "/credential-password-ip/{credential_password_ip_id}/ip"),
    (Method::GET, "/credential-password-ip/{credential_password_ip_id}/ip/{item_id}"),
    (Method::PUT, "/credential-password-ip/{credential_password_ip_id}/ip/{item_id}"),
];

#[track_caller]
fn assert_silent(answer: &Answer, key: &str) {
    let headers = format!("{:?}", answer.headers);
    for secret in ["token_value", key] {
        assert!(!answer.text.contains(secret) && !headers.contains(secret), "{secret}: {answer:?}");
    }
}

#[tokio::test]
async fn the_key_is_in_no_answer_of_any_route_though_the_bank_sends_it() {
    let mut app = at_one_address().await;
    app.set_variable("EGRESS_IP_URL", app.bank.egress_url());
    app.restart().await;
    let secret = app.read_secret("tpp").await;
    let key = secret["psp"]["api_key"].as_str().unwrap().to_owned();
    assert!(key.len() > 20, "the real key");
    app.bank.settings(json!({ "show_token_value": true })).await;
    let id = secret["psp"]["credential_id"].to_string();
    let ip = objects(&app.get(&ips(&app).await).await, "PermittedIp")[0]["id"].to_string();

    let mut good = 0;
    for (method, route) in ROUTES {
        let path = route.replace("{credential_password_ip_id}", &id).replace("{item_id}", &ip);
        let body = match method {
            Method::POST => json!({ "ip": OTHER, "status": "ACTIVE" }),
            _ => json!({ "status": "ACTIVE" }),
        };
        let answer = send(&app, &method, &path, &body.to_string()).await;
        assert_silent(&answer, &key);
        good += u32::from(answer.status < 300);
        for wrong in ["{}", "{\"colour\":1}", "["] {
            assert_silent(&send(&app, &method, &path, wrong).await, &key);
        }
    }

    assert_eq!(good, 7, "each answered something");
    let keys = objects(&app.get(KEYS).await, "CredentialPasswordIp");
    assert_eq!(keys[0]["permitted_device"]["ip"], ADDRESS, "only the key is gone");
    let log = logs::text();
    assert!(log.contains("credential-password-ip"), "the calls are logged");
    assert!(!log.contains(&key) && !log.contains("token_value"), "without what was in them");
}

#[tokio::test]
async fn the_key_is_removed_wherever_it_stands_and_whatever_its_name_is_inside() {
    let app = at_one_address().await;
    let secret = app.read_secret("tpp").await;
    let key = secret["psp"]["api_key"].as_str().unwrap();
    let element = json!({ "CredentialPasswordIp": {
        "id": 7, "token_value": key, "permitted_device": { "token_value": key, "list": [{ "token_value": [key] }] },
    }});
    let body = json!({ "Response": [element, { "token_value": { "nested": key } }] });
    app.bank.fault(json!({ "endpoint": "GET user/{id}/credential-password-ip", "status": 200, "body": body })).await;

    let answer = app.get(KEYS).await;

    assert_eq!(answer.status, 200, "{answer:?}");
    assert_silent(&answer, key);
    assert_eq!(answer.json()["Response"][0]["CredentialPasswordIp"]["id"], 7);
    assert_eq!(answer.json()["Response"][0]["CredentialPasswordIp"]["permitted_device"]["list"], json!([{}]));
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_is_not_passed_on() {
    let app = at_one_address().await;
    let key = app.read_secret("tpp").await["psp"]["api_key"].as_str().unwrap().to_owned();
    let torn = format!("{{\"Response\":[{{\"CredentialPasswordIp\":{{\"token_value\":\"{key}\"");
    let endpoint = "GET user/{id}/credential-password-ip/{id}";
    app.bank.fault(json!({ "endpoint": endpoint, "status": 200, "body": torn, "times": 9 })).await;

    let answer = app.get(&format!("{KEYS}/7")).await;

    answer.problem(502, "bank_unavailable");
    assert_silent(&answer, &key);
}

#[tokio::test]
async fn the_key_is_in_no_error_that_the_bank_wrote_it_into() {
    let app = at_one_address().await;
    let key = app.read_secret("tpp").await["psp"]["api_key"].as_str().unwrap().to_owned();
    let refusal = json!({ "Error": [{ "error_description": "No.", "token_value": key }], "token_value": key });
    app.bank.fault(json!({ "endpoint": "*", "status": 400, "body": refusal })).await;

    let answer = app.get(KEYS).await;

    answer.problem(422, "bank_refused");
    assert_silent(&answer, &key);
}

#[test]
fn the_list_above_has_every_route_there_is() {
    let openapi = credential_ip::document();
    let mut there = BTreeSet::new();
    for (path, item) in serde_json::to_value(openapi.paths).unwrap().as_object().unwrap() {
        there.extend(item.as_object().unwrap().keys().map(|method| (method.to_uppercase(), path.clone())));
    }

    let listed: BTreeSet<_> = ROUTES.iter().map(|(method, path)| (method.to_string(), (*path).to_owned())).collect();

    assert_eq!(listed, there);
}
