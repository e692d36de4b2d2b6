//! The bank no longer accepts the key from our address: which answers callers get, and how the problem ends.

use serde_json::json;
use testkit::{Answer, TestApp};

use crate::fixture::{ADDRESS, KEYS, OTHER, at_one_address, deactivate};

const SESSION: &str = "POST session-server";

/// A deployment at one address with a connected customer, and the path of that customer's accounts.
async fn connected() -> (TestApp, String) {
    let app = at_one_address().await;
    let user_id = app.connect("person").await;
    let accounts = format!("/user/{user_id}/accounts");
    assert_eq!(app.get(&accounts).await.status, 200);
    (app, accounts)
}

#[track_caller]
fn assert_told(answer: &Answer, address: &str) {
    let problem = answer.problem(503, "ip_not_permitted");
    assert_eq!(problem["action"], "fix_request");
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains(address), "the address: {detail}");
    for cure in ["POST /credential-password-ip/{id}/ip", "still permitted", "add a new address before you leave"] {
        assert!(detail.contains(cure), "{cure}: {detail}");
    }
}

#[tokio::test]
async fn without_a_permitted_address_everybody_is_told_so_until_the_banks_page_permits_it_again() {
    let (app, accounts) = connected().await;
    let mut app = app;
    app.set_variable("EGRESS_IP_URL", app.bank.egress_url());
    app.restart().await;

    assert_eq!(deactivate(&app, ADDRESS).await.status, 200);
    let own = app.get(KEYS).await;
    let customers = app.get(&accounts).await;
    let own_again = app.get(KEYS).await;

    for answer in [&own, &customers, &own_again] {
        assert_told(answer, ADDRESS);
    }
    let permitted = app.bank.permit(ADDRESS).await;
    assert_eq!(permitted.status, 303, "{permitted:?}");
    let (own, customers) = (app.get(KEYS).await, app.get(&accounts).await);
    assert_eq!((own.status, customers.status), (200, 200), "without a restart: {own:?} {customers:?}");
}

#[tokio::test]
async fn the_customer_who_calls_first_is_told_so_too() {
    let (app, accounts) = connected().await;
    assert_eq!(deactivate(&app, ADDRESS).await.status, 200);

    let customers = app.get(&accounts).await;

    assert_told(&customers, "this deployment's address");
    app.bank.permit(ADDRESS).await;
    assert_eq!(app.get(&accounts).await.status, 200, "the consent was never in doubt");
}

#[tokio::test]
async fn a_cold_process_is_told_so_with_sessions_and_without() {
    let (mut app, accounts) = connected().await;
    assert_eq!(deactivate(&app, ADDRESS).await.status, 200);
    for forgotten in [false, true] {
        if forgotten {
            app.forget_ephemera().await;
        }
        app.restart().await;

        assert_told(&app.get(&accounts).await, "this deployment's address");
        assert_told(&app.get(KEYS).await, "this deployment's address");
    }
    app.bank.permit(ADDRESS).await;
    assert_eq!((app.get(&accounts).await.status, app.get(KEYS).await.status), (200, 200));
}

#[tokio::test]
async fn a_bank_that_looks_at_addresses_only_where_sessions_open_is_understood_too() {
    let (app, accounts) = connected().await;
    let mut app = app;
    app.set_variable("EGRESS_IP_URL", app.bank.egress_url());
    app.restart().await;
    app.bank.settings(json!({ "ip_check": "sessions" })).await;
    assert_eq!(app.get(KEYS).await.status, 200, "the TPP's own session is open and stays so");
    assert_eq!(deactivate(&app, ADDRESS).await.status, 200);
    app.bank.expire_sessions_of("person").await;

    let customers = app.get(&accounts).await;

    assert_told(&customers, ADDRESS);
    app.bank.permit(ADDRESS).await;
    assert_eq!(app.get(&accounts).await.status, 200, "the consent was never in doubt");
}

#[tokio::test]
async fn the_same_bank_without_anybody_to_ask_for_our_address_blames_no_consent_either() {
    let (app, accounts) = connected().await;
    app.bank.settings(json!({ "ip_check": "sessions" })).await;
    assert_eq!(deactivate(&app, ADDRESS).await.status, 200);
    app.bank.expire_sessions_of("person").await;

    let customers = app.get(&accounts).await;

    assert_told(&customers, "this deployment's address");
}

#[tokio::test]
async fn a_new_customer_who_consents_meanwhile_is_not_blamed() {
    let (mut app, _) = connected().await;
    app.set_variable("EGRESS_IP_URL", app.bank.egress_url());
    app.restart().await;
    let (cookie, page) = app.begin_consent().await;
    let callback = app.approve(&page, "company").await;
    app.bank.settings(json!({ "egress_ip": OTHER })).await;

    let answer = app.callback(&callback, &cookie).await;

    answer.problem(503, "ip_not_permitted");
    // Anyone can open this address, so the answer shows nothing of the deployment.
    assert!(!answer.text.contains(OTHER), "{answer:?}");
}

#[tokio::test]
async fn a_revoked_consent_is_one_while_the_address_is_fine() {
    let (app, accounts) = connected().await;
    app.bank.revoke("person").await;

    let refused = app.get(&accounts).await;

    assert_eq!(refused.problem(403, "consent_revoked")["action"], "reauthorise");
    assert_eq!(app.get(KEYS).await.status, 200, "the TPP itself is fine");
    app.get(&accounts).await.problem(403, "consent_revoked");
}

#[tokio::test]
async fn a_revoked_consent_is_one_with_a_service_that_says_the_address_is_fine_and_with_one_that_fails() {
    for service in ["_simulator/egress-ip", "_simulator/nothing"] {
        let (mut app, accounts) = connected().await;
        app.set_variable("EGRESS_IP_URL", app.bank.url().join(service).unwrap());
        app.restart().await;
        app.bank.revoke("person").await;

        app.get(&accounts).await.problem(403, "consent_revoked");
    }
}

#[tokio::test]
async fn what_was_to_be_started_is_not_and_is_tried_again_under_the_same_key() {
    let (app, accounts) = connected().await;
    let draft_payment = accounts.replace("/accounts", "/draft-payment");
    let draft = json!({
        "monetary_account_id": 60101, "amount": "5.00", "currency": "EUR", "description": "lunch",
        "receiver_type": "IBAN", "receiver_value": "NL91ABNA0417164300", "receiver_name": "J. Jansen",
    });
    let transaction = json!({
        "counterparty_alias": { "type": "IBAN", "value": "NL91ABNA0417164300", "name": "J. Jansen" },
        "amount": { "value": "5.00", "currency": "EUR" }, "description": "x", "url_redirect": "https://shop.example/",
    });
    let orders =
        [(draft_payment.as_str(), &draft), ("/psd2/payment-service-provider-issuer-transaction", &transaction)];
    assert_eq!(deactivate(&app, ADDRESS).await.status, 200);

    for (path, body) in orders {
        assert_told(&app.post_once(path, path, body).await, "this deployment's address");
    }
    app.bank.permit(ADDRESS).await;
    for (path, body) in orders {
        let started = app.post_once(path, path, body).await;
        assert_eq!(started.status, 201, "{started:?}");
    }

    let objects = app.bank.objects().await;
    let count = |name: &str| objects[name].as_array().unwrap().len();
    assert_eq!((count("draft_payments"), count("issuer_transactions")), (1, 1));
}

/// As with the real bank, which opens one session per 30 seconds: there is no time for a second session that would show
/// the cause of the refusal.
#[tokio::test]
async fn where_sessions_are_scarce_no_consent_is_blamed_and_no_request_either() {
    let (app, accounts) = connected().await;
    assert_eq!(deactivate(&app, ADDRESS).await.status, 200);
    app.bank.settings(json!({ "rate_limits": "classic" })).await;

    let customers = app.get(&accounts).await;

    let code = customers.json()["code"].clone();
    assert!(customers.status == 503 && (code == "ip_not_permitted" || code == "bank_busy"), "{customers:?}");
}

#[tokio::test]
async fn where_sessions_are_scarce_a_revoked_consent_is_found_out_in_the_end() {
    let (app, accounts) = connected().await;
    app.bank.settings(json!({ "rate_limits": "classic" })).await;
    app.bank.revoke("person").await;
    app.bank.expire_sessions().await;
    let mut codes = Vec::new();
    for _ in 0..3 {
        codes.push(app.get(&accounts).await.json()["code"].clone());
        app.advance(91).await;
    }

    assert_eq!(codes[2], "consent_revoked", "{codes:?}");
    assert!(!codes.contains(&json!("bank_refused")), "nothing is wrong with the request: {codes:?}");
}

#[tokio::test]
async fn being_locked_out_is_asked_of_the_bank_again_and_again_but_opens_nothing() {
    let (app, accounts) = connected().await;
    assert_eq!(deactivate(&app, ADDRESS).await.status, 200);
    app.bank.forget_calls().await;

    for _ in 0..3 {
        app.get(&accounts).await.problem(503, "ip_not_permitted");
    }

    let tries = app.bank.count(SESSION).await;
    assert!(tries <= 6, "one for the customer and one for the TPP each time at most: {tries}");
    assert_eq!(app.bank.overview().await["psp_credentials"], 1, "and no new key was made");
}
