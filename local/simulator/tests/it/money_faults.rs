//! Cases that a payment client must survive: answers that do not arrive, and a restart of the bank.

use bunq_simulator::{Options, RateLimits};
use serde_json::{Value, json};

use crate::client::Bank;
use crate::desk::{Desk, draft, elsewhere, entry, euros};
use crate::setup::{App, Provider};

const DRAFTS: &str = "POST user/{user-id}/monetary-account/{monetary-account-id}/draft-payment";
const REQUESTS: &str = "POST user/{user-id}/monetary-account/{monetary-account-id}/request-inquiry";

fn kinds() -> [(&'static str, &'static str, &'static str, Value); 2] {
    let request = json!({
        "amount_inquired": euros("1.00"),
        "counterparty_alias": elsewhere(),
        "description": "Lunch",
        "allow_bunqme": true,
    });
    [
        (DRAFTS, "60101/draft-payment", "draft_payments", draft(json!([entry("1.00")]))),
        (REQUESTS, "60101/request-inquiry", "request_inquiries", request),
    ]
}

/// Sends a create twice with one request id, the first time with a fault. Returns both results and the number of
/// objects.
async fn twice(desk: &Desk, fault: Value, path: &str, objects: &str, body: &Value) -> (Option<u16>, u16, usize) {
    let before = desk.objects(objects).await.len();
    desk.bank().switch("faults", fault.clone()).await;
    let id = fault.to_string();
    let call = || desk.call("POST", path).json(body.clone()).header("X-Bunq-Client-Request-Id", id.clone());
    let first = call().try_send().await.ok().map(|reply| reply.status);
    let second = call().send().await.status;
    (first, second, desk.objects(objects).await.len() - before)
}

#[tokio::test]
async fn a_create_that_was_carried_out_is_not_carried_out_again() {
    let desk = Desk::new().await;
    for (endpoint, path, objects, body) in kinds() {
        let run = |fault: Value| {
            let mut whole = json!({"endpoint": endpoint});
            whole.as_object_mut().unwrap().extend(fault.as_object().unwrap().clone());
            let (desk, body) = (&desk, &body);
            async move { twice(desk, whole, path, objects, body).await }
        };

        assert_eq!(run(json!({"drop": "after"})).await, (None, 400, 1));
        assert_eq!(run(json!({"status": 500, "act": true})).await, (Some(500), 400, 1));
        assert_eq!(run(json!({"delay_ms": 5})).await, (Some(200), 400, 1));
        assert_eq!(run(json!({"drop": "before"})).await, (None, 200, 1));
        assert_eq!(run(json!({"status": 429})).await, (Some(429), 200, 1));
        assert_eq!(run(json!({"status": 491})).await, (Some(491), 200, 1));
    }
}

#[tokio::test]
async fn calls_are_listed_by_their_templates_and_limited() {
    let desk = Desk::new().await;
    desk.bank().call("DELETE", "/_simulator/calls").send().await;
    desk.bank().switch("settings", json!({"rate_limits": RateLimits::Classic})).await;

    for _ in 0..5 {
        desk.draft("1.00").await;
    }
    let sixth = desk.post("60101/draft-payment", draft(json!([entry("1.00")]))).await;
    desk.get("60101/payment/110001").await.ok();

    sixth.refused(429, "Too many requests. You can do a maximum of 5 calls per 3 second to this endpoint.");
    let counts = desk.bank().get("/_simulator/calls").send().await.json()["counts"].clone();
    assert_eq!(counts[DRAFTS], 6);
    assert_eq!(counts["GET user/{user-id}/monetary-account/{monetary-account-id}/payment/{item-id}"], 1);
}

#[tokio::test]
async fn money_drafts_requests_and_request_ids_survive_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let options = || Options { state_file: Some(directory.path().join("bank.json")), ..Options::default() };
    let desk = Desk::at(Provider::at(Bank::start(options()).await).await.app().await).await;
    let create = async |desk: &Desk| {
        let call = desk.call("POST", "60101/draft-payment").json(draft(json!([entry("10.00")])));
        call.header("X-Bunq-Client-Request-Id", "once").send().await
    };
    let id = create(&desk).await.ok().id();
    desk.bank().switch("payments", json!({"customer": "person", "count": 20})).await;
    desk.bank().switch("draft", json!({"draft": id, "decision": "accept"})).await;
    let (_, path, _, body) = kinds()[1].clone();
    let request = desk.post(path, body).await.ok().id();
    let before = (desk.balance(60_101).await, desk.list("60101/payment?count=25").await);
    let draft_before = desk.fields(&format!("60101/draft-payment/{id}")).await;

    let Desk { app, customer } = desk;
    app.provider.bank.simulator.stop().await;
    let bank = Bank::start(options()).await;
    let desk = Desk { app: App { provider: Provider { bank, ..app.provider }, ..app }, customer };

    create(&desk).await.refused_by_simulator(400, "used before");
    assert_eq!((desk.balance(60_101).await, desk.list("60101/payment?count=25").await), before);
    assert_eq!(desk.fields(&format!("60101/draft-payment/{id}")).await, draft_before);
    assert_eq!(desk.fields(&format!("60101/request-inquiry/{request}")).await["status"], "PENDING");
    assert!(desk.draft("1.00").await > request);
}
