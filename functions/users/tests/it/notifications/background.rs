//! The pass over all connections.

use std::{collections::BTreeSet, time::Duration};

use serde_json::json;
use shared::types::deadline::Deadline;

use super::fixture::{READ, WRITE, announced, connected, enable, foreign, keep, ours, states};

#[tokio::test]
async fn runs_continue_where_the_one_before_ended_until_every_connection_is_checked() {
    let (app, _) = connected().await;
    let people = app.bank.add_people(6).await;
    for name in &people {
        app.connect(name).await;
    }

    let mut checked = Vec::new();
    loop {
        let kept = keep(&app, 2).await;
        checked.push(kept["checked"].as_u64().unwrap());
        if kept["finished"] == true {
            break;
        }
    }

    assert_eq!(checked, [2, 2, 2, 1], "a run ends after two");
    assert_eq!(ours(&app).await.len(), 7 * 4);
    assert_eq!(keep(&app, 100).await, json!({ "checked": 0, "postponed": 0, "failed": 0, "finished": true }));
    assert_eq!(announced(&app).await, ["ok"; 7]);
}

#[tokio::test]
async fn each_connection_is_checked_once_a_day_and_repaired() {
    let (app, path) = connected().await;
    keep(&app, 10).await;
    let rude =
        json!({ "customer": "person", "category": "SHARE", "target": "https://rude.example/", "replaces": true });
    app.bank.set_foreign_filter(rude).await;
    app.bank.forget_calls().await;

    app.advance(23 * 3600).await;
    assert_eq!(keep(&app, 10).await["checked"], 0);
    app.advance(3 * 3600).await;
    assert_eq!(keep(&app, 10).await["checked"], 1);

    assert_eq!((states(&app.get(&path).await).0.as_str(), ours(&app).await.len()), ("ok", 4));
    assert_eq!((app.bank.count(READ).await, app.bank.count(WRITE).await), (2, 1));
    assert_eq!(announced(&app).await, ["ok"], "nothing has changed between two checks");
}

#[tokio::test]
async fn a_filter_of_another_application_that_is_gone_is_reported_until_it_is_back() {
    let (app, path) = connected().await;
    foreign(&app, "SHARE", "kept.example").await;
    let id = foreign(&app, "CHAT", "gone.example").await;
    enable(&app, &path).await;
    // The bank gives new ids when the list is written.
    let filters = app.bank.filters().await;
    let gone = filters.iter().find(|filter| filter["category"] == "CHAT").unwrap()["id"].as_u64().unwrap();
    assert_ne!(gone, id);
    app.bank.remove_foreign_filter(gone).await;

    let lost = enable(&app, &path).await.json();

    assert_eq!((&lost["foreign"], &lost["state"]), (&json!(1), &json!("ok")));
    assert_eq!(lost["lost"].as_array().unwrap().len(), 1);
    assert_eq!((&lost["lost"][0]["category"], &lost["lost"][0]["host"]), (&json!("CHAT"), &json!("gone.example")));
    assert_eq!(enable(&app, &path).await.json()["lost"], lost["lost"], "it stays reported, and once");
    foreign(&app, "CHAT", "gone.example").await;
    assert_eq!(enable(&app, &path).await.json()["lost"], json!([]));
}

#[tokio::test]
async fn a_run_ends_when_the_bank_is_busy_and_the_next_ones_continue() {
    let (app, _) = connected().await;
    for name in app.bank.add_people(5).await {
        app.connect(&name).await;
    }
    app.bank.forget_calls().await;
    app.bank.fault(json!({ "endpoint": READ, "status": 491, "times": 1000 })).await;

    let kept = keep(&app, 100).await;

    assert_eq!((&kept["checked"], &kept["postponed"], &kept["finished"]), (&json!(0), &json!(1), &json!(false)));
    app.bank.clear_faults().await;
    app.advance(900).await;
    let mut checked = 0;
    for _ in 0..2 {
        checked += keep(&app, 100).await["checked"].as_u64().unwrap();
    }
    assert_eq!(checked, 6);
}

#[tokio::test]
async fn one_connection_that_fails_keeps_no_other_from_its_check() {
    let (app, _) = connected().await;
    for name in app.bank.add_people(2).await {
        app.connect(&name).await;
    }
    app.bank.fault(json!({ "endpoint": READ, "status": 404, "times": 1 })).await;

    let kept = keep(&app, 100).await;

    assert_eq!((&kept["checked"], &kept["failed"], &kept["finished"]), (&json!(2), &json!(1), &json!(true)));
}

#[tokio::test]
async fn a_run_without_time_begins_nothing() {
    let (app, _) = connected().await;
    let process = app.compose().await;

    let kept = process.tpp.notifications.keep_filters(10, Deadline::after(Duration::from_secs(5))).await.unwrap();

    assert_eq!((kept.checked, kept.finished, app.bank.total().await), (0, false, 0));
    assert_eq!(keep(&app, 10).await["checked"], 1);
}

#[tokio::test]
async fn runs_at_the_same_time_check_each_connection_once() {
    let (app, _) = connected().await;
    for name in app.bank.add_people(3).await {
        app.connect(&name).await;
    }

    let kept = futures::future::join_all((0..4).map(|_| keep(&app, 100))).await;

    assert!(kept.iter().all(|one| one["failed"] == 0), "{kept:?}");
    assert_eq!((app.bank.count(WRITE).await, ours(&app).await.len()), (4, 16));
    let targets: BTreeSet<_> = app.bank.filters().await.iter().map(|filter| filter["target"].to_string()).collect();
    assert_eq!((targets.len(), announced(&app).await), (4, vec!["ok".to_owned(); 4]));
}
