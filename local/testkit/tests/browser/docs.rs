//! The API as a developer meets it: read and tried out in a browser, under a policy that lets nothing in from elsewhere.

use testkit::TestApp;

use crate::{chromium::SCREENS, driver::Browser};

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

        // The key, once for all requests.
        browser.click("//button[contains(@class, 'authorize')]").await;
        browser.write("//div[contains(@class, 'modal-ux')]//input", &app.api_key).await;
        browser.click("//div[contains(@class, 'modal-ux')]//button[normalize-space()='Authorize']").await;
        browser.click("//div[contains(@class, 'modal-ux')]//button[normalize-space()='Close']").await;
        browser.fits(screen, "docs").await;

        // One request.
        let operation = "//div[contains(@id, 'list_accounts')]";
        browser.click(&format!("{operation}//button[contains(@class, 'opblock-summary-control')]")).await;
        browser.write(&format!("{operation}//tr[@data-param-name='user_id']//input"), &user_id).await;
        browser.click(&format!("{operation}//button[normalize-space()='Execute']")).await;
        let answer = format!("{operation}//table[contains(@class, 'live-responses-table')]");
        browser
            .text(&format!("{answer}//td[contains(@class, 'col_status')][starts-with(normalize-space(), '200')]"))
            .await;
        let body = browser.text(&format!("{answer}//div[contains(@class, 'highlight-code')]")).await;
        assert!(body.contains("MonetaryAccount") && body.contains("\"balance\""), "{body}");
        browser.show(&format!("{operation}//div[contains(@class, 'request-url')]")).await;
        browser.fits(screen, "docs-tried").await;

        browser.has_a_silent_console().await;
        browser.end().await;
    }
}
