//! The customer's part in a real browser: headless Chromium through its driver (WebDriver,
//! <https://www.w3.org/TR/webdriver2/>).
//!
//! Excluded from the normal run, because not every machine has Chromium and its driver. `.ci/run` installs both
//! and runs `cargo test -p testkit --test browser -- --ignored`.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a failed expectation is a failed test")]

mod chromium;
mod docs;
mod driver;
mod owner;
mod pages;
mod rebinding;

use serde_json::{Value, json};
use testkit::TestApp;

use crate::driver::Browser;

const ACCOUNT: u64 = 60101;

async fn newest_amount(app: &TestApp, user_id: &str) -> Value {
    let newest = app.get(&format!("/user/{user_id}/payments/{ACCOUNT}?count=1")).await.json();
    newest["Response"][0]["Payment"]["amount"]["value"].clone()
}

#[tokio::test]
#[ignore = "needs chromium and chromedriver"]
async fn a_customer_connects_is_paid_and_pays_with_nothing_but_clicks() {
    let app = TestApp::start().await;
    let browser = Browser::start().await;

    // Connect: select a person, keep the accounts ticked, allow.
    browser.open(app.url.join("auth").unwrap().as_str()).await;
    browser.click("//a[contains(@href, 'customer=person')]").await;
    browser.click("//button[normalize-space()='Allow']").await;
    browser.see("Your bunq account is connected").await;
    let user_id = browser.text("//code").await;

    // Ask the sandbox's uncle for EUR 20, and see it in the bunq app.
    let asked = json!({
        "monetary_account_id": ACCOUNT, "amount": "20.00", "currency": "EUR", "description": "Pocket money",
        "receiver_type": "EMAIL", "receiver_value": "sugardaddy@bunq.com",
    });
    let asked = app.post(&format!("/user/{user_id}/request-inquiry"), &asked).await;
    assert_eq!(asked.status, 201, "{asked:?}");
    assert_eq!(newest_amount(&app, &user_id).await, "20.00");
    let bank_app = app.bank.url().join("app?customer=person").unwrap();
    browser.open(bank_app.as_str()).await;
    browser.see("Pocket money").await;
    browser.see("20.00").await;

    // Draft EUR 5, and accept it in the bunq app.
    let drafted = json!({
        "monetary_account_id": ACCOUNT, "amount": "5.00", "currency": "EUR", "description": "Lunch with Jan",
        "receiver_type": "IBAN", "receiver_value": "NL91ABNA0417164300", "receiver_name": "J. Jansen",
    });
    let drafted = app.post(&format!("/user/{user_id}/draft-payment"), &drafted).await;
    assert_eq!(drafted.status, 201, "{drafted:?}");
    assert_eq!(newest_amount(&app, &user_id).await, "20.00", "a draft pays nothing");
    browser.open(bank_app.as_str()).await;
    browser.click("//button[normalize-space()='Accept']").await;
    browser.see_no_button("Accept").await;
    browser.see("Lunch with Jan").await;
    assert_eq!(newest_amount(&app, &user_id).await, "-5.00");
    let draft = app.get(drafted.header("location")).await.json();
    assert_eq!(draft["Response"][0]["DraftPayment"]["status"], "ACCEPTED");
    browser.end().await;
}

#[tokio::test]
#[ignore = "needs chromium and chromedriver"]
async fn a_customer_who_denies_is_told_that_nothing_was_shared() {
    let app = TestApp::start().await;
    let browser = Browser::start().await;

    browser.open(app.url.join("auth").unwrap().as_str()).await;
    browser.click("//a[contains(@href, 'customer=company')]").await;
    browser.click("//button[normalize-space()='Deny']").await;

    browser.see("Nothing was connected").await;
    browser.click("//a[normalize-space()='Begin again']").await;
    browser.see("Continue as").await;
    browser.end().await;
}

#[tokio::test]
#[ignore = "needs chromium and chromedriver"]
async fn a_customer_pays_an_issuer_transaction_and_lands_where_the_shop_said() {
    let app = TestApp::start().await;
    let browser = Browser::start().await;
    // Any page of this test can stand for the shop's page. The bank's first page always exists.
    let shop = app.bank.url();
    let body = json!({
        "counterparty_alias": { "type": "IBAN", "value": "NL91ABNA0417164300", "name": "J. Jansen" },
        "amount": { "value": "12.50", "currency": "EUR" },
        "description": "Two tickets",
        "url_redirect": shop,
    });
    let created = app.post("/psd2/payment-service-provider-issuer-transaction", &body).await;
    assert_eq!(created.status, 201, "{created:?}");
    let page = created.header("link").strip_suffix(">; rel=\"payment\"").unwrap().trim_start_matches('<');

    // The customer opens the pay page, identifies themselves, and accepts.
    browser.open(page).await;
    browser.see("12.50").await;
    browser.click("//a[contains(@href, 'customer=person')]").await;
    browser.see("Two tickets").await;
    browser.click("//button[normalize-space()='Accept']").await;

    // The customer is back at the shop.
    browser.see("A bunq bank on this machine").await;
    assert_eq!(browser.url().await, shop.as_str());
    let paid = app.get(created.header("location")).await.json();
    let paid = &paid["Response"][0]["PaymentServiceProviderIssuerTransaction"];
    assert_eq!(paid["status"], "ACCEPTED");
    let public =
        format!("/psd2/payment-service-provider-issuer-transaction-public/{}", paid["public_uuid"].as_str().unwrap());
    let public = app.get(&public).await;
    assert!(public.status == 200 && public.text.contains("\"ACCEPTED\""), "{public:?}");
    browser.end().await;
}
