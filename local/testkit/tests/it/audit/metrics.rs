//! The metrics of the alarms.

use serde_json::{Value, json};
use testkit::{TestApp, logs};

/// Returns how often all tests of this process have written a metric so far.
fn counted(name: &str) -> usize {
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

    let before = counted("ApiKeysRefused");
    app.get_with_key("/users", "tpp_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").await.problem(401, "api_key_invalid");
    assert!(counted("ApiKeysRefused") > before);

    let before = counted("BankFailures");
    let fault = json!({ "endpoint": "GET user/{user-id}/monetary-account", "status": 500, "times": 1 });
    app.bank.fault(fault).await;
    assert_eq!(app.get(&format!("/user/{user_id}/accounts")).await.status, 200, "the second try");
    assert!(counted("BankFailures") > before);

    let (cookie, page) = app.begin_consent().await;
    let state = page.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    let before = counted("ConsentsRefused");
    app.callback(&format!("/callback?state={state}&code=y"), &cookie).await.problem(422, "code_refused");
    assert!(counted("ConsentsRefused") > before);
    app.bank.revoke("person").await;
    let before = counted("ConsentsRefused");
    app.get(&format!("/user/{user_id}/accounts")).await.problem(403, "consent_revoked");
    assert!(counted("ConsentsRefused") > before);

    let before = counted("CertificateDaysLeft");
    let status = app.setup(json!({ "action": "status" })).await.unwrap();
    assert!(status["certificate_valid_until"].is_string(), "{status}");
    assert!(counted("CertificateDaysLeft") > before);

    let before = counted("ApiKeysCreated");
    app.create_api_key(&["accounts"]).await;
    assert!(counted("ApiKeysCreated") > before);

    let before = counted("AddressesPermitted");
    let keys = app.get("/credential-password-ip").await.json();
    let ips = format!("/credential-password-ip/{}/ip", keys["Response"][0]["CredentialPasswordIp"]["id"]);
    let permitted = app.post(&ips, &json!({ "ip": "185.40.108.7" })).await;
    assert_eq!(permitted.status, 201, "{permitted:?}");
    assert!(counted("AddressesPermitted") > before);

    let before = counted("ConnectionsDeleted");
    let gone = app.request(reqwest::Method::DELETE, &format!("/user/{user_id}")).bearer_auth(&app.api_key);
    assert_eq!(app.send(gone).await.status, 204);
    assert!(counted("ConnectionsDeleted") > before);
}
