//! The API as a developer uses it: read and tried out in a browser, with a policy that blocks external content.

use std::net::Ipv4Addr;

use axum::{Router, extract::Request};
use fantoccini::key::Key;
use testkit::TestApp;
use tokio::net::TcpListener;
use tower::ServiceExt as _;

use crate::{chromium::SCREENS, driver::Browser};

const ACCOUNTS: &str = "//div[contains(@id, 'list_accounts')]";

/// Enters the key in the page, once for all requests.
async fn authorise(browser: &Browser, key: &str) {
    browser.click("//button[contains(@class, 'authorize')]").await;
    browser.write("//div[contains(@class, 'modal-ux')]//input", key).await;
    browser.click("//div[contains(@class, 'modal-ux')]//button[normalize-space()='Authorize']").await;
    browser.click("//div[contains(@class, 'modal-ux')]//button[normalize-space()='Close']").await;
}

/// Reads a customer's accounts with the form of that operation, and checks that the page shows them.
async fn try_out_list_accounts(browser: &Browser, user_id: &str) {
    browser.click(&format!("{ACCOUNTS}//button[contains(@class, 'opblock-summary-control')]")).await;
    browser.write(&format!("{ACCOUNTS}//tr[@data-param-name='user_id']//input"), user_id).await;
    // Uses the keyboard, because the form still grows and a click would miss the button.
    browser.press_on(&format!("{ACCOUNTS}//button[normalize-space()='Execute']"), Key::Enter).await;
    let answer = format!("{ACCOUNTS}//table[contains(@class, 'live-responses-table')]");
    browser.text(&format!("{answer}//td[contains(@class, 'col_status')][starts-with(normalize-space(), '200')]")).await;
    let body = browser.text(&format!("{answer}//div[contains(@class, 'highlight-code')]")).await;
    assert!(body.contains("MonetaryAccount") && body.contains("\"balance\""), "{body}");
}

#[tokio::test]
#[ignore = "needs chromium and chromedriver"]
async fn a_developer_reads_a_customers_accounts_from_the_docs() {
    let app = TestApp::start().await;
    let user_id = app.connect("person").await;

    for screen in SCREENS {
        let browser = Browser::start().await;
        browser.use_screen(screen).await;
        browser.open(app.url.as_str()).await;
        browser.click("//a[@href='docs']").await;

        browser.text("//button[contains(@class, 'authorize')]").await;
        browser.begins_on_the_first_screen(screen, "button.authorize").await;
        browser.begins_on_the_first_screen(screen, ".opblock-tag").await;
        browser.fits(screen, "docs-begin").await;
        authorise(&browser, &app.api_key).await;
        browser.show("//*[@id='operations-tag-users']").await;
        browser.fits(screen, "docs").await;
        try_out_list_accounts(&browser, &user_id).await;
        browser.show(&format!("{ACCOUNTS}//div[contains(@class, 'request-url')]")).await;
        browser.fits(screen, "docs-tried").await;

        browser.has_a_silent_console().await;
        browser.end().await;
    }
}

/// Removes the stage from a path before any route is matched, as API Gateway does. A path without the stage leads to no
/// route, so that a page whose links are absolute fails.
fn without_stage(mut request: Request) -> Request {
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let path = path.strip_prefix("/prod").unwrap_or("/outside/of/the/stage");
    *request.uri_mut() = path.parse().unwrap();
    request
}

/// API Gateway's REST APIs put a stage before every path, and remove it before they call a function.
#[tokio::test]
#[ignore = "needs chromium and chromedriver"]
async fn the_pages_work_below_a_stage() {
    let app = TestApp::start().await;
    let user_id = app.connect("person").await;
    let gateway = local::gateway(app.compose().await, app.aws.access_key().clone());
    let below = Router::new().fallback_service(gateway.map_request(without_stage));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let url = format!("http://{}/prod/", listener.local_addr().unwrap());
    let server = tokio::spawn(async move { axum::serve(listener, below).await.unwrap() });
    let browser = Browser::start().await;

    browser.open(&url).await;
    browser.click("//a[@href='docs']").await;
    authorise(&browser, &app.api_key).await;
    try_out_list_accounts(&browser, &user_id).await;

    browser.has_a_silent_console().await;
    browser.end().await;
    server.abort();
}
