//! Reads of the same object at the same moment share calls to the bank.

use std::collections::HashSet;

use futures::future::join_all;
use serde_json::json;

use crate::fixture::{ACCOUNTS, PROFILE, always, connected};

#[tokio::test]
async fn any_number_of_reads_at_once_makes_two_calls() {
    let (app, accounts) = connected("person").await;
    assert_eq!(app.get(&accounts).await.status, 200);
    app.bank.forget_calls().await;
    app.bank.fault(always(json!({ "delay_ms": 300 }))).await;

    let answers = join_all((0..20).map(|_| app.get(&accounts))).await;

    assert!(answers.iter().all(|answer| answer.status == 200 && answer.text == answers[0].text));
    assert_eq!(app.bank.count(ACCOUNTS).await, 2);
    let ids: HashSet<_> = answers.iter().map(|answer| answer.header("bunq-response-id")).collect();
    assert_eq!(ids.len(), 2);
}

#[tokio::test]
async fn reads_of_other_objects_and_in_other_sessions_share_nothing() {
    let (app, accounts) = connected("person").await;
    let other = format!("/user/{}/accounts", app.connect("company").await);
    let profile = accounts.replace("/accounts", "");
    for path in [&accounts, &other, &profile] {
        assert_eq!(app.get(path).await.status, 200);
    }
    app.bank.forget_calls().await;
    app.bank.fault(always(json!({ "delay_ms": 300 }))).await;

    let answers = join_all([&accounts, &other, &profile].map(|path| app.get(path))).await;

    let texts: HashSet<_> = answers.iter().map(|answer| &answer.text).collect();
    assert_eq!(texts.len(), 3);
    assert_eq!((app.bank.count(ACCOUNTS).await, app.bank.count(PROFILE).await), (2, 1));
}

#[tokio::test]
async fn a_call_that_fails_fails_no_other_read() {
    let (app, accounts) = connected("person").await;
    assert_eq!(app.get(&accounts).await.status, 200);
    app.bank.forget_calls().await;
    // The first call is slow, so that the others wait for the second one, whose tries all fail.
    app.bank.fault(json!({ "endpoint": ACCOUNTS, "times": 1, "delay_ms": 500 })).await;
    let first = async { app.get(&accounts).await };
    let others = async {
        while app.bank.count(ACCOUNTS).await == 0 {}
        app.bank.fault(json!({ "endpoint": ACCOUNTS, "times": 4, "status": 500 })).await;
        join_all((0..5).map(|_| app.get(&accounts))).await
    };

    let (first, others) = tokio::join!(first, others);

    assert_eq!(first.status, 200);
    let failed = others.iter().filter(|answer| answer.status != 200).count();
    assert!(failed <= 1, "{others:?}");
}
