//! The key of one program does not give access to another program's customers.

use reqwest::Method;
use serde_json::Value;
use testkit::{Answer, TestApp};

const SCOPES: [&str; 7] = ["accounts", "connections", "payments", "psd2", "credentials", "writes", "events"];
const UNKNOWN: &str = "2f1c7a52-6f0e-4c56-9e0b-0d8f9d2f4a11";
const END: &str = "DELETE session/{item-id}";

async fn users(app: &TestApp, key: &str, query: &str) -> Vec<String> {
    let page = app.get_with_key(&format!("/users{query}"), key).await;
    assert_eq!(page.status, 200, "{page:?}");
    let page = page.json();
    page["users"].as_array().unwrap().iter().map(|user| user["user_id"].as_str().unwrap().to_owned()).collect()
}

async fn delete(app: &TestApp, key: &str, user_id: &str) -> Answer {
    app.send(app.request(Method::DELETE, &format!("/user/{user_id}")).bearer_auth(key)).await
}

/// The items of bunq users.
async fn granted(app: &TestApp) -> Vec<Value> {
    let items = app.scan("connections").await.into_iter();
    items.filter(|item| item["pk"]["S"].as_str().unwrap().starts_with("GRANTED#")).collect()
}

#[tokio::test]
async fn a_key_lists_and_reads_the_customers_of_its_workspace_alone() {
    let app = TestApp::start().await;
    let (_, shop) = app.create_api_key_in("shop", &SCOPES).await;
    let person = app.connect("person").await;
    let company =
        app.consent_in("shop", "company", Some("same")).await.json()["new_user_id"].as_str().unwrap().to_owned();
    let empty =
        app.consent_in("default", "empty", Some("same")).await.json()["new_user_id"].as_str().unwrap().to_owned();

    assert_eq!(users(&app, &shop, "").await, std::slice::from_ref(&company));
    let mut listed = users(&app, &app.api_key, "").await;
    listed.sort();
    let mut own = vec![person.clone(), empty.clone()];
    own.sort();
    assert_eq!(listed, own);
    assert_eq!(users(&app, &shop, "?reference=same").await, std::slice::from_ref(&company));
    assert_eq!(users(&app, &app.api_key, "?reference=same").await, std::slice::from_ref(&empty));
    let connection = app.get_with_key(&format!("/user/{company}/connection"), &shop).await.json();
    assert_eq!(connection["reference"], "same", "without the workspace");
    for (user_id, key) in [(&company, &shop), (&person, &app.api_key), (&empty, &app.api_key)] {
        assert_eq!(app.get_with_key(&format!("/user/{user_id}/accounts"), key).await.status, 200);
    }
}

#[tokio::test]
async fn a_page_of_another_workspace_leads_nowhere_else() {
    let app = TestApp::start().await;
    let (_, shop) = app.create_api_key_in("shop", &SCOPES).await;
    for customer in ["person", "empty"] {
        app.connect(customer).await;
        app.clock.advance(1);
    }
    let company = app.connect_in("shop", "company").await;
    let cursor = app.get("/users?count=1").await.json()["next_cursor"].as_str().unwrap().to_owned();

    let seen = users(&app, &shop, &format!("?cursor={cursor}")).await;

    assert!(seen.iter().all(|user_id| *user_id == company), "{seen:?}");
}

#[tokio::test]
async fn a_customer_of_another_workspace_is_unknown_whatever_became_of_the_connection() {
    let app = TestApp::start().await;
    let (_, shop) = app.create_api_key_in("shop", &SCOPES).await;
    let person = app.connect("person").await;
    let accounts = format!("/user/{person}/accounts");
    let last_use = async || app.get(&format!("/user/{person}/connection")).await.json()["last_used_at"].clone();
    assert_eq!(app.get(&accounts).await.status, 200, "memory has it");
    let before = last_use().await;
    app.bank.forget_calls().await;
    let foreign = async || {
        for path in ["", "/accounts", "/connection", "/payments/60101"] {
            let mut seen = Vec::new();
            for user_id in [person.as_str(), UNKNOWN] {
                let mut problem =
                    app.get_with_key(&format!("/user/{user_id}{path}"), &shop).await.problem(404, "user_not_found");
                problem.as_object_mut().unwrap().remove("request_id");
                seen.push(problem);
            }
            assert_eq!(seen[0], seen[1], "{path}");
        }
        delete(&app, &shop, &person).await.problem(404, "user_not_found");
    };

    foreign().await;
    assert_eq!(app.bank.total().await, 0);
    app.clock.advance(2 * 3600);
    foreign().await;
    assert_eq!(last_use().await, before, "a stranger does not use it");
    assert_eq!(app.get(&accounts).await.status, 200, "nothing was deleted");

    app.bank.revoke("person").await;
    app.get(&accounts).await.problem(403, "consent_revoked");
    foreign().await;
    assert_eq!(delete(&app, &app.api_key, &person).await.status, 204);
    foreign().await;
    assert_eq!(delete(&app, &app.api_key, &person).await.status, 204, "its own workspace can ask again");
}

#[tokio::test]
async fn a_customer_of_one_workspace_is_refused_in_another() {
    let app = TestApp::start().await;
    let (_, shop) = app.create_api_key_in("shop", &SCOPES).await;
    let person = app.connect("person").await;
    app.bank.forget_calls().await;

    let refused = app.consent_in("shop", "person", None).await;

    assert_eq!(refused.problem(409, "connected_elsewhere")["action"], "contact_support");
    assert!(!refused.text.contains(&person) && !refused.text.contains("default"), "{refused:?}");
    assert_eq!(app.bank.count(END).await, 1, "the session that told who it is was ended");
    let stored = [app.scan("connections").await, app.scan("ephemera").await].concat();
    let of_shop = stored.iter().filter(|item| item["pk"]["S"].as_str().unwrap().starts_with("UNCLAIMED#"));
    assert_eq!(of_shop.count(), 0, "the second token is not kept");
    let with_token = stored.iter().filter(|item| item.get("access_token").is_some());
    assert_eq!(with_token.count(), 1, "the first is");
    assert_eq!(users(&app, &shop, "").await, [""; 0]);
    assert_eq!(app.get(&format!("/user/{person}/accounts")).await.status, 200);
    assert_eq!(app.connect("person").await, person, "their own workspace takes them");

    assert_eq!(delete(&app, &app.api_key, &person).await.status, 204);
    let moved = app.connect_in("shop", "person").await;
    assert_eq!(users(&app, &shop, "").await, [moved], "once the first is over");
}

#[tokio::test]
async fn where_customers_may_be_shared_each_workspace_has_its_own_connection() {
    let app = TestApp::builder().variable("ALLOW_SHARED_CUSTOMERS", "true").start().await;
    let (_, shop) = app.create_api_key_in("shop", &SCOPES).await;
    let one = app.connect("person").await;
    let other = app.connect_in("shop", "person").await;
    assert_ne!(one, other);
    for (user_id, key) in [(&one, &app.api_key), (&other, &shop)] {
        assert_eq!(app.get_with_key(&format!("/user/{user_id}/accounts"), key).await.status, 200);
    }
    app.get(&format!("/user/{other}/accounts")).await.problem(404, "user_not_found");
    assert_eq!(app.connect("person").await, one, "a new consent finds the own connection");
    assert_eq!(app.connect_in("shop", "person").await, other);

    assert_eq!(delete(&app, &app.api_key, &one).await.status, 204);
    assert_eq!(app.get_with_key(&format!("/user/{other}/accounts"), &shop).await.status, 200, "the other goes on");
    assert_eq!(granted(&app).await.len(), 1);
    assert_eq!(app.connect_in("shop", "person").await, other);
    assert_eq!(delete(&app, &shop, &other).await.status, 204);
    assert_eq!(granted(&app).await, [Value::Null; 0], "nothing tells of the bunq user any more");
}

#[tokio::test]
async fn of_two_workspaces_at_once_one_gets_the_customer() {
    let app = TestApp::start().await;
    let answers =
        futures::future::join_all(["a", "b", "c"].map(|workspace| app.consent_in(workspace, "person", None))).await;

    let taken = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(taken, 1, "{answers:?}");
    for answer in answers.into_iter().filter(|answer| answer.status != 200) {
        answer.problem(409, "connected_elsewhere");
    }
    assert_eq!(granted(&app).await.len(), 1);
}

#[tokio::test]
async fn what_is_left_of_a_connection_says_its_workspace_and_consent() {
    let app = TestApp::start().await;
    let (_, shop) = app.create_api_key_in("shop", &SCOPES).await;
    let user_id = app.connect_in("shop", "person").await;
    let consented_at =
        app.get_with_key(&format!("/user/{user_id}/connection"), &shop).await.json()["consented_at"].clone();
    app.clock.advance(3600);

    assert_eq!(delete(&app, &shop, &user_id).await.status, 204);

    let items = app.scan("connections").await;
    let tombstone = items.iter().find(|item| item["pk"]["S"] == format!("USER#{user_id}")).unwrap();
    assert_eq!(tombstone["workspace"]["S"], "shop");
    assert_eq!(tombstone["consented_at"]["S"], consented_at);
    assert_ne!(tombstone["deleted_at"]["S"], consented_at);
}
