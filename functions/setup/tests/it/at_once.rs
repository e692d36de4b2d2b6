//! Two runs at the same time: the later one wins.

use std::{sync::Arc, time::Duration};

use futures::future::join_all;
use serde_json::json;
use shared::http::Code;

use crate::support::{assert_works, complete, endpoints, fresh, invoke, states};

/// How long the bank delays the earlier run; meanwhile the later one starts.
const HELD_MS: u64 = 4_000;

/// Starts a run that hangs at this call, and another run that does not hang.
async fn overtake_at(endpoint: &str) {
    let app = Arc::new(fresh().await);
    app.bank.fault(json!({ "endpoint": endpoint, "delay_ms": HELD_MS })).await;
    let mut earlier = tokio::spawn({
        let app = Arc::clone(&app);
        async move { invoke(&app, json!({})).await }
    });
    while app.bank.count(endpoint).await == 0 {
        let ended = tokio::time::timeout(Duration::from_millis(10), &mut earlier).await;
        assert!(ended.is_err(), "the earlier run did not hang at {endpoint}");
    }

    let later = complete(&app).await;
    let earlier = earlier.await.unwrap();

    assert!(later["api_key"].is_string(), "{endpoint}: {later}");
    let problem = earlier.expect_err(endpoint);
    assert_eq!((problem.code(), problem.status().as_u16()), (Code::SetupSuperseded, 409), "{endpoint}: {problem}");
    assert_eq!(app.bank.count("POST user/{user-id}/oauth-client").await, 1, "{endpoint}");
    assert_works(&app, endpoint).await;
}

#[tokio::test]
async fn a_run_that_was_overtaken_at_any_call_stops_and_the_later_one_ends() {
    join_all(endpoints().await.iter().map(|endpoint| overtake_at(endpoint))).await;
}

#[tokio::test]
async fn of_runs_that_start_together_one_ends_and_the_others_are_superseded() {
    let app = fresh().await;

    let outcomes = join_all((0..4).map(|_| invoke(&app, json!({})))).await;

    let (ended, stopped): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
    let keys = ended.iter().filter(|report| report.as_ref().unwrap()["api_key"].is_string()).count();
    assert_eq!((ended.is_empty(), keys), (false, 1), "{ended:?}");
    for problem in stopped {
        assert_eq!(problem.unwrap_err().code(), Code::SetupSuperseded);
    }
    assert_works(&app, "four runs at once").await;
}

#[tokio::test]
async fn runs_that_do_not_overlap_both_complete() {
    let app = fresh().await;

    let first = complete(&app).await;
    let second = complete(&app).await;

    assert!(first["api_key"].is_string());
    assert_eq!(states(&second), ["before"; 9]);
    assert_works(&app, "two runs").await;
}
