//! Transactions in one shape, over HTTP.

use serde_json::{Value, json};
use testkit::{Answer, TestApp};

use crate::fixture::{ACCOUNT, connected, get_as, next_path, transactions_path};

const LIST: &str = "GET user/{user-id}/monetary-account/{monetary-account-id}/payment";

async fn list(app: &TestApp, user_id: &str, query: &str) -> Answer {
    app.get(&path(user_id, query)).await
}

fn path(user_id: &str, rest: &str) -> String {
    transactions_path(user_id, ACCOUNT, rest)
}

fn transactions(answer: &Answer) -> Vec<Value> {
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()["transactions"].as_array().unwrap().clone()
}

/// Every page of a list, by its links.
async fn all(app: &TestApp, user_id: &str, query: &str) -> Vec<Value> {
    let (mut seen, mut next) = (Vec::new(), Some(path(user_id, query)));
    while let Some(path) = next {
        let page = app.get(&path).await;
        seen.extend(transactions(&page));
        next = next_path(&page);
        assert_eq!(page.json()["next_cursor"].is_null(), next.is_none());
    }
    seen
}

#[tokio::test]
async fn a_page_has_the_newest_payments_of_the_bank_in_one_shape() {
    let (app, user_id) = connected().await;
    let payments = app.get(&format!("/user/{user_id}/payments/{ACCOUNT}")).await.json();

    let first = transactions(&list(&app, &user_id, "").await);

    assert_eq!(first.len(), 50);
    for (transaction, payment) in first.iter().zip(payments["Response"].as_array().unwrap()) {
        let payment = &payment["Payment"];
        assert_eq!(transaction["id"], format!("{ACCOUNT}.{}", payment["id"]));
        assert_eq!(transaction["account_id"], ACCOUNT);
        assert_eq!(transaction["amount"], payment["amount"]);
        assert_eq!(transaction["counterparty"]["name"], payment["counterparty_alias"]["display_name"]);
        let description = payment["description"].as_str().filter(|text| !text.is_empty());
        assert_eq!(transaction["remittance"].as_str(), description);
        assert_eq!(transaction["balance_after"], payment["balance_after_mutation"]);
        assert_eq!(transaction.get("raw"), None);
    }
}

#[tokio::test]
async fn the_pages_have_every_payment_once_while_new_ones_arrive() {
    let (app, user_id) = connected().await;
    let before = all(&app, &user_id, "?count=200").await;
    let (mut seen, mut next) = (Vec::new(), Some(path(&user_id, "?count=33")));

    while let Some(path) = next {
        app.bank.pay("person", ACCOUNT, 2).await;
        let page = app.get(&path).await;
        seen.extend(transactions(&page));
        next = next_path(&page);
    }

    assert_eq!(before.len(), 320);
    assert_eq!(seen[2..], before);
}

#[tokio::test]
async fn bunq_s_own_object_comes_along_if_requested() {
    let (app, user_id) = connected().await;
    let payment = app.get(&format!("/user/{user_id}/payments/{ACCOUNT}?count=1")).await.json();

    let page = list(&app, &user_id, "?count=1&raw=true").await;
    let id = transactions(&page)[0]["id"].as_str().unwrap().to_owned();
    let one = list(&app, &user_id, &format!("/{id}?raw=true")).await.json();
    let sync = list(&app, &user_id, "/sync?raw=true&count=1").await.json();

    let raw = &payment["Response"][0]["Payment"];
    assert_eq!((&transactions(&page)[0]["raw"], &one["raw"], &sync["added"][0]["raw"]), (raw, raw, raw));
    assert!(next_path(&page).unwrap().contains("raw=true"));
}

#[tokio::test]
async fn one_transaction_is_found_by_its_id_in_its_account() {
    let (app, user_id) = connected().await;
    let first = transactions(&list(&app, &user_id, "?count=1").await).remove(0);
    let id = first["id"].as_str().unwrap();

    assert_eq!(list(&app, &user_id, &format!("/{id}")).await.json(), first);
    list(&app, &user_id, &format!("/{ACCOUNT}.999999999")).await.problem(404, "transaction_not_found");
    let payment = id.split_once('.').unwrap().1;
    let other = json!({ "Response": [{ "Payment": { "id": 7 } }] });
    app.bank.fault(json!({ "endpoint": format!("{LIST}/{{payment-id}}"), "status": 200, "body": other })).await;
    list(&app, &user_id, &format!("/{id}")).await.problem(502, "bank_unavailable");
    list(&app, &user_id, &format!("/60102.{payment}")).await.problem(404, "transaction_not_found");
    for other in [
        payment.to_owned(),
        format!("{ACCOUNT}.{}", "9".repeat(19)),
        format!("{ACCOUNT}.0{payment}"),
        format!("{id}.1"),
    ] {
        assert_eq!(list(&app, &user_id, &format!("/{other}")).await.places(), ["transaction_id"], "{other}");
    }
}

#[tokio::test]
async fn a_period_has_exactly_the_transactions_of_its_days_in_amsterdam() {
    let (app, user_id) = connected().await;
    let whole = all(&app, &user_id, "?count=200").await;
    let date = |transaction: &Value| transaction["booking_date"].as_str().unwrap().to_owned();
    let (from, to) = (date(&whole[250]), date(&whole[120]));
    let expected: Vec<_> =
        whole.iter().filter(|one| (from.clone()..=to.clone()).contains(&date(one))).cloned().collect();
    assert!(expected.len() > 100);

    let (from_moment, to_moment) =
        (whole[250]["booked_at"].as_str().unwrap(), whole[120]["booked_at"].as_str().unwrap());
    for count in [1, 50, 200] {
        assert_eq!(all(&app, &user_id, &format!("?from={from}&to={to}&count={count}")).await, expected);
    }
    assert_eq!(all(&app, &user_id, &format!("?from={from_moment}&to={to_moment}")).await, whole[121..=250]);
    assert_eq!(all(&app, &user_id, "?to=2001-01-01").await, [] as [Value; 0]);
    assert_eq!(all(&app, &user_id, "?from=2100-01-01").await, [] as [Value; 0]);
    assert_eq!(all(&app, &user_id, "?to=9999-12-31&count=200").await, whole);
    let refused = list(&app, &user_id, &format!("?from={to}&to=2026-02-30&count=0&raw=yes&since=2026-01-01")).await;
    assert_eq!(refused.places(), ["since"]);
    let refused = list(&app, &user_id, &format!("?from={to}&to={from}&count=0&raw=yes")).await;
    assert_eq!(refused.places(), ["count", "raw", "to"]);
}

#[tokio::test]
async fn a_period_far_down_costs_at_most_ten_pages_for_one_answer() {
    let (app, user_id) = connected().await;
    app.bank.pay("person", ACCOUNT, 3000).await;
    app.bank.forget_calls().await;

    let empty = list(&app, &user_id, "?to=2026-03-31").await;

    assert_eq!(transactions(&empty), [] as [Value; 0]);
    assert_eq!(app.bank.count(LIST).await, 10);
    let rest = all(&app, &user_id, "?to=2026-03-31").await;
    assert_eq!(rest.len(), 320);
    let next = next_path(&empty).unwrap();
    assert_eq!(transactions(&app.get(&next).await), rest[..50]);
}

#[tokio::test]
async fn a_bank_that_fails_half_way_loses_nothing() {
    let (app, user_id) = connected().await;
    let whole = all(&app, &user_id, "?count=200").await;

    for fault in [json!({ "status": 503 }), json!({ "drop": "before" })] {
        let mut fault = fault;
        (fault["endpoint"], fault["nth"], fault["times"]) = (json!(LIST), json!(2), json!(6));
        app.bank.fault(fault.clone()).await;
        let first = get_as(&app, &path(&user_id, "?to=2026-03-31"), "text/csv").await;
        app.bank.clear_faults().await;
        let rows = first.text.lines().count() - 1;
        assert!((1..320).contains(&rows), "{fault} {rows}");
        let next = get_as(&app, &next_path(&first).unwrap(), "text/csv").await;
        assert_eq!(rows + next.text.lines().count() - 1, 320, "{fault}");
    }
    assert_eq!(all(&app, &user_id, "?to=2026-03-31&count=200").await, whole);
}

#[tokio::test]
async fn the_amounts_of_every_account_add_up_to_its_balance() {
    let app = TestApp::start().await;
    let cents = |money: &Value| money["value"].as_str().unwrap().replace('.', "").parse::<i64>().unwrap();
    let mut count = 0;
    for customer in ["person", "company", "empty", "strange"] {
        let user_id = app.connect(customer).await;
        let accounts = app.get(&format!("/user/{user_id}/accounts?format=normalised")).await.json();
        for account in accounts["accounts"].as_array().unwrap() {
            if account["has_transactions"] == false {
                continue;
            }
            let (mut sum, mut next) = (0, Some(transactions_path(&user_id, account["id"].as_u64().unwrap(), "")));
            while let Some(path) = next {
                let page = app.get(&path).await;
                let amounts = transactions(&page).iter().map(|one| cents(&one["amount"])).collect::<Vec<_>>();
                (sum, count, next) = (sum + amounts.iter().sum::<i64>(), count + amounts.len(), next_path(&page));
            }
            let balance = Some(&account["balance"]).filter(|balance| !balance.is_null());
            assert_eq!(sum, balance.map_or(0, cents), "{account}");
        }
    }
    assert_eq!(count, 758);
}

#[tokio::test]
async fn unknown_types_and_nulls_are_transactions_too() {
    let (app, user_id) = connected().await;
    let odd = [
        json!({ "Payment": { "id": 9, "type": "TELEPORT", "sub_type": "BEAM", "amount": null, "alias": 7 } }),
        json!({ "PaymentOfTomorrow": { "id": 8, "created": "yesterday", "counterparty_alias": [] } }),
        json!({ "Payment": { "id": "seven" } }),
        json!({}),
    ];
    let body = json!({ "Response": odd, "Pagination": { "older_url": null, "newer_url": null, "future_url": null } });
    app.bank.fault(json!({ "endpoint": LIST, "times": 4, "status": 200, "body": body })).await;

    let listed = transactions(&list(&app, &user_id, "").await);
    let sync = list(&app, &user_id, "/sync").await.json();

    assert_eq!(listed.len(), 2);
    assert_eq!((&listed[0]["type"], &listed[0]["bank_type"]), (&json!("other"), &json!("TELEPORT")));
    assert_eq!((&listed[1]["id"], &listed[1]["booked_at"]), (&json!(format!("{ACCOUNT}.8")), &Value::Null));
    assert_eq!(sync["added"], json!(listed));
    for format in ["text/csv", "application/xml"] {
        assert_eq!(get_as(&app, &path(&user_id, ""), format).await.status, 200, "{format}");
    }
}

#[tokio::test]
async fn an_older_payment_with_a_higher_id_does_not_end_a_small_page() {
    let (app, user_id) = connected().await;
    let payment = |id: u64, created: &str| json!({ "Payment": { "id": id, "created": format!("{created} 10:00:00") } });
    let page = json!([payment(30, "2026-03-10"), payment(29, "2026-02-10"), payment(28, "2026-03-09")]);
    let body = json!({ "Response": page, "Pagination": { "older_url": null } });
    app.bank.fault(json!({ "endpoint": LIST, "times": 1, "status": 200, "body": body })).await;
    let rest = json!({ "Response": page.as_array().unwrap()[2..].to_vec(), "Pagination": { "older_url": null } });
    app.bank.fault(json!({ "endpoint": LIST, "nth": 2, "status": 200, "body": rest })).await;

    let ids: Vec<_> =
        all(&app, &user_id, "?from=2026-03-01&count=1").await.iter().map(|one| one["id"].clone()).collect();

    assert_eq!(ids, [json!("60101.30"), json!("60101.28")]);
}

#[tokio::test]
async fn a_transaction_that_is_too_large_is_said_and_what_precedes_it_is_not_lost() {
    let (app, user_id) = connected().await;
    let money = json!({ "value": "1.00", "currency": "EUR" });
    let payment = |id: u64, text: String| {
        let payment = json!({ "id": id, "description": text, "amount": money, "balance_after_mutation": money });
        json!({ "Payment": payment })
    };
    for (text, count, formats) in [
        ("x", 6_000_000, &["application/json", "text/csv", "application/xml"][..]),
        ("\"", 2_100_000, &["application/json", "text/csv"]),
    ] {
        for accept in formats {
            let body = |page: Value| json!({ "Response": page, "Pagination": { "older_url": null } });
            let large = payment(29, text.repeat(count));
            let both = body(json!([payment(30, "small".to_owned()), large]));
            app.bank.clear_faults().await;
            app.bank.fault(json!({ "endpoint": LIST, "status": 200, "body": both })).await;
            app.bank.fault(json!({ "endpoint": LIST, "nth": 2, "status": 200, "body": body(json!([large])) })).await;

            let first = get_as(&app, &path(&user_id, "?to=2100-01-01"), accept).await;
            assert_eq!(first.status, 200, "{accept}");
            let next = next_path(&first).unwrap_or_else(|| panic!("{accept}: {} bytes", first.text.len()));
            let second = get_as(&app, &next, accept).await;

            assert!(first.text.contains("small"), "{accept}");
            second.problem(422, "answer_too_large");
        }
    }
}

#[tokio::test]
async fn an_answer_is_at_most_what_lambda_passes_on() {
    let (app, user_id) = connected().await;
    let quotes = |id: u64| json!({ "Payment": { "id": id, "description": "\"".repeat(9_000) } });
    let page = |from: u64, older: Value| {
        let elements: Vec<_> = (from..from + 200).rev().map(quotes).collect();
        json!({ "Response": elements, "Pagination": { "older_url": older } })
    };
    for accept in ["application/json", "text/csv"] {
        app.bank.clear_faults().await;
        app.bank.fault(json!({ "endpoint": LIST, "status": 200, "body": page(1_000, Value::Null) })).await;
        let answer = get_as(&app, &path(&user_id, "?to=2100-01-01&count=200"), accept).await;
        assert_eq!(answer.status, 200, "{accept}");
        assert!(json!(answer.text).to_string().len() <= 6_000_000, "{accept}");
        assert!(next_path(&answer).is_some(), "{accept}: it was not large enough");
    }
}

#[tokio::test]
async fn an_answer_without_links_is_not_taken_for_everything() {
    let (app, user_id) = connected().await;
    let payments = json!([{ "Payment": { "id": 30 } }]);
    for pagination in [json!(null), json!({ "older_url": "/v1/user/1/monetary-account/1/payment" })] {
        let body = json!({ "Response": payments, "Pagination": pagination });
        app.bank.clear_faults().await;
        app.bank.fault(json!({ "endpoint": LIST, "times": 100, "status": 200, "body": body })).await;

        for accept in ["application/json", "text/csv", "application/xml"] {
            get_as(&app, &path(&user_id, ""), accept).await.problem(502, "bank_unavailable");
        }
        app.get(&format!("/user/{user_id}/payments/{ACCOUNT}?all=true")).await.problem(502, "bank_unavailable");
    }
}
