//! When the money of a provider's draft payment moves, and when the draft is completed.

use bunq_simulator::{PspDraftCompletion, PspDraftExecution, Settings};
use serde_json::json;

use crate::desk::{Desk, MAIN_BALANCE};
use crate::psp_draft_payments::{PERSON, create, decide, find, status};
use crate::setup::App;

async fn app(execution: PspDraftExecution, completion: PspDraftCompletion) -> App {
    let settings = Settings {
        psp_draft_payment_execution: execution,
        psp_draft_payment_completion: completion,
        psp_draft_payment_completion_seconds: 300,
        psp_draft_payment_validity_seconds: 3_600,
        ..Settings::default()
    };
    App::new(settings).await
}

async fn later(app: &App, seconds: i64) {
    app.bank().switch("settings", json!({"clock_offset_seconds": seconds})).await;
}

/// The number of payments from and to the customers' accounts.
async fn payments(app: &App) -> usize {
    app.bank().objects("payments").await.len()
}

#[tokio::test]
async fn a_draft_that_is_paid_on_acceptance_needs_no_exchange() {
    let app = app(PspDraftExecution::OnAcceptance, PspDraftCompletion::OnExchange).await;
    let id = create(&app.provider, PERSON, "43.27").await;

    let code = app.code("person").await;

    assert_eq!((status(&app.provider, id).await.as_str(), payments(&app).await), ("ACCEPTED", 1));
    // It is paid, so it does not expire.
    later(&app, 7_200).await;
    assert_eq!(status(&app.provider, id).await, "ACCEPTED");
    assert_eq!(app.exchange(&code, &[]).await.status, 401, "the code has expired");
    assert_eq!(status(&app.provider, id).await, "ACCEPTED");
    let desk = Desk::at(app).await;
    assert_eq!(status(&desk.app.provider, id).await, "COMPLETED");
    assert_eq!((desk.balance(60_101).await.as_str(), payments(&desk.app).await), ("1800.00", 1));
}

#[tokio::test]
async fn a_draft_that_is_paid_on_acceptance_is_completed_after_a_delay() {
    let app = app(PspDraftExecution::OnAcceptance, PspDraftCompletion::AfterDelay).await;
    let id = create(&app.provider, PERSON, "43.27").await;

    let code = app.code("person").await;
    app.exchange(&code, &[]).await.ok();

    let accepted = find(&app.provider, id).await;
    assert_eq!((&accepted["status"], payments(&app).await), (&json!("ACCEPTED"), 1));
    later(&app, 200).await;
    assert_eq!(status(&app.provider, id).await, "ACCEPTED");
    later(&app, 302).await;
    let completed = find(&app.provider, id).await;
    assert_eq!((&completed["status"], payments(&app).await), (&json!("COMPLETED"), 1));
    assert!(completed["updated"].as_str() > accepted["updated"].as_str());
}

#[tokio::test]
async fn a_draft_that_is_paid_on_the_exchange_is_completed_by_it() {
    let app = app(PspDraftExecution::OnExchange, PspDraftCompletion::OnExchange).await;
    let id = create(&app.provider, PERSON, "43.27").await;

    let code = app.code("person").await;
    assert_eq!((status(&app.provider, id).await.as_str(), payments(&app).await), ("ACCEPTED", 0));
    app.connect("company").await;
    assert_eq!((status(&app.provider, id).await.as_str(), payments(&app).await), ("ACCEPTED", 0));
    let access_token = app.exchange(&code, &[]).await.ok().json()["access_token"].as_str().unwrap().to_owned();

    assert_eq!((status(&app.provider, id).await.as_str(), payments(&app).await), ("COMPLETED", 1));
    let customer = app.open(access_token).await;
    let desk = Desk { app, customer };
    assert_eq!(desk.balance(60_101).await, "1800.00");
    assert_eq!(desk.app.exchange(&code, &[]).await.status, 401, "a code is used once");
    assert_eq!(payments(&desk.app).await, 1);
}

#[tokio::test]
async fn a_draft_that_is_paid_on_the_exchange_is_completed_after_a_delay() {
    let app = app(PspDraftExecution::OnExchange, PspDraftCompletion::AfterDelay).await;
    let id = create(&app.provider, PERSON, "43.27").await;
    decide(app.bank(), id, "accept").await;
    later(&app, 400).await;
    assert_eq!((status(&app.provider, id).await.as_str(), payments(&app).await), ("ACCEPTED", 0));

    app.access_token("person").await;

    assert_eq!((status(&app.provider, id).await.as_str(), payments(&app).await), ("ACCEPTED", 1));
    later(&app, 600).await;
    assert_eq!(status(&app.provider, id).await, "ACCEPTED");
    later(&app, 702).await;
    assert_eq!((status(&app.provider, id).await.as_str(), payments(&app).await), ("COMPLETED", 1));
}

#[tokio::test]
async fn without_an_exchange_an_unpaid_draft_expires() {
    let app = app(PspDraftExecution::OnExchange, PspDraftCompletion::OnExchange).await;
    let id = create(&app.provider, PERSON, "43.27").await;
    decide(app.bank(), id, "accept").await;

    later(&app, 3_602).await;

    assert_eq!(status(&app.provider, id).await, "EXPIRED");
    let desk = Desk::at(app).await;
    assert_eq!(status(&desk.app.provider, id).await, "EXPIRED");
    assert_eq!((desk.balance(60_101).await.as_str(), payments(&desk.app).await), (MAIN_BALANCE, 0));
}

#[tokio::test]
async fn a_draft_that_cannot_be_paid_on_the_exchange_is_rejected() {
    let app = app(PspDraftExecution::OnExchange, PspDraftCompletion::OnExchange).await;
    let first = create(&app.provider, PERSON, "1000.00").await;
    decide(app.bank(), first, "accept").await;
    let second = create(&app.provider, PERSON, "900.00").await;
    assert_eq!(decide(app.bank(), second, "accept").await.0, 200, "the money of the first has not moved");

    let desk = Desk::at(app).await;

    assert_eq!(status(&desk.app.provider, first).await, "COMPLETED");
    assert_eq!(status(&desk.app.provider, second).await, "REJECTED");
    assert_eq!((desk.balance(60_101).await.as_str(), payments(&desk.app).await), ("843.27", 1));
}
