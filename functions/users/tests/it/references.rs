//! A bunq customer who stands for several users of the caller: each user is found and deleted separately.

use futures::future::join_all;
use reqwest::Method;
use serde_json::json;
use testkit::{Answer, TestApp};

fn ids(answer: &Answer) -> Vec<String> {
    let users = answer.json()["users"].as_array().unwrap().clone();
    users.iter().map(|user| user["user_id"].as_str().unwrap().to_owned()).collect()
}

async fn found(app: &TestApp, reference: &str) -> Vec<String> {
    ids(&app.get(&format!("/users?reference={reference}")).await)
}

async fn names(app: &TestApp, user_id: &str) -> Vec<String> {
    let connection = app.get(&format!("/user/{user_id}/connection")).await.json();
    let references = connection["references"].as_array().unwrap();
    references.iter().map(|one| one["reference"].as_str().unwrap().to_owned()).collect()
}

async fn delete(app: &TestApp, path: &str) -> Answer {
    app.send(app.request(Method::DELETE, path).bearer_auth(&app.api_key)).await
}

#[tokio::test]
async fn a_connection_ends_with_its_last_reference() {
    let app = TestApp::start().await;
    let user_id = app.connect_as("person", "anna").await;
    assert_eq!(app.connect_as("person", "bert").await, user_id);
    let (accounts, one) = (format!("/user/{user_id}/accounts"), format!("/user/{user_id}?reference="));

    for _ in 0..2 {
        assert_eq!(delete(&app, &format!("{one}anna")).await.status, 204);
        assert_eq!((found(&app, "anna").await, found(&app, "bert").await), (vec![], vec![user_id.clone()]));
        assert_eq!(names(&app, &user_id).await, ["bert"]);
        assert_eq!(app.get(&accounts).await.status, 200);
    }
    assert_eq!(delete(&app, &format!("{one}another")).await.status, 204, "there is no such reference either");
    assert_eq!(app.get(&accounts).await.status, 200);
    for _ in 0..2 {
        assert_eq!(delete(&app, &format!("{one}bert")).await.status, 204);
        assert_eq!(found(&app, "bert").await, Vec::<String>::new());
        app.get(&accounts).await.problem(404, "user_not_found");
    }
    let items = app.scan("connections").await;
    assert!(!items.iter().any(|item| item["pk"]["S"].as_str().unwrap().starts_with("REFERENCE#")), "{items:?}");
}

#[tokio::test]
async fn without_a_reference_all_of_it_is_deleted() {
    let app = TestApp::start().await;
    let user_id = app.connect_as("person", "anna").await;
    app.connect_as("person", "bert").await;

    assert_eq!(delete(&app, &format!("/user/{user_id}")).await.status, 204);

    app.get(&format!("/user/{user_id}/accounts")).await.problem(404, "user_not_found");
    assert_eq!((found(&app, "anna").await, found(&app, "bert").await), (vec![], vec![]));
    let again = app.connect_as("person", "anna").await;
    assert_ne!(again, user_id);
    assert_eq!((found(&app, "anna").await, names(&app, &again).await), (vec![again], vec!["anna".to_owned()]));
}

#[tokio::test]
async fn a_reference_is_deleted_in_its_own_workspace_only() {
    let app = TestApp::start().await;
    let user_id = app.connect_as("person", "anna").await;
    app.connect_as("person", "bert").await;
    let (_, other) = app.create_api_key_in("shop", &["connections"]).await;

    let path = format!("/user/{user_id}?reference=anna");
    let answer = app.send(app.request(Method::DELETE, &path).bearer_auth(other)).await;

    answer.problem(404, "user_not_found");
    assert_eq!(names(&app, &user_id).await, ["anna", "bert"]);
}

#[tokio::test]
async fn what_cannot_be_a_reference_deletes_nothing() {
    let app = TestApp::start().await;
    let user_id = app.connect_as("person", "anna").await;
    for query in ["reference=", "reference=a%20b", "reference=anna&reference=anna", "refrence=anna"] {
        delete(&app, &format!("/user/{user_id}?{query}")).await.problem(422, "invalid_request");
    }
    assert_eq!(names(&app, &user_id).await, ["anna"]);
}

#[tokio::test]
async fn consents_and_deletions_at_once_lose_and_keep_nothing() {
    let app = TestApp::start().await;
    let user_id = app.connect_as("person", "kept").await;
    for round in 0..5 {
        let old: Vec<String> = (0..2).map(|one| format!("old-{round}-{one}")).collect();
        for reference in &old {
            app.connect_as("person", reference).await;
        }
        let fresh: Vec<String> = (0..2).map(|one| format!("new-{round}-{one}")).collect();

        let forget = async |reference: &String| {
            // If other requests win the race at each try, the answer is 503, and the caller retries.
            while delete(&app, &format!("/user/{user_id}?reference={reference}")).await.status != 204 {}
        };
        let deletions = join_all(old.iter().map(forget));
        let consents = join_all(fresh.iter().map(|reference| app.connect_as("person", reference)));
        tokio::join!(deletions, consents);

        let mut left = names(&app, &user_id).await;
        left.sort();
        let mut expected: Vec<_> =
            (0..=round).flat_map(|round| (0..2).map(move |one| format!("new-{round}-{one}"))).collect();
        expected.insert(0, "kept".to_owned());
        expected.sort();
        assert_eq!(left, expected);
        for reference in old.iter().chain(&fresh) {
            let there = if fresh.contains(reference) { vec![user_id.clone()] } else { vec![] };
            assert_eq!(found(&app, reference).await, there, "{reference}");
        }
    }
}

#[tokio::test]
async fn a_list_of_one_reference_is_walked_by_its_cursor() {
    let app = TestApp::start().await;
    for customer in ["person", "company", "empty", "strange"] {
        app.connect_as(customer, "same").await;
        app.connect_as(customer, "other").await;
    }

    let first = app.get("/users?reference=same&count=3").await;
    let cursor = first.json()["next_cursor"].as_str().unwrap().to_owned();
    let second = app.get(&format!("/users?reference=same&count=3&cursor={cursor}")).await;

    let mut all = [ids(&first), ids(&second)].concat();
    all.sort();
    all.dedup();
    assert_eq!((all.len(), second.json()["next_cursor"].is_null()), (4, true));
}

#[tokio::test]
async fn a_connection_has_at_most_fifty_references() {
    let app = TestApp::start().await;
    let user_id = app.connect_as("person", "0").await;
    for at in 1..50 {
        app.connect_as("person", &at.to_string()).await;
    }

    let asked = app.ask_consent(&json!({ "reference": "50" })).await;
    let (cookie, page) = app.open_consent(asked["url"].as_str().unwrap()).await;
    let back = app.approve(&page, "person").await;
    let answer = app.callback(&back, &cookie).await;

    answer.problem(409, "too_many_references");
    let consent = app.get(&format!("/consents/{}", asked["consent_id"].as_str().unwrap())).await.json();
    assert_eq!((&consent["status"], &consent["code"]), (&json!("failed"), &json!("too_many_references")));
    assert_eq!(names(&app, &user_id).await.len(), 50);
    assert_eq!(app.get(&format!("/user/{user_id}/accounts")).await.status, 200);
    assert_eq!(app.connect_as("person", "7").await, user_id, "one that it has");
    assert_eq!(delete(&app, &format!("/user/{user_id}")).await.status, 204);
}

#[tokio::test]
async fn a_deletion_and_one_of_a_reference_at_once_leave_no_name() {
    for _ in 0..5 {
        let app = TestApp::start().await;
        let user_id = app.connect_as("person", "anna").await;
        app.connect_as("person", "bert").await;
        let (whole, one) = (format!("/user/{user_id}"), format!("/user/{user_id}?reference=anna"));

        let (whole, one) = tokio::join!(delete(&app, &whole), delete(&app, &one));

        assert_eq!((whole.status, one.status), (204, 204));
        let items = json!(app.scan("connections").await).to_string();
        assert!(!items.contains("anna") && !items.contains("bert"), "{items}");
    }
}
