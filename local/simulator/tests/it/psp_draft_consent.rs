//! The authorize page while draft payments of the provider wait there.

use bunq_simulator::{Denial, Settings};
use serde_json::json;

use crate::client::Reply;
use crate::desk::{Desk, MAIN_BALANCE, euros, with};
use crate::psp_draft_payments::{COMPANY, PATH, PERSON, PERSON_FIXED_COSTS, create, order, status};
use crate::setup::{App, CALLBACK, parameter, register};

async fn page(app: &App, customer: &str) -> String {
    app.bank().get(&app.authorize_path(&[("state", "s"), ("customer", customer)])).send().await.ok().text
}

/// Sends the form of the page with these payments.
async fn send(app: &App, customer: &str, decision: &str, payments: &[u64]) -> Reply {
    let payments: Vec<String> = payments.iter().map(u64::to_string).collect();
    let mut fields = vec![
        ("response_type", "code"),
        ("client_id", app.client_id.as_str()),
        ("redirect_uri", CALLBACK),
        ("state", "s"),
        ("customer", customer),
        ("decision", decision),
    ];
    fields.extend(payments.iter().map(|id| ("payment", id.as_str())));
    app.bank().form("/auth", &fields).send().await
}

async fn at_once(app: &App, header: &'static str, value: &str) -> Reply {
    app.bank().get(&app.authorize_path(&[("state", "s")])).header(header, value).send().await
}

#[track_caller]
fn query(reply: &Reply, name: &str) -> String {
    assert_eq!(reply.status, 303, "{}", reply.text);
    parameter(reply.header("Location").unwrap(), name).unwrap()
}

#[tokio::test]
async fn the_page_shows_all_pending_payments_of_the_payer_in_place_of_the_accounts() {
    let app = App::new(Settings::default()).await;
    let nasty = with(order(PERSON, "12.50"), "description", json!("<b>Invoice</b>"));
    let first = app.provider.post(PATH, nasty).await.ok().id();
    let second = create(&app.provider, PERSON_FIXED_COSTS, "7.25").await;
    let company = create(&app.provider, COMPANY, "3.00").await;
    let cancelled = create(&app.provider, PERSON, "4.00").await;
    app.provider.put(&format!("{PATH}/{cancelled}"), json!({"status": "CANCELLED"})).await.ok();
    let (_, other, other_id) =
        register(app.bank(), &app.provider.installation, "Other PISP", json!(["127.0.0.1"])).await;
    let path = format!("/v1/user/{other_id}/{PATH}");
    let foreign = app.bank().post(&path, order(PERSON, "5.00")).token(&other).send().await.ok().id();

    let person = page(&app, "person").await;

    for part in [
        &format!("<li class=\"psp-draft\" data-psp-draft=\"{first}\">"),
        &format!("<input type=\"hidden\" name=\"payment\" value=\"{second}\">"),
        "EUR 12.50",
        "EUR 7.25",
        "<span id=\"sum\"><span class=\"amount\">EUR 19.75</span></span>",
        "NL91 ABNA 0417 1643 00",
        "J. Jansen",
        "From Huishouden",
        "From Vaste lasten",
        "&lt;b&gt;Invoice&lt;/b&gt;",
        "<q>Tests</q>",
        "<button class=\"primary\" name=\"decision\" value=\"accept\">Accept</button>",
        "<button name=\"decision\" value=\"reject\">Reject</button>",
    ] {
        assert!(person.contains(part), "{part}");
    }
    assert!(!person.contains("type=\"checkbox\"") && !person.contains("<script"));
    for id in [company, cancelled, foreign] {
        assert!(!person.contains(&format!("data-psp-draft=\"{id}\"")), "{id}");
    }
    assert!(page(&app, "company").await.contains(&format!("data-psp-draft=\"{company}\"")));
    assert!(page(&app, "empty").await.contains("no account"));
    // Looking at the page decides nothing.
    assert_eq!(status(&app.provider, first).await, "PENDING");
}

#[tokio::test]
async fn payments_are_accepted_together_and_lead_back_with_a_code() {
    let app = App::new(Settings::default()).await;
    let inside = with(order(PERSON, "40.00"), "counterparty_iban", json!(COMPANY));
    let first = app.provider.post(PATH, inside).await.ok().id();
    let second = create(&app.provider, PERSON, "3.27").await;
    let third = create(&app.provider, PERSON_FIXED_COSTS, "1.50").await;
    assert!(page(&app, "person").await.contains(&format!("data-psp-draft=\"{third}\"")));

    let reply = send(&app, "person", "accept", &[first, second, third, third]).await;

    assert_eq!(query(&reply, "state"), "s");
    for id in [first, second, third] {
        assert_eq!(status(&app.provider, id).await, "ACCEPTED");
    }
    assert!(page(&app, "person").await.contains("type=\"checkbox\""));
    let token = app.exchange(&query(&reply, "code"), &[]).await.ok().json()["access_token"].clone();
    for id in [first, second, third] {
        assert_eq!(status(&app.provider, id).await, "COMPLETED");
    }
    let customer = app.open(token.as_str().unwrap().to_owned()).await;
    let company = app.connect("company").await;
    let accounts = format!("/v1/user/{}/monetary-account", customer.id);
    let accounts = app.bank().get(&accounts).token(&customer.session).send().await.ok().json();
    assert_eq!(accounts["Response"].as_array().unwrap().len(), 7);
    let desk = Desk { app, customer };
    assert_eq!((desk.balance(60_101).await, desk.balance(60_102).await), ("1800.00".to_owned(), "960.00".to_owned()));
    let newest = &desk.list("60101/payment?count=2").await;
    assert_eq!((&newest[0]["amount"], &newest[0]["description"]), (&euros("-3.27"), &json!("Invoice 17")));
    assert_eq!((&newest[0]["type"], &newest[1]["type"]), (&json!("EBA_SCT"), &json!("BUNQ")));
    assert_eq!(newest[1]["counterparty_alias"]["iban"], COMPANY);
    assert_eq!(newest[1]["counterparty_alias"]["display_name"], "Bakkerij Van Dijk B.V.");
    let desk = Desk { customer: company, ..desk };
    let arrived = &desk.list("60201/payment?count=1").await[0];
    assert_eq!((&arrived["amount"], &arrived["counterparty_alias"]["iban"]), (&euros("40.00"), &json!(PERSON)));
    assert_eq!(desk.balance(60_201).await, "12889.90");
    assert_eq!(desk.objects("payments").await.len(), 4);
}

#[tokio::test]
async fn payments_are_rejected_together_and_lead_back_with_an_error_or_stay() {
    let app = App::new(Settings::default()).await;
    let (first, second) = (create(&app.provider, PERSON, "1.00").await, create(&app.provider, PERSON, "2.00").await);

    let back = send(&app, "person", "reject", &[first, second]).await;
    app.bank().switch("settings", json!({"denial": Denial::Stay})).await;
    let third = create(&app.provider, PERSON, "3.00").await;
    let stays = send(&app, "person", "reject", &[third]).await;

    assert_eq!(query(&back, "error"), "access_denied");
    assert_eq!((stays.status, stays.header("Location")), (200, None));
    for id in [first, second, third] {
        assert_eq!(status(&app.provider, id).await, "REJECTED");
    }
    assert!(app.bank().objects("payments").await.is_empty());
}

#[tokio::test]
async fn payments_over_the_balance_are_not_accepted_and_wait() {
    let app = App::new(Settings::default()).await;
    let mut ids = vec![create(&app.provider, PERSON, "1000.00").await];
    ids.push(create(&app.provider, PERSON_FIXED_COSTS, "900.00").await);
    ids.push(create(&app.provider, PERSON, "843.28").await);

    let form = send(&app, "person", "accept", &ids).await;
    let header = at_once(&app, "X-Simulator-Approve", "person").await;

    for reply in [&form, &header] {
        assert!(reply.status == 409 && reply.text.contains("too little"), "{reply:?}");
        assert_eq!(reply.header("Location"), None);
    }
    assert!(form.text.contains("customer=person"));
    for id in &ids {
        assert_eq!(status(&app.provider, *id).await, "PENDING");
    }
    assert!(app.bank().objects("payments").await.is_empty());
    app.provider.put(&format!("{PATH}/{}", ids[2]), json!({"status": "CANCELLED"})).await.ok();
    assert_eq!(query(&at_once(&app, "X-Simulator-Approve", "person").await, "code").len(), 64);
    assert_eq!(app.bank().objects("payments").await.len(), 2);
}

#[tokio::test]
async fn only_the_payments_that_the_page_showed_are_decided() {
    let app = App::new(Settings::default()).await;
    let shown = create(&app.provider, PERSON, "1.00").await;
    let later = create(&app.provider, PERSON, "2.00").await;
    let company = create(&app.provider, COMPANY, "3.00").await;

    for (payments, decision) in
        [(&[][..], "accept"), (&[company], "accept"), (&[shown, company], "accept"), (&[shown, 1], "reject")]
    {
        let reply = send(&app, "person", decision, payments).await;
        assert!(reply.status == 409 && reply.text.contains("id=\"failure\""), "{payments:?} {decision}: {reply:?}");
    }
    assert_eq!(send(&app, "nobody", "accept", &[shown]).await.status, 400);
    assert_eq!(send(&app, "person", "perhaps", &[shown]).await.status, 400);
    assert!(app.bank().objects("payments").await.is_empty());
    assert_eq!(send(&app, "person", "accept", &[shown]).await.status, 303);
    assert_eq!(send(&app, "person", "accept", &[shown]).await.status, 409);

    assert_eq!(status(&app.provider, later).await, "PENDING");
    assert_eq!(status(&app.provider, company).await, "PENDING");
    assert_eq!(app.bank().objects("payments").await.len(), 1);
}

#[tokio::test]
async fn headers_accept_and_reject_the_pending_payments() {
    let app = App::new(Settings::default()).await;
    let make = async || (create(&app.provider, PERSON, "1.00").await, create(&app.provider, COMPANY, "2.00").await);
    let statuses = async |(person, company): (u64, u64)| {
        (status(&app.provider, person).await, status(&app.provider, company).await)
    };
    let expected = |person: &str, company: &str| (person.to_owned(), company.to_owned());

    let approved = make().await;
    let code = query(&at_once(&app, "X-Simulator-Approve", "person").await, "code");
    assert_eq!(statuses(approved).await, expected("ACCEPTED", "PENDING"));
    app.exchange(&code, &[]).await.ok();
    assert_eq!(statuses(approved).await, expected("COMPLETED", "PENDING"));

    let denied = make().await;
    let reply = at_once(&app, "X-Simulator-Deny", "person").await;
    assert_eq!(query(&reply, "error"), "access_denied");
    assert_eq!(statuses(denied).await, expected("REJECTED", "PENDING"));

    // Without the name of a customer, the payments of all payers are rejected.
    let denied_by_all = make().await;
    at_once(&app, "X-Simulator-Deny", "1").await;
    assert_eq!(statuses(denied_by_all).await, expected("REJECTED", "REJECTED"));
    assert_eq!(statuses(denied).await, expected("REJECTED", "REJECTED"));
    assert_eq!(statuses(approved).await, expected("COMPLETED", "REJECTED"));
    assert_eq!(app.bank().objects("payments").await.len(), 1);
}

#[tokio::test]
async fn payments_that_are_left_or_expire_do_not_hinder_a_consent_to_accounts() {
    let settings = Settings { psp_draft_payment_validity_seconds: 600, ..Settings::default() };
    let app = App::new(settings).await;
    let left = create(&app.provider, PERSON, "1.00").await;
    assert!(page(&app, "person").await.contains("data-psp-draft"));

    app.bank().switch("settings", json!({"clock_offset_seconds": 601})).await;

    let after = page(&app, "person").await;
    assert!(after.contains("type=\"checkbox\"") && !after.contains("data-psp-draft"));
    assert_eq!(send(&app, "person", "accept", &[left]).await.status, 409);
    let desk = Desk::at(app).await;
    assert_eq!(status(&desk.app.provider, left).await, "EXPIRED");
    assert_eq!(desk.balance(60_101).await, MAIN_BALANCE);
}
