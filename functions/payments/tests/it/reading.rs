//! Reading payments: one page at a time, and all of them.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use testkit::{Answer, TestApp};

use crate::fixture::{ACCOUNT, connected, inquiry};

fn ids(body: &Value) -> Vec<u64> {
    body["Response"].as_array().unwrap().iter().map(|element| element["Payment"]["id"].as_u64().unwrap()).collect()
}

/// The path of a link of this relation.
fn link(answer: &Answer, relation: &str) -> Option<String> {
    let wanted = format!("rel=\"{relation}\"");
    let link = answer.header("link").split(", ").find(|link| link.ends_with(&wanted))?.to_owned();
    Some(link.split_once('<').unwrap().1.split_once('>').unwrap().0.to_owned())
}

async fn list(app: &TestApp, user_id: &str, query: &str) -> Answer {
    app.get(&format!("/user/{user_id}/payments/{ACCOUNT}{query}")).await
}

#[tokio::test]
async fn a_page_is_bunq_s_own_with_links_in_our_urls() {
    let (app, user_id) = connected().await;

    let first = list(&app, &user_id, "").await;
    let second = app.get(&link(&first, "next").unwrap()).await;
    let back = app.get(&link(&second, "prev").unwrap()).await;

    let (newest, older) = (ids(&first.json()), ids(&second.json()));
    assert_eq!((newest.len(), older.len()), (50, 50));
    assert!(newest.last() > older.first(), "newest first");
    assert_eq!(ids(&back.json()), newest);
    assert!(first.json()["Pagination"].is_object());
    assert_eq!(link(&first, "prev"), None);
    assert_eq!(link(&second, "latest"), Some(format!("{}user/{user_id}/payments/{ACCOUNT}?count=50", app.url)));
}

#[tokio::test]
async fn one_payment_is_found_by_its_id_and_a_missing_one_is_not() {
    let (app, user_id) = connected().await;
    let id = ids(&list(&app, &user_id, "?count=1").await.json())[0];
    let path = |id: u64| format!("/user/{user_id}/monetary-account/{ACCOUNT}/payment/{id}");

    assert_eq!(app.get(&path(id)).await.json()["Response"][0]["Payment"]["id"], id);
    app.get(&path(999_999_999)).await.problem(404, "bank_refused");
}

#[tokio::test]
async fn a_walk_over_a_thousand_payments_meets_each_once_newest_first_while_new_ones_arrive() {
    let (app, user_id) = connected().await;
    app.bank.pay("person", ACCOUNT, 1000).await;
    let mut seen: Vec<u64> = Vec::new();
    let mut next = Some(format!("/user/{user_id}/payments/{ACCOUNT}?count=200"));
    let before: BTreeSet<u64> = ids(&list(&app, &user_id, "?all=true").await.json()).into_iter().collect();

    while let Some(path) = next {
        let page = app.get(&path).await;
        seen.extend(ids(&page.json()));
        next = link(&page, "next");
        app.bank.pay("person", ACCOUNT, 3).await;
    }

    assert!(seen.len() >= 1000, "{}", seen.len());
    assert!(seen.windows(2).all(|pair| pair[0] > pair[1]), "newest first, each once");
    assert_eq!(seen.iter().copied().collect::<BTreeSet<_>>(), before);
}

#[tokio::test]
async fn everything_comes_in_one_array_made_of_pages_of_two_hundred() {
    let (app, user_id) = connected().await;
    app.bank.pay("person", ACCOUNT, 1000).await;
    app.bank.forget_calls().await;

    let answer = list(&app, &user_id, "?all=true").await;

    let all = ids(&answer.json());
    assert!(all.len() >= 1000 && all.windows(2).all(|pair| pair[0] > pair[1]));
    assert_eq!(link(&answer, "next"), None);
    let pages = all.len().div_ceil(200);
    let calls = app.bank.count("GET user/{user-id}/monetary-account/{monetary-account-id}/payment").await;
    assert!((pages..=pages + 1).contains(&usize::try_from(calls).unwrap()), "{calls} calls for {pages} pages");
}

#[tokio::test]
async fn a_walk_stops_at_its_date() {
    let (app, user_id) = connected().await;
    let whole = list(&app, &user_id, "?all=true").await.json();
    let created = |element: &Value| element["Payment"]["created"].as_str().unwrap().to_owned();
    let elements = whole["Response"].as_array().unwrap();
    let date = created(&elements[elements.len() / 2])[..10].to_owned();

    let answer = list(&app, &user_id, &format!("?all=true&since={date}")).await;

    let expected: Vec<_> = elements.iter().filter(|element| created(element)[..10] >= *date).cloned().collect();
    assert!(!expected.is_empty() && expected.len() < elements.len());
    assert_eq!(answer.json()["Response"], json!(expected));
    assert_eq!(link(&answer, "next"), None);
}

#[tokio::test]
async fn a_walk_that_grows_too_large_says_where_to_go_on_and_loses_nothing() {
    let (app, user_id) = connected().await;
    app.bank.pay("person", ACCOUNT, 5000).await;

    let mut seen = Vec::new();
    let mut next = Some(format!("/user/{user_id}/payments/{ACCOUNT}?all=true&since=2000-01-01"));
    let mut answers = 0;
    while let Some(path) = next {
        let answer = app.get(&path).await;
        assert!(answer.text.len() <= 5_000_000, "{}", answer.text.len());
        seen.extend(ids(&answer.json()));
        next = link(&answer, "next");
        answers += 1;
    }

    assert!(answers > 1, "it was not large enough");
    assert!(seen.len() >= 5000 && seen.windows(2).all(|pair| pair[0] > pair[1]));
}

#[tokio::test]
async fn a_rate_limit_on_the_way_is_waited_out() {
    let (app, user_id) = connected().await;
    let text = "Too many requests. You can do a maximum of 3 calls per 1 second to this endpoint.";
    app.bank
        .fault(json!({
            "endpoint": "GET user/{id}/monetary-account/{id}/payment", "nth": 2, "status": 429,
            "body": { "Error": [{ "error_description": text }] },
        }))
        .await;

    let answer = list(&app, &user_id, "?all=true").await;

    assert_eq!(answer.status, 200);
    assert!(ids(&answer.json()).len() > 200);
}

#[tokio::test]
async fn a_rate_limit_too_long_to_wait_for_gives_what_there_is_and_where_to_go_on() {
    let (app, user_id) = connected().await;
    let text = "Too many requests. You can do a maximum of 3 calls per 3000 second to this endpoint.";
    app.bank
        .fault(json!({
            "endpoint": "GET user/{id}/monetary-account/{id}/payment", "nth": 2, "status": 429,
            "body": { "Error": [{ "error_description": text }] },
        }))
        .await;

    let first = list(&app, &user_id, "?all=true").await;
    let rest = app.get(&link(&first, "next").unwrap()).await;

    assert_eq!(ids(&first.json()).len(), 200);
    let all = [ids(&first.json()), ids(&rest.json())].concat();
    assert_eq!(all, ids(&list(&app, &user_id, "?all=true").await.json()));
}

#[tokio::test]
async fn a_failure_on_the_way_gives_what_there_is_and_where_to_go_on() {
    let (app, user_id) = connected().await;
    let all = ids(&list(&app, &user_id, "?all=true").await.json());
    let failures = [
        json!({ "status": 500, "body": "" }),
        json!({ "status": 503, "body": "" }),
        json!({ "status": 491, "body": "" }),
        json!({ "status": 404, "body": "<html>A proxy</html>" }),
        json!({ "signature": "wrong" }),
        json!({ "status": 200, "body": "{}" }),
        json!({ "drop": "before" }),
    ];
    for mut fault in failures {
        fault["endpoint"] = json!("GET user/{id}/monetary-account/{id}/payment");
        fault["nth"] = json!(2);
        fault["times"] = json!(4);
        app.bank.fault(fault.clone()).await;

        let first = list(&app, &user_id, "?all=true").await;
        app.bank.clear_faults().await;
        assert_eq!((first.status, ids(&first.json()).len()), (200, 200), "{fault}");
        let rest = app.get(&link(&first, "next").unwrap()).await;

        assert_eq!([ids(&first.json()), ids(&rest.json())].concat(), all, "{fault}");
    }
}

#[tokio::test]
async fn a_refusal_on_the_way_is_answered() {
    let (app, user_id) = connected().await;
    app.bank
        .fault(json!({
            "endpoint": "GET user/{id}/monetary-account/{id}/payment", "nth": 2, "status": 404,
            "body": { "Error": [{ "error_description": "Monetary account for id \"1\" not found." }] },
        }))
        .await;

    list(&app, &user_id, "?all=true").await.problem(404, "account_not_granted");
}

/// A page of the bank, as the bank would sign it.
fn page(ids: &[u64], older: Option<u64>) -> Value {
    let payment = |id: &u64| json!({ "Payment": { "id": id, "created": "2026-01-01 00:00:00.000000" } });
    let path = format!("/v1/user/1/monetary-account/{ACCOUNT}/payment");
    json!({
        "Response": ids.iter().map(payment).collect::<Vec<_>>(),
        "Pagination": {
            "future_url": null,
            "newer_url": null,
            "older_url": older.map(|id| format!("{path}?count=200&older_id={id}")),
        },
    })
}

#[tokio::test]
async fn a_walk_ends_whatever_the_bank_says_of_the_next_page() {
    let (app, user_id) = connected().await;
    let endpoint = "GET user/{id}/monetary-account/{id}/payment";
    // For each call: the bank's answer, what a walk reads of it, and where the answer says to continue.
    let cases: [(Vec<Value>, &[u64], Option<u64>); 8] = [
        (vec![page(&[9, 8, 7], Some(7)), page(&[6, 5], None)], &[9, 8, 7, 6, 5], None),
        (vec![page(&[9, 8, 7], Some(9))], &[9, 8, 7], Some(7)),
        (vec![page(&[9, 8, 7], Some(8))], &[9, 8, 7], Some(7)),
        (vec![page(&[9, 8, 7], Some(u64::MAX))], &[9, 8, 7], Some(7)),
        (vec![page(&[9, 8, 7], Some(7)), page(&[9, 8, 7], Some(7))], &[9, 8, 7], Some(7)),
        (vec![page(&[9, 8, 7], Some(7)), page(&[7, 6], Some(6))], &[9, 8, 7], Some(7)),
        (vec![page(&[9, 8, 7], Some(7)), page(&[6, 5], Some(6))], &[9, 8, 7, 6, 5], Some(5)),
        (vec![page(&[9, 8, 7], Some(7)), page(&[], Some(6))], &[9, 8, 7], Some(7)),
    ];
    for (pages, read, next) in cases {
        app.bank.forget_calls().await;
        for (at, page) in pages.iter().enumerate() {
            let fault = json!({ "endpoint": endpoint, "nth": at + 1, "status": 200, "body": page });
            app.bank.fault(fault).await;
        }

        let answer = list(&app, &user_id, "?all=true").await;

        assert_eq!(answer.status, 200, "{pages:?}: {answer:?}");
        assert_eq!(ids(&answer.json()), read, "{pages:?}");
        let url = format!("{}user/{user_id}/payments/{ACCOUNT}?all=true&older_id=", app.url);
        assert_eq!(link(&answer, "next"), next.map(|id| format!("{url}{id}")), "{pages:?}");
        app.bank.clear_faults().await;
    }
}

#[tokio::test]
async fn a_walk_that_can_read_nothing_says_so() {
    let (app, user_id) = connected().await;
    for page in [page(&[9, 8, 7], Some(7)), page(&[7], None), page(&[], Some(6))] {
        app.bank
            .fault(json!({
                "endpoint": "GET user/{id}/monetary-account/{id}/payment", "status": 200, "body": page,
            }))
            .await;

        let answer = list(&app, &user_id, "?all=true&older_id=7").await;

        assert_eq!(answer.problem(502, "bank_unavailable")["action"], "contact_bunq", "{page}");
        app.bank.clear_faults().await;
    }
}

#[tokio::test]
async fn a_query_that_cannot_be_is_refused_by_name() {
    let (app, user_id) = connected().await;
    for (query, name) in [
        ("?count=0", "count"),
        ("?count=201", "count"),
        ("?count=many", "count"),
        ("?count=1&count=2", "count"),
        ("?older_id=x", "older_id"),
        ("?older_id=%2B1", "older_id"),
        ("?older_id=9223372036854775808", "older_id"),
        ("?newer_id=18446744073709551615", "newer_id"),
        ("?older_id=1&newer_id=2", "newer_id"),
        ("?older=5", "older"),
        ("?since=2026-01-01", "since"),
        ("?all=true&since=01-01-2026", "since"),
        ("?all=perhaps", "all"),
    ] {
        let problem = list(&app, &user_id, query).await.problem(422, "invalid_request");
        assert_eq!(problem["errors"][0]["parameter"], name, "{query}");
    }
    app.get(&format!("/user/{user_id}/payments/zero")).await.problem(422, "invalid_request");
    assert_eq!(app.bank.total().await, 0);
}

#[tokio::test]
async fn an_account_that_was_not_granted_is_not_found() {
    let (app, user_id) = connected().await;

    app.get(&format!("/user/{user_id}/payments/60201")).await.problem(404, "account_not_granted");
}

#[tokio::test]
async fn money_that_was_asked_of_the_sandbox_s_uncle_arrives_among_the_payments() {
    let (app, user_id) = connected().await;

    let asked = app.post(&format!("/user/{user_id}/request-inquiry"), &inquiry("rent")).await;

    assert_eq!(asked.status, 201, "{asked:?}");
    let inquiry = app.get(asked.header("location")).await.json();
    assert_eq!(inquiry["Response"][0]["RequestInquiry"]["status"], "ACCEPTED");
    let newest = list(&app, &user_id, "?count=1").await.json();
    assert_eq!(newest["Response"][0]["Payment"]["amount"]["value"], "20.00");
    let path = format!("/user/{user_id}/monetary-account/{ACCOUNT}/request-inquiry?count=5");
    assert_eq!(app.get(&path).await.json()["Response"].as_array().unwrap().len(), 1);
}
