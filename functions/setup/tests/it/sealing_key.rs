//! The sealing key is rotated, what it sealed is sealed again, and the old key is removed.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::join_all;
use serde_json::{Value, json};
use shared::http::Code;
use testkit::{ACCOUNT, TestApp};

use crate::{
    load::{draft, get, processes, under_load},
    support::{fresh, invoke},
};

/// How long a new key only opens, in seconds.
const WAIT: i64 = 720;

async fn action(app: &TestApp, action: &str) -> Value {
    invoke(app, json!({ "action": action })).await.unwrap_or_else(|problem| panic!("{action}: {problem}"))
}

/// Adds a key and makes it the current one. Returns the ids of the old key and of the new one.
async fn rotate(app: &TestApp) -> (String, String) {
    let added = action(app, "rotate_sealing_key").await;
    assert_eq!(added["state"], "added", "{added}");
    app.advance(WAIT).await;
    let rotated = action(app, "rotate_sealing_key").await;
    assert_eq!((&rotated["state"], &rotated["current"]), (&json!("current"), &added["next"]["id"]), "{rotated}");
    (added["current"].as_str().unwrap().to_owned(), rotated["current"].as_str().unwrap().to_owned())
}

/// Seals everything again, at most so many items in each run. Returns the reports.
async fn reseal(app: &TestApp, limit: u64) -> Vec<Value> {
    let mut reports = Vec::new();
    while reports.last().is_none_or(|report: &Value| report["finished"] == false) {
        assert!(reports.len() < 100, "it does not end: {reports:?}");
        reports.push(invoke(app, json!({ "action": "reseal", "limit": limit })).await.unwrap());
    }
    reports
}

async fn remove(app: &TestApp, id: &str) -> Result<Value, shared::http::Problem> {
    invoke(app, json!({ "action": "remove_sealing_key", "id": id })).await
}

/// How many items of the tables each key seals, found without the code under test: by the form of a sealed value.
async fn items_by_key(app: &TestApp) -> BTreeMap<String, usize> {
    let mut items = BTreeMap::new();
    for item in [app.scan("connections").await, app.scan("ephemera").await].concat() {
        let text = item.to_string();
        let words: BTreeSet<_> = text.split('"').filter_map(|word| word.split_once('.')).map(|(id, _)| id).collect();
        let is_key = |id: &&str| id.len() == 9 && id.starts_with('k');
        words.into_iter().filter(is_key).for_each(|id| *items.entry(id.to_owned()).or_default() += 1);
    }
    items
}

async fn connected() -> (TestApp, String) {
    let app = TestApp::start().await;
    let user_id = app.connect("person").await;
    (app, user_id)
}

#[tokio::test]
async fn a_new_key_only_opens_until_every_process_knows_it() {
    let (app, _) = connected().await;
    let before = app.read_secret("sealing-key").await;

    let added = action(&app, "rotate_sealing_key").await;
    let waiting = app.read_secret("sealing-key").await;
    app.clock.advance(WAIT - 1);
    let again = action(&app, "rotate_sealing_key").await;

    assert_eq!((&added["state"], &added["current"]), (&json!("added"), &before["current"]));
    assert_eq!((&again["state"], &again["next"]), (&json!("waiting"), &added["next"]));
    assert_eq!(app.read_secret("sealing-key").await, waiting, "too early, nothing changes");
    app.connect("company").await;
    assert_eq!(items_by_key(&app).await.keys().collect::<Vec<_>>(), [before["current"].as_str().unwrap()]);
    let sealing = &action(&app, "status").await["sealing"];
    assert_eq!((&sealing["next"], &sealing["old"]), (&added["next"], &json!([])));

    app.clock.advance(1);
    let current = action(&app, "rotate_sealing_key").await;

    assert_eq!((&current["state"], &current["current"]), (&json!("current"), &added["next"]["id"]));
    let after = app.read_secret("sealing-key").await;
    assert_eq!(after["keys"].as_object().unwrap().len(), 2);
    assert_eq!(after["keys"][before["current"].as_str().unwrap()], before["keys"][before["current"].as_str().unwrap()]);
    app.clock.advance(600);
    app.connect("empty").await;
    assert!(items_by_key(&app).await.contains_key(current["current"].as_str().unwrap()));
}

#[tokio::test]
async fn no_request_fails_while_a_key_is_replaced_and_nothing_is_left_under_the_old_one() {
    let (app, user_id) = connected().await;
    app.connect("company").await;
    let drafts = format!("/user/{user_id}/draft-payment");
    let first = app.post_once(&drafts, "first", &draft("first")).await;
    assert_eq!(first.status, 201, "{first:?}");
    let listing = format!("/user/{user_id}/monetary-account/{ACCOUNT}/transactions/sync");
    let cursor = app.get(&listing).await.json()["next_cursor"].as_str().unwrap().to_owned();
    let processes = processes(&app, &user_id).await;

    let (old, new) = under_load(&app, &processes, &user_id, async {
        let (old, new) = rotate(&app).await;
        let sealed = action(&app, "status").await["sealing"]["old"].clone();
        assert!(sealed[0]["id"] == old.as_str() && sealed[0]["items"].as_u64() > Some(3), "{sealed}");
        reseal(&app, 1_000).await;
        assert_eq!(app.get(&format!("{listing}?cursor={cursor}")).await.status, 200, "the old key still opens");
        // A function that was frozen may have sealed with the old key until now.
        app.advance(WAIT).await;
        reseal(&app, 1_000).await;
        remove(&app, &old).await.unwrap();
        (old, new)
    })
    .await;
    app.advance(WAIT).await;

    let keys = items_by_key(&app).await;
    assert!(!keys.contains_key(&old) && keys[&new] >= 5, "{keys:?}");
    assert_eq!(action(&app, "status").await["sealing"]["old"], json!([]));
    for process in &processes {
        assert_eq!(get(&app, process, &format!("/user/{user_id}/accounts")).await.status, 200);
        let replayed = process.post_once(&app, &drafts, "first", &draft("first")).await;
        assert_eq!((replayed.status, replayed.header("idempotency-replayed")), (201, "true"), "{replayed:?}");
        assert_eq!(replayed.json(), first.json());
        let list = format!("/user/{user_id}/monetary-account/{ACCOUNT}/draft-payment?reference=first");
        let found = get(&app, process, &list).await;
        assert_eq!(found.json()["Orders"].as_array().unwrap().len(), 1);
        get(&app, process, &format!("{listing}?cursor={cursor}")).await.problem(400, "cursor_invalid");
    }
    assert_eq!(app.connect("person").await, user_id, "a consent keeps the connection");
}

#[tokio::test]
async fn sealing_again_continues_where_it_stopped() {
    let (app, _) = connected().await;
    for customer in ["company", "empty"] {
        app.connect(customer).await;
    }
    let (old, _) = rotate(&app).await;
    let before = items_by_key(&app).await[&old] as u64;
    assert!(before >= 6, "three connections and their sessions");

    let reports = reseal(&app, 1).await;

    assert_eq!(reports.len() as u64, before, "{reports:?}");
    for (report, left) in reports.iter().zip((0..before).rev()) {
        let says = ["resealed", "unreadable", "left"].map(|field| report[field].as_u64().unwrap());
        assert_eq!((says, &report["counted_all"]), ([1, 0, left], &json!(true)), "{report}");
    }
    let nothing = action(&app, "reseal").await;
    assert_eq!((&nothing["resealed"], &nothing["finished"]), (&json!(0), &json!(true)));
    assert!(!items_by_key(&app).await.contains_key(&old));
}

#[tokio::test]
async fn sealing_again_that_fails_half_way_ends_in_the_same_way() {
    for fault in [json!({ "error": "InternalServerError" }), json!({ "drop": "before" }), json!({ "drop": "after" })] {
        let (app, user_id) = connected().await;
        app.connect("company").await;
        let (old, _) = rotate(&app).await;
        let mut failing = json!({ "target": "DynamoDB_20120810.UpdateItem", "nth": 2, "times": 30 });
        failing.as_object_mut().unwrap().extend(fault.as_object().unwrap().clone());
        app.aws_fault(failing).await;

        let stopped = invoke(&app, json!({ "action": "reseal" })).await.expect_err("a table fails");
        app.aws_recover().await;
        let reports = reseal(&app, 1_000).await;

        assert_eq!(stopped.code(), Code::StoreUnavailable);
        assert_eq!(reports.last().unwrap()["left"], 0, "{reports:?}");
        assert!(!items_by_key(&app).await.contains_key(&old), "{fault}");
        assert_eq!(app.get(&format!("/user/{user_id}/accounts")).await.status, 200);
    }
}

#[tokio::test]
async fn a_consent_that_is_given_meanwhile_is_not_lost() {
    let (app, user_id) = connected().await;
    let (old, _) = rotate(&app).await;

    let consents = async {
        for _ in 0..3 {
            assert_eq!(app.connect("person").await, user_id);
        }
    };
    let sealing = async {
        for _ in 0..6 {
            action(&app, "reseal").await;
        }
    };
    tokio::join!(consents, sealing);
    reseal(&app, 1_000).await;

    // The last token works, and no other.
    app.forget_ephemera().await;
    let process = app.sibling("", "").await;
    assert_eq!(get(&app, &process, &format!("/user/{user_id}/accounts")).await.status, 200);
    assert!(!items_by_key(&app).await.contains_key(&old));
}

#[tokio::test]
async fn a_key_is_removed_only_when_it_seals_nothing_and_no_process_can_use_it() {
    let (app, user_id) = connected().await;
    let first = app.read_secret("sealing-key").await["current"].as_str().unwrap().to_owned();
    let refused = async |id: &str, words: &str| {
        let before = app.read_secret("sealing-key").await;
        let problem = remove(&app, id).await.expect_err(words);
        assert_eq!((problem.code(), problem.status().as_u16()), (Code::SealingKeyInUse, 409), "{problem}");
        assert!(problem.to_string().contains(words), "{problem}");
        assert_eq!(app.read_secret("sealing-key").await, before);
        problem
    };
    refused(&first, "This key seals").await;
    let next = action(&app, "rotate_sealing_key").await["next"]["id"].as_str().unwrap().to_owned();
    refused(&next, "or will seal").await;
    app.advance(WAIT).await;
    action(&app, "rotate_sealing_key").await;
    refused(&next, "This key seals").await;

    let early = refused(&first, "may still seal").await;
    assert!((WAIT - 5..=WAIT).contains(&(early.retry_after().unwrap().as_secs() as i64)), "{early:?}");
    app.advance(WAIT).await;
    let items = items_by_key(&app).await[&first];
    refused(&first, &format!("still seals {items} items")).await;
    let unknown = remove(&app, "k00000000").await.unwrap_err();
    assert_eq!(unknown.code(), Code::InvalidRequest);

    reseal(&app, 1_000).await;
    let removed = remove(&app, &first).await.unwrap();

    assert_eq!(removed, json!({ "id": first, "removed": true }));
    assert_eq!(app.read_secret("sealing-key").await["keys"].as_object().unwrap().keys().collect::<Vec<_>>(), [&next]);
    let process = app.sibling("", "").await;
    assert_eq!(get(&app, &process, &format!("/user/{user_id}/accounts")).await.status, 200);
}

#[tokio::test]
async fn a_session_that_a_removed_key_sealed_is_opened_again() {
    let (app, user_id) = connected().await;
    let path = format!("/user/{user_id}/accounts");
    assert_eq!(app.get(&path).await.status, 200);
    let sessions: Vec<_> = app.scan("ephemera").await.into_iter().filter(|item| item["token"].is_object()).collect();
    let (old, _) = rotate(&app).await;
    app.advance(WAIT).await;
    reseal(&app, 1_000).await;
    remove(&app, &old).await.unwrap();

    // A process that was frozen all the time writes what it sealed with the old key.
    assert!(!sessions.is_empty());
    for item in sessions {
        app.aws_call("DynamoDB_20120810.PutItem", json!({ "TableName": "ephemera", "Item": item })).await;
    }
    let process = app.sibling("", "").await;

    assert_eq!(get(&app, &process, &path).await.status, 200);
}

#[tokio::test]
async fn a_process_that_slept_through_a_rotation_serves_at_once() {
    let (app, user_id) = connected().await;
    let (reading, writing) = (app.sibling("", "").await, app.sibling("", "").await);
    let path = format!("/user/{user_id}/accounts");
    for process in [&reading, &writing] {
        assert_eq!(get(&app, process, &path).await.status, 200);
    }
    let (old, _) = rotate(&app).await;
    app.advance(WAIT).await;
    reseal(&app, 1_000).await;
    remove(&app, &old).await.unwrap();
    invoke(&app, json!({ "action": "rotate_installation" })).await.unwrap();
    // Their sessions have ended, so they open new ones.
    app.bank.expire_sessions().await;

    let read = get(&app, &reading, &path).await;
    let written = writing.post_once(&app, &format!("/user/{user_id}/draft-payment"), "awake", &draft("awake")).await;

    assert_eq!((read.status, written.status), (200, 201), "{read:?} {written:?}");
}

#[tokio::test]
async fn what_does_not_open_is_counted_and_keeps_its_key() {
    let (app, user_id) = connected().await;
    let (old, _) = rotate(&app).await;
    app.advance(WAIT).await;
    let broken = json!({
        "TableName": "ephemera",
        "Item": { "pk": { "S": "STATE#damaged" }, "access_token": { "S": format!("{old}.AAAA") } },
    });
    app.aws_call("DynamoDB_20120810.PutItem", broken).await;

    let report = action(&app, "reseal").await;

    let says = ["unreadable", "left"].map(|field| report[field].as_u64().unwrap());
    assert_eq!((says, &report["finished"]), ([1, 1], &json!(false)), "{report}");
    assert!(remove(&app, &old).await.unwrap_err().to_string().contains("still seals 1 items"));
    assert_eq!(app.get(&format!("/user/{user_id}/accounts")).await.status, 200);
}

#[tokio::test]
async fn of_rotations_at_the_same_time_only_one_adds_a_key() {
    let (app, _) = connected().await;

    let outcomes = join_all((0..4).map(|_| invoke(&app, json!({ "action": "rotate_sealing_key" })))).await;

    for outcome in &outcomes {
        match outcome {
            Ok(report) => assert!(["added", "waiting"].contains(&report["state"].as_str().unwrap()), "{report}"),
            Err(problem) => assert_eq!(problem.code(), Code::SetupSuperseded, "{problem}"),
        }
    }
    assert!(outcomes.iter().any(Result::is_ok), "{outcomes:?}");
    assert_eq!(app.read_secret("sealing-key").await["keys"].as_object().unwrap().len(), 2);
}

#[tokio::test]
async fn a_rotation_whose_write_fails_changes_nothing_and_can_be_repeated() {
    let (app, user_id) = connected().await;
    let before = app.read_secret("sealing-key").await;
    app.aws_fault(json!({ "target": "secretsmanager.PutSecretValue", "times": 3, "error": "InternalServiceError" }))
        .await;

    let problem = invoke(&app, json!({ "action": "rotate_sealing_key" })).await.unwrap_err();

    assert_eq!(problem.code(), Code::StoreUnavailable);
    app.aws_recover().await;
    assert_eq!(app.read_secret("sealing-key").await, before);
    rotate(&app).await;
    assert_eq!(app.get(&format!("/user/{user_id}/accounts")).await.status, 200);
}

#[tokio::test]
async fn a_deployment_with_one_key_scans_nothing_and_one_without_any_is_not_onboarded() {
    let app = fresh().await;
    for name in ["rotate_sealing_key", "reseal"] {
        assert_eq!(invoke(&app, json!({ "action": name })).await.unwrap_err().code(), Code::NotOnboarded, "{name}");
    }
    let app = TestApp::start().await;
    app.forget_aws_calls().await;

    let status = action(&app, "status").await;

    assert_eq!(status["sealing"]["counted_all"], true);
    assert!(!app.aws_calls().await.to_string().contains("Scan"));
}
