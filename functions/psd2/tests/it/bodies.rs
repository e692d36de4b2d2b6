//! Which bodies are valid. An answer lists every error at once, each with its position, and nothing reaches the bank.

use serde_json::{Value, json};
use testkit::TestApp;

use crate::fixture::{PATH, count, created_id, read, transaction};

/// The usual body with one field changed.
fn with(pointer: &str, value: Value) -> Value {
    let mut body = transaction("x");
    let (object, field) = pointer.rsplit_once('/').unwrap();
    body.pointer_mut(object).unwrap()[field] = value;
    body
}

#[tokio::test]
async fn a_refused_body_names_every_place_at_once_and_the_bank_hears_nothing() {
    let app = TestApp::start().await;
    let body = json!({
        "counterparty_alias": { "type": "IBAN", "value": "NL00ABNA0417164300", "bic": "ABNANL2A" },
        "amount": { "value": "1.234", "currency": "EURO", "unit": "cents" },
        "url_redirect": "http://shop.example/",
        "time_expiry": "tomorrow",
        "status": "ACCEPTED",
        "colour": "green",
    });

    let answer = app.post(PATH, &body).await;

    let expected = [
        "/amount/currency",
        "/amount/unit",
        "/amount/value",
        "/colour",
        "/counterparty_alias/bic",
        "/counterparty_alias/name",
        "/counterparty_alias/value",
        "/description",
        "/status",
        "/time_expiry",
        "/url_redirect",
    ];
    assert_eq!(answer.places(), expected);
    assert_eq!(
        app.post(PATH, &json!({})).await.places(),
        ["/amount", "/counterparty_alias", "/description", "/url_redirect"]
    );
    assert_eq!(app.bank.total().await, 0);
}

#[tokio::test]
async fn each_refusal_names_its_own_place_alone() {
    let app = TestApp::start().await;
    let long = json!("x".repeat(141));
    let cases = [
        ("/counterparty_alias", json!("NL91ABNA0417164300")),
        ("/counterparty_alias", json!([])),
        ("/counterparty_alias", Value::Null),
        ("/counterparty_alias/type", json!("EMAIL")),
        ("/counterparty_alias/type", json!("PHONE_NUMBER")),
        ("/counterparty_alias/type", json!("CARD")),
        ("/counterparty_alias/value", json!("NL91ABNA0417164301")),
        ("/counterparty_alias/value", json!("")),
        ("/counterparty_alias/value", json!(91)),
        ("/counterparty_alias/name", json!(" ")),
        ("/counterparty_alias/name", long.clone()),
        ("/counterparty_alias/colour", json!("green")),
        ("/amount", json!("12.50")),
        ("/amount", json!(12.5)),
        ("/amount/value", json!("0.00")),
        ("/amount/value", json!("-1.00")),
        ("/amount/value", json!("1,50")),
        ("/amount/value", json!(12.345)),
        ("/amount/value", Value::Null),
        ("/amount/currency", json!("eur")),
        ("/amount/currency", json!(978)),
        ("/description", json!("")),
        ("/description", long),
        ("/description", json!(5)),
        ("/time_expiry", json!("2020-01-01 00:00:00")),
        ("/time_expiry", json!("2020-01-01")),
        ("/time_expiry", json!(1_900_000_000)),
        ("/status", json!("ACCEPTED")),
        ("/status", json!("pending")),
        ("/time_expires", json!("2030-01-01 00:00:00")),
        ("/a~b", json!(1)),
    ];
    for (pointer, value) in cases {
        let answer = app.post(PATH, &with(pointer, value.clone())).await;

        assert_eq!(answer.places(), [pointer.replace('~', "~0")], "{value}");
    }
    assert_eq!(app.bank.total().await, 0);
}

#[tokio::test]
async fn the_customer_is_sent_to_https_only_and_in_the_sandbox_to_this_machine_too() {
    let app = TestApp::start().await;
    let production = app.sibling("BUNQ_ENVIRONMENT", "production").await;
    let local = ["http://localhost:3000/done", "http://127.0.0.1:3000/done", "http://[::1]/done"];
    let never = [
        "http://shop.example/",
        "http://localhost.shop.example/",
        "http://127.0.0.1.shop.example/",
        "http://localhost@shop.example/",
        "https://me:secret@shop.example/",
        "https://me@shop.example/",
        "ftp://localhost/",
        "javascript:alert(1)",
        "data:text/html,x",
        "//shop.example/",
        "/done",
        "",
    ];
    for url in never {
        let body = with("/url_redirect", json!(url));

        assert_eq!(app.post(PATH, &body).await.places(), ["/url_redirect"], "{url}");
        assert_eq!(production.post_once(&app, PATH, "k", &body).await.places(), ["/url_redirect"], "{url}");
    }
    assert_eq!(app.bank.total().await, 0);
    for url in local {
        let body = with("/url_redirect", json!(url));

        created_id(&app.post(PATH, &body).await);
        assert_eq!(production.post_once(&app, PATH, "k", &body).await.places(), ["/url_redirect"], "{url}");
    }
    assert_eq!(count(&app).await, local.len());
}

#[tokio::test]
async fn an_expiry_is_good_until_it_has_passed() {
    let app = TestApp::start().await;
    let expiry = app.clock.clock().now() + jiff::SignedDuration::from_secs(300);
    let body = with("/time_expiry", json!(expiry.to_string()));

    let before = app.post(PATH, &body).await;
    app.advance(301).await;
    let after = app.post(PATH, &body).await;

    let seen = read(&app, before.header("location")).await["time_expiry"].as_str().unwrap().to_owned();
    assert_eq!(&seen[..19], &expiry.to_string().replace('T', " ")[..19], "to the second");
    assert_eq!(after.places(), ["/time_expiry"]);
    assert_eq!(count(&app).await, 1);
}

#[tokio::test]
async fn a_body_with_everything_in_it_reaches_the_bank_as_it_was_meant() {
    let app = TestApp::start().await;
    let mut body = transaction("everything");
    body["status"] = json!("PENDING");
    body["time_expiry"] = json!("2030-01-01T10:00:00+01:00");
    body["amount"]["value"] = json!(7.5);
    body["counterparty_alias"]["value"] = json!("gb29 NWBK 6016 1331 9268 19");

    let answer = app.post(PATH, &body).await;

    created_id(&answer);
    let seen = read(&app, answer.header("location")).await;
    assert_eq!(seen["amount"], json!({ "value": "7.50", "currency": "EUR" }));
    assert_eq!(seen["counterparty_alias"]["iban"], "GB29NWBK60161331926819");
    assert_eq!(seen["counterparty_alias"]["display_name"], "J. Jansen");
    assert_eq!(seen["url_redirect"], body["url_redirect"]);
    assert!(seen["time_expiry"].as_str().unwrap().starts_with("2030-01-01 09:00:00."), "{seen}");
}

#[tokio::test]
async fn what_the_payer_reads_has_no_hidden_character_and_the_redirect_one_reading() {
    let app = TestApp::start().await;
    for hidden in
        ["\u{202e}", "\u{2066}", "\u{200b}", "\n", "\r\n", "\u{1b}[2K", "\0", "\u{85}", "\u{2028}", "\u{e0041}"]
    {
        for place in ["/description", "/counterparty_alias/name"] {
            let body = with(place, json!(format!("Order{hidden} 7")));

            assert_eq!(app.post(PATH, &body).await.places(), [place], "{hidden:?}");
        }
    }
    for url in [
        "https://evil.example\\@good.example",
        "https://good.example/\r\nX: y",
        "https://good.example/a\tb",
        "https://bücher.example/",
        "https://good.example:443/",
        "https://good.example/../a",
        "myshop://paid",
        "intent://paid#Intent;scheme=myshop;end",
    ] {
        assert_eq!(app.post(PATH, &with("/url_redirect", json!(url))).await.places(), ["/url_redirect"], "{url}");
    }
    assert_eq!(app.bank.total().await, 0);

    let answer = app.post(PATH, &with("/url_redirect", json!("https://shop.example"))).await;
    created_id(&answer);
    assert_eq!(read(&app, answer.header("location")).await["url_redirect"], "https://shop.example/");
}
