//! Notification filters: what is written is what was read, and nothing is taken for a whole list that may be a part.

use bunq_client::{
    Call as _, FromAnswer as _, Page, Verified,
    calls::{
        ListNotificationFilters, NotificationFilter, NotificationFilterPage, ReplaceNotificationFilters,
        ReplacedNotificationFilters,
    },
};
use serde_json::{Value, json};

fn verified(body: &Value) -> Verified {
    Verified { body: body.to_string().into_bytes().into(), response_id: None }
}

/// An element as the bank's document shows it.
fn element(id: u64, category: &str, verification: &Value) -> Value {
    json!({ "NotificationFilterUrl": {
        "id": id, "created": "2026-11-25 10:00:00.000000", "updated": "2026-11-25 10:00:00.000000",
        "category": category, "notification_target": "https://books.example/hook?key=secret",
        "all_user_id": [3_580_243], "all_monetary_account_id": [3_558_409], "all_verification_type": verification,
    } })
}

#[test]
fn a_filter_is_repeated_with_what_makes_it_up() {
    let elements = [
        element(72, "MUTATION", &json!(["BUNQ_CERTIFICATE"])),
        element(71, "OAUTH", &json!([])),
        element(70, "SHARE", &Value::Null),
    ];
    let page = NotificationFilterPage::read(verified(&json!({ "Response": elements }))).unwrap();
    assert_eq!((page.ids.as_slice(), page.unreadable, page.older), ([72, 71, 70].as_slice(), 0, None));

    let request = ReplaceNotificationFilters { filters: page.filters.clone() }.build("42".parse().unwrap());

    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "user/42/notification-filter-url"));
    let target = "https://books.example/hook?key=secret";
    let expected = json!({ "notification_filters": [
        { "category": "MUTATION", "notification_target": target, "all_verification_type": ["BUNQ_CERTIFICATE"] },
        { "category": "OAUTH", "notification_target": target },
        { "category": "SHARE", "notification_target": target },
    ] });
    assert_eq!(serde_json::from_slice::<Value>(&request.body.unwrap()).unwrap(), expected);
    assert!(!format!("{:?}", page.filters).contains("secret"));
    let list = ListNotificationFilters { page: Page::LARGEST }.build("42".parse().unwrap());
    assert_eq!(
        (list.path.as_str(), list.query),
        ("user/42/notification-filter-url", vec![("count", "200".to_owned())])
    );
}

#[test]
fn elements_that_cannot_be_repeated_are_counted() {
    let good = element(1, "MUTATION", &json!([]));
    let odd = [
        json!({ "NotificationFilterUrl": { "id": 2, "category": "MUTATION" } }),
        json!({ "NotificationFilterUrl": { "id": 3, "category": null, "notification_target": "https://a.example/" } }),
        json!({ "NotificationFilterUrl": { "category": "", "notification_target": "https://a.example/" } }),
        element(4, "OAUTH", &json!("BUNQ_CERTIFICATE")),
        json!({ "NotificationFilterPush": { "id": 5, "category": "OAUTH", "notification_target": "https://a.example/" } }),
    ];
    let elements: Vec<_> = odd.iter().chain([&good]).collect();

    let page = NotificationFilterPage::read(verified(&json!({ "Response": elements }))).unwrap();

    assert_eq!((page.filters.len(), page.unreadable, page.ids.len()), (1, 5, 5));
}

#[test]
fn a_list_of_which_a_part_may_be_missing_is_an_error() {
    let one = element(7, "OAUTH", &json!([]));
    let page = |older: Value| {
        let body =
            json!({ "Response": [one], "Pagination": { "future_url": null, "newer_url": null, "older_url": older } });
        NotificationFilterPage::read(verified(&body))
    };

    assert_eq!(page(Value::Null).unwrap().older, None);
    assert_eq!(page(json!("/v1/user/42/notification-filter-url?older_id=7")).unwrap().older, Some(7));
    assert!(page(json!("/v1/user/42/notification-filter-url?page=2")).is_err());
    assert!(NotificationFilterPage::read(verified(&json!({ "Response": vec![one.clone(); 200] }))).is_err());
    assert!(NotificationFilterPage::read(verified(&json!({ "Response": vec![one; 199] }))).is_ok());
    assert!(NotificationFilterPage::read(verified(&json!({ "Error": [] }))).is_err());
}

#[test]
fn the_answer_to_a_write_is_a_list_or_an_id() {
    let read = |body: Value| ReplacedNotificationFilters::read(verified(&body)).unwrap().0;
    let filter = NotificationFilter {
        category: "OAUTH".to_owned(),
        target: "https://books.example/hook?key=secret".to_owned(),
        verification: Vec::new(),
    };

    assert_eq!(read(json!({ "Response": [element(7, "OAUTH", &json!([]))] })), Some(vec![filter]));
    assert_eq!(read(json!({ "Response": [] })), Some(Vec::new()));
    assert_eq!(read(json!({ "Response": [{ "Id": { "id": 7 } }] })), None);
}
