use std::time::Duration;

use bunq_simulator::Settings;
use serde_json::{Value, json};

use crate::client::{Bank, Reply, bank, key, public_pem};
use crate::setup::Provider;

async fn provider(fault: Value) -> Provider {
    let provider = Provider::new(Settings::default()).await;
    provider.bank.call("DELETE", "/_simulator/calls").send().await;
    provider.bank.switch("faults", fault).await;
    provider
}

async fn user(provider: &Provider) -> Reply {
    provider.bank.get("/v1/user").token(&provider.session).send().await
}

async fn calls(bank: &Bank) -> Value {
    bank.get("/_simulator/calls").send().await.json()
}

#[tokio::test]
async fn the_nth_call_is_answered_as_ordered_and_the_next_as_usual() {
    let page = json!({"status": 503, "body": "<h1>down</h1>", "content_type": "text/html"});
    let mut fault = json!({"endpoint": "GET user", "nth": 2, "times": 2});
    fault.as_object_mut().unwrap().extend(page.as_object().unwrap().clone());
    let provider = provider(fault).await;

    user(&provider).await.ok();
    for _ in 0..2 {
        let down = user(&provider).await;
        assert_eq!(
            (down.status, down.text.as_str(), down.header("Content-Type")),
            (503, "<h1>down</h1>", Some("text/html"))
        );
        assert_eq!(down.header("X-Bunq-Server-Signature"), None);
    }
    user(&provider).await.ok();
}

#[tokio::test]
async fn a_fault_without_a_body_has_the_banks_envelope_and_a_429_is_not_signed() {
    let provider = provider(json!({"endpoint": "*", "status": 429})).await;

    let reply = user(&provider).await;

    reply.refused(429, "Too many requests. You can do a maximum of 3 calls per 3 second to this endpoint.");
    assert_eq!(reply.header("X-Bunq-Server-Signature"), None);
}

#[tokio::test]
async fn an_endpoint_is_met_whatever_its_ids_are_called() {
    let provider =
        provider(json!({"endpoint": "GET user/{id}/oauth-client", "status": 491, "body": {"maintenance": true}})).await;

    let reply = provider.bank.get(&provider.path("oauth-client")).token(&provider.session).send().await;

    assert_eq!((reply.status, reply.json()), (491, json!({"maintenance": true})));
}

#[tokio::test]
async fn a_connection_closes_before_the_call_is_carried_out() {
    let provider = provider(json!({"endpoint": "POST user/{user-id}/oauth-client", "drop": "before"})).await;

    let error = provider.bank.post(&provider.path("oauth-client"), json!({})).token(&provider.session).try_send().await;

    assert!(error.unwrap_err().is_request());
    assert_eq!(provider.bank.overview("oauth_clients").await, 0);
    let calls = calls(&provider.bank).await;
    assert_eq!((&calls["calls"][0]["dropped"], &calls["calls"][0]["status"]), (&json!(true), &Value::Null));
}

#[tokio::test]
async fn a_connection_closes_after_the_call_was_carried_out() {
    let provider = provider(json!({"endpoint": "POST user/{user-id}/oauth-client", "drop": "after"})).await;

    let error = provider.bank.post(&provider.path("oauth-client"), json!({})).token(&provider.session).try_send().await;

    assert!(error.unwrap_err().is_request());
    assert_eq!(provider.bank.overview("oauth_clients").await, 1);
}

#[tokio::test]
async fn a_call_may_act_and_be_answered_badly() {
    for (act, made) in [(true, 1), (false, 0)] {
        let fault = json!({"endpoint": "POST user/{user-id}/oauth-client", "status": 500, "act": act});
        let provider = provider(fault).await;

        let reply = provider.bank.post(&provider.path("oauth-client"), json!({})).token(&provider.session).send().await;

        assert_eq!(reply.status, 500);
        assert_eq!(provider.bank.overview("oauth_clients").await, made);
    }
}

#[tokio::test]
async fn the_banks_signature_may_be_wrong_or_missing() {
    let bank = bank().await;
    for fault in ["wrong", "missing"] {
        bank.switch("faults", json!({"endpoint": "POST installation", "signature": fault})).await;
    }
    let install = |number: usize| {
        let body = json!({"client_public_key": public_pem(key(number))});
        bank.post("/v1/installation", body).send()
    };

    let wrong = install(0).await.ok();
    bank.switch("faults", json!({"endpoint": "POST installation", "signature": "missing"})).await;
    let missing = install(1).await.ok();

    let server_key = wrong.response(2)["ServerPublicKey"]["server_public_key"].as_str().unwrap().to_owned();
    assert!(wrong.header("X-Bunq-Server-Signature").is_some() && !wrong.is_signed_by(&server_key));
    assert_eq!(missing.header("X-Bunq-Server-Signature"), None);
}

#[tokio::test]
async fn a_body_may_break_off() {
    let provider = provider(json!({"endpoint": "GET user", "truncate": 20})).await;

    let url = provider.bank.simulator.url().join("/v1/user").unwrap();
    let request = provider.bank.http.get(url).header("User-Agent", "tests");
    let mut response = request.header("X-Bunq-Client-Authentication", &provider.session).send().await.unwrap();

    assert!(response.content_length().unwrap() > 20);
    assert_eq!(response.chunk().await.unwrap().unwrap().len(), 20);
    assert!(response.chunk().await.is_err());
}

#[tokio::test]
async fn a_call_that_hangs_is_in_the_list_and_has_acted() {
    let provider = provider(json!({"endpoint": "POST session-server", "delay_ms": 600_000})).await;
    let hanging = provider.bank.session(&provider.installation, &provider.api_key).send();
    let seen = async {
        loop {
            let calls = calls(&provider.bank).await;
            if calls["counts"]["POST session-server"] == 1 && provider.bank.overview("sessions").await == 2 {
                return calls["calls"][0].clone();
            }
        }
    };

    let call = tokio::select! {
        reply = hanging => panic!("answered: {reply:?}"),
        call = seen => call,
    };

    assert_eq!(
        (&call["endpoint"], &call["status"], &call["signed"]),
        (&json!("session-server"), &Value::Null, &json!(true))
    );
}

#[tokio::test]
async fn a_short_delay_only_delays() {
    let provider = provider(json!({"endpoint": "GET user", "delay_ms": 20})).await;
    let start = std::time::Instant::now();

    user(&provider).await.ok();

    assert!(start.elapsed() >= Duration::from_millis(20));
}

#[tokio::test]
async fn faults_are_listed_and_cleared() {
    let provider = provider(json!({"endpoint": "GET user", "nth": 5, "status": 500})).await;
    user(&provider).await.ok();

    let list = provider.bank.get("/_simulator/faults").send().await.json();
    provider.bank.call("DELETE", "/_simulator/faults").send().await;

    assert_eq!((&list["faults"][0]["seen"], &list["faults"][0]["nth"]), (&json!(1), &json!(5)));
    assert_eq!(provider.bank.get("/_simulator/faults").send().await.json(), json!({"faults": []}));
}

#[tokio::test]
async fn a_fault_that_could_never_happen_is_refused() {
    let bank = bank().await;

    for fault in [
        json!({"endpoint": "GET sesame", "status": 500}),
        json!({"endpoint": "session-server", "status": 500}),
        json!({"endpoint": "*", "status": 99}),
        json!({"endpoint": "*", "nth": 0}),
        json!({"endpoint": "*", "colour": "red"}),
        json!({"endpoint": "*", "drop": "sometimes"}),
        json!({"status": 500}),
    ] {
        let reply = bank.post("/_simulator/faults", fault.clone()).send().await;
        assert_eq!(reply.status, 400, "{fault}");
    }
}
