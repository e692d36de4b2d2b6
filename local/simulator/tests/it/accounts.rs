use bunq_simulator::Settings;
use serde_json::Value;

use crate::client::Reply;
use crate::setup::{App, Connection};

async fn get(app: &App, connection: &Connection, rest: &str) -> Reply {
    let path = format!("/v1/user/{}/{rest}", connection.id);
    app.bank().get(&path).token(&connection.session).send().await
}

fn elements(reply: &Reply) -> Vec<(String, Value)> {
    let all = reply.json()["Response"].as_array().unwrap().clone();
    all.into_iter().flat_map(|element| element.as_object().unwrap().clone().into_iter()).collect()
}

fn ids(reply: &Reply) -> Vec<u64> {
    elements(reply).iter().map(|(_, fields)| fields["id"].as_u64().unwrap()).collect()
}

fn page(reply: &Reply, name: &str) -> Option<String> {
    reply.json()["Pagination"][name].as_str().map(str::to_owned)
}

#[tokio::test]
async fn accounts_of_every_kind_are_listed_newest_first() {
    let app = App::new(Settings::default()).await;
    let person = app.connect("person").await;

    let list = get(&app, &person, "monetary-account").await.ok();

    let kinds: Vec<String> = elements(&list).into_iter().map(|(kind, _)| kind.replace("MonetaryAccount", "")).collect();
    assert_eq!(kinds, ["ExternalSavings", "External", "Card", "Savings", "Joint", "Bank", "Bank"]);
    let bank = &elements(&list)[6].1;
    assert_eq!((&bank["balance"]["value"], &bank["currency"]), (&"1843.27".into(), &"EUR".into()));
    let aliases: Vec<&str> =
        bank["alias"].as_array().unwrap().iter().map(|one| one["type"].as_str().unwrap()).collect();
    assert_eq!(aliases, ["PHONE_NUMBER", "EMAIL", "IBAN"]);
    assert!(bank["alias"][2]["value"].as_str().unwrap().contains("BUNQ"));
    // The progress toward the goal in percent. Without a goal the field is absent.
    let savings = &elements(&list)[3].1;
    assert_eq!(savings["savings_goal_progress"], 42);
    assert!(elements(&list)[0].1.get("savings_goal_progress").is_none());
}

#[tokio::test]
async fn kinds_differ_in_their_fields() {
    let app = App::new(Settings::default()).await;
    let person = app.connect("person").await;
    let list = elements(&get(&app, &person, "monetary-account").await.ok());
    let has = |place: usize, field: &str| list[place].1.get(field).is_some();

    // External savings, external, card, savings, joint, bank.
    assert!(!has(0, "overdraft_limit") && !has(1, "overdraft_limit") && has(1, "open_banking_account"));
    assert!(has(2, "balance_real") && !has(2, "display_name") && !has(2, "avatar"));
    assert!(has(3, "savings_goal") && !has(3, "display_name"));
    assert!(has(4, "all_co_owner") && !has(4, "display_name") && has(5, "display_name"));
}

#[tokio::test]
async fn every_kind_has_a_list_of_its_own() {
    let app = App::new(Settings::default()).await;
    let person = app.connect("person").await;

    for (kind, expected) in [
        ("bank", vec![60_102, 60_101]),
        ("joint", vec![60_103]),
        ("savings", vec![60_104]),
        ("card", vec![60_105]),
        ("external", vec![60_106]),
        ("external-savings", vec![60_107]),
    ] {
        let list = get(&app, &person, &format!("monetary-account-{kind}")).await.ok();
        assert_eq!(ids(&list), expected, "{kind}");
    }
    let one = get(&app, &person, "monetary-account-joint/60103").await.ok();
    assert_eq!(one.response(0)["MonetaryAccountJoint"]["description"], "Samen thuis");
    let other = get(&app, &person, "monetary-account-joint/60101").await;
    other.refused(404, "Monetary account for id \"60101\" not found.");
}

#[tokio::test]
async fn a_list_is_walked_in_both_directions() {
    let app = App::new(Settings::default()).await;
    let person = app.connect("person").await;
    let follow = |url: String| app.bank().get(Box::leak(url.into_boxed_str())).token(&person.session).send();

    let first = get(&app, &person, "monetary-account?count=3").await.ok();
    let second = follow(page(&first, "older_url").unwrap()).await.ok();
    let third = follow(page(&second, "older_url").unwrap()).await.ok();

    assert_eq!(
        (ids(&first), ids(&second), ids(&third)),
        (vec![60_107, 60_106, 60_105], vec![60_104, 60_103, 60_102], vec![60_101])
    );
    let base = format!("/v1/user/{}/monetary-account", person.id);
    assert_eq!(page(&first, "older_url").unwrap(), format!("{base}?count=3&older_id=60105"));
    assert_eq!(page(&first, "future_url").unwrap(), format!("{base}?count=3&newer_id=60107"));
    assert_eq!((page(&first, "newer_url"), page(&third, "older_url")), (None, None));
    assert_eq!(page(&second, "newer_url").unwrap(), format!("{base}?count=3&newer_id=60104"));
    assert_eq!(ids(&follow(page(&third, "newer_url").unwrap()).await.ok()), [60_104, 60_103, 60_102]);
}

#[tokio::test]
async fn a_list_without_a_count_keeps_it_out_of_the_urls() {
    let app = App::new(Settings::default()).await;
    let person = app.connect("person").await;

    let list = get(&app, &person, "monetary-account").await.ok();
    let poll = get(&app, &person, "monetary-account?newer_id=60107").await.ok();

    assert_eq!(page(&list, "future_url").unwrap(), format!("/v1/user/{}/monetary-account?newer_id=60107", person.id));
    assert_eq!((page(&list, "newer_url"), page(&list, "older_url")), (None, None));
    assert!(ids(&poll).is_empty() && page(&poll, "future_url").is_none());
}

#[tokio::test]
async fn a_page_that_makes_no_sense_is_refused() {
    let app = App::new(Settings::default()).await;
    let person = app.connect("person").await;

    for query in ["count=0", "count=many", "older_id=1&newer_id=2"] {
        get(&app, &person, &format!("monetary-account?{query}")).await.refused_by_simulator(400, "");
    }
    assert_eq!(ids(&get(&app, &person, "monetary-account?count=1000").await.ok()).len(), 7);
}

#[tokio::test]
async fn a_customer_may_have_no_account_or_strange_ones() {
    let app = App::new(Settings::default()).await;
    let empty = app.connect("empty").await;
    let strange = app.connect("strange").await;

    let none = get(&app, &empty, "monetary-account").await.ok();
    let some = get(&app, &strange, "monetary-account").await.ok();

    let future = page(&none, "future_url").unwrap();
    assert!(elements(&none).is_empty() && future.contains("?newer_id="), "{future}");
    assert_eq!((page(&none, "newer_url"), page(&none, "older_url")), (None, None));
    let some = elements(&some);
    let kinds: Vec<&str> = some.iter().map(|(kind, _)| kind.as_str()).collect();
    let expected = [
        "MonetaryAccountSwitchService",
        "MonetaryAccountHolographic",
        "MonetaryAccountExternal",
        "MonetaryAccountBank",
    ];
    assert_eq!(kinds, expected);
    assert!(some[2].1["currency"].is_null() && some[2].1["balance"]["value"].is_null());
    assert!(some[0].1.get("balance").is_none());
}

#[tokio::test]
async fn the_path_holds_the_id_of_the_consents_user() {
    let app = App::new(Settings::default()).await;
    let person = app.connect("person").await;
    let granted = |rest: &'static str| app.bank().get(rest).token(&person.session).send();

    let own = granted("/v1/user").await.ok();
    assert_eq!(own.response(0)["UserApiKey"]["id"], person.id);
    assert_eq!(get(&app, &person, "").await.status, 404);
    assert_eq!(granted("/v1/user/50101").await.ok().response(0)["UserPerson"]["last_name"], "Vries");
    assert_eq!(granted("/v1/user-person/50101").await.ok().response(0)["UserPerson"]["session_timeout"], 604_800);
    granted("/v1/user-company/50101").await.refused(404, "User for id \"50101\" not found.");
    granted("/v1/user/50201").await.refused(404, "User for id \"50201\" not found.");
    granted("/v1/user/50101/monetary-account").await.refused(404, "User for id \"50101\" not found.");
    app.bank().switch("settings", serde_json::json!({"granted_id_lenient": true})).await;
    assert_eq!(ids(&granted("/v1/user/50101/monetary-account").await.ok()).len(), 7);
}

#[tokio::test]
async fn a_provider_sees_itself_and_no_accounts() {
    let app = App::new(Settings::default()).await;
    let get = |path: String| app.bank().get(&path).token(&app.provider.session).send();
    let id = app.provider.id;

    let user = get(format!("/v1/user/{id}")).await.ok();
    let same = get(format!("/v1/user-payment-service-provider/{id}")).await.ok();
    let accounts = get(format!("/v1/user/{id}/monetary-account")).await.ok();

    assert_eq!(user.response(0), same.response(0));
    assert!(elements(&accounts).is_empty());
}

#[tokio::test]
async fn a_dutch_reader_gets_dutch_words() {
    let app = App::new(Settings::default()).await;
    let person = app.connect("person").await;

    let path = format!("/v1/user/{}/monetary-account/1", person.id);
    let reply = app.bank().get(&path).token(&person.session).header("X-Bunq-Language", "nl_NL").send().await;

    reply.refused(404, "Monetary account for id \"1\" not found.");
    assert_eq!(reply.json()["Error"][0]["error_description_translated"], "Rekening met id \"1\" is niet gevonden.");
}
