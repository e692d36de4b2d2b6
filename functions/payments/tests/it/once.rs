//! Money moves once: each guarantee of `Idempotency-Key` has a test.

use std::time::Duration;

use futures::future::join_all;
use reqwest::Method;
use serde_json::json;
use testkit::JsonBody as _;

use crate::fixture::{ACCOUNT, connected, created_id, draft, inquiry};

const CREATE: &str = "POST user/{user-id}/monetary-account/{monetary-account-id}/draft-payment";

#[tokio::test]
async fn a_draft_waits_for_the_customer_and_becomes_a_payment_when_they_accept() {
    let (app, user_id) = connected().await;

    let drafted = app.post(&format!("/user/{user_id}/draft-payment"), &draft("lunch")).await;

    assert_eq!(drafted.status, 201, "{drafted:?}");
    let id = created_id(&drafted.json());
    let location = format!("{}user/{user_id}/monetary-account/{ACCOUNT}/draft-payment/{id}", app.url);
    assert_eq!(drafted.header("location"), location);
    assert_eq!(app.get(&location).await.json()["Response"][0]["DraftPayment"]["status"], "PENDING");

    app.bank.decide(id, "accept").await;

    let accepted = app.get(&location).await.json();
    assert_eq!(accepted["Response"][0]["DraftPayment"]["status"], "ACCEPTED");
    let newest = app.get(&format!("/user/{user_id}/payments/{ACCOUNT}?count=1")).await.json();
    assert_eq!(newest["Response"][0]["Payment"]["amount"]["value"], "-5.00");
}

#[tokio::test]
async fn a_draft_can_be_taken_back_and_a_request_revoked_but_neither_accepted() {
    let (app, user_id) = connected().await;
    let drafted = app.post(&format!("/user/{user_id}/draft-payment"), &draft("x")).await;
    let drafted = drafted.header("location").to_owned();
    let mut body = inquiry("y");
    body["receiver_value"] = json!("receiver@example.nl");
    let asked = app.post(&format!("/user/{user_id}/request-inquiry"), &body).await;
    let asked = asked.header("location").to_owned();

    app.put(&drafted, &json!({ "status": "ACCEPTED" })).await.problem(422, "invalid_request");
    app.put(&asked, &json!({ "status": "ACCEPTED" })).await.problem(422, "invalid_request");
    assert_eq!(app.put(&drafted, &json!({ "status": "CANCELLED" })).await.status, 200);
    assert_eq!(app.put(&asked, &json!({ "status": "REVOKED" })).await.status, 200);

    assert_eq!(app.get(&drafted).await.json()["Response"][0]["DraftPayment"]["status"], "CANCELLED");
    assert_eq!(app.get(&asked).await.json()["Response"][0]["RequestInquiry"]["status"], "REVOKED");
    app.put(&asked, &json!({ "status": "REVOKED" })).await.problem(422, "bank_refused");
}

#[tokio::test]
async fn a_draft_with_everything_in_it_is_taken_by_the_bank() {
    let (app, user_id) = connected().await;
    let mut body = draft("monthly");
    body["number_of_required_accepts"] = json!("1");
    body["status"] = json!("ACTIVE");
    body["monetary_account_id"] = json!(ACCOUNT.to_string());
    body["schedule"] = json!({
        "time_start": "2030-01-01T09:00:00+01:00",
        "time_end": "2031-01-01 09:00:00",
        "recurrence_unit": "MONTHLY",
        "recurrence_size": "1",
    });

    let answer = app.post(&format!("/user/{user_id}/draft-payment"), &body).await;

    assert_eq!(answer.status, 201, "{answer:?}");
    let seen = app.get(answer.header("location")).await.json();
    let schedule = &seen["Response"][0]["DraftPayment"]["schedule"];
    assert!(schedule.to_string().contains("2030-01-01 08:00:00"), "{schedule}");
}

#[tokio::test]
async fn the_same_key_and_body_answer_the_first_answer_again() {
    let (app, user_id) = connected().await;
    let path = format!("/user/{user_id}/draft-payment");
    let first = app.post_once(&path, "key", &draft("x")).await;
    let mut rewritten = draft("x");
    rewritten["amount"] = json!(5);
    rewritten["receiver_value"] = json!("nl91 abna 0417 1643 00".replace(' ', ""));

    let again = app.post_once(&path, "key", &draft("x")).await;
    let otherwise_written = app.post_once(&path, "key", &rewritten).await;

    assert_eq!(first.status, 201);
    assert_eq!(first.header("idempotency-replayed"), "");
    for replay in [again, otherwise_written] {
        assert_eq!((replay.status, &replay.text), (201, &first.text));
        assert_eq!(replay.header("idempotency-replayed"), "true");
        assert_eq!(replay.header("location"), first.header("location"));
    }
    assert_eq!(app.bank.objects().await["draft_payments"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn the_same_key_with_another_body_account_customer_or_route_is_refused() {
    let (app, user_id) = connected().await;
    let company = app.connect("company").await;
    let path = format!("/user/{user_id}/draft-payment");
    assert_eq!(app.post_once(&path, "key", &draft("x")).await.status, 201);
    let mut account = draft("x");
    account["monetary_account_id"] = json!(60102);

    for (path, body) in [
        (path.clone(), draft("y")),
        (path.clone(), account),
        (format!("/user/{company}/draft-payment"), draft("x")),
        (format!("/user/{user_id}/request-inquiry"), inquiry("x")),
    ] {
        app.post_once(&path, "key", &body).await.problem(422, "idempotency_key_reused");
    }
    assert_eq!(app.bank.objects().await["draft_payments"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn fifty_at_once_with_one_key_make_one_draft() {
    let (app, user_id) = connected().await;
    let path = format!("/user/{user_id}/draft-payment");

    let body = draft("x");
    let answers = join_all((0..50).map(|_| app.post_once(&path, "key", &body))).await;

    let created: Vec<_> = answers.iter().filter(|answer| answer.status == 201).collect();
    let fresh = created.iter().filter(|answer| answer.header("idempotency-replayed").is_empty()).count();
    assert_eq!(fresh, 1, "one of them made it");
    assert!(created.iter().all(|answer| answer.text == created[0].text));
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        answer.problem(409, "request_in_flight");
        assert!((1..=5).contains(&answer.header("retry-after").parse::<u8>().unwrap()));
    }
    assert_eq!(app.bank.objects().await["draft_payments"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn the_same_request_waits_for_the_one_that_is_under_way() {
    let (app, user_id) = connected().await;
    let path = format!("/user/{user_id}/draft-payment");
    let create = "POST user/{id}/monetary-account/{id}/draft-payment";
    app.bank.fault(json!({ "endpoint": create, "delay_ms": 600 })).await;

    let body = draft("x");
    let both = [app.post_once(&path, "key", &body), app.post_once(&path, "key", &body)];
    let answers = join_all(both).await;

    assert!(answers.iter().all(|answer| answer.status == 201 && answer.text == answers[0].text), "{answers:?}");
    let replayed = answers.iter().filter(|answer| answer.header("idempotency-replayed") == "true").count();
    assert_eq!((replayed, app.bank.count(CREATE).await), (1, 1));
}

#[tokio::test]
async fn an_order_is_carried_out_if_its_caller_disconnects() {
    let (app, user_id) = connected().await;
    let path = format!("/user/{user_id}/draft-payment");
    let create = "POST user/{id}/monetary-account/{id}/draft-payment";
    app.bank.fault(json!({ "endpoint": create, "delay_ms": 900 })).await;
    let request = app.request(Method::POST, &path).bearer_auth(&app.api_key).header("Idempotency-Key", "key");

    let request = request.json_body(&draft("x")).timeout(Duration::from_millis(300));
    assert!(request.send().await.unwrap_err().is_timeout(), "the caller disconnects");
    let again = app.post_once(&path, "key", &draft("x")).await;

    assert_eq!((again.status, again.header("idempotency-replayed")), (201, "true"), "{again:?}");
    assert_eq!(app.bank.count(CREATE).await, 1);
    assert_eq!(app.bank.objects().await["draft_payments"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn one_that_takes_longer_than_anybody_waits_is_asked_for_again_within_seconds() {
    let (app, user_id) = connected().await;
    let path = format!("/user/{user_id}/draft-payment");
    let create = "POST user/{id}/monetary-account/{id}/draft-payment";
    app.bank.fault(json!({ "endpoint": create, "delay_ms": 7000 })).await;

    let body = draft("x");
    let (first, second) = tokio::join!(app.post_once(&path, "key", &body), app.post_once(&path, "key", &body));
    let (made, early) = if first.status == 201 { (first, second) } else { (second, first) };

    early.problem(409, "request_in_flight");
    assert!((1..=5).contains(&early.header("retry-after").parse::<u8>().unwrap()), "{early:?}");
    assert_eq!((made.status, app.bank.count(CREATE).await), (201, 1));
    let again = app.post_once(&path, "key", &body).await;
    assert_eq!((again.status, again.text == made.text), (201, true));
}

#[tokio::test]
async fn who_waited_for_one_that_took_no_effect_does_it() {
    let (app, user_id) = connected().await;
    let path = format!("/user/{user_id}/draft-payment");
    let create = "POST user/{id}/monetary-account/{id}/draft-payment";
    let text = "Too many requests. You can do a maximum of 3 calls per 3000 second to this endpoint.";
    let limit = json!({ "Error": [{ "error_description": text }] });
    app.bank.fault(json!({ "endpoint": create, "delay_ms": 600, "status": 429, "body": limit })).await;

    let body = draft("x");
    let both = [app.post_once(&path, "key", &body), app.post_once(&path, "key", &body)];
    let mut statuses: Vec<_> = join_all(both).await.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();

    assert_eq!(statuses, [201, 503]);
    assert_eq!(app.bank.objects().await["draft_payments"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn without_a_key_one_is_made_and_told_and_works() {
    let (app, user_id) = connected().await;
    let path = format!("/user/{user_id}/draft-payment");

    let first = app.post(&path, &draft("x")).await;
    let again = app.post_once(&path, first.header("idempotency-key"), &draft("x")).await;

    assert_eq!(again.text, first.text);
    assert_eq!(again.header("idempotency-replayed"), "true");
}

#[tokio::test]
async fn a_key_is_told_with_an_unknown_outcome_too_since_only_it_makes_asking_again_safe() {
    let (app, user_id) = connected().await;
    let path = format!("/user/{user_id}/draft-payment");
    let list = "GET user/{id}/monetary-account/{id}/draft-payment";
    app.bank.fault(json!({ "endpoint": "POST user/{id}/monetary-account/{id}/draft-payment", "drop": "after" })).await;
    app.bank.fault(json!({ "endpoint": list, "status": 500, "body": "", "times": 9 })).await;

    let lost = app.post(&path, &draft("x")).await;
    app.bank.clear_faults().await;
    let key = lost.header("idempotency-key").to_owned();
    let early = app.post_once(&path, &key, &draft("x")).await;
    app.advance(31).await;
    let found = app.post_once(&path, &key, &draft("x")).await;

    assert_eq!(lost.problem(502, "outcome_unknown")["action"], "wait");
    assert_eq!(lost.header("retry-after"), "30");
    early.problem(409, "request_in_flight");
    // Less by the time since then, which a busy machine needs for the two requests.
    let wait: u8 = early.header("retry-after").parse().unwrap();
    assert!((6..=30).contains(&wait), "the bank may be at work on it: {early:?}");
    assert_eq!(found.status, 201, "{found:?}");
    let objects = app.bank.objects().await;
    assert_eq!(objects["draft_payments"].as_array().unwrap().len(), 1);
    assert_eq!(objects["draft_payments"][0]["id"], created_id(&found.json()));
}

#[tokio::test]
async fn a_refusal_of_the_bank_is_kept_like_any_answer() {
    let (app, user_id) = connected().await;
    let path = format!("/user/{user_id}/draft-payment");
    let mut body = draft("x");
    body["monetary_account_id"] = json!(999_999);
    let first = app.post_once(&path, "key", &body).await;
    app.bank.forget_calls().await;

    let again = app.post_once(&path, "key", &body).await;

    first.problem(404, "account_not_granted");
    again.problem(404, "account_not_granted");
    assert_eq!(first.json()["errors"], again.json()["errors"]);
    assert_eq!(app.bank.total().await, 0);
}

#[tokio::test]
async fn two_equal_requests_under_two_keys_are_two_payments_even_if_both_answers_were_lost() {
    let (app, user_id) = connected().await;
    let path = format!("/user/{user_id}/draft-payment");
    let endpoint = "POST user/{id}/monetary-account/{id}/draft-payment";
    let mut found = Vec::new();
    for key in ["one", "two"] {
        app.bank.fault(json!({ "endpoint": endpoint, "drop": "after" })).await;
        let answer = app.post_once(&path, key, &draft("the same")).await;
        assert_eq!(answer.status, 201, "found by its reference: {answer:?}");
        found.push(created_id(&answer.json()));
    }

    assert_ne!(found[0], found[1]);
    assert_eq!(app.bank.objects().await["draft_payments"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_lost_store_does_not_pay_twice_because_the_bank_knows_the_request() {
    let (app, user_id) = connected().await;
    let path = format!("/user/{user_id}/draft-payment");
    let first = app.post_once(&path, "key", &draft("x")).await;
    app.forget_ephemera().await;

    let second = app.post_once(&path, "key", &draft("x")).await;

    assert_eq!((first.status, second.status), (201, 201), "{second:?}");
    assert_eq!(created_id(&first.json()), created_id(&second.json()));
    assert_eq!(app.bank.objects().await["draft_payments"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_session_that_cannot_be_opened_is_no_refusal_of_the_order() {
    let (app, user_id) = connected().await;
    let path = format!("/user/{user_id}/draft-payment");
    app.bank.expire_sessions().await;
    let body = json!({ "Error": [{ "error_description": "Authentication token already has a user session." }] });
    app.bank.fault(json!({ "endpoint": "POST session-server", "status": 400, "body": body })).await;

    let first = app.post_once(&path, "key", &draft("x")).await;
    let second = app.post_once(&path, "key", &draft("x")).await;

    assert_eq!(first.problem(502, "bank_unavailable")["action"], "contact_bunq");
    assert_eq!(second.status, 201, "{second:?}");
}

#[tokio::test]
async fn a_session_that_dies_twice_is_no_refusal_of_the_order() {
    let (app, user_id) = connected().await;
    let path = format!("/user/{user_id}/draft-payment");
    let body = json!({ "Error": [{ "error_description": "Insufficient authentication." }] });
    let endpoint = "POST user/{id}/monetary-account/{id}/draft-payment";
    app.bank.fault(json!({ "endpoint": endpoint, "status": 403, "body": body, "times": 2 })).await;

    let first = app.post_once(&path, "key", &draft("x")).await;
    let second = app.post_once(&path, "key", &draft("x")).await;

    assert_ne!(first.status, 201);
    assert_eq!(second.status, 201, "{second:?}");
    assert_eq!(app.bank.objects().await["draft_payments"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn where_the_bank_s_list_cannot_be_read_nothing_is_sent_again() {
    let (app, user_id) = connected().await;
    let path = format!("/user/{user_id}/draft-payment");
    let endpoint = "user/{id}/monetary-account/{id}/draft-payment";
    let odd = json!({ "Response": [{ "DraftPayment": { "id": 5, "entries": [{ "amount": { "value": null } }] } }] });
    app.bank.fault(json!({ "endpoint": format!("POST {endpoint}"), "drop": "before" })).await;
    app.bank.fault(json!({ "endpoint": format!("GET {endpoint}"), "status": 200, "body": odd, "times": 2 })).await;

    let lost = app.post_once(&path, "key", &draft("x")).await;
    app.advance(31).await;
    let unclear = app.post_once(&path, "key", &draft("x")).await;
    app.advance(31).await;
    let clear = app.post_once(&path, "key", &draft("x")).await;

    lost.problem(502, "outcome_unknown");
    unclear.problem(502, "outcome_unknown");
    assert_eq!(clear.status, 201, "{clear:?}");
    assert_eq!(app.bank.objects().await["draft_payments"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_list_is_not_endless() {
    let (app, user_id) = connected().await;
    let mut body = draft("x");
    body["attachment_ids"] = json!(vec![1; 101]);

    let answer = app.post(&format!("/user/{user_id}/draft-payment"), &body).await;

    assert_eq!(answer.problem(422, "invalid_request")["errors"][0]["pointer"], "/attachment_ids");
}

#[tokio::test]
async fn a_request_that_the_bank_knows_but_does_not_show_is_never_called_the_caller_s_mistake() {
    let (app, user_id) = connected().await;
    let path = format!("/user/{user_id}/draft-payment");
    let list = "GET user/{id}/monetary-account/{id}/draft-payment";
    let first = app.post_once(&path, "key", &draft("x")).await;
    app.forget_ephemera().await;
    app.bank
        .fault(json!({ "endpoint": list, "status": 404, "body": { "Error": [{ "error_description": "Gone." }] } }))
        .await;

    let hidden = app.post_once(&path, "key", &draft("x")).await;
    app.advance(31).await;
    let found = app.post_once(&path, "key", &draft("x")).await;

    assert_eq!(hidden.problem(502, "outcome_unknown")["action"], "wait");
    assert_eq!(created_id(&found.json()), created_id(&first.json()));
}

#[tokio::test]
async fn where_the_bank_s_pages_do_not_lead_on_nothing_is_sent_again() {
    let endpoint = "user/{id}/monetary-account/{id}/draft-payment";
    let other =
        json!({ "id": 5, "entries": [{ "amount": { "value": "1.00", "currency": "EUR" }, "description": "another" }] });
    for older in [5_u64, 6, u64::MAX] {
        let (app, user_id) = connected().await;
        let path = format!("/user/{user_id}/draft-payment");
        let page = json!({
            "Response": [{ "DraftPayment": other }],
            "Pagination": { "future_url": null, "newer_url": null, "older_url": format!("/v1/x?older_id={older}") },
        });
        // The order does not reach the bank. The search for it runs twice: at once, and in the next request.
        app.bank.fault(json!({ "endpoint": format!("POST {endpoint}"), "drop": "before" })).await;
        app.bank.fault(json!({ "endpoint": format!("GET {endpoint}"), "status": 200, "body": page, "times": 4 })).await;

        app.post_once(&path, "key", &draft("x")).await.problem(502, "outcome_unknown");
        app.advance(31).await;
        let next = app.post_once(&path, "key", &draft("x")).await;

        next.problem(502, "outcome_unknown");
        assert_eq!(app.bank.objects().await["draft_payments"].as_array().unwrap().len(), 0, "{older}");
    }
}
