//! Notification filters of users and accounts.

use bunq_simulator::{CallbackTargets, FilterAnswer, FilterSets, Settings, UnknownCategories};
use serde_json::{Value, json};

use crate::client::{Bank, Reply};
use crate::desk::{Desk, MAIN, with};
use crate::setup::{Connection, Provider};

const TARGET: &str = "https://app.example/hooks/7";

fn filter(category: &str) -> Value {
    json!({"category": category, "notification_target": TARGET})
}

fn filters(all: &[Value]) -> Value {
    json!({"notification_filters": all})
}

fn path(connection: &Connection) -> String {
    format!("/v1/user/{}/notification-filter-url", connection.id)
}

async fn set(bank: &Bank, connection: &Connection, all: &[Value]) -> Reply {
    bank.post(&path(connection), filters(all)).token(&connection.session).send().await
}

/// The categories that a connection lists.
async fn listed(bank: &Bank, connection: &Connection) -> Vec<Value> {
    let reply = bank.get(&path(connection)).token(&connection.session).send().await.ok().json();
    let all = reply["Response"].as_array().unwrap().iter();
    all.map(|element| element["NotificationFilterUrl"]["category"].clone()).collect()
}

#[tokio::test]
async fn a_post_replaces_all_filters_and_returns_the_new_ones() {
    let desk = Desk::new().await;
    let (bank, customer) = (desk.bank(), &desk.customer);
    set(bank, customer, &[filter("PAYMENT"), filter("REQUEST")]).await.ok();

    let certified = with(filter("MUTATION"), "all_verification_type", json!(["BUNQ_CERTIFICATE"]));
    let reply = set(bank, customer, &[certified]).await.ok().json();

    let made = &reply["Response"][0]["NotificationFilterUrl"];
    assert_eq!(reply["Response"].as_array().unwrap().len(), 1);
    assert_eq!((&made["category"], &made["notification_target"]), (&json!("MUTATION"), &json!(TARGET)));
    assert_eq!((&made["all_user_id"], &made["all_monetary_account_id"]), (&json!([]), &json!([])));
    assert_eq!(made["all_verification_type"], json!(["BUNQ_CERTIFICATE"]));
    let shown = bank.get(&path(customer)).token(&customer.session).send().await.ok().response(0);
    let shown = &shown["NotificationFilterUrl"];
    assert_eq!((&shown["id"], &shown["all_user_id"]), (&made["id"], &json!([50_101])));
    assert_eq!(shown["all_monetary_account_id"].as_array().unwrap().len(), 7);
    assert_eq!(set(bank, customer, &[]).await.ok().text, r#"{"Response":[]}"#);
    assert!(listed(bank, customer).await.is_empty());
}

#[tokio::test]
async fn an_account_has_filters_of_its_own() {
    let desk = Desk::new().await;
    let (bank, customer) = (desk.bank(), &desk.customer);
    set(bank, customer, &[filter("PAYMENT")]).await.ok();

    let rest = format!("{MAIN}/notification-filter-url");
    desk.post(&rest, filters(&[filter("MUTATION")])).await.ok();

    let of_account = desk.get(&rest).await.ok().response(0)["NotificationFilterUrl"].clone();
    assert_eq!((&of_account["category"], &of_account["all_monetary_account_id"]), (&json!("MUTATION"), &json!([MAIN])));
    assert_eq!(listed(bank, customer).await, ["PAYMENT"]);
    desk.post(&rest, filters(&[])).await.ok();
    assert_eq!(listed(bank, customer).await, ["PAYMENT"]);
    assert_eq!(desk.get("99/notification-filter-url").await.status, 404);
}

#[tokio::test]
async fn an_invalid_filter_changes_nothing() {
    let desk = Desk::new().await;
    let (bank, customer) = (desk.bank(), &desk.customer);
    set(bank, customer, &[filter("PAYMENT")]).await.ok();
    let to = |target: &str| with(filter("PAYMENT"), "notification_target", json!(target));

    for (sent, words) in [
        (filters(&[filter("WEATHER")]), "no category"),
        (filters(&[filter("PAYMENT"), filter("PAYMENT"), filter("PAYMENT")]), "at most 2"),
        (filters(&[to("http://app.example/")]), "https"),
        (filters(&[to("http://127.0.0.1:9/")]), "https"),
        (filters(&[to("ftp://app.example/")]), "https"),
        (filters(&[to("app.example")]), "https"),
        (filters(&[to("")]), "https"),
        (filters(&[json!({"category": "PAYMENT"})]), "notification_target"),
        (filters(&[json!({"notification_target": TARGET})]), "category"),
        (json!({}), "notification_filters"),
    ] {
        let reply = bank.post(&path(customer), sent.clone()).token(&customer.session).send().await;
        assert_eq!(reply.status, 400, "{sent}");
        reply.refused_by_simulator(400, words);
    }
    let foreign = filters(&[with(filter("PAYMENT"), "colour", json!("red"))]);
    let reply = bank.post(&path(customer), foreign).token(&customer.session).send().await;
    reply.refused(400, "Superfluous field \"colour\".");
    let text = json!({"notification_filters": "PAYMENT"});
    let reply = bank.post(&path(customer), text).token(&customer.session).send().await;
    reply.refused(400, "Invalid type for field \"notification_filters\" (expected ARRAY containing STRUCT).");
    let put = bank.call("PUT", &path(customer)).json(filters(&[])).token(&customer.session).send().await;
    assert_eq!(put.status, 405);
    assert_eq!(listed(bank, customer).await, ["PAYMENT"]);
}

#[tokio::test]
async fn nobody_sets_filters_of_another_user() {
    let desk = Desk::new().await;
    let (bank, person) = (desk.bank(), &desk.customer);
    let company = desk.app.connect("company").await;

    let reply = bank.post(&path(person), filters(&[])).token(&company.session).send().await;

    assert_eq!(reply.status, 404);
    let own = bank.post(&desk.app.provider.path("notification-filter-url"), filters(&[filter("OAUTH")]));
    own.token(&desk.app.provider.session).send().await.ok();
    assert!(listed(bank, person).await.is_empty() && listed(bank, &company).await.is_empty());
}

#[tokio::test]
async fn a_setting_decides_whether_applications_share_their_filters() {
    for (sets, seen, left) in [(FilterSets::Own, 0, 1), (FilterSets::Shared, 1, 0)] {
        let desk = Desk::with(Settings { notification_filter_sets: sets, ..Settings::default() }).await;
        let (bank, customer) = (desk.bank(), &desk.customer);
        let foreign = json!({"customer": "person", "category": "SHARE", "target": "https://other.example/"});
        bank.switch("notification-filters", foreign).await;

        assert_eq!(listed(bank, customer).await.len(), seen, "{sets:?}");
        set(bank, customer, &[filter("PAYMENT")]).await.ok();

        assert_eq!(listed(bank, customer).await, ["PAYMENT"]);
        let kept = Settings { notification_filter_sets: FilterSets::Shared, ..Settings::default() };
        bank.switch("settings", json!({"notification_filter_sets": kept.notification_filter_sets})).await;
        assert_eq!(listed(bank, customer).await.len(), 1 + left, "{sets:?}");
    }
    let provider = Provider::new(Settings::default()).await;
    let unknown = json!({"customer": "nobody", "category": "SHARE", "target": "https://other.example/"});
    assert_eq!(provider.bank.post("/_simulator/notification-filters", unknown).send().await.status, 404);
    for (category, target) in [("WEATHER", "https://other.example/"), ("SHARE", "http://other.example/"), ("SHARE", "")]
    {
        let filter = json!({"customer": "person", "category": category, "target": target});
        let reply = provider.bank.post("/_simulator/notification-filters", filter).send().await;
        assert_eq!(reply.status, 400, "{category} {target}");
    }
}

#[tokio::test]
async fn settings_decide_categories_targets_and_the_answer() {
    let desk = Desk::with(Settings {
        unknown_categories: UnknownCategories::Accept,
        notification_filter_answer: FilterAnswer::Id,
        callback_targets: CallbackTargets::HttpsOn443,
        ..Settings::default()
    })
    .await;
    let (bank, customer) = (desk.bank(), &desk.customer);

    let made = set(bank, customer, &[filter("WEATHER")]).await.ok();

    assert!(made.id() > 0);
    let elsewhere = with(filter("PAYMENT"), "notification_target", json!("https://app.example:8443/"));
    set(bank, customer, std::slice::from_ref(&elsewhere)).await.refused_by_simulator(400, "https");
    bank.switch("settings", json!({"callback_targets": "https"})).await;
    set(bank, customer, &[elsewhere]).await.ok();
    assert_eq!(listed(bank, customer).await, ["PAYMENT"]);
}

#[tokio::test]
async fn filters_expire_if_a_setting_says_so() {
    let desk = Desk::new().await;
    let (bank, customer) = (desk.bank(), &desk.customer);
    set(bank, customer, &[filter("PAYMENT")]).await.ok();
    let days = |days: u32| json!({"notification_filter_validity_seconds": days * 86_400});

    bank.switch("settings", json!({"clock_offset_seconds": 86_400})).await;
    bank.switch("settings", days(2)).await;
    assert_eq!(listed(bank, customer).await, ["PAYMENT"]);
    bank.switch("settings", days(1)).await;

    assert!(listed(bank, customer).await.is_empty());
}

/// The targets of all filters at the bank.
async fn targets(bank: &Bank) -> Vec<Value> {
    let all = bank.get("/_simulator/notification-filters").send().await.ok().json();
    all["filters"].as_array().unwrap().iter().map(|filter| filter["target"].clone()).collect()
}

#[tokio::test]
async fn a_setting_divides_the_list_into_pages() {
    let desk = Desk::with(Settings { notification_filter_page_size: Some(2), ..Settings::default() }).await;
    let (bank, customer) = (desk.bank(), &desk.customer);
    let all = ["PAYMENT", "REQUEST", "OAUTH"].map(filter);
    set(bank, customer, &all).await.ok();

    let first = bank.get(&format!("{}?count=200", path(customer))).token(&customer.session).send().await.ok().json();
    let older = first["Pagination"]["older_url"].as_str().unwrap().to_owned();
    let last = bank.get(&older).token(&customer.session).send().await.ok().json();

    let categories = |page: &Value| {
        let elements = page["Response"].as_array().unwrap().iter();
        elements.map(|element| element["NotificationFilterUrl"]["category"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(
        (categories(&first), categories(&last)),
        (vec![json!("OAUTH"), json!("REQUEST")], vec![json!("PAYMENT")])
    );
    assert_eq!(last["Pagination"]["older_url"], Value::Null);
}

#[tokio::test]
async fn another_application_writes_between_two_calls() {
    let desk = Desk::with(Settings { notification_filter_sets: FilterSets::Shared, ..Settings::default() }).await;
    let (bank, customer) = (desk.bank(), &desk.customer);
    let write = |target: &str, more: Value| {
        let mut filter = json!({"customer": "person", "category": "SHARE", "target": target});
        filter.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        filter
    };
    let (added, rude) = ("https://added.example/", "https://rude.example/");
    bank.switch("notification-filters", write(added, json!({"after": "read"}))).await;
    let certified = json!({"after": "write", "replaces": true, "all_verification_type": ["BUNQ_CERTIFICATE"]});
    bank.switch("notification-filters", write(rude, certified)).await;

    assert!(listed(bank, customer).await.is_empty(), "it writes after the read");
    assert_eq!(targets(bank).await, [added]);
    assert_eq!(set(bank, customer, &[filter("PAYMENT")]).await.ok().json()["Response"].as_array().unwrap().len(), 1);

    assert_eq!(targets(bank).await, [rude]);
    let shown = bank.get(&path(customer)).token(&customer.session).send().await.ok().response(0);
    assert_eq!(shown["NotificationFilterUrl"]["all_verification_type"], json!(["BUNQ_CERTIFICATE"]));
    let remove = format!("/_simulator/notification-filters/{}", shown["NotificationFilterUrl"]["id"]);
    assert_eq!(bank.call("DELETE", &remove).send().await.status, 204);
    assert_eq!(bank.call("DELETE", &remove).send().await.status, 404);
    assert!(targets(bank).await.is_empty());
}
