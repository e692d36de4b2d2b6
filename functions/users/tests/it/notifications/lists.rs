//! Lists of the bank that are long, odd, or answered in another form.

use serde_json::json;

use super::fixture::{READ, USUAL, WRITE, announced, connected, enable, foreign, others, ours, states};
use crate::fixture::bank_error;

#[tokio::test]
async fn a_list_of_several_pages_is_read_and_kept_as_a_whole() {
    let (app, path) = connected().await;
    let categories = ["SHARE", "BILLING", "CHAT", "IDEAL", "PAYMENT", "SUPPORT", "SOFORT"];
    for (number, category) in categories.into_iter().enumerate() {
        foreign(&app, category, &format!("app-{number}.example")).await;
    }
    let before = others(&app).await;
    app.bank.settings(json!({ "notification_filter_page_size": 3 })).await;

    let answer = enable(&app, &path).await;

    assert_eq!(states(&answer).0, "ok", "{answer:?}");
    assert_eq!(answer.json()["foreign"], 7);
    assert_eq!((others(&app).await, ours(&app).await), (before, USUAL.map(str::to_owned).to_vec()));
    // Three pages before the write, and four after it.
    assert_eq!((app.bank.count(READ).await, app.bank.count(WRITE).await), (7, 1));
}

#[tokio::test]
async fn a_list_of_which_a_part_may_be_missing_is_not_written() {
    let (app, path) = connected().await;
    foreign(&app, "SHARE", "books.example").await;
    let element = |id: u64| json!({ "NotificationFilterUrl": { "id": id, "category": "SHARE", "notification_target": "https://a.example/" } });
    let without_id =
        json!({ "NotificationFilterUrl": { "category": "SHARE", "notification_target": "https://a.example/" } });
    let pages = |older: &str| json!({ "future_url": null, "newer_url": null, "older_url": older });
    for body in [
        // The next page has no id.
        json!({ "Response": [element(7)], "Pagination": pages("/v1/user/1/notification-filter-url?page=2") }),
        // The next page begins above this one.
        json!({ "Response": [element(7)], "Pagination": pages("/v1/user/1/notification-filter-url?older_id=9") }),
        // The elements have no ids, so it is unknown where the next page is.
        json!({ "Response": [without_id], "Pagination": pages("/v1/user/1/notification-filter-url?older_id=9") }),
        // A full page without a word about others.
        json!({ "Response": vec![element(7); 200] }),
        json!({ "Response": "none" }),
    ] {
        app.bank.fault(json!({ "endpoint": READ, "status": 200, "body": body, "times": 1000 })).await;
        enable(&app, &path).await.problem(502, "bank_unavailable");
        app.bank.clear_faults().await;
    }
    assert_eq!((app.bank.count(WRITE).await, others(&app).await.len()), (0, 1));
    assert_eq!(states(&app.get(&path).await).0, "pending");
    assert_eq!(announced(&app).await, [""; 0]);
}

#[tokio::test]
async fn an_element_that_cannot_be_repeated_is_not_lost() {
    for element in [
        json!({ "NotificationFilterUrl": { "id": 1, "category": "SHARE" } }),
        json!({ "NotificationFilterUrl": { "id": 1, "category": 7, "notification_target": "https://a.example/" } }),
        json!({ "NotificationFilterUrl": {
            "id": 1, "category": "SHARE", "notification_target": "https://a.example/", "all_verification_type": [7],
        } }),
        json!({ "NotificationFilterMail": { "id": 1, "category": "SHARE", "notification_target": "https://a.example/" } }),
    ] {
        let (app, path) = connected().await;
        let body = json!({ "Response": [element] });
        app.bank.fault(json!({ "endpoint": READ, "status": 200, "body": body, "times": 1000 })).await;

        let answer = enable(&app, &path).await;

        assert_eq!(states(&answer), ("unreadable".to_owned(), vec!["missing".to_owned(); 4]), "{element}");
        assert_eq!(app.bank.count(WRITE).await, 0);
        assert_eq!(announced(&app).await, ["unreadable"]);
    }
}

#[tokio::test]
async fn an_answer_that_is_an_id_is_understood() {
    let (app, path) = connected().await;
    app.bank.settings(json!({ "notification_filter_answer": "id" })).await;
    foreign(&app, "SHARE", "books.example").await;

    let answer = enable(&app, &path).await;

    assert_eq!(states(&answer).0, "ok", "{answer:?}");
    assert_eq!((app.bank.count(WRITE).await, others(&app).await.len()), (1, 1));
}

#[tokio::test]
async fn a_filter_that_the_bank_leaves_out_of_its_answer_is_written_again() {
    let (app, path) = connected().await;
    foreign(&app, "SHARE", "books.example").await;
    // The bank says that it has none, and another application has removed the filter in fact.
    app.bank.fault(json!({ "endpoint": WRITE, "status": 200, "body": { "Response": [] } })).await;
    let filter = json!({
        "customer": "person", "category": "CHAT", "target": "https://other.example/", "replaces": true, "after": "read",
    });
    app.bank.set_foreign_filter(filter).await;

    let answer = enable(&app, &path).await;

    assert_eq!(states(&answer).0, "ok", "{answer:?}");
    let expected = [("CHAT", "other.example"), ("SHARE", "books.example")];
    assert_eq!(others(&app).await, expected.map(|(category, host)| (category.to_owned(), host.to_owned())));
    assert_eq!((answer.json()["lost"].clone(), app.bank.count(WRITE).await), (json!([]), 2));
}

#[tokio::test]
async fn filters_of_an_earlier_key_are_replaced() {
    let (mut app, path) = connected().await;
    enable(&app, &path).await;
    let before = app.bank.filters().await;
    let mut secret = app.read_secret("hook-key").await;
    let (current, key) = (secret["current"].as_u64().unwrap(), "A".repeat(43) + "=");
    secret["keys"][(current + 1).to_string()] = json!(key);
    secret["current"] = json!(current + 1);
    app.write_secret("hook-key", &secret.to_string()).await;
    app.restart().await;

    let answer = enable(&app, &path).await;

    assert_eq!((states(&answer).0.as_str(), ours(&app).await.as_slice()), ("ok", &USUAL.map(str::to_owned)[..]));
    let after = app.bank.filters().await;
    assert!(after.iter().all(|filter| before.iter().all(|one| one["target"] != filter["target"])), "{after:?}");
}

#[tokio::test]
async fn a_deployment_chooses_its_own_categories() {
    let (mut app, path) = connected().await;
    app.set_variable("FILTER_CATEGORIES", "OAUTH, PAYMENT");
    app.restart().await;

    enable(&app, &path).await;

    assert_eq!(ours(&app).await, ["OAUTH", "PAYMENT"]);
}

#[tokio::test]
async fn no_address_is_told_by_a_problem() {
    let (app, path) = connected().await;
    enable(&app, &path).await;
    let target = app.bank.filters().await[0]["target"].as_str().unwrap().to_owned();
    let text = format!("{target} cannot be reached");
    app.bank.fault(json!({ "endpoint": WRITE, "status": 404, "body": bank_error(&text) })).await;

    let refused = app.put(&path, &json!({ "enabled": true, "categories": ["OAUTH"] })).await;

    refused.problem(404, "bank_refused");
    let token = target.rsplit('/').next().unwrap();
    assert!(!refused.text.contains(token) && !testkit::logs::text().contains(token), "{refused:?}");
    assert!(!app.get(&path).await.text.contains(token));
}
