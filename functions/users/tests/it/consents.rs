//! A consent that the customer revoked, and a consent that the customer gave again.

use std::time::Duration;

use serde_json::json;
use testkit::TestApp;

use crate::fixture::{ACCOUNTS, SESSION, assert_discreet, bank_error, connected, get_at, process};

#[tokio::test]
async fn a_revoked_consent_is_said_plainly_and_the_bank_is_left_alone_from_then_on() {
    let (app, accounts) = connected("person").await;
    let profile = accounts.trim_end_matches("/accounts");
    app.bank.revoke("person").await;

    let first = app.get(&accounts).await;
    assert_eq!(first.problem(403, "consent_revoked")["action"], "reauthorise");
    assert_discreet(&first);
    assert_eq!((app.bank.count(SESSION).await, app.bank.count(ACCOUNTS).await), (1, 1));

    app.clock.advance(50);
    for path in [accounts.as_str(), profile] {
        app.get(path).await.problem(403, "consent_revoked");
    }
    let other = process(&app, Duration::from_secs(30)).await;
    get_at(&app, &other, &accounts).await.problem(403, "consent_revoked");
    // The third call finds out whether the consent is refused, or the address that we call from.
    assert_eq!(app.bank.total().await, 3, "nobody asked the bank again");

    app.advance(3 * 24 * 3600).await;
    app.get(&accounts).await.problem(403, "consent_revoked");
    assert_eq!(app.bank.count(SESSION).await, 1, "only a new consent helps");
}

#[tokio::test]
async fn many_reads_of_a_revoked_consent_ask_the_bank_once() {
    let (app, accounts) = connected("person").await;
    app.bank.revoke("person").await;

    let answers = futures::future::join_all((0..20).map(|_| app.get(&accounts))).await;

    for answer in answers {
        answer.problem(403, "consent_revoked");
    }
    assert_eq!(app.bank.count(SESSION).await, 1);
}

#[tokio::test]
async fn a_new_consent_heals_at_once_in_every_process_and_keeps_the_user_id() {
    let (app, accounts) = connected("person").await;
    let other = process(&app, Duration::from_secs(30)).await;
    app.bank.revoke("person").await;
    app.get(&accounts).await.problem(403, "consent_revoked");
    get_at(&app, &other, &accounts).await.problem(403, "consent_revoked");

    let user_id = app.connect("person").await;
    app.bank.forget_calls().await;

    assert_eq!(format!("/user/{user_id}/accounts"), accounts);
    for answer in [app.get(&accounts).await, get_at(&app, &other, &accounts).await] {
        assert_eq!(answer.status, 200, "{answer:?}");
    }
    assert_eq!(app.bank.count(SESSION).await, 0, "the session of the consent is used");
}

#[tokio::test]
async fn a_process_that_holds_the_old_consents_session_goes_over_to_the_new_ones() {
    let (app, accounts) = connected("person").await;
    app.bank.settings(json!({ "reconsent_revokes": true, "fresh_api_key_id": true })).await;
    let other = process(&app, Duration::from_secs(30)).await;
    assert_eq!(get_at(&app, &other, &accounts).await.status, 200);

    let user_id = app.connect("person").await;
    app.bank.forget_calls().await;
    let after = get_at(&app, &other, &accounts).await;

    assert_eq!(format!("/user/{user_id}/accounts"), accounts);
    assert_eq!(after.status, 200, "{after:?}");
    assert_eq!(app.bank.count(SESSION).await, 0, "the new session was in the store");
    assert_eq!(app.bank.count(ACCOUNTS).await, 2, "the old one was refused once");
}

#[tokio::test]
async fn one_customers_revocation_is_no_matter_of_anothers() {
    let app = TestApp::start().await;
    let (person, company) = (app.connect("person").await, app.connect("company").await);

    app.bank.revoke("person").await;

    app.get(&format!("/user/{person}/accounts")).await.problem(403, "consent_revoked");
    assert_eq!(app.get(&format!("/user/{company}/accounts")).await.status, 200);
}

#[tokio::test]
async fn a_token_that_the_bank_refuses_while_its_session_lives_is_not_missed() {
    let (app, accounts) = connected("person").await;
    let fault = json!({
        "endpoint": SESSION, "status": 400, "times": 1000,
        "body": { "Error": [{ "error_description": "User credentials are incorrect. Incorrect API key or IP address." }] },
    });
    app.bank.fault(fault).await;

    assert_eq!(app.get(&accounts).await.status, 200, "the session is good");
    app.bank.expire_sessions_of("person").await;
    app.get(&accounts).await.problem(403, "consent_revoked");

    app.bank.clear_faults().await;
    app.clock.advance(61);
    app.get(&accounts).await.problem(403, "consent_revoked");
    app.connect("person").await;
    assert_eq!(app.get(&accounts).await.status, 200, "a new consent heals it");
}

fn bad_key() -> serde_json::Value {
    json!({
        "endpoint": SESSION, "status": 400, "times": 1000,
        "body": { "Error": [{ "error_description": "User credentials are incorrect. Incorrect API key or IP address." }] },
    })
}

/// A deployment that cannot find out its own address, at a bank that permits one address.
async fn with_one_address() -> (TestApp, String) {
    let app = TestApp::builder().variable("EGRESS_IP_URL", "").variable("PERMITTED_IPS", "127.0.0.1").start().await;
    let accounts = format!("/user/{}/accounts", app.connect("person").await);
    app.bank.forget_calls().await;
    (app, accounts)
}

#[tokio::test]
async fn where_nothing_proves_the_address_both_causes_are_named_and_nothing_is_remembered() {
    let (mut app, accounts) = with_one_address().await;
    app.bank.expire_sessions_of("person").await;
    // Another process: the session that the first process opened does not prove its address.
    app.restart().await;
    app.bank.fault(bad_key()).await;

    let refused = app.get(&accounts).await;

    let problem = refused.problem(403, "access_refused");
    assert_eq!(problem["action"], "contact_support");
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains("revoked") && detail.contains("address"), "{detail}");
    let connection = accounts.replace("accounts", "connection");
    assert_eq!(app.get(&connection).await.json()["status"], "active");
    app.bank.clear_faults().await;
    assert_eq!(app.get(&accounts).await.status, 200, "the address is back");
}

#[tokio::test]
async fn where_sessions_are_scarce_the_next_try_proves_the_address_first() {
    let (mut app, accounts) = with_one_address().await;
    app.bank.revoke("person").await;
    app.restart().await;
    let limit = "Too many requests. You can do a maximum of 1 calls per 30 second to this endpoint.";
    app.bank.fault(json!({ "endpoint": SESSION, "nth": 2, "status": 429, "body": bank_error(limit) })).await;

    app.get(&accounts).await.problem(403, "access_refused");
    app.get(&accounts).await.problem(403, "consent_revoked");

    assert_eq!(app.bank.count(SESSION).await, 4, "twice the customer's and a session of our own");
    app.get(&accounts).await.problem(403, "consent_revoked");
    assert_eq!(app.bank.count(SESSION).await, 4, "it is remembered");
}

#[tokio::test]
async fn a_bank_that_lists_no_address_at_all_revokes_a_consent_where_a_session_of_our_own_proves_the_address() {
    let (mut app, accounts) = connected("person").await;
    let list = "GET user/{user-id}/credential-password-ip/{credential-password-ip-id}/ip";
    let none = json!({ "Response": [], "Pagination": { "future_url": null, "newer_url": null, "older_url": null } });
    app.bank.fault(json!({ "endpoint": list, "status": 200, "body": none, "times": 9 })).await;
    app.bank.revoke("person").await;
    app.bank.expire_sessions().await;
    app.restart().await;

    app.get(&accounts).await.problem(403, "consent_revoked");

    assert_eq!(app.get(&accounts.replace("accounts", "connection")).await.json()["status"], "revoked");
}

const DAY: i64 = 24 * 3600;

#[tokio::test]
async fn a_consent_of_180_days_is_used_no_more_until_the_customer_consents_again() {
    let app = TestApp::builder().variable("ENFORCE_CONSENT_EXPIRY", "true").start().await;
    let user_id = app.connect("person").await;
    let accounts = format!("/user/{user_id}/accounts");
    app.advance(180 * DAY - 40).await;
    assert_eq!(app.get(&accounts).await.status, 200, "it counts, and memory has it now");
    app.bank.forget_calls().await;

    app.advance(41).await;
    for path in [accounts.clone(), format!("/user/{user_id}"), format!("/user/{user_id}/payments/60101")] {
        let expired = app.get(&path).await;
        assert_eq!(expired.problem(403, "consent_expired")["action"], "reauthorise", "{path}");
        assert_discreet(&expired);
    }
    let new = process(&app, Duration::from_secs(30)).await;
    get_at(&app, &new, &accounts).await.problem(403, "consent_expired");
    assert_eq!(app.bank.total().await, 0, "the bank is not asked");
    let connection = app.get(&format!("/user/{user_id}/connection")).await.json();
    assert_eq!(connection["status"], "expired", "it can still be seen");

    assert_eq!(app.connect("person").await, user_id);
    assert_eq!(app.get(&accounts).await.status, 200, "a new consent heals it at once");
    assert_eq!(get_at(&app, &new, &accounts).await.status, 200);
}

#[tokio::test]
async fn in_the_sandbox_the_bank_decides_of_an_old_consent() {
    let (app, accounts) = connected("person").await;
    app.advance(200 * DAY).await;
    assert_eq!(app.get(&accounts).await.status, 200);
}
