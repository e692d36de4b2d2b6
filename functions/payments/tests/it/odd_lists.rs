//! Lists with unusual elements, and lists that are too large: everything else is still answered.

use serde_json::{Value, json};
use testkit::{Answer, TestApp};

use crate::fixture::{ACCOUNT, connected};

const LIST: &str = "GET user/{user-id}/monetary-account/{monetary-account-id}/payment";

fn payment(id: u64, created: Value) -> Value {
    json!({ "Payment": { "id": id, "created": created } })
}

async fn answer_pages(app: &TestApp, pages: &[Vec<Value>]) {
    app.bank.clear_faults().await;
    for (at, elements) in pages.iter().enumerate() {
        let last = elements.iter().filter_map(|element| element["Payment"]["id"].as_u64()).min();
        let older = last.filter(|_| at + 1 < pages.len());
        let older = older.map(|id| format!("/v1/user/1/monetary-account/1/payment?older_id={id}"));
        let body = json!({ "Response": elements, "Pagination": { "older_url": older, "newer_url": null, "future_url": null } });
        app.bank.fault(json!({ "endpoint": LIST, "nth": at + 1, "status": 200, "body": body })).await;
    }
}

async fn walk(app: &TestApp, user_id: &str, query: &str) -> Answer {
    app.get(&format!("/user/{user_id}/payments/{ACCOUNT}?all=true{query}")).await
}

#[tokio::test]
async fn an_odd_element_is_passed_on_with_the_others() {
    let (app, user_id) = connected().await;
    let odd = [
        payment(8, json!(null)),
        payment(8, json!("0000-00-00 00:00:00.000000")),
        payment(8, json!(17)),
        json!({ "Payment": { "id": "eight" } }),
        json!({ "BunqMeTab": { "id": 8, "created": "2026-03-01 10:00:00.000000" } }),
        json!({}),
        json!({ "Payment": null }),
    ];
    for odd in odd {
        for query in ["", "&since=2026-01-01"] {
            let elements = vec![payment(9, json!("2026-03-02 10:00:00.000000")), odd.clone()];
            answer_pages(&app, std::slice::from_ref(&elements)).await;

            let answer = walk(&app, &user_id, query).await;

            assert_eq!(answer.status, 200, "{odd}: {answer:?}");
            assert_eq!(answer.json()["Response"], json!(elements), "{odd} {query}");
        }
    }
}

#[tokio::test]
async fn a_payment_with_a_higher_id_that_is_older_does_not_end_the_walk() {
    let (app, user_id) = connected().await;
    let (old, new) = (json!("2025-12-31 10:00:00.000000"), json!("2026-03-01 10:00:00.000000"));
    let pages = [
        vec![payment(9, old.clone()), payment(8, new.clone())],
        vec![payment(7, new), payment(6, old.clone())],
        vec![payment(5, old.clone()), payment(4, old.clone())],
        vec![payment(3, old)],
    ];
    answer_pages(&app, &pages).await;
    app.bank.forget_calls().await;

    let answer = walk(&app, &user_id, "&since=2026-01-01").await.json();

    let ids: Vec<_> = answer["Response"].as_array().unwrap().iter().map(|one| &one["Payment"]["id"]).collect();
    assert_eq!(ids, [8, 7]);
    assert_eq!(app.bank.count(LIST).await, 3, "a page of older ones alone is the last");
}

#[tokio::test]
async fn since_is_a_moment_where_it_says_one() {
    let (app, user_id) = connected().await;
    let before = payment(7, json!("2026-02-28 22:59:59.999999"));
    let after = payment(8, json!("2026-02-28 23:00:00.000000"));
    for since in ["2026-03-01T00:00:00%2B01:00", "2026-02-28T23:00:00Z", "2026-02-28%2023:00"] {
        answer_pages(&app, &[vec![after.clone(), before.clone()]]).await;

        let answer = walk(&app, &user_id, &format!("&since={since}")).await;

        assert_eq!(answer.json()["Response"], json!([after]), "{since}: {answer:?}");
    }
    for since in
        ["2026-03-01T00:00:00%2B01:00[Europe/Amsterdam]", "2026-03-01%2B01:00", "2026-03-01T", "20260301", "2026-3-1"]
    {
        let problem = walk(&app, &user_id, &format!("&since={since}")).await;
        assert_eq!(problem.problem(422, "invalid_request")["errors"][0]["parameter"], "since", "{since}");
    }
}

/// A page whose elements are 9000 emoji, each of which JSON escapes with twelve characters.
fn large(count: u64) -> String {
    let description = "\\ud83d\\ude00".repeat(9000);
    let element = |id| format!("{{\"Payment\":{{\"id\":{id},\"description\":\"{description}\"}}}}");
    let elements: Vec<_> = (0..count).map(|at| element(1000 - at)).collect();
    format!("{{\"Response\":[{}],\"Pagination\":{{\"older_url\":null}}}}", elements.join(","))
}

#[tokio::test]
async fn a_page_that_is_too_large_says_to_ask_for_fewer() {
    let (app, user_id) = connected().await;
    for count in [50, 80] {
        app.bank.clear_faults().await;
        app.bank.fault(json!({ "endpoint": LIST, "status": 200, "body": large(count) })).await;

        let answer = app.get(&format!("/user/{user_id}/payments/{ACCOUNT}?count={count}")).await;

        let problem = answer.problem(422, "answer_too_large");
        assert_eq!(problem["action"], "fix_request");
        assert!(problem["detail"].as_str().unwrap().contains("`count`"), "{problem}");
    }
    app.bank.clear_faults().await;
    app.bank.fault(json!({ "endpoint": LIST, "status": 200, "body": large(40) })).await;
    assert_eq!(app.get(&format!("/user/{user_id}/payments/{ACCOUNT}?count=40")).await.status, 200);
}

#[tokio::test]
async fn a_walk_takes_smaller_pages_by_itself() {
    let (app, user_id) = connected().await;
    app.bank.fault(json!({ "endpoint": LIST, "status": 200, "body": large(80), "times": 2 })).await;
    app.bank.forget_calls().await;

    let answer = walk(&app, &user_id, "").await;

    assert_eq!(answer.status, 200, "{}", answer.text.len());
    assert!(answer.json()["Response"].as_array().unwrap().len() > 10);
    let calls = app.bank.calls().await;
    let paths = calls["calls"].as_array().unwrap().iter().map(|call| call.to_string());
    let sizes: Vec<_> = ["count=200", "count=100", "count=50"]
        .into_iter()
        .map(|size| paths.clone().any(|path| path.contains(size)))
        .collect();
    assert_eq!(sizes, [true, true, true], "{calls}");
}
