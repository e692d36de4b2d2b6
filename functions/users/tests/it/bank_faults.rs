//! A bank that fails, is slow, is busy, or is unreachable.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{Router, http::StatusCode, response::Redirect};
use serde_json::{Value, json};
use tokio::net::TcpSocket;

use crate::fixture::{ACCOUNTS, SESSION, always, assert_discreet, bank_error, connected, get_at, process, serve};

fn busy(window: &str) -> Value {
    let text = format!("Too many requests. You can do a maximum of 3 calls per {window} second to this endpoint.");
    json!({ "endpoint": ACCOUNTS, "status": 429, "body": bank_error(&text) })
}

#[tokio::test]
async fn a_failure_that_passes_is_not_noticed() {
    let (app, accounts) = connected("person").await;
    let passing = [
        json!({ "status": 500 }),
        json!({ "status": 502, "body": "<html>Bad Gateway</html>", "content_type": "text/html" }),
        json!({ "status": 491 }),
        json!({ "status": 503, "body": "" }),
        json!({ "drop": "before" }),
        json!({ "drop": "after" }),
        json!({ "truncate": 0 }),
        json!({ "truncate": 100 }),
    ];
    let body = app.get(&accounts).await.text;

    for mut fault in passing {
        fault["endpoint"] = json!(ACCOUNTS);
        app.bank.forget_calls().await;
        app.bank.fault(fault.clone()).await;

        let answer = app.get(&accounts).await;

        assert_eq!(answer.status, 200, "{fault}: {answer:?}");
        assert_eq!(answer.text, body, "{fault}");
        assert_eq!((app.bank.count(ACCOUNTS).await, app.bank.count(SESSION).await), (2, 0), "{fault}");
    }
}

#[tokio::test]
async fn a_failure_that_stays_is_a_bad_gateway_after_four_tries() {
    let (app, accounts) = connected("person").await;
    let staying = [
        json!({ "status": 500 }),
        json!({ "status": 504, "body": "<html>aws exception at 127.0.0.1</html>", "content_type": "text/html" }),
        json!({ "status": 302, "body": "" }),
        json!({ "drop": "before" }),
        json!({ "drop": "after" }),
        json!({ "truncate": 100 }),
    ];

    for fault in staying {
        app.bank.forget_calls().await;
        app.bank.fault(always(fault.clone())).await;

        let answer = app.get(&accounts).await;

        let problem = answer.problem(502, "bank_unavailable");
        assert_eq!(problem["action"], "retry", "{fault}");
        assert_eq!(problem["errors"], Value::Null, "{fault}");
        assert_discreet(&answer);
        assert_eq!((app.bank.count(ACCOUNTS).await, app.bank.count(SESSION).await), (4, 0), "{fault}");
        app.bank.clear_faults().await;
        assert_eq!(app.get(&accounts).await.status, 200, "{fault}");
    }
}

#[tokio::test]
async fn maintenance_asks_for_a_minutes_patience() {
    let (app, accounts) = connected("person").await;
    for status in [491, 503] {
        app.bank.fault(always(json!({ "status": status, "body": bank_error("Maintenance.") }))).await;

        let answer = app.get(&accounts).await;

        assert_eq!(answer.problem(503, "bank_busy")["action"], "wait", "{status}");
        assert_eq!(answer.header("retry-after"), "60", "{status}");
        app.bank.clear_faults().await;
        assert_eq!(app.get(&accounts).await.status, 200, "{status}");
    }
}

#[tokio::test]
async fn a_short_rate_limit_is_waited_out() {
    let (app, accounts) = connected("person").await;
    app.bank.fault(busy("1")).await;

    let started = tokio::time::Instant::now();
    let answer = app.get(&accounts).await;

    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(started.elapsed() >= Duration::from_secs(1), "the bank's second was not waited for");
    assert_eq!((app.bank.count(ACCOUNTS).await, app.bank.count(SESSION).await), (2, 0));
}

#[tokio::test]
async fn a_long_rate_limit_is_the_callers_to_wait_for() {
    let (app, accounts) = connected("person").await;
    for (window, retry_after) in [("3600", "3600"), ("30", "30"), ("99999999999", "3600")] {
        app.bank.forget_calls().await;
        app.bank.fault(busy(window)).await;

        let answer = app.get(&accounts).await;

        assert_eq!(answer.problem(503, "bank_busy")["action"], "wait", "{window}");
        assert_eq!(answer.header("retry-after"), retry_after, "{window}");
        assert_discreet(&answer);
        assert_eq!(app.bank.count(ACCOUNTS).await, 1, "{window}");
        assert_eq!(app.get(&accounts).await.status, 200, "{window}");
    }
}

#[tokio::test]
async fn a_bank_that_is_too_slow_is_a_gateway_timeout() {
    let (app, accounts) = connected("person").await;
    // One second of these two is available for the bank.
    let hurried = process(&app, Duration::from_secs(2)).await;
    app.bank.fault(json!({ "endpoint": ACCOUNTS, "delay_ms": 60_000 })).await;

    let answer = get_at(&app, &hurried, &accounts).await;

    assert_eq!(answer.problem(504, "bank_timeout")["action"], "retry");
    assert_discreet(&answer);
    assert_eq!(app.bank.count(ACCOUNTS).await, 1, "there was no time for another try");
    assert_eq!(app.get(&accounts).await.status, 200);
    assert_eq!(app.bank.count(SESSION).await, 0);
}

#[tokio::test]
async fn a_bank_that_is_gone_is_a_bad_gateway_until_it_is_back() {
    let (mut app, accounts) = connected("person").await;
    // Bound without a listener: connections are refused, and no other process gets the port.
    let taken = TcpSocket::new_v4().unwrap();
    taken.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let here = app.variables()["BUNQ_API_URL"].clone();
    app.set_variable("BUNQ_API_URL", format!("http://{}/v1", taken.local_addr().unwrap()));
    app.restart().await;

    let gone = app.get(&accounts).await;
    app.set_variable("BUNQ_API_URL", here);
    app.restart().await;
    let back = app.get(&accounts).await;

    assert_eq!(gone.problem(502, "bank_unavailable")["action"], "retry");
    assert_discreet(&gone);
    assert_eq!(back.status, 200, "{back:?}");
    assert_eq!((app.bank.count(ACCOUNTS).await, app.bank.count(SESSION).await), (1, 0));
}

#[tokio::test]
async fn a_redirect_is_not_followed_with_the_customers_session() {
    let (mut app, accounts) = connected("person").await;
    let (asked, followed) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (bank, trap) = (Arc::clone(&asked), Arc::clone(&followed));
    let elsewhere = async move || {
        trap.fetch_add(1, Ordering::SeqCst);
        "{\"Response\":[]}"
    };
    let trap = serve(Router::new().fallback(elsewhere)).await;
    let redirect = async move || {
        bank.fetch_add(1, Ordering::SeqCst);
        Redirect::temporary(trap.as_str())
    };
    let redirecting = serve(Router::new().fallback(redirect)).await;
    app.set_variable("BUNQ_API_URL", redirecting.join("v1").unwrap());
    app.restart().await;

    let answer = app.get(&accounts).await;

    answer.problem(502, "bank_unavailable");
    assert_discreet(&answer);
    assert!(asked.load(Ordering::SeqCst) > 0);
    assert_eq!(followed.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn an_answer_without_end_is_not_read_to_its_end() {
    let (mut app, accounts) = connected("person").await;
    let endless = async || (StatusCode::OK, "x".repeat(9 * 1024 * 1024));
    let bank = serve(Router::new().fallback(endless)).await;
    app.set_variable("BUNQ_API_URL", bank.join("v1").unwrap());
    app.restart().await;

    let answer = app.get(&accounts).await;

    assert_eq!(answer.problem(422, "answer_too_large")["action"], "fix_request");
}
