//! The accounts of a customer.

use serde_json::{Value, json};
use testkit::{Answer, TestApp};

use crate::{
    fixture::connected,
    reading::{assert_is_answer_of_the_bank, elements, kinds},
};

#[tokio::test]
async fn a_customer_without_accounts_has_an_empty_list() {
    let (app, accounts) = connected("empty").await;

    let answer = app.get(&accounts).await;

    assert_is_answer_of_the_bank(&answer);
    assert_eq!(answer.json()["Response"], json!([]));
}

#[tokio::test]
async fn accounts_full_of_nulls_or_of_unknown_kinds_break_nothing() {
    let (app, accounts) = connected("strange").await;

    let profile = app.get(accounts.trim_end_matches("/accounts")).await;
    let accounts = app.get(&accounts).await;

    assert_is_answer_of_the_bank(&profile);
    assert_is_answer_of_the_bank(&accounts);
    let kinds: Vec<_> = elements(&accounts).into_iter().collect();
    let (kind, switch) = &kinds[0];
    assert_eq!((kind.as_str(), &switch["iban"]), ("MonetaryAccountSwitchService", &Value::Null));
    let (kind, hologram) = &kinds[1];
    assert_eq!(kind, "MonetaryAccountHolographic");
    assert_eq!(hologram["hologram"], json!({ "layers": 7, "projection": "ISOMETRIC" }));
    let (kind, external) = &kinds[2];
    assert_eq!(kind, "MonetaryAccountExternal");
    let aliases = external["alias"].as_array().unwrap();
    assert!(aliases.len() == 2 && aliases.iter().all(|alias| alias["value"].is_null()), "{aliases:?}");
    assert_eq!(external["currency"], Value::Null);
    assert_eq!(kinds[3].0, "MonetaryAccountBank");
}

#[tokio::test]
async fn accounts_that_fill_several_pages_are_all_reached_by_the_links() {
    let (app, accounts) = connected("person").await;
    let whole = kinds(&app.get(&accounts).await);
    let (mut seen, mut next) = (Vec::new(), Some(format!("{accounts}?count=3")));

    while let Some(path) = next {
        let page = app.get(&path).await;
        assert_is_answer_of_the_bank(&page);
        seen.extend(kinds(&page));
        let links = page.header("link").split(", ").find(|link| link.ends_with("rel=\"next\"")).map(str::to_owned);
        next = links.map(|link| link.split(['<', '>']).nth(1).unwrap().to_owned());
    }

    assert_eq!(seen, whole);
    assert_eq!(app.get(&format!("{accounts}?older_id=1")).await.json()["Response"], json!([]));
    app.get(&format!("{accounts}?older_id=x")).await.problem(422, "invalid_request");
}

#[tokio::test]
async fn an_account_of_each_kind_is_read_by_its_id_and_no_other_customers() {
    let (app, accounts) = connected("person").await;
    let user = accounts.trim_end_matches("/accounts");

    for (kind, account) in elements(&app.get(&accounts).await) {
        let found = app.get(&format!("{user}/monetary-account/{}", account["id"])).await;

        assert_is_answer_of_the_bank(&found);
        assert_eq!(elements(&found), [(kind, account)]);
    }
    for missing in ["60201", "9999"] {
        let found = app.get(&format!("{user}/monetary-account/{missing}")).await;
        found.problem(404, "account_not_granted");
    }
    app.get(&format!("{user}/monetary-account/x")).await.problem(422, "invalid_request");
}

/// A deployment that permits changes of accounts, at a bank that permits them or not, with a connected customer's path.
pub(crate) async fn writing(at_bank: &str) -> (TestApp, String) {
    let app = TestApp::builder().variable("BANK_WRITES", "accounts").start().await;
    app.bank.settings(json!({ "tpp_writes": at_bank })).await;
    let user_id = app.connect("person").await;
    (app, format!("/user/{user_id}/monetary-account"))
}

fn new_account() -> Value {
    json!({ "currency": "EUR", "description": "Holidays", "daily_limit": { "value": "500.00", "currency": "EUR" } })
}

async fn bank_account(app: &TestApp, path: &str) -> Value {
    elements(&app.get(path).await)[0].1.clone()
}

#[tokio::test]
async fn an_account_is_opened_once_changed_and_closed() {
    let (app, path) = writing("allow").await;

    let opened = app.post_once(&path, "holidays", &new_account()).await;
    let again = app.post_once(&path, "holidays", &new_account()).await;

    assert_eq!(opened.status, 201, "{opened:?}");
    assert_eq!((again.status, &again.text, again.header("idempotency-replayed")), (201, &opened.text, "true"));
    let location = opened.header("location").to_owned();
    let account = bank_account(&app, &location).await;
    assert_eq!((&account["description"], &account["daily_limit"]["value"]), (&json!("Holidays"), &json!("500.00")));
    let id = &opened.json()["Response"][0]["Id"]["id"];
    assert!(location.ends_with(&format!("{path}/{id}")), "{location}");

    let changed = app.put(&location, &json!({ "description": "Holidays 2027" })).await;

    assert_eq!(changed.status, 200, "{changed:?}");
    let account = bank_account(&app, &location).await;
    assert_eq!(
        (&account["description"], &account["daily_limit"]["value"]),
        (&json!("Holidays 2027"), &json!("500.00"))
    );

    let close = json!({
        "status": "CANCELLED", "sub_status": "REDEMPTION_VOLUNTARY", "reason": "OTHER", "reason_description": "Home again"
    });
    assert_eq!(app.put(&location, &close).await.status, 200);
    assert_eq!(bank_account(&app, &location).await["status"], "CANCELLED");
}

#[tokio::test]
async fn a_lost_answer_opens_no_second_account() {
    let (app, path) = writing("allow").await;
    app.bank.fault(json!({ "endpoint": "POST user/{user-id}/monetary-account-bank", "status": 502, "body": "<html>", "act": true })).await;

    let lost = app.post_once(&path, "key", &new_account()).await;
    let again = app.post_once(&path, "key", &new_account()).await;

    assert_eq!((lost.status, again.status), (201, 201), "{lost:?} {again:?}");
    assert_eq!(lost.json()["Response"][0]["Id"], again.json()["Response"][0]["Id"]);
    let named = |(_, account): &(String, Value)| account["description"] == "Holidays";
    let accounts = app.get(&path.replace("monetary-account", "accounts")).await;
    assert_eq!(elements(&accounts).iter().filter(|account| named(account)).count(), 1);
}

#[tokio::test]
async fn an_account_of_the_same_name_is_not_taken_for_one_that_was_never_opened() {
    let (app, path) = writing("allow").await;
    let first = app.post_once(&path, "first", &new_account()).await;
    app.advance(1).await;
    app.bank
        .fault(json!({ "endpoint": "POST user/{user-id}/monetary-account-bank", "status": 502, "body": "<html>" }))
        .await;

    app.post_once(&path, "second", &new_account()).await.problem(502, "outcome_unknown");
    app.advance(31).await;
    let second = app.post_once(&path, "second", &new_account()).await;

    assert_eq!((first.status, second.status), (201, 201), "{second:?}");
    assert_ne!(first.header("location"), second.header("location"));
}

#[tokio::test]
async fn a_deployment_changes_no_account_unless_its_operator_permits_it() {
    let (app, accounts) = connected("person").await;
    let path = accounts.replace("accounts", "monetary-account");

    app.post(&path, &json!("not read")).await.problem(403, "bank_writes_off");
    app.put(&format!("{path}/60101"), &json!("not read")).await.problem(403, "bank_writes_off");
    assert_eq!(app.bank.calls().await["calls"], json!([]), "the bank is not asked");
}

#[tokio::test]
async fn what_a_psd2_party_may_not_do_is_said_in_the_words_of_the_bank() {
    let (app, path) = writing("refuse").await;

    let opened = app.post(&path, &new_account()).await;
    let changed = app.put(&format!("{path}/60101"), &json!({ "description": "Mine" })).await;

    for refused in [opened, changed] {
        let problem = refused.problem(403, "insufficient_rights");
        assert!(problem["errors"][0]["detail"].as_str().unwrap().contains("own API key"), "{problem}");
    }
}

#[tokio::test]
async fn a_body_that_describes_no_account_is_refused_where_it_is_wrong() {
    let (app, path) = writing("allow").await;
    let body = json!({
        "currency": "eur", "description": "", "daily_limit": { "value": "-1" }, "display_name": "Mine"
    });

    let opened: Answer = app.post(&path, &body).await;
    let changed = app.put(&format!("{path}/60101"), &json!({ "status": "active", "reason": "WHY", "name": "x" })).await;

    assert_eq!(
        opened.places(),
        ["/currency", "/daily_limit/currency", "/daily_limit/value", "/description", "/display_name"]
    );
    assert_eq!(changed.places(), ["/name", "/reason", "/status"]);
}
