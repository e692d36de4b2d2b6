//! AWS fails at every write; the next run completes the onboarding.

use futures::{StreamExt as _, future::join_all, stream};
use serde_json::{Value, json};
use shared::http::Code;
use tokio::sync::OnceCell;

use crate::support::{assert_works, complete, fresh, invoke};

/// AWS's SDK tries each call three times.
const TRIES: u64 = 3;

/// The writes of a clean run: the target, and the number of the call to it.
async fn writes() -> &'static [(String, u64)] {
    static WRITES: OnceCell<Vec<(String, u64)>> = OnceCell::const_new();
    let find = async || {
        let app = fresh().await;
        app.forget_aws_calls().await;
        complete(&app).await;
        let calls = app.aws_calls().await;
        let writes = calls.as_object().unwrap().iter().filter(|(target, _)| !target.contains(".Get"));
        writes.flat_map(|(target, count)| (1..=count.as_u64().unwrap()).map(|nth| (target.clone(), nth))).collect()
    };
    WRITES.get_or_init(find).await
}

/// The writes to one service.
async fn writes_of(service: &str) -> impl Iterator<Item = &'static (String, u64)> + Clone {
    writes().await.iter().filter(move |(target, _)| target.starts_with(service))
}

async fn stop_and_resume(target: &str, nth: u64, fault: &Value) {
    let context = format!("{fault} at {target} {nth}");
    let app = fresh().await;
    let mut order = json!({ "target": target, "nth": nth, "times": TRIES });
    order.as_object_mut().unwrap().extend(fault.as_object().unwrap().clone());
    app.aws_fault(order).await;

    let stopped = invoke(&app, json!({})).await;
    app.aws_recover().await;
    let report = complete(&app).await;

    let problem = stopped.expect_err(&context);
    assert_eq!(problem.code(), Code::StoreUnavailable, "{context}: {problem}");
    if fault.get("error").is_some() {
        assert!(report["api_key"].is_string(), "{context}: the first key was not made, so it is made now");
    }
    // If the answer to the first key's write is lost, the key is lost with it; the owner creates another key.
    let (_, key) = app.create_api_key(&["accounts"]).await;
    let unknown = app.get_with_key("/user/00000000-0000-4000-8000-000000000000", &key).await;
    unknown.problem(404, "user_not_found");
    assert_works(&app, &context).await;
}

#[tokio::test]
async fn a_run_is_taken_up_whichever_write_of_a_secret_fails() {
    let writes = writes_of("secretsmanager").await;
    assert!(writes.clone().count() >= 10, "a new secret takes two");

    let fault = json!({ "error": "InternalServiceError" });
    join_all(writes.map(|(target, nth)| stop_and_resume(target, *nth, &fault))).await;
}

#[tokio::test]
async fn a_run_is_taken_up_whichever_write_of_an_item_fails_or_loses_its_answer() {
    let writes = writes_of("DynamoDB").await;
    for target in ["PutItem", "TransactWriteItems"] {
        assert!(writes.clone().any(|(written, _)| written.ends_with(target)), "{target}");
    }

    for fault in [json!({ "error": "InternalServerError" }), json!({ "drop": "after" })] {
        join_all(writes.clone().map(|(target, nth)| stop_and_resume(target, *nth, &fault))).await;
    }
}

#[tokio::test]
async fn one_lost_answer_of_aws_costs_nothing_not_even_the_first_api_key() {
    let lose = async |target: &str, nth: u64| {
        let app = fresh().await;
        app.aws_fault(json!({ "target": target, "nth": nth, "drop": "after" })).await;
        let report = complete(&app).await;
        assert!(report["api_key"].is_string(), "{target} {nth}: {report}");
        assert_works(&app, target).await;
    };
    // Only a few run at the same time: AWS's SDK gives up after some seconds, and each run creates keys.
    let runs = writes().await.iter().map(|(target, nth)| lose(target, *nth));
    stream::iter(runs).buffer_unordered(4).collect::<()>().await;
}

#[tokio::test]
async fn a_sealing_key_that_cannot_be_read_is_not_replaced() {
    let app = fresh().await;
    complete(&app).await;
    let before = app.secrets().await;
    let fault = json!({ "target": "secretsmanager.GetSecretValue", "times": 100, "error": "InternalServiceError" });
    app.aws_fault(fault).await;

    let problem = invoke(&app, json!({})).await.unwrap_err();

    assert_eq!(problem.code(), Code::StoreUnavailable);
    app.aws_recover().await;
    assert_eq!(app.secrets().await, before);
}
