//! Every state, and who may read and change it.

use serde_json::{Value, json};
use testkit::{JsonBody as _, TestApp};

use super::fixture::{READ, USUAL, WRITE, announced, connected, enable, foreign, keep, others, ours, states};

#[tokio::test]
async fn a_choice_adds_our_filters_once_and_keeps_those_of_other_applications() {
    let (app, path) = connected().await;
    let filter = json!({
        "customer": "person", "category": "MUTATION", "target": "https://books.example/hook?key=1",
        "all_verification_type": ["BUNQ_CERTIFICATE"],
    });
    app.bank.set_foreign_filter(filter).await;

    let first = enable(&app, &path).await;
    let second = enable(&app, &path).await;

    for answer in [&first, &second] {
        assert_eq!(states(answer), ("ok".to_owned(), vec!["ok".to_owned(); 4]), "{answer:?}");
        assert_eq!(answer.json()["foreign"], 1);
        assert_eq!(answer.json()["lost"], json!([]));
    }
    assert_eq!(app.bank.count(WRITE).await, 1, "nothing is written that is there");
    assert_eq!(ours(&app).await, USUAL);
    let filters = app.bank.filters().await;
    assert_eq!(filters[0]["target"], "https://books.example/hook?key=1");
    assert_eq!(filters[0]["all_verification_type"], json!(["BUNQ_CERTIFICATE"]));
    let read = app.get(&path).await;
    assert_eq!((states(&read), &read.json()["checked_at"]), (states(&second), &second.json()["checked_at"]));
    assert_eq!(announced(&app).await, ["ok"]);
}

#[tokio::test]
async fn the_address_is_the_same_in_every_process_and_another_for_every_customer() {
    let (mut app, path) = connected().await;
    let target = |filter: &Value| filter["target"].as_str().unwrap().to_owned();
    enable(&app, &path).await;
    let person = target(&app.bank.filters().await[0]);

    app.restart().await;
    enable(&app, &path).await;
    let company = app.connect("company").await;
    enable(&app, &format!("/user/{company}/notifications")).await;

    let all: Vec<_> = app.bank.filters().await.iter().map(target).collect();
    assert_eq!(app.bank.count(WRITE).await, 2);
    assert_eq!(all.iter().filter(|one| **one == person).count(), 4);
    let token = person.rsplit('/').next().unwrap();
    assert!(token.len() == 44 && token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
    let other = all.iter().find(|one| **one != person).unwrap();
    assert!(other.starts_with(&format!("{}hooks/bunq/", app.url)), "another customer's");
}

#[tokio::test]
async fn a_category_without_a_place_is_full() {
    let (app, path) = connected().await;
    for host in ["one.example", "two.example"] {
        foreign(&app, "MUTATION", host).await;
    }

    let partial = enable(&app, &path).await;
    let full = app.put(&path, &json!({ "enabled": true, "categories": ["MUTATION"] })).await;

    assert_eq!(states(&partial), ("partial".to_owned(), ["full", "ok", "ok", "ok"].map(str::to_owned).to_vec()));
    assert_eq!(states(&full), ("full".to_owned(), vec!["full".to_owned()]));
    assert_eq!(others(&app).await.len(), 2);
    assert_eq!(ours(&app).await, [""; 0], "those that are not chosen any more are removed");
    assert_eq!(announced(&app).await, ["partial", "full"]);
}

#[tokio::test]
async fn a_category_that_the_bank_refuses_is_left_out_for_a_day() {
    let (app, path) = connected().await;
    let categories = ["OAUTH", "WEATHER", "MUTATION", "TIDES"];

    let chosen = app.put(&path, &json!({ "enabled": true, "categories": categories })).await;

    assert_eq!(states(&chosen), ("partial".to_owned(), ["ok", "refused", "ok", "refused"].map(str::to_owned).to_vec()));
    assert_eq!(ours(&app).await, ["OAUTH", "MUTATION"]);
    app.bank.forget_calls().await;
    let checked = app.get(&format!("{path}?check=true")).await;
    assert_eq!((states(&checked), app.bank.count(WRITE).await), (states(&chosen), 0));
    app.bank.settings(json!({ "unknown_categories": "accept" })).await;
    assert_eq!(keep(&app, 10).await["checked"], 0, "a day has not passed");
    app.advance(27 * 3600).await;
    assert_eq!(keep(&app, 10).await["checked"], 1);
    assert_eq!(states(&app.get(&path).await), ("ok".to_owned(), vec!["ok".to_owned(); 4]));
    assert_eq!(announced(&app).await, ["partial", "ok"]);
}

#[tokio::test]
async fn what_the_bank_refuses_as_a_whole_is_refused() {
    let (app, path) = connected().await;
    let alone = app.put(&path, &json!({ "enabled": true, "categories": ["WEATHER"] })).await;
    assert_eq!(states(&alone), ("refused".to_owned(), vec!["refused".to_owned()]));

    for endpoint in [READ, WRITE] {
        app.bank.fault(json!({ "endpoint": endpoint, "status": 403, "times": 1000 })).await;
        let answer = enable(&app, &path).await;
        assert_eq!(states(&answer), ("refused".to_owned(), vec!["refused".to_owned(); 4]), "{endpoint}");
        app.bank.clear_faults().await;
    }
    assert_eq!(ours(&app).await, [""; 0]);
    assert_eq!(states(&enable(&app, &path).await).0, "ok");
    assert_eq!(announced(&app).await, ["refused", "ok"]);
}

#[tokio::test]
async fn another_application_that_always_wins_is_reported_and_its_filter_stays() {
    let (app, path) = connected().await;
    for _ in 0..3 {
        let filter = json!({
            "customer": "person", "category": "SHARE", "target": "https://rude.example/", "replaces": true, "after": "write",
        });
        app.bank.set_foreign_filter(filter).await;
    }

    let answer = enable(&app, &path).await;

    assert_eq!(states(&answer), ("overwritten".to_owned(), vec!["missing".to_owned(); 4]));
    assert_eq!((app.bank.count(WRITE).await, app.bank.count(READ).await), (3, 4));
    assert_eq!(others(&app).await, [("SHARE".to_owned(), "rude.example".to_owned())]);
    app.advance(3600).await;
    assert_eq!(keep(&app, 10).await["checked"], 1, "an hour later");
    assert_eq!(states(&app.get(&path).await).0, "ok");
    assert_eq!(others(&app).await.len(), 1);
}

#[tokio::test]
async fn notifications_are_turned_off_and_on() {
    let (app, path) = connected().await;
    foreign(&app, "SHARE", "books.example").await;
    let before = app.get(&path).await;
    assert_eq!(states(&before), ("pending".to_owned(), vec!["missing".to_owned(); 4]));
    assert_eq!((&before.json()["checked_at"], &before.json()["enabled"]), (&Value::Null, &json!(true)));
    assert_eq!(app.bank.total().await, 0, "the bank is not asked");
    enable(&app, &path).await;

    let off = app.put(&path, &json!({ "enabled": false })).await;

    assert_eq!(states(&off), ("off".to_owned(), Vec::new()));
    assert_eq!((&off.json()["enabled"], &off.json()["next_check_at"]), (&json!(false), &Value::Null));
    assert_eq!((ours(&app).await.len(), others(&app).await.len()), (0, 1));
    app.advance(30 * 86_400).await;
    assert_eq!(keep(&app, 10).await["checked"], 0);
    assert_eq!(states(&enable(&app, &path).await).0, "ok");
    assert_eq!(announced(&app).await, ["ok", "off", "ok"]);
}

#[tokio::test]
async fn a_look_changes_nothing_at_the_bank() {
    let (app, path) = connected().await;
    let look = format!("{path}?check=true");

    assert_eq!(states(&app.get(&look).await), ("pending".to_owned(), vec!["missing".to_owned(); 4]));
    enable(&app, &path).await;
    let filter =
        json!({ "customer": "person", "category": "SHARE", "target": "https://rude.example/", "replaces": true });
    app.bank.set_foreign_filter(filter).await;
    app.bank.forget_calls().await;
    let looked = app.get(&look).await;

    assert_eq!(states(&looked), ("pending".to_owned(), vec!["missing".to_owned(); 4]));
    assert_eq!((app.bank.count(READ).await, app.bank.count(WRITE).await, ours(&app).await.len()), (1, 0, 0));
    assert_eq!(keep(&app, 10).await["checked"], 1, "the repair is due at once");
    assert_eq!(ours(&app).await, USUAL);
    assert_eq!(announced(&app).await, ["ok", "pending", "ok"]);
}

#[tokio::test]
async fn a_deployment_without_callbacks_says_so() {
    let app = TestApp::start().await;
    let path = format!("/user/{}/notifications", app.connect("person").await);
    app.bank.forget_calls().await;

    app.get(&path).await.problem(403, "callbacks_off");
    app.get(&format!("{path}?check=true")).await.problem(403, "callbacks_off");
    enable(&app, &path).await.problem(403, "callbacks_off");

    assert_eq!(keep(&app, 10).await, json!({ "checked": 0, "postponed": 0, "failed": 0, "finished": true }));
    assert_eq!(app.bank.total().await, 0);
}

#[tokio::test]
async fn reading_needs_one_scope_and_choosing_another() {
    let (app, path) = connected().await;
    let put = async |key: &str| {
        let request = app.request(reqwest::Method::PUT, &path).bearer_auth(key);
        app.send(request.json_body(&json!({ "enabled": true }))).await
    };
    let (_, accounts) = app.create_api_key(&["accounts"]).await;
    let (_, connections) = app.create_api_key(&["connections"]).await;
    let (_, elsewhere) = app.create_api_key_in("other", &["accounts", "connections"]).await;

    assert_eq!(app.get_with_key(&path, &accounts).await.status, 200);
    app.get_with_key(&path, &connections).await.problem(403, "scope_missing");
    put(&accounts).await.problem(403, "scope_missing");
    assert_eq!(put(&connections).await.status, 200);
    app.get_with_key(&path, &elsewhere).await.problem(404, "user_not_found");
    put(&elsewhere).await.problem(404, "user_not_found");
}

#[tokio::test]
async fn a_body_that_chooses_nothing_is_refused() {
    let (app, path) = connected().await;
    for (body, places) in [
        (json!({}), vec!["/enabled"]),
        (json!({ "enabled": "yes", "categories": [] }), vec!["/categories", "/enabled"]),
        (
            json!({ "enabled": true, "categories": ["mutation", "A__B", "OAUTH"] }),
            vec!["/categories/0", "/categories/1"],
        ),
        (json!({ "enabled": true, "categories": vec!["OAUTH"; 21], "url": "x" }), vec!["/categories", "/url"]),
    ] {
        assert_eq!(app.put(&path, &body).await.places(), places, "{body}");
    }
    app.get(&format!("{path}?check=1")).await.problem(422, "invalid_request");
    assert_eq!(app.bank.total().await, 0);
    let twice = app.put(&path, &json!({ "enabled": true, "categories": ["OAUTH", "OAUTH"] })).await;
    assert_eq!(states(&twice), ("ok".to_owned(), vec!["ok".to_owned()]));
}
