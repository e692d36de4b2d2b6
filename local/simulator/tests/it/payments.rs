use std::collections::BTreeSet;

use bunq_simulator::{Permission, Settings};
use serde_json::{Value, json};

use crate::client::{bank, key};
use crate::desk::{Desk, MAIN, MAIN_BALANCE, elsewhere, entry, euros, with};

/// All payments of an account, newest first. It follows `older_url`.
async fn walk(desk: &Desk, account: u64, count: usize) -> Vec<Value> {
    let mut all = Vec::new();
    let mut next = Some(desk.path(&format!("{account}/payment?count={count}")));
    while let Some(path) = next {
        let page = desk.bank().get(&path).token(&desk.customer.session).send().await.ok().json();
        all.extend(page["Response"].as_array().unwrap().iter().map(|element| element["Payment"].clone()));
        next = page["Pagination"]["older_url"].as_str().map(str::to_owned);
    }
    all
}

fn cents(amount: &Value) -> i64 {
    amount["value"].as_str().unwrap().replace('.', "").parse().unwrap()
}

fn names(payments: &[Value], field: &str) -> BTreeSet<String> {
    payments.iter().map(|payment| payment[field].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_first_page_holds_the_ten_newest_payments() {
    let desk = Desk::new().await;

    let reply = desk.get("60101/payment").await.ok().json();

    let ids: Vec<u64> = reply["Response"]
        .as_array()
        .unwrap()
        .iter()
        .map(|element| element["Payment"]["id"].as_u64().unwrap())
        .collect();
    assert_eq!(ids, (110_311..=110_320).rev().collect::<Vec<_>>());
    let pages = &reply["Pagination"];
    assert_eq!(pages["older_url"], format!("{}?older_id=110311", desk.path("60101/payment")));
    assert_eq!(pages["future_url"], format!("{}?newer_id=110320", desk.path("60101/payment")));
    assert!(pages["newer_url"].is_null());
}

#[tokio::test]
async fn two_years_of_payments_add_up_to_the_balance() {
    let desk = Desk::new().await;

    let payments = walk(&desk, MAIN, 200).await;

    assert_eq!(payments.len(), 320);
    assert_eq!(payments[0]["balance_after_mutation"], euros(MAIN_BALANCE));
    assert_eq!(desk.balance(MAIN).await, MAIN_BALANCE);
    for pair in payments.windows(2) {
        let (newer, older) = (&pair[0], &pair[1]);
        let before = cents(&newer["balance_after_mutation"]) - cents(&newer["amount"]);
        assert_eq!(before, cents(&older["balance_after_mutation"]), "{newer}");
        assert!(newer["created"].as_str() > older["created"].as_str());
    }
    assert!(payments[0]["created"].as_str().unwrap().starts_with("2026-03-31 "));
    assert!(payments[319]["created"].as_str().unwrap().starts_with("2024-04-0"));
}

#[tokio::test]
async fn payments_are_of_every_type() {
    let desk = Desk::new().await;

    let payments = walk(&desk, MAIN, 200).await;

    let kinds = ["BUNQ", "EBA_SCT", "EBA_SDD", "FIS", "IDEAL", "SWIFT"].map(str::to_owned);
    assert_eq!(names(&payments, "type"), BTreeSet::from(kinds));
    let sub_kinds = ["BILLING", "NLO", "PAYMENT", "REQUEST", "REVERSAL", "SCT", "SDD", "WITHDRAWAL"].map(str::to_owned);
    assert_eq!(names(&payments, "sub_type"), BTreeSet::from(sub_kinds));
    let hidden = |payment: &&Value| payment["counterparty_alias"]["iban"].is_null();
    assert!(payments.iter().filter(hidden).all(|payment| payment["type"] == "IDEAL" || payment["type"] == "FIS"));
    assert!(payments.iter().filter(|payment| payment["type"] == "IDEAL").all(|payment| hidden(&payment)));
    assert!(payments.iter().any(|payment| payment["description"] == ""));
}

#[tokio::test]
async fn payments_are_the_same_on_every_start() {
    let (one, other) = (Desk::new().await, Desk::new().await);

    assert_eq!(one.list("60101/payment").await, other.list("60101/payment").await);
    assert_eq!(one.fields("60101/payment/110007").await, other.fields("60101/payment/110007").await);
}

#[tokio::test]
async fn one_payment_has_the_fields_that_were_recorded() {
    let desk = Desk::new().await;

    let payment = desk.fields("60101/payment/110320").await;

    assert_eq!((&payment["id"], &payment["monetary_account_id"]), (&json!(110_320), &json!(MAIN)));
    assert_eq!(payment["alias"]["display_name"], "Sanne de Vries");
    for field in ["merchant_reference", "batch_id", "scheduled_id", "geolocation", "payment_fee", "attachment"] {
        assert!(payment.get(field).is_some(), "{field}");
    }
    desk.get("60101/payment/1").await.refused(404, "Payment for id \"1\" not found.");
    desk.get("60102/payment/110320").await.refused(404, "Payment for id \"110320\" not found.");
    desk.get("60201/payment").await.refused(404, "Monetary account for id \"60201\" not found.");
    assert_eq!(desk.list("60106/payment").await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_payment_needs_a_signature_and_is_not_a_providers_to_make() {
    let desk = Desk::new().await;

    desk.post("60101/payment", entry("1.00"))
        .await
        .refused(466, "For this operation a request signature is required. Check the urls for more information.");
    let signed = desk.call("POST", "60101/payment").json(entry("1.00")).signed(key(0)).send().await;

    signed.refused_by_simulator(403, "draft payment");
    assert!(desk.objects("payments").await.is_empty());
}

#[tokio::test]
async fn a_payment_that_is_allowed_leaves_one_account_and_reaches_the_other() {
    let desk = Desk::with(Settings { direct_payments: Permission::Allow, ..Settings::default() }).await;
    let pay = async |to: Value| {
        let body = with(entry("10.50"), "counterparty_alias", to);
        desk.call("POST", "60101/payment").json(body).signed(key(0)).send().await.ok().id()
    };
    let iban = desk.fields("60102").await["alias"][0]["value"].clone();

    let inside = pay(json!({"type": "IBAN", "value": iban, "name": "Another Name"})).await;
    let outside = pay(elsewhere()).await;

    let inside = desk.fields(&format!("60101/payment/{inside}")).await;
    let outside = desk.fields(&format!("60101/payment/{outside}")).await;
    let received = desk.list("60102/payment?count=1").await.remove(0);
    assert_eq!((&inside["type"], &inside["amount"]), (&json!("BUNQ"), &euros("-10.50")));
    assert_eq!(inside["counterparty_alias"]["display_name"], "Sanne de Vries");
    assert_eq!((&received["amount"], &received["merchant_reference"]), (&euros("10.50"), &json!("ref-7")));
    assert_eq!((&outside["type"], &outside["sub_type"]), (&json!("EBA_SCT"), &json!("SCT")));
    assert_eq!(outside["balance_after_mutation"], euros("1822.27"));
    assert_eq!((desk.balance(MAIN).await, desk.balance(60_102).await), ("1822.27".to_owned(), "972.00".to_owned()));
}

#[tokio::test]
async fn a_payment_over_the_balance_is_refused() {
    let desk = Desk::with(Settings { direct_payments: Permission::Allow, ..Settings::default() }).await;

    let reply = desk.call("POST", "60101/payment").json(entry("1843.28")).signed(key(0)).send().await;

    reply.refused_by_simulator(400, "too little");
    assert_eq!(desk.balance(MAIN).await, MAIN_BALANCE);
}

#[tokio::test]
async fn payments_arrive_when_a_switch_says_so() {
    let desk = Desk::new().await;

    let reply = desk.bank().switch("payments", json!({"customer": "person", "count": 1_000})).await.json();

    let payments = walk(&desk, MAIN, 200).await;
    assert_eq!((&reply["account"], &reply["count"]), (&json!(MAIN), &json!(1_000)));
    assert_eq!((payments.len(), &payments[0]["id"]), (1_320, &reply["last_id"]));
    assert_eq!(payments[999]["id"], reply["first_id"]);
    let arrived: i64 = payments[..1_000].iter().map(|payment| cents(&payment["amount"])).sum();
    assert_eq!(cents(&payments[0]["balance_after_mutation"]), 184_327 + arrived);
    assert_eq!(desk.balance(MAIN).await, payments[0]["balance_after_mutation"]["value"]);
    assert_eq!(desk.fields(&format!("60101/payment/{}", reply["first_id"])).await, payments[999]);
}

#[tokio::test]
async fn a_walk_goes_on_undisturbed_while_payments_arrive() {
    let desk = Desk::new().await;
    let first = desk.get("60101/payment?count=5").await.ok().json();
    desk.bank().switch("payments", json!({"customer": "person", "account": MAIN, "count": 3})).await;
    let follow = async |name: &str| {
        let path = first["Pagination"][name].as_str().unwrap();
        let page = desk.bank().get(path).token(&desk.customer.session).send().await.ok().json();
        let ids = page["Response"].as_array().unwrap().iter().map(|element| element["Payment"]["id"].as_u64().unwrap());
        ids.collect::<Vec<_>>()
    };

    assert_eq!(follow("older_url").await, [110_315, 110_314, 110_313, 110_312, 110_311]);
    assert_eq!(follow("future_url").await.len(), 3);
}

#[tokio::test]
async fn payments_arrive_only_where_money_can_go() {
    let bank = bank().await;
    let arrive = async |body: Value| bank.post("/_simulator/payments", body).send().await.status;

    assert_eq!(arrive(json!({"customer": "nobody"})).await, 404);
    assert_eq!(arrive(json!({"customer": "empty"})).await, 404);
    assert_eq!(arrive(json!({"customer": "person", "account": 60_106})).await, 404);
    assert_eq!(arrive(json!({"customer": "person", "account": 60_201})).await, 404);
    assert_eq!(arrive(json!({"customer": "person", "count": 0})).await, 400);
    assert_eq!(arrive(json!({"customer": "person", "amount": 1})).await, 400);
}

#[tokio::test]
async fn a_customer_may_have_strange_payments() {
    let desk = Desk::new().await;
    let strange = desk.app.connect("strange").await;
    let path = format!("/v1/user/{}/monetary-account/60401/payment?count=200", strange.id);

    let list = desk.bank().get(&path).token(&strange.session).send().await.ok();

    assert_eq!(list.json()["Response"].as_array().unwrap().len(), 25);
    assert!(list.text.contains("\"INTEREST\"") && list.text.contains("DROP TABLE"));
}
