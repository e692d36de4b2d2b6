//! The installation and the certificate are replaced while the old ones serve.

use futures::future::join_all;
use rcgen::KeyPair;
use reqwest::Method;
use serde_json::{Value, json};
use shared::http::{Code, Problem};
use testkit::{JsonBody as _, TestApp};

use crate::{
    load::{get, processes, under_load},
    qseal::{Qseal, rsa_key, secret, self_signed},
    support::{fresh, invoke},
};

async fn act(app: &TestApp, action: &str) -> Result<Value, Problem> {
    invoke(app, json!({ "action": action })).await
}

async fn connected() -> (TestApp, String) {
    let app = TestApp::start().await;
    let user_id = app.connect("person").await;
    (app, user_id)
}

/// Checks that a process with empty memory serves the customer, and that another customer can connect.
async fn assert_serves(app: &TestApp, user_id: &str) {
    let process = app.sibling("", "").await;
    let answer = get(app, &process, &format!("/user/{user_id}/accounts")).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    app.connect("company").await;
}

/// The calls to the bank of a rotation.
const CALLS: [&str; 6] = [
    "POST installation",
    "POST payment-service-provider-credential",
    "POST device-server",
    "POST session-server",
    "GET user/{user-id}/oauth-client",
    "GET user/{user-id}/credential-password-ip/{credential-password-ip-id}/ip",
];

#[tokio::test]
async fn no_request_fails_while_the_installation_is_replaced() {
    let (app, user_id) = connected().await;
    let (before, client) = (app.read_secret("tpp").await, app.read_secret("oauth-client").await);
    let processes = processes(&app, &user_id).await;

    let report = under_load(&app, &processes, &user_id, async {
        let report = act(&app, "rotate_installation").await.unwrap();
        // Processes that have read the secret and others that have not work at the same time.
        assert_serves(&app, &user_id).await;
        report
    })
    .await;
    let rounds = [61, 600, 7_200];
    for seconds in rounds {
        app.advance(seconds).await;
        under_load(&app, &processes, &user_id, async {}).await;
    }

    let after = app.read_secret("tpp").await;
    for part in ["/installation/private_key", "/installation/id", "/psp/api_key", "/device/id"] {
        assert_ne!(before.pointer(part), after.pointer(part), "{part}");
    }
    assert_eq!((&after["psp_user_id"], after.get("next")), (&before["psp_user_id"], None));
    assert_eq!(client, app.read_secret("oauth-client").await);
    assert_eq!(report["registration"]["installation"], after["installation"]["id"]);
    assert_eq!(report["replaced"]["credential_password_ip_id"], before["psp"]["credential_id"]);
    let egress = app.get("/credential-password-ip/egress").await.json();
    assert_eq!(egress["credential_password_ip_id"], after["psp"]["credential_id"]);
}

#[tokio::test]
async fn a_rotation_that_the_bank_interrupts_changes_nothing_in_use_and_continues() {
    join_all(CALLS.map(async |endpoint| {
        let (app, user_id) = connected().await;
        let before = app.read_secret("tpp").await;
        app.bank.fault(json!({ "endpoint": endpoint, "status": 500, "times": 9 })).await;

        let stopped = act(&app, "rotate_installation").await.expect_err(endpoint);
        app.bank.clear_faults().await;
        let kept = app.read_secret("tpp").await;
        assert_serves(&app, &user_id).await;
        app.bank.forget_calls().await;
        let report = act(&app, "rotate_installation").await.expect(endpoint);

        assert!(stopped.status().is_server_error(), "{endpoint}: {stopped}");
        for part in ["installation", "psp", "device"] {
            assert_eq!(kept[part], before[part], "{endpoint}: the old one serves");
        }
        let made_again = app.bank.count("POST installation").await;
        assert_eq!(made_again, u64::from(endpoint == "POST installation"), "{endpoint}: the saved one is used");
        let after = app.read_secret("tpp").await;
        if let Some(next) = kept.pointer("/next/installation/id") {
            assert_eq!((next, next), (&after["installation"]["id"], &report["registration"]["installation"]));
        }
        assert_serves(&app, &user_id).await;
    }))
    .await;
}

#[tokio::test]
async fn a_rotation_whose_writes_fail_continues() {
    // Installation, API key, device and switch are each written once.
    join_all((1..=4).map(async |nth| {
        let (app, user_id) = connected().await;
        let fault = json!({ "target": "secretsmanager.PutSecretValue", "nth": nth, "times": 3, "error": "InternalServiceError" });
        app.aws_fault(fault).await;

        let stopped = act(&app, "rotate_installation").await;
        app.aws_recover().await;
        assert_serves(&app, &user_id).await;
        act(&app, "rotate_installation").await.unwrap();

        assert!(stopped.is_err(), "{nth}");
        assert_eq!(app.read_secret("tpp").await.get("next"), None);
        assert_serves(&app, &user_id).await;
    }))
    .await;
}

#[tokio::test]
async fn a_renewal_and_a_rotation_that_interrupt_each_other_replace_what_they_say() {
    for (first, second) in [("rotate_installation", "renew_certificate"), ("renew_certificate", "rotate_installation")]
    {
        let (app, user_id) = connected().await;
        let before = app.read_secret("tpp").await;
        app.bank.fault(json!({ "endpoint": "POST device-server", "status": 500, "times": 9 })).await;
        act(&app, first).await.expect_err(first);
        app.bank.clear_faults().await;

        act(&app, second).await.expect(second);

        let after = app.read_secret("tpp").await;
        let stays = before["installation"]["id"] == after["installation"]["id"];
        assert_eq!(stays, second == "renew_certificate", "{first}, then {second}");
        assert_ne!(before["psp"]["api_key"], after["psp"]["api_key"]);
        assert_eq!(after.get("next"), None);
        assert_serves(&app, &user_id).await;
    }
}

#[tokio::test]
async fn a_switch_whose_session_cannot_be_stored_is_reported() {
    let (app, user_id) = connected().await;
    let before = app.read_secret("tpp").await;
    let fault =
        json!({ "target": "DynamoDB_20120810.PutItem", "nth": 2, "times": 100, "error": "InternalServerError" });
    app.aws_fault(fault).await;

    let report = act(&app, "rotate_installation").await.unwrap();
    app.aws_recover().await;

    assert_eq!(report["replaced"]["credential_password_ip_id"], before["psp"]["credential_id"]);
    assert_eq!(report["registration"]["installation"], app.read_secret("tpp").await["installation"]["id"]);
    assert_serves(&app, &user_id).await;
}

#[tokio::test]
async fn a_bank_whose_key_changed_is_believed_after_a_rotation() {
    let (app, user_id) = connected().await;
    let mut stored = app.read_secret("tpp").await;
    stored["installation"]["server_public_key"] = rsa_key().public_key_pem().into();
    app.write_secret("tpp", &stored.to_string()).await;
    let process = app.sibling("", "").await;
    let accounts = format!("/user/{user_id}/accounts");
    get(&app, &process, &accounts).await.problem(502, "bank_signature_invalid");

    act(&app, "rotate_installation").await.unwrap();

    assert_eq!(get(&app, &process, &accounts).await.status, 200);
    assert_serves(&app, &user_id).await;
}

#[tokio::test]
async fn a_new_key_that_expired_before_it_was_used_is_made_again() {
    let (app, user_id) = connected().await;
    app.bank.fault(json!({ "endpoint": "POST device-server", "status": 500 })).await;
    act(&app, "rotate_installation").await.unwrap_err();
    app.bank.clear_faults().await;
    app.advance(3_700).await;

    act(&app, "rotate_installation").await.unwrap();

    assert_serves(&app, &user_id).await;
}

#[tokio::test]
async fn a_rotation_waits_for_the_banks_rate_limit() {
    let (app, user_id) = connected().await;
    let text = "Too many requests. You can do a maximum of 1 calls per 1 second to this endpoint.";
    let body = json!({ "Error": [{ "error_description": text }] });
    app.bank.fault(json!({ "endpoint": "POST session-server", "times": 1, "status": 429, "body": body })).await;

    act(&app, "rotate_installation").await.unwrap();

    assert_serves(&app, &user_id).await;
}

#[tokio::test]
async fn addresses_that_were_permitted_later_are_permitted_for_the_new_key_too() {
    let (app, user_id) = connected().await;
    let key = app.read_secret("tpp").await["psp"]["credential_id"].clone();
    let request = app.request(Method::POST, &format!("/credential-password-ip/{key}/ip")).bearer_auth(&app.api_key);
    let permitted = app.send(request.json_body(&json!({ "ip": "185.40.108.77" }))).await;
    assert_eq!(permitted.status, 201, "{permitted:?}");

    let report = act(&app, "rotate_installation").await.unwrap();

    assert_eq!(report["permitted_ips"], json!(["185.40.108.77"]));
    let new = app.read_secret("tpp").await["psp"]["credential_id"].clone();
    let listed = app.get(&format!("/credential-password-ip/{new}/ip")).await;
    assert!(listed.text.contains("185.40.108.77"), "{listed:?}");
    assert_serves(&app, &user_id).await;
}

#[tokio::test]
async fn of_rotations_at_the_same_time_one_ends_and_the_others_are_superseded() {
    let (app, user_id) = connected().await;

    let outcomes = join_all((0..3).map(|_| act(&app, "rotate_installation"))).await;

    assert!(outcomes.iter().any(Result::is_ok), "{outcomes:?}");
    for problem in outcomes.iter().filter_map(|outcome| outcome.as_ref().err()) {
        assert_eq!(problem.code(), Code::SetupSuperseded, "{problem}");
    }
    assert_eq!(app.read_secret("tpp").await.get("next"), None);
    assert_serves(&app, &user_id).await;
}

#[tokio::test]
async fn a_deployment_that_is_not_onboarded_has_nothing_to_replace() {
    let app = fresh().await;
    for action in ["rotate_installation", "renew_certificate"] {
        assert_eq!(act(&app, action).await.unwrap_err().code(), Code::NotOnboarded, "{action}");
    }
    assert_eq!(app.bank.total().await, 0);
}

#[tokio::test]
async fn the_sandbox_makes_a_new_certificate_of_the_same_name_and_sessions_stay() {
    let (app, user_id) = connected().await;
    let (before, old) = (app.read_secret("tpp").await, app.read_secret("psd2-certificate").await);
    let processes = processes(&app, &user_id).await;
    app.bank.forget_calls().await;

    let report = under_load(&app, &processes, &user_id, async { act(&app, "renew_certificate").await.unwrap() }).await;

    let (after, new) = (app.read_secret("tpp").await, app.read_secret("psd2-certificate").await);
    assert_ne!((&new["certificate"], &new["private_key"]), (&old["certificate"], &old["private_key"]));
    assert_eq!((&after["installation"], &after["psp_user_id"]), (&before["installation"], &before["psp_user_id"]));
    assert_ne!(after["psp"]["api_key"], before["psp"]["api_key"]);
    assert_eq!(report["registration"]["installation"], report["replaced"]["installation"]);
    assert!(report["certificate_valid_until"].is_string());
    assert_eq!(app.bank.count("POST session-server").await, 1, "only the TPP's own");
    assert_serves(&app, &user_id).await;
}

#[tokio::test]
async fn a_renewal_that_is_interrupted_makes_no_second_certificate() {
    join_all(CALLS[1..].iter().map(async |endpoint| {
        let (app, user_id) = connected().await;
        app.bank.fault(json!({ "endpoint": endpoint, "status": 500, "times": 9 })).await;
        act(&app, "renew_certificate").await.expect_err(endpoint);
        app.bank.clear_faults().await;
        let made = app.read_secret("psd2-certificate").await;
        assert_serves(&app, &user_id).await;

        act(&app, "renew_certificate").await.expect(endpoint);

        assert_eq!(app.read_secret("psd2-certificate").await, made, "{endpoint}");
        assert_serves(&app, &user_id).await;
    }))
    .await;
}

#[tokio::test]
async fn production_registers_what_the_owner_stored_and_only_if_it_is_new() {
    let app = TestApp::builder().variable("BUNQ_ENVIRONMENT", "production").not_onboarded().start().await;
    app.write_secret("psd2-certificate", &Qseal::new(&rsa_key()).secret().to_string()).await;
    crate::support::complete(&app).await;
    let first = app.read_secret("tpp").await;

    let same = act(&app, "renew_certificate").await.unwrap_err();
    assert_eq!((same.code(), same.status().as_u16()), (Code::CertificateInUse, 409), "{same}");
    assert_eq!(app.read_secret("tpp").await, first);
    let forced = invoke(&app, json!({ "action": "renew_certificate", "force": true })).await.unwrap();
    assert_eq!(forced["replaced"]["credential_password_ip_id"], first["psp"]["credential_id"]);

    let renewed = Qseal::new(&rsa_key()).secret();
    app.write_secret("psd2-certificate", &renewed.to_string()).await;
    act(&app, "renew_certificate").await.unwrap();

    assert_eq!(app.read_secret("psd2-certificate").await, renewed, "the owner's secret is left alone");
    let after = app.read_secret("tpp").await;
    assert_eq!(after["psp_user_id"], first["psp_user_id"]);
    assert_ne!(after["psp"]["certificate"], first["psp"]["certificate"]);
    app.connect_in("default", "person").await;
}

#[tokio::test]
async fn a_certificate_that_the_bank_takes_for_anothers_or_that_is_invalid_replaces_nothing() {
    let (app, user_id) = connected().await;
    let before = app.read_secret("tpp").await;
    let key: KeyPair = rsa_key();
    let leaf = self_signed(&key);
    let other = secret(&key.serialize_pem(), &leaf, &leaf);
    let invalid = secret(&rsa_key().serialize_pem(), &leaf, &leaf);

    for (certificate, code) in [(invalid, Code::CertificateInvalid), (other, Code::PspUserChanged)] {
        app.write_secret("psd2-certificate", &certificate.to_string()).await;
        for action in ["renew_certificate", "rotate_installation"] {
            let problem = act(&app, action).await.unwrap_err();
            assert_eq!(problem.code(), code, "{action}: {problem}");
            let after = app.read_secret("tpp").await;
            for part in ["installation", "psp", "device", "psp_user_id"] {
                assert_eq!(after[part], before[part], "{action}");
            }
            assert_serves(&app, &user_id).await;
        }
    }
}
