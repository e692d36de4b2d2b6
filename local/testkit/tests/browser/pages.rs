//! The pages as a customer sees them: on a phone and on a desktop, in the light and the dark palette, and without a
//! mouse.

use fantoccini::key::Key;
use serde_json::json;
use testkit::TestApp;

use crate::{chromium::SCREENS, driver::Browser};

#[tokio::test]
#[ignore = "needs chromium and chromedriver"]
async fn a_customer_connects_from_the_start_page_on_any_screen() {
    let app = TestApp::start().await;

    for screen in SCREENS {
        let browser = Browser::start().await;
        browser.use_screen(screen).await;

        browser.open(app.url.as_str()).await;
        browser.see("Connect your bunq account").await;
        browser.fits(screen, "home").await;
        browser.click("//a[normalize-space()='Connect a bunq account']").await;
        browser.see("Continue as").await;
        browser.fits(screen, "bank-who").await;
        browser.click("//a[contains(@href, 'customer=person')]").await;
        browser.see("Accounts").await;
        browser.fits(screen, "bank-allow").await;
        browser.click("//button[normalize-space()='Allow']").await;
        browser.see("Your bunq account is connected").await;
        browser.fits(screen, "connected").await;

        let user_id = browser.text("//code").await;
        assert_eq!(app.get(&format!("/user/{user_id}/accounts")).await.status, 200);
        browser.has_a_silent_console().await;
        browser.end().await;
    }
}

#[tokio::test]
#[ignore = "needs chromium and chromedriver"]
async fn a_customer_connects_with_a_keyboard_alone() {
    let app = TestApp::start().await;
    let browser = Browser::start().await;

    browser.open(app.url.as_str()).await;
    browser.tab_to("Connect a bunq account").await;
    browser.press(Key::Enter).await;
    browser.see("Continue as").await;
    browser.tab_to("person").await;
    browser.press(Key::Enter).await;
    browser.see("Accounts").await;
    browser.tab_to("Allow").await;
    browser.press(Key::Enter).await;

    browser.see("Your bunq account is connected").await;
    browser.end().await;
}

#[tokio::test]
#[ignore = "needs chromium and chromedriver"]
async fn a_consent_that_fails_is_said_in_a_page_that_fits_any_screen() {
    let app = TestApp::start().await;
    let not_set_up = TestApp::builder().not_onboarded().start().await;
    let text = "Too many requests. You can do a maximum of 1 calls per 30 second to this endpoint.";
    let busy = json!({ "endpoint": "POST session-server", "status": 429, "times": 1,
        "body": { "Error": [{ "error_description": text }] } });

    for screen in SCREENS {
        let browser = Browser::start().await;
        browser.use_screen(screen).await;

        browser.open(app.url.join("auth").unwrap().as_str()).await;
        browser.click("//a[contains(@href, 'customer=person')]").await;
        browser.click("//button[normalize-space()='Deny']").await;
        browser.see("Nothing was connected").await;
        browser.fits(screen, "denied").await;

        browser.click("//a[normalize-space()='Begin again']").await;
        browser.click("//a[contains(@href, 'customer=person')]").await;
        app.bank.fault(busy.clone()).await;
        browser.click("//button[normalize-space()='Allow']").await;
        browser.see("One moment, please").await;
        browser.fits(screen, "busy").await;
        // The page does this by itself after half a minute.
        let callback = browser.url().await;
        browser.open(&callback).await;
        browser.see("Your bunq account is connected").await;
        // The same address once more, and a reload of the page that it leads to: both show the same success.
        browser.open(&callback).await;
        browser.see("Your bunq account is connected").await;
        browser.client.refresh().await.unwrap();
        browser.see("Your bunq account is connected").await;
        browser.open(app.url.join("callback?state=of-another-browser&code=x").unwrap().as_str()).await;
        browser.see("This link is not known").await;
        browser.fits(screen, "unknown").await;

        browser.open(not_set_up.url.join("auth").unwrap().as_str()).await;
        browser.see("This service is not ready yet").await;
        browser.fits(screen, "not-ready").await;
        browser.end().await;
    }
}

/// Uses names and descriptions of the maximum length, without a place for a line break.
#[tokio::test]
#[ignore = "needs chromium and chromedriver"]
async fn the_simulated_banks_pages_fit_any_screen() {
    let app = TestApp::start().await;
    let user = app.connect("person").await;
    let name = "Koninklijke Vereniging van Rijwielherstellers";
    let order = json!({
        "monetary_account_id": 60101, "amount": "1234.50", "currency": "EUR", "description": "x".repeat(140),
        "receiver_type": "IBAN", "receiver_value": "NL91ABNA0417164300", "receiver_name": name,
        "schedule": { "time_start": "2099-01-31 09:30:00", "recurrence_unit": "MONTHLY", "recurrence_size": 1 },
    });
    assert_eq!(app.post(&format!("/user/{user}/draft-payment"), &order).await.status, 201);
    let asked = json!({
        "counterparty_alias": { "type": "IBAN", "value": "NL91ABNA0417164300", "name": name },
        "amount": { "value": "1234567.50", "currency": "EUR" },
        "description": "y".repeat(140),
        "url_redirect": app.bank.url(),
    });
    let asked = app.post("/psd2/payment-service-provider-issuer-transaction", &asked).await;
    assert_eq!(asked.status, 201, "{asked:?}");
    let pay = asked.header("link").strip_suffix(">; rel=\"payment\"").unwrap().trim_start_matches('<');
    let at = |path: &str| app.bank.url().join(path).unwrap().to_string();

    for screen in SCREENS {
        let browser = Browser::start().await;
        browser.use_screen(screen).await;
        for (page, words, shot) in [
            (at("app?customer=person"), "Runs every month from 2099-01-31 09:30 UTC", "bank-app"),
            (at("app/ips"), "Permitted addresses", "bank-ips"),
            (pay.to_owned(), "asks for this payment", "bank-pay-who"),
            (format!("{pay}&customer=person"), "Pay from", "bank-pay"),
            (at("nothing/here"), "There is no such page", "bank-nothing"),
            (at("_simulator"), "Settings and faults", "bank-reference"),
        ] {
            browser.open(&page).await;
            browser.see(words).await;
            browser.fits(screen, shot).await;
            if shot.starts_with("bank-app") || shot.starts_with("bank-pay") {
                browser.keeps_amounts_together().await;
            }
        }
        browser.end().await;
    }
}
