//! From the shop to the bank's pay page and back.

use reqwest::{Method, Url};
use serde_json::json;
use testkit::TestApp;

use crate::fixture::{PATH, SHOP, created_id, linked, made, read, text, transaction, transaction_in};

#[tokio::test]
async fn a_customer_pays_on_the_banks_page_lands_at_the_shop_and_the_transaction_is_accepted() {
    let app = TestApp::start().await;

    let created = app.post(PATH, &transaction("order 7")).await;

    let location = format!("{}{}/{}", app.url, &PATH[1..], created_id(&created));
    assert_eq!(created.header("location"), location);
    let page = Url::parse(&linked(&created, "payment").unwrap()).unwrap();
    let waiting = read(&app, &location).await;
    assert_eq!(waiting["status"], "PENDING");
    assert_eq!(page.query(), Some(format!("transactionId={}", text(&waiting, "public_uuid")).as_str()));
    assert_eq!((page.origin(), page.port()), (app.bank.url().origin(), app.bank.url().port()), "the bank's own page");

    let page = app.bank.open(&page).await;
    let page = page.follow("customer=person").await;
    assert!(page.answer.text.contains("order 7") && page.answer.text.contains("12.50"), "{page:?}");
    let sent_on = page.press("accept").await;

    assert_eq!((sent_on.status, sent_on.header("location")), (303, SHOP), "{sent_on:?}");
    let paid = read(&app, &location).await;
    assert_eq!(paid["status"], "ACCEPTED");
    assert_eq!(paid["amount"], json!({ "value": "12.50", "currency": "EUR" }));
    let public = app.get(&format!("{PATH}-public/{}", text(&paid, "public_uuid"))).await;
    assert_eq!(public.status, 200, "{public:?}");
    assert!(public.text.contains("\"ACCEPTED\""), "{public:?}");
}

#[tokio::test]
async fn a_customer_who_refuses_on_the_page_goes_back_to_the_shop_and_nothing_is_accepted() {
    let app = TestApp::start().await;
    let created = app.post(PATH, &transaction("order 8")).await;
    let page = Url::parse(&linked(&created, "payment").unwrap()).unwrap();

    let page = app.bank.open(&page).await.follow("customer=person").await;
    let sent_on = page.press("reject").await;

    assert_eq!((sent_on.status, sent_on.header("location")), (303, SHOP), "{sent_on:?}");
    assert_eq!(read(&app, created.header("location")).await["status"], "REJECTED");
}

#[tokio::test]
async fn a_transaction_that_was_taken_back_cannot_be_paid() {
    let app = TestApp::start().await;
    let created = app.post(PATH, &transaction("order 9")).await;
    let page = Url::parse(&linked(&created, "payment").unwrap()).unwrap();
    let page = app.bank.open(&page).await.follow("customer=person").await;
    let cancelled = app.put(created.header("location"), &json!({ "status": "CANCELLED" })).await;

    let late = page.press("accept").await;

    assert_eq!(cancelled.status, 200, "{cancelled:?}");
    assert!(late.status >= 400, "{late:?}");
    assert_eq!(read(&app, created.header("location")).await["status"], "CANCELLED");
}

#[tokio::test]
async fn a_transaction_is_offered_for_ten_minutes_where_nobody_says_and_then_expires() {
    let app = TestApp::start().await;
    let began = app.clock.clock().now();

    let (location, waiting) = made(&app, "order 10").await;

    let expiry: jiff::civil::DateTime = text(&waiting, "time_expiry").parse().unwrap();
    let expiry = expiry.to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp();
    let offered = expiry.duration_since(began).as_secs();
    assert!((599..=660).contains(&offered), "{offered} seconds");
    app.advance(540).await;
    assert_eq!(read(&app, &location).await["status"], "PENDING");
    app.advance(121).await;
    assert_eq!(read(&app, &location).await["status"], "EXPIRED");
}

#[tokio::test]
async fn the_redirect_leads_to_the_page_that_the_payment_link_names() {
    let app = TestApp::start().await;
    let (location, waiting) = made(&app, "order 11").await;
    let page = linked(&app.get(&location).await, "payment").unwrap();

    let answer = app.get(&format!("/psd2/redirect/{}", text(&waiting, "public_uuid"))).await;

    assert_eq!((answer.status, answer.header("location")), (303, page.as_str()), "{answer:?}");
    let nonsense = app.get("/psd2/redirect/7").await.problem(422, "invalid_request");
    assert_eq!(nonsense["errors"][0]["parameter"], "public_id");
}

#[tokio::test]
async fn the_public_view_is_read_at_the_root_where_the_deployment_says_so() {
    let mut app = TestApp::start().await;
    let (_, waiting) = made(&app, "order 12").await;
    let public = format!("{PATH}-public/{}", text(&waiting, "public_uuid"));
    app.bank.settings(json!({ "issuer_transaction_public_path": "root" })).await;
    app.set_variable("ISSUER_TRANSACTION_PUBLIC_PATH", "root");

    let mismatch = app.get(&public).await;
    app.restart().await;
    app.bank.forget_calls().await;
    let answer = app.get(&public).await;

    let mismatch = mismatch.problem(404, "bank_refused");
    assert!(!mismatch["errors"].as_array().unwrap().is_empty(), "in the bank's words: {mismatch}");
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(answer.text.contains("order 12"), "{answer:?}");
    assert_eq!(app.bank.count("GET payment-service-provider-issuer-transaction-public/{item-uuid}").await, 1);
}

#[tokio::test]
async fn the_public_view_of_nothing_is_not_found() {
    let app = TestApp::start().await;

    let answer = app.get(&format!("{PATH}-public/0190a6a0-7f3b-7c11-8a4e-111111111111")).await;

    answer.problem(404, "bank_refused");
    app.get(&format!("{PATH}-public/not-a-uuid")).await.problem(422, "invalid_request");
}

#[tokio::test]
async fn without_a_word_of_its_public_name_a_transaction_is_made_all_the_same() {
    let app = TestApp::start().await;
    let one = "GET user/{id}/payment-service-provider-issuer-transaction/{id}";
    app.bank.fault(json!({ "endpoint": one, "status": 500, "body": "", "times": 9 })).await;

    let created = app.post(PATH, &transaction("order 13")).await;

    created_id(&created);
    assert_eq!(created.header("link"), "");
    app.bank.clear_faults().await;
    let read = app.send(app.request(Method::GET, created.header("location")).bearer_auth(&app.api_key)).await;
    assert_eq!(transaction_in(&read)["description"], "order 13");
    assert!(linked(&read, "payment").is_some(), "there it is: {read:?}");
}
