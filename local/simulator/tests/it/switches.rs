use bunq_simulator::{RateLimits, Settings};
use serde_json::{Value, json};

use crate::client::bank;
use crate::setup::App;

#[tokio::test]
async fn settings_are_merged_field_by_field() {
    let bank = bank().await;
    let before = bank.get("/_simulator/settings").send().await.json();

    let after =
        bank.call("PATCH", "/_simulator/settings").json(json!({"rate_limits": RateLimits::Classic})).send().await;

    let mut expected = before.clone();
    expected["rate_limits"] = json!("classic");
    assert_eq!(after.json(), expected);
    assert_eq!(serde_json::from_value::<Settings>(before).unwrap(), Settings::default());
}

#[tokio::test]
async fn unknown_settings_and_values_change_nothing() {
    let bank = bank().await;

    for change in
        [json!({"rate_limit": "off"}), json!({"rate_limits": "on"}), json!({"bad_signature_status": 402}), json!([])]
    {
        assert_eq!(bank.post("/_simulator/settings", change.clone()).send().await.status, 400, "{change}");
    }
    assert_eq!(bank.get("/_simulator/settings").send().await.json(), json!(Settings::default()));
}

#[tokio::test]
async fn the_overview_counts_what_a_set_up_made() {
    let app = App::new(Settings::default()).await;
    app.bank().install(1).await;
    app.connect("person").await;

    let overview = app.bank().get("/_simulator/overview").send().await.json();

    let expected = json!({
        "installations": 2,
        "installations_in_use": 1,
        "psp_users": 1,
        "psp_credentials": 1,
        "devices": 1,
        "sessions": 2,
        "sessions_of": {"psp": 1, "person": 1, "company": 0, "empty": 0, "strange": 0},
        "oauth_clients": 1,
        "callback_urls": 1,
        "user_api_keys": 1,
        "access_tokens": 1,
    });
    assert_eq!(overview, expected);
}

#[tokio::test]
async fn calls_are_counted_without_their_secrets() {
    let app = App::new(Settings::default()).await;
    let person = app.connect("person").await;
    let path = format!("/v1/user/{}/monetary-account?count=2", person.id);
    app.bank().get(&path).token(&person.session).header("X-Bunq-Client-Request-Id", "r").send().await.ok();

    let reply = app.bank().get("/_simulator/calls").send().await;

    let calls = reply.json();
    assert_eq!((&calls["counts"]["POST session-server"], &calls["counts"]["POST token"]), (&json!(2), &json!(1)));
    let last = calls["calls"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["endpoint"], &last["query"]), (&json!("user/{user-id}/monetary-account"), &json!("count=2")));
    assert_eq!((&last["status"], &last["signed"], &last["request_id"]), (&json!(200), &json!(false), &json!("r")));
    for secret in [&person.access_token, &person.session, &app.secret, &app.client_id, &app.provider.api_key] {
        assert!(!reply.text.contains(secret.as_str()));
    }
    app.bank().call("DELETE", "/_simulator/calls").send().await;
    assert_eq!(app.bank().get("/_simulator/calls").send().await.json(), json!({"counts": {}, "calls": []}));
}

#[tokio::test]
async fn sessions_end_for_everybody_or_for_one() {
    let app = App::new(Settings::default()).await;
    let person = app.connect("person").await;
    let company = app.connect("company").await;
    let status = async |token: &str| app.bank().get("/v1/user").token(token).send().await.status;

    app.bank().switch("expire-sessions", json!({"owner": "person"})).await;
    assert_eq!((status(&person.session).await, status(&company.session).await), (401, 200));
    app.bank().switch("expire-sessions", json!({"owner": "psp"})).await;
    assert_eq!((status(&app.provider.session).await, status(&company.session).await), (401, 200));
    app.bank().switch("expire-sessions", json!({})).await;
    assert_eq!(status(&company.session).await, 401);
    app.open(person.access_token).await;
}

#[tokio::test]
async fn a_bank_that_forgets_installations_keeps_consents_and_the_provider() {
    let app = App::new(Settings::default()).await;
    let person = app.connect("person").await;

    let forgotten = app.bank().switch("forget-installations", json!({})).await;

    assert_eq!(forgotten.json(), json!({"forgotten": 1}));
    app.bank().get("/v1/user").token(&person.session).send().await.refused(401, "Insufficient authorisation.");
    let left = app.bank().overview("installations").await;
    assert_eq!((left, app.bank().overview("access_tokens").await), (json!(0), json!(1)));
    assert_eq!(app.bank().overview("oauth_clients").await, json!(1));
}

#[tokio::test]
async fn unknown_customers_are_told_so() {
    let bank = bank().await;

    assert_eq!(bank.post("/_simulator/revoke", json!({"customer": "nobody"})).send().await.status, 404);
    assert_eq!(bank.post("/_simulator/expire-sessions", json!({"owner": "nobody"})).send().await.status, 404);
    assert_eq!(bank.post("/_simulator/revoke", json!({})).send().await.status, 400);
}

#[tokio::test]
async fn customers_have_the_same_ids_on_every_start() {
    let (one, other) = (bank().await, bank().await);

    let customers = one.get("/_simulator/customers").send().await.json();

    assert_eq!(other.get("/_simulator/customers").send().await.json(), customers);
    let names: Vec<&Value> =
        customers["customers"].as_array().unwrap().iter().map(|customer| &customer["name"]).collect();
    assert_eq!(names, ["person", "company", "empty", "strange"]);
    assert_eq!(customers["customers"][0]["accounts"]["MonetaryAccountBank"], json!([60_101, 60_102]));
}

#[tokio::test]
async fn the_root_is_a_page_with_links() {
    let bank = bank().await;

    let page = bank.get("/").send().await.ok();

    assert!(page.text.contains("href=\"/_simulator/overview\""));
    assert_eq!(bank.get("/_simulator/sesame").send().await.status, 404);
}

#[tokio::test]
async fn a_page_explains_every_setting_and_every_field_of_a_fault() {
    let bank = bank().await;
    assert!(bank.get("/").send().await.text.contains("href=\"/_simulator\""));

    let page = bank.get("/_simulator").header("Accept", "text/html").send().await;

    assert_eq!(page.status, 200);
    let settings = json!(Settings::default());
    let faults = ["endpoint", "nth", "times", "status", "body", "content_type", "act", "delay_ms", "drop", "signature"];
    for name in settings.as_object().unwrap().keys().map(String::as_str).chain(faults).chain(["truncate"]) {
        let field = page.text.split_once(&format!("<dt><code>{name}</code>")).map(|(_, rest)| rest);
        let field = field.unwrap_or_else(|| panic!("{name} is not there"));
        let (_, meaning) = field.split_once("<dd><p>").unwrap();
        assert!(meaning.split("</p>").next().unwrap().len() > 10, "{name} has no meaning");
    }
    for (value, meaning) in
        [("classic", "3 GET, 5 POST"), ("half_hour", "In the last half hour"), ("after", "executes the call first")]
    {
        assert!(
            page.text.contains(&format!("<li><code>\"{value}\"</code>: "))
                || page.text.contains(&format!("<code>&quot;{value}&quot;</code>: ")),
            "{value}"
        );
        assert!(page.text.contains(meaning), "{value}");
    }
}

#[tokio::test]
async fn a_changed_payment_has_its_new_description_and_a_later_update() {
    let app = App::new(Settings::default()).await;
    let connection = app.connect("person").await;
    let read = async |id: u64| {
        let path = format!("/v1/user/{}/monetary-account/60101/payment/{id}", connection.id);
        let answer = app.bank().get(&path).token(&connection.session).send().await.ok().json();
        answer["Response"][0]["Payment"].clone()
    };
    let change = async |account: u64, payment: u64| {
        let change = json!({"account": account, "payment": payment, "description": "Hotel"});
        app.bank().post("/_simulator/change-payment", change).send().await.status
    };
    let before = read(110_001).await;

    assert_eq!(change(60_101, 110_001).await, 200);
    assert_eq!((change(60_102, 110_001).await, change(60_101, 1).await), (404, 404));

    let mut after = read(110_001).await;
    assert!(after["updated"].as_str() > before["updated"].as_str());
    assert_eq!(after["description"], "Hotel");
    (after["updated"], after["description"]) = (before["updated"].clone(), before["description"].clone());
    assert_eq!(after, before);
}
