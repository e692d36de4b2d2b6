//! Profiles and accounts: the caller reads exactly what the bank wrote.

use serde_json::{Value, json};
use testkit::{Answer, TestApp};

use crate::fixture::{ACCOUNTS, PROFILE, connected};

#[track_caller]
pub(crate) fn assert_is_answer_of_the_bank(answer: &Answer) {
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    for id in ["bunq-response-id", "x-request-id"] {
        assert_eq!(answer.header(id).len(), 36, "{id}: {answer:?}");
    }
    for header in ["x-bunq-server-signature", "x-bunq-client-response-id", "x-bunq-client-request-id", "server"] {
        assert!(!answer.headers.contains_key(header), "{header} is the bank's: {answer:?}");
    }
}

/// Kind and content of every element.
pub(crate) fn elements(answer: &Answer) -> Vec<(String, Value)> {
    let body = answer.json();
    let elements = body["Response"].as_array().unwrap();
    elements.iter().flat_map(|element| element.as_object().unwrap().clone()).collect()
}

pub(crate) fn kinds(answer: &Answer) -> Vec<String> {
    elements(answer).into_iter().map(|(kind, _)| kind).collect()
}

async fn paths_of(app: &TestApp, endpoint: &str) -> Vec<String> {
    let log = app.bank.calls().await;
    let calls = log["calls"].as_array().unwrap().iter();
    let of_endpoint = calls.filter(|call| endpoint.ends_with(&format!(" {}", call["endpoint"].as_str().unwrap())));
    of_endpoint.map(|call| call["path"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_person_has_a_profile_and_accounts_of_seven_kinds() {
    let (app, accounts) = connected("person").await;

    let profile = app.get(accounts.trim_end_matches("/accounts")).await;
    let accounts = app.get(&accounts).await;

    assert_is_answer_of_the_bank(&profile);
    assert_eq!(profile.json()["Response"][0]["UserPerson"]["id"], 50_101);
    assert_eq!(profile.json()["Response"][0]["UserPerson"]["first_name"], "Sanne");
    assert_is_answer_of_the_bank(&accounts);
    let seven = ["ExternalSavings", "External", "Card", "Savings", "Joint", "Bank", "Bank"]
        .map(|kind| format!("MonetaryAccount{kind}"));
    assert_eq!(kinds(&accounts), seven, "the newest first, as the bank sends them");
}

#[tokio::test]
async fn a_company_has_a_profile_and_accounts() {
    let (app, accounts) = connected("company").await;

    let profile = app.get(accounts.trim_end_matches("/accounts")).await;
    let accounts = app.get(&accounts).await;

    assert_is_answer_of_the_bank(&profile);
    assert_eq!(profile.json()["Response"][0]["UserCompany"]["name"], "Bakkerij Van Dijk B.V.");
    assert_is_answer_of_the_bank(&accounts);
    assert_eq!(kinds(&accounts), ["MonetaryAccountSavings", "MonetaryAccountBank", "MonetaryAccountBank"]);
}

#[tokio::test]
async fn the_bytes_are_the_banks_own() {
    let (app, accounts) = connected("person").await;
    let profile = accounts.trim_end_matches("/accounts");
    // Spaces, an escaped slash, unnecessary escapes, a duplicated key, numbers that floats cannot represent, and bytes
    // beyond ASCII.
    let wire = "{\r\n  \"Response\" : [ {\"MonetaryAccountNew\":{\"u\":\"https:\\/\\/bunq.com\",\"\\u0061\":\"\\u00e9 \u{e9} \u{1f950}\",\
                \"n\":1.10,\"n\":12345678901234567890123, \"z\": 1e400 }} ],\t\"Later\":[]}\n";

    for (endpoint, path) in [(ACCOUNTS, accounts.as_str()), (PROFILE, profile)] {
        app.bank.fault(json!({ "endpoint": endpoint, "status": 200, "body": wire })).await;
        let answer = app.get(path).await;

        assert_is_answer_of_the_bank(&answer);
        assert_eq!(answer.text, wire, "{endpoint}");
    }
}

#[tokio::test]
async fn a_final_slash_reads_the_same_profile() {
    let (app, accounts) = connected("person").await;
    let profile = accounts.trim_end_matches("/accounts");

    let with_slash = app.get(&format!("{profile}/")).await;
    let without = app.get(profile).await;

    assert_is_answer_of_the_bank(&with_slash);
    assert_eq!(with_slash.text, without.text);
    assert_eq!(app.bank.count(PROFILE).await, 2);
}

#[tokio::test]
async fn the_profile_is_asked_by_the_customers_own_id_and_accounts_by_the_consents() {
    let (app, accounts) = connected("company").await;

    app.get(accounts.trim_end_matches("/accounts")).await;
    app.get(&accounts).await;

    assert_eq!(paths_of(&app, PROFILE).await, ["/v1/user/50201"]);
    let paths = paths_of(&app, ACCOUNTS).await;
    assert_eq!(paths.len(), 1);
    assert_ne!(paths[0], "/v1/user/50201/monetary-account");
    let log = app.bank.calls().await;
    assert_eq!(log["calls"][1]["query"], "count=200", "the bank gives ten unless asked for more");
    assert_ne!(log["calls"][0]["request_id"], log["calls"][1]["request_id"]);
}

#[tokio::test]
async fn a_customer_whose_id_the_bank_leaves_out_is_read_by_the_consents_id() {
    let app = TestApp::start().await;
    app.bank.settings(json!({ "granted_id": "missing" })).await;
    let user_id = app.connect("company").await;

    let profile = app.get(&format!("/user/{user_id}")).await;
    let accounts = app.get(&format!("/user/{user_id}/accounts")).await;

    assert_is_answer_of_the_bank(&profile);
    assert!(profile.json()["Response"][0]["UserApiKey"]["granted_by_user"]["UserCompany"].is_object(), "{profile:?}");
    assert_eq!(kinds(&accounts).len(), 3);
}

#[tokio::test]
async fn customers_are_kept_apart() {
    let app = TestApp::start().await;
    let (person, company) = (app.connect("person").await, app.connect("company").await);

    let of_person = app.get(&format!("/user/{person}/accounts")).await;
    let of_company = app.get(&format!("/user/{company}/accounts")).await;

    for (answer, owner) in [(&of_person, 50_101), (&of_company, 50_201)] {
        for (kind, account) in elements(answer) {
            assert_eq!(account["user_id"], owner, "{kind}");
        }
    }
    assert_eq!((kinds(&of_person).len(), kinds(&of_company).len()), (7, 3));
}

#[tokio::test]
async fn every_answer_has_ids_of_its_own() {
    let (app, accounts) = connected("empty").await;

    let (first, second) = (app.get(&accounts).await, app.get(&accounts).await);

    for id in ["x-request-id", "bunq-response-id"] {
        assert_ne!(first.header(id), second.header(id), "{id}");
    }
}
