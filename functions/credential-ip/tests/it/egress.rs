//! The address from which the bank receives our calls, and the addresses that it permits.

use serde_json::{Value, json};
use testkit::TestApp;

use crate::fixture::{ADDRESS, KEYS, OTHER, at_one_address, deactivate, ips};

async fn egress(app: &TestApp) -> Value {
    let answer = app.get(&format!("{KEYS}/egress")).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

/// The same deployment, configured with a service that reports its address.
async fn with_a_service(mut app: TestApp, url: &str) -> TestApp {
    app.set_variable("EGRESS_IP_URL", url);
    app.restart().await;
    app
}

#[tokio::test]
async fn where_nobody_is_asked_it_is_not_known_whether_they_agree() {
    let app = at_one_address().await;
    let id = app.read_secret("tpp").await["psp"]["credential_id"].clone();

    let report = egress(&app).await;

    let expected =
        json!({ "egress_ip": null, "credential_password_ip_id": id, "permitted": [ADDRESS], "agrees": null });
    assert_eq!(report, expected);
}

#[tokio::test]
async fn our_address_agrees_while_it_is_permitted() {
    let app = at_one_address().await;
    let service = app.bank.egress_url();
    let app = with_a_service(app, &service).await;

    let report = egress(&app).await;

    assert_eq!((&report["egress_ip"], &report["agrees"]), (&json!(ADDRESS), &json!(true)), "{report}");
}

#[tokio::test]
async fn our_address_agrees_where_any_is_permitted() {
    let app = TestApp::start().await;
    let service = app.bank.egress_url();
    let app = with_a_service(app, &service).await;
    app.bank.settings(json!({ "egress_ip": OTHER })).await;

    let report = egress(&app).await;

    let said = (&report["egress_ip"], &report["permitted"], &report["agrees"]);
    assert_eq!(said, (&json!(OTHER), &json!(["*"]), &json!(true)), "{report}");
}

/// The bank of this test checks the address only when a session is opened, so the report still reaches the caller.
#[tokio::test]
async fn our_address_does_not_agree_once_it_has_changed_or_is_switched_off() {
    let app = at_one_address().await;
    let service = app.bank.egress_url();
    let app = with_a_service(app, &service).await;
    app.bank.settings(json!({ "ip_check": "sessions" })).await;
    assert_eq!(egress(&app).await["agrees"], true);

    app.bank.settings(json!({ "egress_ip": OTHER })).await;
    let moved = egress(&app).await;
    app.bank.settings(json!({ "egress_ip": ADDRESS })).await;
    assert_eq!(deactivate(&app, ADDRESS).await.status, 200);
    let switched_off = egress(&app).await;

    let said = (&moved["egress_ip"], &moved["permitted"], &moved["agrees"]);
    assert_eq!(said, (&json!(OTHER), &json!([ADDRESS]), &json!(false)), "{moved}");
    let said = (&switched_off["egress_ip"], &switched_off["permitted"], &switched_off["agrees"]);
    assert_eq!(said, (&json!(ADDRESS), &json!([]), &json!(false)), "{switched_off}");
}

#[tokio::test]
async fn a_service_that_fails_or_talks_nonsense_leaves_the_address_unknown_and_nothing_else() {
    let mut app = at_one_address().await;
    let home = app.bank.url();
    for service in [home.as_str(), home.join("_simulator/nothing").unwrap().as_str()] {
        app = with_a_service(app, service).await;

        let report = egress(&app).await;

        assert_eq!((&report["egress_ip"], &report["agrees"]), (&Value::Null, &Value::Null), "{service}: {report}");
        assert_eq!(report["permitted"], json!([ADDRESS]), "{service}");
    }
}

#[tokio::test]
async fn a_deployment_whose_address_has_changed_is_told_the_new_one_and_the_cure() {
    // The report is needed most when bunq refuses the address.
    let app = at_one_address().await;
    let service = app.bank.egress_url();
    let app = with_a_service(app, &service).await;
    app.bank.settings(json!({ "egress_ip": OTHER })).await;

    let report = egress(&app).await;
    let status = app.setup(json!({ "action": "status" })).await.unwrap();
    let problem = app.get(KEYS).await.problem(503, "ip_not_permitted");

    assert!(report["credential_password_ip_id"].is_u64(), "{report}");
    let said = (&report["egress_ip"], &report["permitted"], &report["agrees"]);
    assert_eq!(said, (&json!(OTHER), &Value::Null, &json!(false)), "{report}");
    assert_eq!(status["egress"], report, "{status}");
    assert!(problem["detail"].as_str().unwrap().contains(OTHER), "{problem}");
}

/// The change that the documents ask for: add the new address first, while the old one still works.
#[tokio::test]
async fn whoever_adds_the_new_address_before_leaving_the_old_one_is_never_locked_out() {
    let app = at_one_address().await;
    let service = app.bank.egress_url();
    let app = with_a_service(app, &service).await;

    assert_eq!(app.post(&ips(&app).await, &json!({ "ip": OTHER })).await.status, 201);
    app.bank.settings(json!({ "egress_ip": OTHER })).await;
    let report = egress(&app).await;
    assert_eq!(deactivate(&app, ADDRESS).await.status, 200);

    assert_eq!((&report["egress_ip"], &report["agrees"]), (&json!(OTHER), &json!(true)), "{report}");
    assert_eq!(egress(&app).await["permitted"], json!([OTHER]));
}

#[tokio::test]
async fn the_setup_reports_the_same() {
    let app = at_one_address().await;
    let service = app.bank.egress_url();
    let app = with_a_service(app, &service).await;
    let report = egress(&app).await;

    let status = app.setup(json!({ "action": "status" })).await.unwrap();

    assert_eq!(status["egress"], report, "{status}");
}
