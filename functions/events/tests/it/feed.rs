//! The order of the events, and where a reader continues.

use futures::future::{join, join_all};
use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Sibling, TestApp};

use crate::fixture::{after, changes, end, events, ids};

/// Reads a page in another process.
async fn read(app: &TestApp, process: &Sibling, query: &str) -> Value {
    let url = process.url.join(&format!("/webhook-events{query}")).unwrap();
    let answer = app.send(app.request(Method::GET, url.as_str()).bearer_auth(&app.api_key)).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

/// The type of a stored event.
fn event_type(item: &Value) -> &str {
    item["event"]["M"]["type"]["S"].as_str().unwrap_or_default()
}

async fn connect_all(app: &TestApp, count: usize) {
    for name in app.bank.add_people(count).await {
        app.connect(&name).await;
    }
}

#[tokio::test]
async fn pages_follow_each_other_and_a_cursor_gives_the_same_again() {
    let app = TestApp::start().await;
    connect_all(&app, 5).await;
    let whole = events(&app, "").await;

    let mut seen = Vec::new();
    let mut query = "?count=2".to_owned();
    loop {
        let page = events(&app, &query).await;
        assert_eq!(ids(&page), ids(&events(&app, &query).await));
        seen.extend(ids(&page));
        query = format!("{}&count=2", after(&page));
        if page["has_more"] == false {
            break;
        }
    }

    assert_eq!(seen, ids(&whole));
    assert_eq!(seen.len(), 5);
    let last = events(&app, &query).await;
    assert_eq!((ids(&last).len(), end(&last)), (0, 5), "an empty page has the same cursor");
}

#[tokio::test]
async fn readers_in_all_processes_see_one_order_while_events_happen() {
    let app = TestApp::start().await;
    let readers = join_all((0..4).map(|_| app.sibling("", ""))).await;
    let follow = async |reader: &Sibling| {
        let (mut seen, mut query) = (Vec::new(), "?after=0".to_owned());
        while seen.len() < 24 {
            let page = read(&app, reader, &format!("{query}&count=3&wait=20")).await;
            assert_eq!(page["missed"], 0);
            seen.extend(ids(&page));
            query = after(&page);
        }
        seen
    };
    let happen = async {
        let names = app.bank.add_people(24).await;
        for names in names.chunks(6) {
            join_all(names.iter().map(|name| app.connect(name))).await;
        }
    };

    let (orders, ()) = join(join_all(readers.iter().map(follow)), happen).await;

    for order in &orders {
        assert_eq!(order, &orders[0]);
    }
    let mut once = orders[0].clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), 24);
}

#[tokio::test]
async fn more_events_than_one_read_numbers_are_all_read() {
    let app = TestApp::start().await;
    let user_id = app.connect("person").await;
    let items = app.scan("events").await;
    let item = items.iter().find(|item| event_type(item) == "connection.created").unwrap();
    // As if nobody had read for long: copies of the event, each with its own place.
    for number in 0..450 {
        let mut copy = item.clone();
        copy["sk"] = json!({ "S": format!("1700000000000#{number:03}") });
        app.aws_call("DynamoDB_20120810.PutItem", json!({ "TableName": "events", "Item": copy })).await;
    }

    let (mut count, mut query) = (0, "?after=0".to_owned());
    loop {
        let page = events(&app, &format!("{query}&count=100")).await;
        count += changes(&page).len();
        query = after(&page);
        if page["has_more"] == false {
            assert_eq!((count, end(&page)), (451, 451), "{user_id}");
            break;
        }
    }
}

#[tokio::test]
async fn a_request_waits_for_the_next_event() {
    let app = TestApp::start().await;
    let waiting = events(&app, "?wait=20&after=0");

    let (page, user_id) = join(waiting, app.connect("person")).await;

    assert_eq!(changes(&page), [("connection.created", user_id.as_str())]);
    let empty = events(&app, &format!("{}&wait=1", after(&page))).await;
    assert_eq!((changes(&empty).len(), &empty["has_more"]), (0, &json!(false)));
}

#[tokio::test]
async fn events_that_were_erased_are_counted() {
    let app = TestApp::start().await;
    connect_all(&app, 3).await;
    let first = events(&app, "?count=1").await;
    let after_one = after(&first);
    assert_eq!(ids(&events(&app, "").await).len(), 3);
    let erase = async |number: u8| {
        let key = json!({ "pk": { "S": "FEED#default" }, "sk": { "S": format!("{number:015}") } });
        app.aws_call("DynamoDB_20120810.DeleteItem", json!({ "TableName": "events", "Key": key })).await;
    };
    erase(2).await;
    let in_the_middle = events(&app, "?after=0").await;
    erase(1).await;
    let from_the_start = events(&app, "").await;
    let after_none = events(&app, "?after=0").await;
    let one_left = events(&app, &format!("{after_one}&wait=20")).await;
    erase(3).await;
    let nothing_left = events(&app, &format!("{after_one}&wait=20")).await;

    let seen = |page: &Value| (ids(page).len(), page["missed"].as_u64().unwrap(), end(page));
    assert_eq!(seen(&in_the_middle), (2, 1, 3));
    assert_eq!(seen(&from_the_start), (1, 0, 3), "without a cursor, nothing is missed");
    assert_eq!(seen(&after_none), (1, 2, 3));
    assert_eq!(seen(&one_left), (1, 1, 3));
    assert_eq!(seen(&nothing_left), (0, 2, 3));
}

#[tokio::test]
async fn an_event_is_kept_for_30_days_after_it_got_its_number() {
    let app = TestApp::start().await;
    let began = app.clock.clock().now().as_second();
    app.connect("person").await;
    let expiry = |item: &Value| (item["expires_at"]["N"].as_str().unwrap().parse::<i64>().unwrap() - began) / 86_400;
    let created = async || -> Vec<Value> {
        let items = app.scan("events").await.into_iter();
        items.filter(|item| event_type(item) == "connection.created").collect()
    };
    assert_eq!(created().await.iter().map(expiry).collect::<Vec<_>>(), [400], "it has no number yet");

    app.advance(50 * 86_400).await;
    assert_eq!(ids(&events(&app, "").await).len(), 1);

    let expiries: Vec<_> = created().await.iter().map(expiry).collect();
    assert_eq!(expiries, [80, 80], "in the feed and in its log");
}

#[tokio::test]
async fn a_cursor_that_no_answer_gave_is_refused() {
    let app = TestApp::start().await;
    app.connect("person").await;
    assert_eq!(ids(&events(&app, "").await).len(), 1);

    let cursor = after(&events(&app, "").await);
    let later = cursor.replace("=1-", "=2-");
    app.get(&format!("/webhook-events{later}")).await.problem(400, "cursor_invalid");
    for query in [
        "after=-1",
        "after=x",
        "after=",
        "after=1",
        "after=1-1",
        "after=1-0000000G",
        "after=1234567890123456-00000000",
        "count=0",
        "count=101",
        "wait=21",
        "since=1",
    ] {
        app.get(&format!("/webhook-events?{query}")).await.problem(422, "invalid_request");
    }
}

#[tokio::test]
async fn the_cursor_of_a_table_that_was_lost_is_refused() {
    let app = TestApp::start().await;
    app.connect("person").await;
    let cursor = after(&events(&app, "").await);
    for item in app.scan("events").await {
        let key = json!({ "TableName": "events", "Key": { "pk": item["pk"], "sk": item["sk"] } });
        app.aws_call("DynamoDB_20120810.DeleteItem", key).await;
    }
    app.get(&format!("/webhook-events{cursor}")).await.problem(400, "cursor_invalid");
    connect_all(&app, 2).await;
    assert_eq!(end(&events(&app, "").await), 2);

    app.get(&format!("/webhook-events{cursor}")).await.problem(400, "cursor_invalid");
}

#[tokio::test]
async fn an_event_that_gets_its_number_meanwhile_is_on_the_next_page() {
    let app = TestApp::start().await;
    let readers = join_all((0..2).map(|_| app.sibling("", ""))).await;
    let late = json!({ "target": "DynamoDB_20120810.GetItem", "times": 1, "delay_ms": 600 });
    app.aws_fault(late).await;
    let slow = read(&app, &readers[0], "?after=0");
    let fast = async {
        app.connect("person").await;
        read(&app, &readers[1], "?after=0").await
    };

    let (slow, fast) = join(slow, fast).await;

    assert_eq!(ids(&fast).len(), 1);
    let next = read(&app, &readers[0], &after(&slow)).await;
    assert_eq!([ids(&slow), ids(&next)].concat(), ids(&fast));
    assert_eq!((&slow["missed"], &next["missed"]), (&json!(0), &json!(0)));
}

#[tokio::test]
async fn a_type_of_a_newer_version_is_passed_on() {
    let app = TestApp::start().await;
    app.connect("person").await;
    let items = app.scan("events").await;
    let mut item = items.iter().find(|item| event_type(item) == "connection.created").unwrap().clone();
    item["event"]["M"]["type"] = json!({ "S": "card.blocked" });
    app.aws_call("DynamoDB_20120810.PutItem", json!({ "TableName": "events", "Item": item })).await;

    assert_eq!(events(&app, "").await["events"][0]["type"], "card.blocked");
}

#[tokio::test]
async fn a_revoked_key_reads_nothing_a_minute_later() {
    let app = TestApp::start().await;
    let (id, key) = app.create_api_key(&["events"]).await;
    app.connect("person").await;
    assert_eq!(app.get_with_key("/webhook-events", &key).await.status, 200);
    app.setup(json!({ "action": "revoke_api_key", "id": id })).await.unwrap();
    app.advance(61).await;

    app.get_with_key("/webhook-events?wait=20", &key).await.problem(401, "api_key_invalid");
}

#[tokio::test]
async fn a_workspace_has_its_own_events_and_a_key_needs_the_scope() {
    let app = TestApp::start().await;
    let (_, here) = app.create_api_key_in("here", &["events"]).await;
    let (_, accounts) = app.create_api_key_in("here", &["accounts", "connections"]).await;
    let user_id = app.connect_in("here", "person").await;
    app.connect("company").await;

    let page = app.get_with_key("/webhook-events", &here).await.json();

    assert_eq!(changes(&page), [("connection.created", user_id.as_str())]);
    assert_eq!(end(&page), 1);
    app.get_with_key("/webhook-events", &accounts).await.problem(403, "scope_missing");
    app.get_with_key(&format!("/user/{user_id}/accounts"), &here).await.problem(403, "scope_missing");
}

#[tokio::test]
async fn events_are_read_without_the_bank_and_without_secrets() {
    let app = TestApp::start().await;
    app.connect("person").await;
    let process = app.sibling("", "").await;
    app.bank.forget_calls().await;
    app.forget_aws_calls().await;

    assert_eq!(ids(&read(&app, &process, "").await).len(), 1);
    let url = process.url.join("/webhook-events").unwrap();
    let present =
        app.request(Method::GET, url.as_str()).bearer_auth(&app.api_key).header("PSU-IP-Address", "192.0.2.7");
    assert_eq!(app.send(present).await.status, 200);

    assert_eq!(app.bank.total().await, 0);
    let calls = app.aws_calls().await;
    assert!(calls.as_object().unwrap().keys().all(|target| target.starts_with("DynamoDB")), "{calls}");
}

#[tokio::test]
async fn without_the_store_there_is_an_error_of_the_store() {
    let app = TestApp::start().await;
    app.connect("person").await;
    let fault = json!({ "target": "DynamoDB_20120810.Query", "times": 100, "error": "InternalServerError" });
    app.aws_fault(fault).await;

    app.get("/webhook-events").await.problem(503, "store_unavailable");

    app.aws_recover().await;
    assert_eq!(ids(&events(&app, "").await).len(), 1);
}
