//! The bank's limits of calls, which all processes keep together.

use std::time::Duration;

use futures::future::join_all;
use reqwest::{Method, RequestBuilder, Url};
use serde_json::{Value, json};
use testkit::{Answer, TestApp, logs};

use crate::fixture::{ACCOUNTS, SESSION, always, bank_error, get_at, process};

/// A deployment that keeps the classic limits at a bank that has them, one connected customer, and the path of their
/// accounts.
async fn limited() -> (TestApp, String) {
    let app = TestApp::builder().variable("BANK_LIMITS", "classic").start().await;
    // The setup has opened the session of the TPP.
    app.advance(60).await;
    let user_id = app.connect("person").await;
    app.bank.settings(json!({ "rate_limits": "classic" })).await;
    app.bank.forget_calls().await;
    (app, format!("/user/{user_id}/accounts"))
}

/// How many calls the bank has refused because of its limits.
async fn refused(app: &TestApp) -> usize {
    let calls = app.bank.calls().await;
    calls["calls"].as_array().unwrap().iter().filter(|call| call["status"] == 429).count()
}

fn read(app: &TestApp, path: &str) -> RequestBuilder {
    app.request(Method::GET, path).bearer_auth(&app.api_key)
}

/// The time at which a busy answer says to come back, in seconds of the deployment's clock.
#[track_caller]
fn announced_at(app: &TestApp, answer: &Answer) -> i64 {
    app.clock.clock().now().as_second() + retry_after(answer) + 1
}

/// Moves the clocks forward to a time of the deployment's clock.
async fn advance_to(app: &TestApp, time: i64) {
    app.advance((time - app.clock.clock().now().as_second()).max(0)).await;
}

/// The seconds in `Retry-After` of an answer that says the bank is busy.
#[track_caller]
fn retry_after(answer: &Answer) -> i64 {
    assert_eq!((answer.status, &answer.json()["code"]), (503, &json!("bank_busy")), "{answer:?}");
    answer.header("retry-after").parse().unwrap()
}

#[tokio::test]
async fn processes_that_start_at_once_share_the_limit() {
    logs::capture();
    let (app, accounts) = limited().await;
    let processes: Vec<Url> = join_all((0..7).map(|_| process(&app, Duration::from_secs(30)))).await;

    let answers = join_all(processes.iter().map(|process| get_at(&app, process, &accounts))).await;

    for answer in answers {
        assert_eq!(answer.status, 200, "{answer:?}");
    }
    // A process that is late can meet the bank's limit. Its call is repeated.
    let refused = refused(&app).await;
    assert!(refused <= 2, "{refused}");
    assert_eq!(app.bank.count(ACCOUNTS).await, 7 + u64::try_from(refused).unwrap());
    // Three calls go at once. The waits of the others are measured.
    let waits = r#"{"Name":"BankLimitWait","Unit":"Milliseconds"}"#;
    assert!(logs::text().matches(waits).count() >= 4);
}

#[tokio::test]
async fn a_request_that_cannot_wait_gets_a_time_and_is_served_then() {
    let (app, accounts) = limited().await;
    // Two seconds to wait, besides what the function and the call keep for themselves.
    let processes: Vec<Url> = join_all((0..9).map(|_| process(&app, Duration::from_secs(5)))).await;

    let answers = join_all(processes.iter().map(|process| get_at(&app, process, &accounts))).await;

    let (served, busy): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 200);
    assert!(served.len() >= 3);
    let mut announced: Vec<_> = busy.iter().map(|answer| announced_at(&app, answer)).collect();
    announced.sort_unstable();
    for at in announced {
        advance_to(&app, at).await;
        let answer = get_at(&app, &processes[0], &accounts).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }
    assert_eq!(refused(&app).await, 0);
}

#[tokio::test]
async fn far_from_the_limit_a_warm_read_costs_no_call_of_the_store() {
    let (app, accounts) = limited().await;
    for _ in 0..2 {
        assert_eq!(app.get(&accounts).await.status, 200);
    }
    app.forget_aws_calls().await;

    for _ in 0..5 {
        app.advance(4).await;
        assert_eq!(app.get(&accounts).await.status, 200);
    }

    assert_eq!(app.aws_calls().await, json!({}));
    // The lease has ended. One write leases the next turns.
    app.advance(14).await;
    assert_eq!(app.get(&accounts).await.status, 200);
    assert_eq!(app.aws_calls().await, json!({ "DynamoDB_20120810.UpdateItem": 1 }));
    assert_eq!(refused(&app).await, 0);
}

#[tokio::test]
async fn answers_say_what_is_left() {
    let (app, accounts) = limited().await;
    let left = |answer: &Answer| (answer.header("ratelimit-policy").to_owned(), answer.header("ratelimit").to_owned());

    let first = app.get(&accounts).await;
    let mut background = Vec::new();
    for _ in 0..4 {
        background.push(app.send(read(&app, &accounts).header("Priority", "u=7, i")).await);
    }

    let policy = "\"bunq\";q=3;w=3".to_owned();
    assert_eq!(left(&first), (policy.clone(), "\"bunq\";r=2;t=4".to_owned()));
    let busy = background.iter().find(|answer| answer.status != 200).unwrap();
    assert!((1..=4).contains(&retry_after(busy)));
    assert_eq!(left(busy).0, policy);
    assert!(left(busy).1.starts_with("\"bunq\";r=0;t="), "{busy:?}");
    for priority in ["u=4", "i, u=5;x"] {
        let answer = app.send(read(&app, &accounts).header("Priority", priority)).await;
        assert_eq!(retry_after(&answer).signum(), 1, "{priority}");
    }
    for ignored in ["u=9", "u=+7", "urgent", "u", "i", "u=3"] {
        // It waits for its turn.
        let answer = app.send(read(&app, &accounts).header("Priority", ignored)).await;
        assert_eq!(answer.status, 200, "{ignored}: {answer:?}");
    }
}

#[tokio::test]
async fn a_deployment_without_limits_says_nothing_of_them() {
    let app = TestApp::start().await;
    let user_id = app.connect("person").await;

    let answer = app.get(&format!("/user/{user_id}/accounts")).await;

    assert_eq!(answer.headers.get("ratelimit"), None);
}

#[tokio::test]
async fn the_limit_that_the_bank_names_replaces_the_configured_one_in_every_process() {
    let (app, accounts) = limited().await;
    let text = "Too many requests. You can do a maximum of 20 calls per 2 second to this endpoint.";
    app.bank.fault(json!({ "endpoint": ACCOUNTS, "status": 429, "body": bank_error(text) })).await;

    let answer = app.get(&accounts).await;
    let other = get_at(&app, &process(&app, Duration::from_secs(30)).await, &accounts).await;

    for answer in [answer, other] {
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.header("ratelimit-policy"), "\"bunq\";q=20;w=2");
    }
}

#[tokio::test]
async fn without_the_store_the_bank_itself_limits() {
    let (app, accounts) = limited().await;
    assert_eq!(app.get(&accounts).await.status, 200);
    let target = "DynamoDB_20120810.UpdateItem";
    app.aws_fault(json!({ "target": target, "times": 1000, "error": "InternalServerError" })).await;

    // Reads of one object would share a call.
    let payments = accounts.replace("accounts", "payments");
    let paths = [60101, 60102, 60103, 60104].map(|account| format!("{payments}/{account}"));
    for answer in join_all(paths.iter().map(|path| app.get(path))).await {
        assert_eq!(answer.status, 200, "{answer:?}");
    }
    assert!(refused(&app).await > 0, "the bank limits");
}

#[tokio::test]
async fn customers_whose_sessions_end_together_get_times_30_seconds_apart() {
    let app = TestApp::builder().variable("BANK_LIMITS", "classic").start().await;
    let mut paths = Vec::new();
    for name in app.bank.add_people(200).await {
        // Each consent opens a session, and the bank does not limit them yet. So the turns are far apart.
        app.advance(60).await;
        paths.push(format!("/user/{}/accounts", app.connect(&name).await));
    }
    // All sessions end, also that of the TPP.
    app.advance(100 * 24 * 3600).await;
    app.bank.settings(json!({ "rate_limits": "classic" })).await;
    app.bank.forget_calls().await;

    let began = app.clock.clock().now().as_second();
    let (mut queue, mut served) = (Vec::new(), 0);
    for path in &paths {
        let answer = app.get(path).await;
        if answer.status == 200 {
            // On a slow machine the requests take longer than 30 seconds, so one of them has a turn.
            served += 1;
        } else {
            queue.push((announced_at(&app, &answer), path));
        }
    }
    assert!(queue.len() > 100, "most of them wait: {served} were served");
    assert_eq!(app.bank.count(SESSION).await, 1 + served, "that of the TPP");
    assert!(queue.windows(2).all(|two| two[1].0 - two[0].0 >= 30), "{queue:?}");
    for (number, (at, path)) in queue.iter().enumerate() {
        if number % 20 == 1 {
            advance_to(&app, at - 29).await;
            // A caller who comes too early gets the same time again, and takes no turn.
            let again = announced_at(&app, &app.get(path).await);
            assert!((again - at).abs() <= 2, "customer {number}: {at}, then {again}");
        }
        advance_to(&app, *at).await;
        let answer = app.get(path).await;
        assert_eq!(answer.status, 200, "customer {number} at {at}: {answer:?}");
    }
    assert_eq!(app.bank.count(SESSION).await, 201);
    assert_eq!(refused(&app).await, 0);
    let last = queue.last().unwrap().0 - began;
    assert!(last <= 200 * 32 + 40, "one session every 30 seconds: {last}");
}

#[tokio::test]
async fn a_consent_goes_before_customers_with_an_announced_time() {
    let app = TestApp::builder().variable("BANK_LIMITS", "classic").start().await;
    let mut paths = Vec::new();
    for name in app.bank.add_people(5).await {
        app.advance(60).await;
        paths.push(format!("/user/{}/accounts", app.connect(&name).await));
    }
    app.advance(100 * 24 * 3600).await;
    let waits: Vec<_> = join_all(paths.iter().map(|path| app.get(path))).await.iter().map(retry_after).collect();
    assert!(waits.iter().max() >= Some(&150));
    app.advance(32).await;
    let (cookie, page) = app.begin_consent().await;
    let path = app.approve(&page, "person").await;

    let answer = app.callback(&path, &cookie).await;

    assert_eq!(answer.status, 200, "{answer:?}");
}

#[tokio::test]
async fn a_process_with_too_many_requests_refuses_more_at_once() {
    let app = TestApp::builder().variable("MAX_CONCURRENT_REQUESTS", "2").start().await;
    let accounts = format!("/user/{}/accounts", app.connect("person").await);
    app.bank.fault(always(json!({ "delay_ms": 300 }))).await;

    let answers = join_all((0..6).map(|_| app.get(&accounts))).await;

    let (served, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 200);
    assert_eq!((served.len(), refused.len()), (2, 4));
    for answer in refused {
        let problem: Value = answer.json();
        assert_eq!((answer.status, &problem["code"]), (503, &json!("overloaded")), "{answer:?}");
        assert_eq!(answer.header("retry-after"), "1");
    }
    assert_eq!(app.get(&accounts).await.status, 200);
}
