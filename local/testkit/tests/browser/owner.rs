//! The web application of an operator who runs a deployment, as docs/INTEGRATING.md describes it, and the actions of
//! its customers in their browsers.

use std::{
    net::Ipv4Addr,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    extract::{RawQuery, State},
    response::{Html, IntoResponse, Redirect, Response},
    routing::get,
};
use serde_json::{Value, json};
use testkit::TestApp;
use tokio::net::TcpListener;
use url::Url;

use crate::{chromium::SCREENS, driver::Browser};

/// The application's state: one customer, who is signed in.
#[derive(Clone)]
struct Owner {
    /// The address of the TPP.
    api: Url,
    api_key: String,
    origin: Url,
    /// The consents that were created in this customer's session.
    asked: Arc<Mutex<Vec<String>>>,
    /// The connections that were claimed.
    claimed: Arc<Mutex<Vec<String>>>,
}

impl Owner {
    async fn call(&self, method: reqwest::Method, path: &str, body: Option<Value>) -> Value {
        let request = reqwest::Client::new().request(method, self.api.join(path).unwrap()).bearer_auth(&self.api_key);
        let request = match body {
            Some(body) => request.header("content-type", "application/json").body(body.to_string()),
            None => request,
        };
        serde_json::from_str(&request.send().await.unwrap().text().await.unwrap()).unwrap()
    }
}

async fn home() -> Html<&'static str> {
    Html("<main><h1>Books of the shop</h1><a href=/connect>Connect my bank</a></main>")
}

async fn connect(State(owner): State<Owner>) -> Redirect {
    let body = json!({ "reference": "customer-17", "return_url": owner.origin.join("bank").unwrap() });
    let asked = owner.call(reqwest::Method::POST, "consents", Some(body)).await;
    owner.asked.lock().unwrap().push(asked["consent_id"].as_str().unwrap().to_owned());
    Redirect::to(asked["url"].as_str().unwrap())
}

/// Answers the address to which the browser returns: claims what the customer gave, and redirects to a page without
/// the proof.
async fn bank(State(owner): State<Owner>, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let parameters: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).collect();
    let value = |name: &str| parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.to_string());
    let id = value("consent_id").unwrap();
    if !owner.asked.lock().unwrap().contains(&id) {
        return Html("<main>Another user began this.</main>").into_response();
    }
    if let Some(proof) = value("proof") {
        let claim = format!("consents/{id}/claim");
        let claim = owner.call(reqwest::Method::POST, &claim, Some(json!({ "proof": proof }))).await;
        assert!(claim["user_id"].is_string() || claim["code"] == "already_claimed", "{claim}");
    }
    // After a reload or a step back, nothing is left to claim. The consent contains the result.
    let consent = owner.call(reqwest::Method::GET, &format!("consents/{id}"), None).await;
    let Some(user_id) = consent["user_id"].as_str() else {
        return Html("<main><h1>Not connected</h1><a href=/connect>Connect my bank</a></main>").into_response();
    };
    owner.claimed.lock().unwrap().push(user_id.to_owned());
    Redirect::to("/accounts").into_response()
}

async fn accounts(State(owner): State<Owner>) -> Html<String> {
    let user_id = owner.claimed.lock().unwrap().last().unwrap().clone();
    let accounts = owner.call(reqwest::Method::GET, &format!("user/{user_id}/accounts"), None).await;
    let names = accounts["Response"].as_array().unwrap().iter().map(|account| {
        let (_, account) = account.as_object().unwrap().iter().next().unwrap();
        format!("<li>{}</li>", account["description"].as_str().unwrap_or_default())
    });
    Html(format!("<main><h1>Your accounts</h1><ul>{}</ul></main>", names.collect::<String>()))
}

/// Starts a deployment and an application that uses it.
async fn started() -> (TestApp, Owner) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let origin = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let app = TestApp::builder()
        .variable("RETURN_ORIGINS", origin.as_str().trim_end_matches('/'))
        .variable("TPP_DISPLAY_NAME", "Books of the Shop & Sons")
        .variable("TPP_SUPPORT_URL", "https://shop.example/help")
        .start()
        .await;
    let owner = Owner {
        api: app.url.clone(),
        api_key: app.api_key.clone(),
        origin,
        asked: Arc::default(),
        claimed: Arc::default(),
    };
    let routes = Router::new()
        .route("/", get(home))
        .route("/connect", get(connect))
        .route("/bank", get(bank))
        .route("/accounts", get(accounts))
        .with_state(owner.clone());
    tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
    (app, owner)
}

async fn sees_accounts(browser: &Browser, owner: &Owner) {
    browser.see("Your accounts").await;
    browser.see("Huishouden").await;
    assert_eq!(browser.url().await, owner.origin.join("accounts").unwrap().as_str(), "without the proof");
}

#[tokio::test]
#[ignore = "needs chromium and chromedriver"]
async fn a_customer_connects_from_the_owners_page_and_comes_back_to_it() {
    let (app, owner) = started().await;

    for screen in SCREENS {
        let browser = Browser::start().await;
        browser.use_screen(screen).await;

        browser.open(app.url.as_str()).await;
        browser.see("Books of the Shop & Sons").await;
        browser.fits(screen, "home-of-a-provider").await;
        browser.open(owner.origin.as_str()).await;
        browser.click("//a[normalize-space()='Connect my bank']").await;
        browser.click("//a[contains(@href, 'customer=person')]").await;
        browser.click("//button[normalize-space()='Allow']").await;
        sees_accounts(&browser, &owner).await;

        // A reload sends a request only to the owner's page.
        browser.client.refresh().await.unwrap();
        sees_accounts(&browser, &owner).await;
        // Back leads to the bank's page once more. Allowing again ends at the same success, not at an error of ours.
        browser.client.back().await.unwrap();
        browser.click("//button[normalize-space()='Allow']").await;
        sees_accounts(&browser, &owner).await;
        browser.end().await;
    }
    let user_id = owner.claimed.lock().unwrap()[0].clone();
    let connection = app.get(&format!("/user/{user_id}/connection")).await.json();
    assert_eq!(connection["reference"], "customer-17");
    assert!(owner.claimed.lock().unwrap().iter().all(|claimed| *claimed == user_id), "one customer, one connection");
}

#[tokio::test]
#[ignore = "needs chromium and chromedriver"]
async fn two_tabs_of_one_browser_connect_beside_each_other() {
    let (_app, owner) = started().await;
    let browser = Browser::start().await;

    browser.open(owner.origin.join("connect").unwrap().as_str()).await;
    browser.see("Continue as").await;
    let first = browser.client.window().await.unwrap();
    let second = browser.client.new_window(true).await.unwrap().handle;
    browser.client.switch_to_window(second).await.unwrap();
    browser.open(owner.origin.join("connect").unwrap().as_str()).await;
    browser.click("//a[contains(@href, 'customer=person')]").await;
    browser.click("//button[normalize-space()='Allow']").await;
    sees_accounts(&browser, &owner).await;
    browser.client.switch_to_window(first).await.unwrap();
    browser.click("//a[contains(@href, 'customer=person')]").await;
    browser.click("//button[normalize-space()='Allow']").await;

    sees_accounts(&browser, &owner).await;
    assert_eq!(owner.asked.lock().unwrap().len(), 2);
    browser.end().await;
}

#[tokio::test]
#[ignore = "needs chromium and chromedriver"]
async fn a_customer_who_denies_begins_the_same_consent_again_or_goes_back_to_the_owner() {
    let (app, owner) = started().await;

    for screen in SCREENS {
        let browser = Browser::start().await;
        browser.use_screen(screen).await;
        browser.open(owner.origin.join("connect").unwrap().as_str()).await;
        browser.click("//a[contains(@href, 'customer=person')]").await;
        browser.click("//button[normalize-space()='Deny']").await;
        browser.see("Nothing was connected").await;
        browser.see("Help from Books of the Shop & Sons").await;
        browser.fits(screen, "denied-to-an-owner").await;

        browser.click("//a[normalize-space()='Back to 127.0.0.1']").await;
        browser.see("Not connected").await;
        browser.client.back().await.unwrap();
        browser.click("//a[normalize-space()='Begin again']").await;
        browser.click("//a[contains(@href, 'customer=person')]").await;
        browser.click("//button[normalize-space()='Allow']").await;
        sees_accounts(&browser, &owner).await;
        browser.end().await;
    }
    let consents = app.get("/consents?reference=customer-17").await.json();
    let statuses = consents["consents"].as_array().unwrap().iter().map(|consent| consent["status"].clone());
    assert_eq!(
        Value::from(statuses.collect::<Vec<_>>()),
        json!(vec!["completed"; SCREENS.len()]),
        "each the same consent"
    );
}
