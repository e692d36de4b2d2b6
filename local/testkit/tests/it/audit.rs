//! Who did what: one line for each call that changes something and each step of a consent, and figures for whoever is woken at night.

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Answer, TestApp, logs};

use crate::operations::operations;

/// The lines of this request that are for the audit.
fn audited(answer: &Answer) -> Vec<Value> {
    let id = answer.header("x-request-id");
    let lines = logs::text();
    let lines =
        lines.lines().filter(|line| line.contains(id)).filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter(|line| line["target"] == "audit").collect()
}

#[track_caller]
fn one(answer: &Answer) -> Value {
    let lines = audited(answer);
    let [line] = lines.as_slice() else { panic!("{} lines for {answer:?}", lines.len()) };
    line.clone()
}

#[tokio::test]
async fn every_operation_that_changes_something_leaves_one_line_whatever_comes_of_it() {
    logs::capture();
    let app = TestApp::start().await;
    let user_id = app.connect("person").await;
    for operation in operations(&user_id).iter().filter(|operation| !operation.method.is_safe()) {
        for body in ["{}", "no JSON"] {
            let request = app.request(operation.method.clone(), &operation.path).bearer_auth(&app.api_key);
            let answer = app.send(request.header("content-type", "application/json").body(body)).await;
            let line = one(&answer);

            assert_eq!(line["span"]["method"], operation.method.as_str(), "{}: {line}", operation.id);
            assert!(line["outcome"].is_string(), "{}: {line}", operation.id);
            if operation.scope.is_some() {
                assert!(line["span"]["key"].is_string(), "{}: {line}", operation.id);
            }
            if operation.path.contains(&user_id) {
                assert_eq!(line["span"]["user_id"], user_id.as_str(), "{}: {line}", operation.id);
            }
        }
    }
}

#[tokio::test]
async fn a_payments_line_says_who_for_whom_and_what_the_bank_called_it() {
    logs::capture();
    let app = TestApp::start().await;
    let user_id = app.connect("person").await;
    let draft = json!({
        "monetary_account_id": 60101, "amount": "5.00", "currency": "EUR", "description": "Rent of a secret flat",
        "receiver_type": "IBAN", "receiver_value": "NL91ABNA0417164300", "receiver_name": "J. Jansen",
    });

    let drafted = app.post(&format!("/user/{user_id}/draft-payment"), &draft).await;

    assert_eq!(drafted.status, 201, "{drafted:?}");
    let line = one(&drafted);
    assert_eq!((&line["what"], &line["outcome"]), (&json!("request"), &json!("done")));
    let span = &line["span"];
    assert_eq!(span["route"], "/user/{user_id}/draft-payment");
    assert!(span["bunq_response_id"].is_string(), "{line}");
    let key = app.setup(json!({ "action": "list_api_keys" })).await.unwrap()["api_keys"][0]["id"].clone();
    assert_eq!(span["key"], key);
    for personal in ["Rent", "Jansen", "NL91", "5.00"] {
        assert!(!line.to_string().contains(personal), "{personal}: {line}");
    }

    let other = json!({ "monetary_account_id": 1 });
    let refused = app.post(&format!("/user/{user_id}/draft-payment"), &other).await;
    assert_eq!(one(&refused)["outcome"], "invalid_request");
}

#[tokio::test]
async fn each_step_of_a_consent_leaves_a_line() {
    logs::capture();
    let app = TestApp::start().await;
    let begun = app.send(app.request(Method::GET, "/auth")).await;
    assert_eq!((&one(&begun)["what"], &one(&begun)["outcome"]), (&json!("begin_consent"), &json!("done")));

    let (cookie, page) = app.begin_consent().await;
    let path = app.approve(&page, "person").await;
    let connected = app.callback(&path, &cookie).await;
    let user_id = connected.json()["new_user_id"].clone();
    let line = one(&connected);
    assert_eq!((&line["what"], &line["outcome"]), (&json!("complete_consent"), &json!("done")));
    assert_eq!(line["span"]["user_id"], user_id);

    let again = app.callback(&path, &cookie).await;
    assert_eq!(one(&again)["outcome"], "done", "the same, told again");

    app.bank.revoke("person").await;
    let refused = app.get(&format!("/user/{}/accounts", user_id.as_str().unwrap())).await;
    let line = one(&refused);
    assert_eq!((&line["what"], &line["span"]["user_id"]), (&json!("consent_revoked"), &user_id));
    let refused = app.get(&format!("/user/{}/accounts", user_id.as_str().unwrap())).await;
    assert_eq!(audited(&refused).len(), 0, "it was found once");
}

#[tokio::test]
async fn a_read_leaves_none() {
    logs::capture();
    let app = TestApp::start().await;
    let user_id = app.connect("person").await;
    let read = app.get(&format!("/user/{user_id}/accounts")).await;
    assert_eq!((read.status, audited(&read).len()), (200, 0));
}

/// How often a figure was noted by all tests of this process so far.
fn figures(name: &str) -> usize {
    let lines = logs::text();
    let lines = lines.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let metric = |line: &Value| line["_aws"]["CloudWatchMetrics"][0]["Metrics"][0]["Name"] == name;
    lines
        .filter(metric)
        .inspect(|line| {
            let directive = &line["_aws"]["CloudWatchMetrics"][0];
            assert_eq!(
                (&directive["Namespace"], &directive["Dimensions"]),
                (&json!("bunq-tpp"), &json!([["Function"]]))
            );
            assert!(
                line["Function"].is_string() && line[name].is_i64() && line["_aws"]["Timestamp"].is_i64(),
                "{line}"
            );
        })
        .count()
}

#[tokio::test]
async fn what_an_alarm_watches_is_counted() {
    logs::capture();
    let app = TestApp::start().await;
    let user_id = app.connect("person").await;

    let before = figures("ApiKeysRefused");
    app.get_with_key("/users", "tpp_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").await.problem(401, "api_key_invalid");
    assert!(figures("ApiKeysRefused") > before);

    let before = figures("BankFailures");
    let fault = json!({ "endpoint": "GET user/{user-id}/monetary-account", "status": 500, "times": 1 });
    app.bank.fault(fault).await;
    assert_eq!(app.get(&format!("/user/{user_id}/accounts")).await.status, 200, "the second try");
    assert!(figures("BankFailures") > before);

    let (cookie, page) = app.begin_consent().await;
    let state = page.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    let before = figures("ConsentsRefused");
    app.callback(&format!("/callback?state={state}&code=y"), &cookie).await.problem(422, "code_refused");
    assert!(figures("ConsentsRefused") > before);
    app.bank.revoke("person").await;
    let before = figures("ConsentsRefused");
    app.get(&format!("/user/{user_id}/accounts")).await.problem(403, "consent_revoked");
    assert!(figures("ConsentsRefused") > before);

    let before = figures("CertificateDaysLeft");
    let status = app.setup(json!({ "action": "status" })).await.unwrap();
    assert!(status["certificate_valid_until"].is_string(), "{status}");
    assert!(figures("CertificateDaysLeft") > before);
}
