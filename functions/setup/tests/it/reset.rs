//! What the bank reports about a deployment, and a bank that was reset: bunq resets its sandbox from time to time.

use serde_json::{Value, json};
use shared::http::Action;
use testkit::TestApp;

use crate::qseal::{Qseal, rsa_key};
use crate::support::{complete, fresh, invoke, invoke_with, states};

const AT_BANK: [&str; 4] = ["BUNQ_API_URL", "BUNQ_AUTHORIZE_URL", "BUNQ_TOKEN_URL", "BUNQ_PAY_URL"];

/// The environment that points to another bank, which knows no customer and has its own keys.
fn at_bank_of(other: &TestApp) -> Vec<(&'static str, &str)> {
    AT_BANK.map(|name| (name, other.variables()[name].as_str())).to_vec()
}

fn status() -> Value {
    json!({ "action": "status" })
}

#[tokio::test]
async fn a_bank_that_was_reset_is_noticed_and_a_run_onboards_anew() {
    let mut app = TestApp::start().await;
    let user_id = app.connect("person").await;
    let reset = fresh().await;
    let changes = at_bank_of(&reset);

    let before = invoke_with(&app, &changes, status()).await.unwrap();
    let run = invoke_with(&app, &changes, json!({})).await.unwrap();
    let after = invoke_with(&app, &changes, status()).await.unwrap();

    assert_eq!((&before["at_bank"], &before["onboarded"]), (&json!("forgotten"), &json!(false)), "{before}");
    let gone = ["forgotten"; 6];
    assert_eq!(states(&before), [&["before"; 2][..], &gone, &["before"]].concat());
    assert_eq!(states(&run), [&["before"; 2][..], &["now"; 6], &["before"]].concat());
    assert_eq!((&after["at_bank"], &after["onboarded"]), (&json!("known"), &json!(true)), "{after}");
    assert_eq!(after["registered_callback_urls"], json!([after["callback_url"]]));
    for name in AT_BANK {
        app.set_variable(name, reset.variables()[name].clone());
    }
    app.restart().await;
    // The customer's consent was lost with the old bank, and a new consent repairs the connection.
    app.get(&format!("/user/{user_id}/accounts")).await.problem(403, "consent_revoked");
}

#[tokio::test]
async fn a_permission_that_the_bank_refuses_is_not_taken_for_a_reset() {
    let app = TestApp::start().await;
    let before = app.secrets().await;
    let text = "Insufficient authorisation.";
    let body = json!({ "Error": [{ "error_description": text, "error_description_translated": text }] });
    let endpoint = "GET user/{}/oauth-client/{}/callback-url";
    app.bank.fault(json!({ "endpoint": endpoint, "status": 401, "body": body, "times": 99 })).await;

    let report = invoke(&app, status()).await.unwrap();
    let run = invoke(&app, json!({})).await;

    assert_eq!((&report["at_bank"], &report["onboarded"]), (&json!("no_answer"), &json!(true)), "{report}");
    assert!(run.is_err(), "{run:?}");
    assert_eq!(app.secrets().await, before, "nothing that works is replaced");
}

#[tokio::test]
async fn a_production_bank_is_never_onboarded_at_anew_by_itself() {
    let app = TestApp::builder().variable("BUNQ_ENVIRONMENT", "production").not_onboarded().start().await;
    app.write_secret("psd2-certificate", &Qseal::new(&rsa_key()).secret().to_string()).await;
    complete(&app).await;
    let reset = fresh().await;
    let changes = at_bank_of(&reset);
    let before = app.secrets().await;

    let report = invoke_with(&app, &changes, status()).await.unwrap();
    let run = invoke_with(&app, &changes, json!({})).await;

    assert_eq!(report["at_bank"], "forgotten", "{report}");
    assert_eq!(run.unwrap_err().action(), Action::ContactSupport);
    assert_eq!(app.secrets().await, before);
}

#[tokio::test]
async fn a_run_at_a_bank_that_knows_us_makes_nothing() {
    let app = TestApp::start().await;
    let before = app.bank.overview().await;

    let report = complete(&app).await;

    assert_eq!(states(&report), ["before"; 9]);
    assert_eq!(app.bank.overview().await, before);
}

#[tokio::test]
async fn an_oauth_client_or_a_callback_address_that_is_gone_at_the_bank_is_made_again() {
    let app = TestApp::start().await;
    let client = app.read_secret("oauth-client").await;
    let mut lost = client.clone();
    lost["client_id"] = json!("0".repeat(64));
    app.write_secret("oauth-client", &lost.to_string()).await;

    let before = invoke(&app, status()).await.unwrap();
    let report = complete(&app).await;

    assert_eq!(before["at_bank"], "forgotten", "{before}");
    assert_eq!(states(&report)[6], "now");
    assert_eq!(app.read_secret("oauth-client").await["client_id"], client["client_id"]);
}

#[tokio::test]
async fn a_bank_that_does_not_answer_leaves_the_status_as_we_know_it() {
    let app = TestApp::start().await;

    let report = invoke_with(&app, &[("BUNQ_API_URL", "http://127.0.0.1:9/v1")], status()).await.unwrap();

    assert_eq!((&report["at_bank"], &report["onboarded"]), (&json!("no_answer"), &json!(true)), "{report}");
    assert_eq!(states(&report), ["before"; 9]);
    assert_eq!(report.get("registered_callback_urls"), None);
}

#[tokio::test]
async fn a_callback_address_that_was_replaced_is_taken_away_a_day_later() {
    let app = TestApp::start().await;
    let moved = [("PUBLIC_URL", "https://tpp.example")];
    let old = app.variables()["PUBLIC_URL"].trim_end_matches('/').to_owned() + "/callback";
    let urls = async || invoke_with(&app, &moved, status()).await.unwrap()["registered_callback_urls"].clone();
    invoke_with(&app, &moved, json!({})).await.unwrap();

    app.advance(86_399).await;
    invoke_with(&app, &moved, json!({})).await.unwrap();
    let while_customers_may_come_back = urls().await;
    app.advance(1).await;
    invoke_with(&app, &moved, json!({})).await.unwrap();

    let mut both = while_customers_may_come_back.as_array().unwrap().clone();
    both.sort_by_key(ToString::to_string);
    assert_eq!(both, [json!(old), json!("https://tpp.example/callback")]);
    assert_eq!(urls().await, json!(["https://tpp.example/callback"]));
    assert_eq!(app.read_secret("oauth-client").await["former_callback_urls"], json!([]));
}

#[tokio::test]
async fn an_address_that_comes_back_into_use_is_kept() {
    let app = TestApp::start().await;
    let moved = [("PUBLIC_URL", "https://tpp.example")];
    invoke_with(&app, &moved, json!({})).await.unwrap();
    complete(&app).await;

    app.advance(2 * 86_400).await;
    complete(&app).await;

    let report = invoke(&app, status()).await.unwrap();
    assert_eq!(report["registered_callback_urls"], json!([report["callback_url"]]));
}

#[tokio::test]
async fn an_address_that_somebody_else_has_registered_is_never_taken_away() {
    let app = TestApp::start().await;
    let moved = [("PUBLIC_URL", "https://tpp.example")];
    // Without its secret, this deployment finds the address at the bank, but does not know which deployment registered
    // it.
    app.delete_secret("oauth-client").await;
    let found = complete(&app).await["callback_url"].clone();
    invoke_with(&app, &moved, json!({})).await.unwrap();
    app.advance(2 * 86_400).await;

    invoke_with(&app, &moved, json!({})).await.unwrap();

    let report = invoke_with(&app, &moved, status()).await.unwrap();
    let urls = report["registered_callback_urls"].as_array().unwrap();
    assert!(urls.contains(&found) && urls.len() == 2, "{report}");
}

#[tokio::test]
async fn what_is_to_be_taken_away_outlives_a_new_password_of_the_oauth_client() {
    let app = TestApp::start().await;
    let moved = [("PUBLIC_URL", "https://tpp.example")];
    invoke_with(&app, &moved, json!({})).await.unwrap();
    let mut outdated = app.read_secret("oauth-client").await;
    outdated["client_id"] = json!("0".repeat(64));
    app.write_secret("oauth-client", &outdated.to_string()).await;
    app.advance(2 * 86_400).await;

    invoke_with(&app, &moved, json!({})).await.unwrap();

    let report = invoke_with(&app, &moved, status()).await.unwrap();
    assert_eq!(report["registered_callback_urls"], json!(["https://tpp.example/callback"]));
}
