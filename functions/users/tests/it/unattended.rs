//! Reads while the customer is not present: counted, shown and limited.

use serde_json::{Value, json};
use testkit::{Answer, TestApp};

async fn limited(limit: &str) -> (TestApp, String) {
    let app = TestApp::builder().variable("UNATTENDED_READS_PER_DAY", limit).start().await;
    let user_id = app.connect("person").await;
    (app, user_id)
}

async fn present(app: &TestApp, path: &str) -> Answer {
    let request = app.request(reqwest::Method::GET, path).bearer_auth(&app.api_key);
    app.send(request.header("PSU-IP-Address", "192.0.2.7")).await
}

async fn shown(app: &TestApp, user_id: &str) -> Value {
    app.get(&format!("/user/{user_id}/connection")).await.json()["unattended_reads"].clone()
}

fn wait(answer: &Answer) -> u64 {
    answer.problem(429, "too_many_unattended_reads");
    answer.header("retry-after").parse().unwrap()
}

#[tokio::test]
async fn the_fifth_read_in_a_day_waits_until_the_first_is_a_day_old() {
    let (app, user_id) = limited("4").await;
    let accounts = format!("/user/{user_id}/accounts");
    for _ in 0..4 {
        assert_eq!(app.get(&accounts).await.status, 200);
        app.clock.advance(3600);
    }
    app.bank.forget_calls().await;

    let refused = app.get(&accounts).await;
    let attended = present(&app, &accounts).await;

    assert!((20 * 3600 - 5..=20 * 3600).contains(&wait(&refused)), "{refused:?}");
    assert_eq!((attended.status, app.bank.total().await), (200, 1));
    let expected = json!({ "limit": 4, "reads": [{ "information": "accounts", "count": 4 }] });
    assert_eq!(shown(&app, &user_id).await, expected);
    app.clock.advance(wait(&refused).try_into().unwrap());
    assert_eq!(app.get(&accounts).await.status, 200);
    wait(&app.get(&accounts).await);
}

#[tokio::test]
async fn each_information_is_counted_for_itself_and_further_pages_are_the_same_read() {
    let (app, user_id) = limited("1").await;
    let base = format!("/user/{user_id}");
    let transactions = format!("{base}/monetary-account/60101/transactions");
    let page = app.get(&format!("{transactions}?count=3")).await.json();
    let (next, id) = (page["next_cursor"].as_str().unwrap(), page["transactions"][0]["id"].as_str().unwrap());

    for path in [
        base.clone(),
        format!("{base}/accounts?count=2"),
        format!("{base}/accounts?older_id=9223372036854775807"),
        format!("{base}/monetary-account/60101"),
        format!("{base}/payments/60102"),
        format!("{base}/payments/60102?older_id=120050"),
        format!("{transactions}?count=3&cursor={next}"),
        format!("{transactions}/{id}"),
        format!("{base}/monetary-account/60101/payment/{}", id.split_once('.').unwrap().1),
        format!("{base}/monetary-account/60103/transactions/sync"),
        format!("{base}/monetary-account/60101/draft-payment"),
    ] {
        assert_eq!(app.get(&path).await.status, 200, "{path}");
    }
    for path in [
        base.clone(),
        format!("{base}/accounts?format=normalised"),
        format!("{base}/monetary-account/60101"),
        format!("{base}/payments/60101?all=true"),
        format!("{base}/payments/60101?newer_id=7"),
        format!("{base}/accounts?newer_id=0"),
        transactions.clone(),
        format!("{transactions}/sync"),
        format!("{base}/monetary-account/60103/transactions"),
    ] {
        wait(&app.get(&path).await);
    }
    let reads =
        ["account/60101", "accounts", "customer", "transactions/60101", "transactions/60102", "transactions/60103"];
    let expected: Vec<_> = reads.iter().map(|what| json!({ "information": what, "count": 1 })).collect();
    assert_eq!(shown(&app, &user_id).await, json!({ "limit": 1, "reads": expected }));
}

#[tokio::test]
async fn an_older_page_belongs_to_a_read_of_the_last_hour_or_is_one_itself() {
    let (app, user_id) = limited("2").await;
    let older = format!("/user/{user_id}/payments/60101?older_id=9223372036854775807&count=1");

    assert_eq!(app.get(&older).await.status, 200);
    assert_eq!(shown(&app, &user_id).await["reads"][0]["count"], 1);
    app.clock.advance(3601);
    assert_eq!(app.get(&older).await.status, 200);
    assert_eq!(app.get(&older).await.status, 200);
    assert_eq!(shown(&app, &user_id).await["reads"][0]["count"], 2);
    app.clock.advance(3601);
    wait(&app.get(&older).await);
}

#[tokio::test]
async fn a_read_that_fails_is_not_counted() {
    let (app, user_id) = limited("1").await;
    let paths =
        ["", "/accounts", "/monetary-account/60101", "/payments/60101", "/monetary-account/60102/transactions/sync"];
    let paths = paths.map(|path| format!("/user/{user_id}{path}"));
    app.bank.fault(json!({ "endpoint": "*", "times": 1000, "status": 500 })).await;
    for path in paths.iter().chain(&paths) {
        assert_eq!(app.get(path).await.status, 502, "{path}");
    }
    app.bank.clear_faults().await;
    let list = "GET user/{user-id}/monetary-account/{monetary-account-id}/payment";
    app.bank.fault(json!({ "endpoint": list, "status": 200, "body": { "Response": [] } })).await;
    app.get(&paths[4]).await.problem(502, "bank_unavailable");

    assert_eq!(shown(&app, &user_id).await["reads"], json!([]));
    for path in &paths {
        assert_eq!(app.get(path).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn a_loop_of_a_sync_is_one_read() {
    let (app, user_id) = limited("1").await;
    let sync = format!("/user/{user_id}/monetary-account/60101/transactions/sync?count=50");
    let (mut calls, mut cursor) = (0, String::new());

    loop {
        let changes = app.get(&format!("{sync}{cursor}")).await.json();
        cursor = format!("&cursor={}", changes["next_cursor"].as_str().unwrap());
        calls += 1;
        if changes["has_more"] == false {
            break;
        }
    }

    assert!(calls > 1);
    wait(&app.get(&format!("{sync}{cursor}")).await);
}

#[tokio::test]
async fn reads_at_the_same_moment_are_all_counted() {
    let (app, user_id) = limited("3").await;
    let path = format!("/user/{user_id}/payments/60101?count=1");

    let answers = futures::future::join_all((0..8).map(|_| app.get(&path))).await;

    let statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 3, "{statuses:?}");
    assert_eq!(shown(&app, &user_id).await["reads"][0]["count"], 3);
}

#[tokio::test]
async fn reads_of_many_accounts_at_the_same_moment_do_not_hinder_each_other() {
    let (app, user_id) = limited("4").await;
    let paths: Vec<_> = (60_101..=60_105)
        .flat_map(|account| {
            let path = format!("/user/{user_id}/monetary-account/{account}");
            [format!("{path}/transactions"), path.clone(), format!("{path}/transactions?count=1")]
        })
        .collect();

    let answers = futures::future::join_all(paths.iter().map(|path| app.get(path))).await;

    assert!(answers.iter().all(|answer| answer.status == 200), "{answers:?}");
}

#[tokio::test]
async fn a_new_consent_does_not_reset_the_counts_and_a_deleted_connection_has_none() {
    let (app, user_id) = limited("1").await;
    let path = format!("/user/{user_id}/accounts");
    assert_eq!(app.get(&path).await.status, 200);

    assert_eq!(app.connect("person").await, user_id);

    wait(&app.get(&path).await);
    let delete = app.request(reqwest::Method::DELETE, &format!("/user/{user_id}")).bearer_auth(&app.api_key);
    assert_eq!(app.send(delete).await.status, 204);
    assert!(!format!("{:?}", app.scan("connections").await).contains("unattended_reads"));
}

#[tokio::test]
async fn the_sandbox_counts_nothing_by_default() {
    let app = TestApp::start().await;
    let user_id = app.connect("person").await;

    for _ in 0..6 {
        assert_eq!(app.get(&format!("/user/{user_id}/accounts")).await.status, 200);
    }

    assert_eq!(shown(&app, &user_id).await, Value::Null);
}
