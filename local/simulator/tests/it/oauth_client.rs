use bunq_simulator::Settings;
use serde_json::{Value, json};

use crate::client::Reply;
use crate::setup::{App, CALLBACK, Provider};

async fn call(provider: &Provider, method: &str, path: &str, body: Option<Value>) -> Reply {
    let call = provider.bank.call(method, &provider.path(path)).token(&provider.session);
    body.into_iter().fold(call, |call, body| call.json(body)).send().await
}

#[tokio::test]
async fn a_provider_has_one_oauth_client_at_a_time() {
    let provider = Provider::new(Settings::default()).await;
    let create = || call(&provider, "POST", "oauth-client", Some(json!([])));

    let first = create().await.ok().id();
    create().await.refused_by_simulator(400, "one at a time");
    let path = format!("oauth-client/{first}");
    call(&provider, "PUT", &path, Some(json!({"status": "CANCELLED"}))).await.ok();
    create().await.ok();

    let old = call(&provider, "GET", &path, None).await.ok().response(0)["OauthClient"].clone();
    assert_eq!((&old["status"], &old["display_name"]), (&json!("CANCELLED"), &json!("Tests AISP PISP")));
    assert_eq!(provider.bank.overview("oauth_clients").await, 1);
    let reply = call(&provider, "PUT", &path, Some(json!({"status": "GONE"}))).await;
    reply.refused_by_simulator(400, "ACTIVE or CANCELLED");
}

#[tokio::test]
async fn a_client_can_be_read_again_with_its_secret_and_its_urls() {
    let app = App::new(Settings::default()).await;

    let list = call(&app.provider, "GET", "oauth-client", None).await.ok();

    let client = list.response(0)["OauthClient"].clone();
    assert_eq!(
        (&client["id"], &client["client_id"], &client["secret"]),
        (&json!(app.id), &json!(app.client_id), &json!(app.secret))
    );
    assert_eq!(client["callback_url"][0]["url"], CALLBACK);
    assert_eq!(app.client_id.len(), 64);
}

#[tokio::test]
async fn callback_urls_are_kept_changed_and_removed() {
    let app = App::new(Settings::default()).await;
    let urls = format!("oauth-client/{}/callback-url", app.id);
    let first = call(&app.provider, "GET", &urls, None).await.ok().response(0)["OauthCallbackUrl"]["id"].clone();
    let one = format!("{urls}/{first}");

    call(&app.provider, "PUT", &one, Some(json!({"url": "https://other.example/"}))).await.ok();
    assert_eq!(
        call(&app.provider, "GET", &one, None).await.response(0)["OauthCallbackUrl"]["url"],
        "https://other.example/"
    );
    assert_eq!(call(&app.provider, "DELETE", &one, None).await.ok().json(), json!({}));

    let gone = call(&app.provider, "GET", &one, None).await;
    gone.refused(404, &format!("Oauth callback url for id \"{first}\" not found."));
    assert_eq!(app.bank().overview("callback_urls").await, 0);
}

#[tokio::test]
async fn a_callback_url_is_https_unless_it_is_of_this_machine() {
    let app = App::new(Settings::default()).await;
    let urls = format!("oauth-client/{}/callback-url", app.id);
    let create = |url: &str| call(&app.provider, "POST", &urls, Some(json!({"url": url})));

    for good in ["https://app.example", "http://localhost:3000/callback", "http://127.0.0.1:3000/callback"] {
        create(good).await.ok();
    }
    for bad in [
        "http://app.example/",
        "app.example",
        "https://app.example/#here",
        "javascript:alert(1)",
        "https://a.example/\n",
    ] {
        create(bad).await.refused_by_simulator(400, "https");
    }
}

#[tokio::test]
async fn only_the_provider_itself_manages_its_clients() {
    let app = App::new(Settings::default()).await;
    let person = app.connect("person").await;
    let get = |user: u64| app.bank().get(&format!("/v1/user/{user}/oauth-client")).token(&person.session).send();

    get(person.id).await.refused_by_simulator(403, "payment service provider");
    get(app.provider.id).await.refused(404, &format!("User for id \"{}\" not found.", app.provider.id));
}
