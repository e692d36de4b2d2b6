use bunq_simulator::{Denial, Settings};
use serde_json::json;

use crate::client::Reply;
use crate::setup::{App, CALLBACK, Provider, parameter};

const STATE: &str = "a b&c=d/é+%20\"'<script>";

async fn get(app: &App, changes: &[(&str, &str)]) -> Reply {
    app.bank().get(&app.authorize_path(changes)).send().await
}

async fn decide(app: &App, fields: &[(&str, &str)]) -> Reply {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair("response_type", "code").append_pair("client_id", &app.client_id);
    form.append_pair("redirect_uri", CALLBACK).append_pair("state", STATE).extend_pairs(fields);
    let call = app.bank().call("POST", "/auth").header("Content-Type", "application/x-www-form-urlencoded");
    call.body(form.finish()).send().await
}

#[tokio::test]
async fn the_page_names_the_app_and_the_customers_and_shows_a_code() {
    let app = App::new(Settings::default()).await;

    let page = get(&app, &[("state", STATE)]).await.ok();

    for part in ["<q>Tests</q>", "<svg", "Sanne de Vries", "customer=company", "customer=empty", "customer=strange"] {
        assert!(page.text.contains(part), "{part}");
    }
    assert!(!page.text.contains("<script") && !page.text.contains("<?xml"));
    let policy = page.header("Content-Security-Policy").unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("form-action 'self' https: http:;"), "{policy}");
}

#[tokio::test]
async fn the_page_of_a_customer_has_a_ticked_box_for_every_account() {
    let app = App::new(Settings::default()).await;

    let page = get(&app, &[("state", STATE), ("customer", "person")]).await.ok();
    let empty = get(&app, &[("customer", "empty")]).await.ok();
    let strange = get(&app, &[("customer", "strange")]).await.ok();

    assert_eq!(page.text.matches("type=\"checkbox\"").count(), 7);
    assert_eq!(page.text.matches(" checked").count(), 7);
    assert!(page.text.contains("a b&amp;c=d/é+%20&quot;'&lt;script&gt;"));
    assert!(empty.text.contains("no account"));
    assert_eq!(strange.text.matches("type=\"checkbox\"").count(), 4);
}

#[tokio::test]
async fn the_style_is_served_by_the_bank_itself() {
    let app = App::new(Settings::default()).await;

    let style = app.bank().get("/_simulator/style.css").send().await.ok();

    assert_eq!(style.header("Content-Type"), Some("text/css; charset=utf-8"));
    assert!(style.text.contains("prefers-color-scheme: dark"));
}

#[tokio::test]
async fn allowing_leads_back_with_a_code_and_the_state_as_it_was() {
    let app = App::new(Settings::default()).await;

    let reply = decide(&app, &[("customer", "person"), ("account", "60101"), ("decision", "allow")]).await;

    assert_eq!(reply.status, 303);
    let target = reply.header("Location").unwrap();
    assert!(target.starts_with("https://app.example/callback?from=bank&code="), "{target}");
    assert_eq!(parameter(target, "code").unwrap().len(), 64);
    assert_eq!(parameter(target, "state").unwrap(), STATE);
}

#[tokio::test]
async fn denying_leads_back_with_an_error_or_stays() {
    let app = App::new(Settings::default()).await;

    let back = decide(&app, &[("customer", "person"), ("decision", "deny")]).await;
    let at_once = app.bank().get(&app.authorize_path(&[("state", "s")])).header("X-Simulator-Deny", "1").send().await;
    app.bank().switch("settings", json!({"denial": Denial::Stay})).await;
    let stays = decide(&app, &[("customer", "person"), ("decision", "deny")]).await;

    for reply in [&back, &at_once] {
        assert_eq!(reply.status, 303);
        assert_eq!(parameter(reply.header("Location").unwrap(), "error").unwrap(), "access_denied");
    }
    assert_eq!(parameter(back.header("Location").unwrap(), "state").unwrap(), STATE);
    assert_eq!((stays.status, stays.header("Location")), (200, None));
}

#[tokio::test]
async fn a_terminal_consents_with_a_header() {
    let app = App::new(Settings::default()).await;
    let call = |name: &'static str| app.bank().get(&app.authorize_path(&[])).header("X-Simulator-Approve", name).send();

    let reply = call("company").await;

    assert_eq!(reply.status, 303);
    assert_eq!(parameter(reply.header("Location").unwrap(), "state"), None);
    assert_eq!(call("nobody").await.status, 400);
}

#[tokio::test]
async fn a_wrong_client_or_redirect_uri_finds_no_connection_and_leads_nowhere() {
    let app = App::new(Settings::default()).await;

    for change in [
        ("client_id", "0"),
        ("redirect_uri", "https://app.example/callback"),
        ("redirect_uri", "https://app.example/callback?from=bank/"),
        ("redirect_uri", "https://evil.example/"),
    ] {
        let reply = app.bank().get(&app.authorize_path(&[change])).header("X-Simulator-Approve", "person").send().await;
        assert!(reply.status == 404 && reply.text.contains("Connection not found"), "{reply:?}");
        assert_eq!(reply.header("Location"), None);
    }
    assert_eq!(get(&app, &[("response_type", "token")]).await.status, 400);
}

#[tokio::test]
async fn a_cancelled_client_finds_no_connection() {
    let app = App::new(Settings::default()).await;
    let path = app.provider.path(&format!("oauth-client/{}", app.id));
    app.bank().call("PUT", &path).json(json!({"status": "CANCELLED"})).token(&app.provider.session).send().await.ok();

    assert_eq!(get(&app, &[]).await.status, 404);
}

#[tokio::test]
async fn a_consent_shows_the_ticked_accounts_only() {
    let app = App::new(Settings::default()).await;
    // The last account belongs to another customer.
    let ticked = [
        ("customer", "person"),
        ("account", "60101"),
        ("account", "60104"),
        ("account", "60201"),
        ("decision", "allow"),
    ];
    let reply = decide(&app, &ticked).await;
    let code = parameter(reply.header("Location").unwrap(), "code").unwrap();
    let token = app.exchange(&code, &[]).await.ok().json()["access_token"].as_str().unwrap().to_owned();
    let person = app.open(token).await;

    let path = format!("/v1/user/{}/monetary-account", person.id);
    let list = app.bank().get(&path).token(&person.session).send().await.ok();
    let hidden = app.bank().get(&format!("{path}/60102")).token(&person.session).send().await;

    assert_eq!(list.json()["Response"].as_array().unwrap().len(), 2);
    hidden.refused(404, "Monetary account for id \"60102\" not found.");
}

#[tokio::test]
async fn the_name_of_the_app_has_none_of_its_roles() {
    for (common_name, shown) in
        [("Shop AISP PISP", "Shop"), ("Shop (PISP,AISP)", "Shop"), ("CBPII-Shop AISP", "CBPII-Shop"), ("AISP", "AISP")]
    {
        let app = Provider::named(common_name, Settings::default()).await.app().await;

        let page = app.bank().get(&app.authorize_path(&[])).header("Accept", "text/html").send().await.ok();

        assert!(page.text.contains(&format!("<q>{shown}</q>")), "{common_name}: {}", page.text);
    }
}
