//! A system between us and the bank answers instead of the bank. Its answer is never the bank's decision about an
//! order.
//! order.

use serde_json::{Value, json};

use crate::fixture::{ACCOUNT, connected, created_id, draft};

const CREATE: &str = "POST user/{user-id}/monetary-account/{monetary-account_id}/draft-payment";

/// Answers that are not from the bank: without its envelope, or with an incomplete one.
fn foreign_answers() -> Vec<Value> {
    let html = "<html><body>403 Forbidden</body></html>";
    let mut answers: Vec<_> = [400, 401, 403, 404, 407, 409, 490]
        .map(|status| json!({ "status": status, "body": html, "content_type": "text/html" }))
        .to_vec();
    for body in [
        "",
        "null",
        "{\"message\":\"Forbidden\"}",
        "{\"Error\":\"Forbidden\"}",
        "{\"Error\":[]}",
        "{\"Error\":[{}]}",
        "{\"Error\":[{\"error_description\":\"You may",
        "[{\"Error\":[]}]",
    ] {
        answers.push(json!({ "status": 403, "body": body }));
    }
    answers.push(json!({ "status": 302, "body": html, "content_type": "text/html" }));
    answers.push(json!({ "status": 200, "body": html, "content_type": "text/html", "signature": "missing" }));
    answers
}

#[tokio::test]
async fn what_is_not_the_banks_verdict_is_never_kept_as_the_outcome_of_an_order() {
    let (app, user_id) = connected().await;
    let path = format!("/user/{user_id}/draft-payment");
    for (at, mut answer) in foreign_answers().into_iter().enumerate() {
        let key = format!("order-{at}");
        answer["endpoint"] = json!(CREATE);
        app.bank.fault(answer.clone()).await;

        let first = app.post_once(&path, &key, &draft(&key)).await;
        app.advance(31).await;
        let second = app.post_once(&path, &key, &draft(&key)).await;

        assert_eq!(first.status, 502, "{answer}: {first:?}");
        assert_eq!(second.status, 201, "{answer}: {second:?}");
        assert_ne!(created_id(&second.json()), 0);
    }
}

#[tokio::test]
async fn an_order_that_was_executed_behind_a_foreign_answer_is_found_and_not_sent_again() {
    let (app, user_id) = connected().await;
    let path = format!("/user/{user_id}/draft-payment");
    app.bank.fault(json!({ "endpoint": CREATE, "status": 404, "body": "<html>", "act": true })).await;

    let first = app.post_once(&path, "behind", &draft("behind")).await;

    assert_eq!(first.status, 201, "the bank's list has it: {first:?}");
    assert_eq!(app.bank.objects().await["draft_payments"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_reading_call_says_that_it_was_not_bunq_who_answered() {
    let (app, user_id) = connected().await;
    let one = "GET user/{user-id}/monetary-account/{monetary-account_id}/payment/{payment-id}";
    app.bank.fault(json!({ "endpoint": one, "status": 404, "body": "<html>", "times": 9 })).await;

    let answer = app.get(&format!("/user/{user_id}/monetary-account/{ACCOUNT}/payment/1")).await;

    let problem = answer.problem(502, "bank_unavailable");
    assert_eq!(problem["action"], "retry");
    assert!(!answer.text.contains("html"), "{answer:?}");
}

#[tokio::test]
async fn a_text_of_the_banks_is_not_lost_where_its_translation_is_null() {
    let (app, user_id) = connected().await;
    let said = json!({ "Error": [{ "error_description": "It is too late.", "error_description_translated": null }] });
    app.bank.fault(json!({ "endpoint": CREATE, "status": 400, "body": said })).await;

    let answer = app.post_once(&format!("/user/{user_id}/draft-payment"), "null", &draft("null")).await;

    assert_eq!(answer.problem(422, "bank_refused")["errors"][0]["detail"], "It is too late.");
}
