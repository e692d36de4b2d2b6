//! Many processes that start at once and ask for the same customer's accounts, at a bank with the classic limits.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testkit::{TestApp, lambda::http_event};

use crate::{Failure, progress};

/// The maximum number of calls to the endpoint, and the time for which it applies, in milliseconds.
const LIMIT: (u128, u128) = (3, 3_000);

/// One answer: when it came, its status, and after how long it says to try again.
struct Answer {
    after: Duration,
    status: u64,
    retry_after: Option<u64>,
}

impl Answer {
    fn read(began: Instant, answer: &Value) -> Self {
        let retry_after = answer["headers"]["retry-after"].as_str().and_then(|text| text.parse().ok());
        Self { after: began.elapsed(), status: answer["statusCode"].as_u64().unwrap_or_default(), retry_after }
    }
}

/// Starts `processes` processes of a bootstrap at once. Returns a line about their first requests and the second tries
/// of those that were busy.
pub(crate) async fn measure(program: &str, processes: usize) -> Result<String, Failure> {
    let app = TestApp::builder().variable("BANK_LIMITS", "classic").start().await;
    // The setup has opened a session, and the bank allows the next one later.
    app.advance(60).await;
    let path = format!("/user/{}/accounts", app.connect("person").await);
    app.bank.settings(json!({ "rate_limits": "classic" })).await;
    app.bank.forget_calls().await;
    // The processes use the machine's clock.
    app.forget_aws_calls().await;
    let authorization = format!("Bearer {}", app.api_key);
    let event = http_event("GET", &path, &[("Authorization", &authorization)]);

    let mut functions = Vec::new();
    for _ in 0..processes {
        functions.push(app.bootstrap(program).await);
    }
    let began = Instant::now();
    let tries = functions.into_iter().map(|function| {
        let event = event.clone();
        tokio::spawn(async move {
            let ask = async || Some(Answer::read(began, &function.begin(event.clone()).await.ok()?.ok()?));
            let first = ask().await?;
            let Some(wait) = first.retry_after.filter(|_| first.status == 503) else { return Some((first, None)) };
            tokio::time::sleep(Duration::from_secs(wait)).await;
            let second = ask().await;
            Some((first, second))
        })
    });
    let tries: Vec<_> = tries.collect();
    tokio::time::sleep(Duration::from_secs(27)).await;
    let (calls, refused) = calls(&app).await;
    progress("waiting for the second tries");
    let mut results = Vec::new();
    for task in tries {
        results.push(task.await?.ok_or("a process did not answer")?);
    }
    let served: Vec<_> =
        results.iter().filter(|(first, _)| first.status == 200).map(|(first, _)| first.after).collect();
    let busy = results.iter().filter(|(first, _)| first.status == 503).count();
    let served_then = results.iter().filter(|(_, second)| second.as_ref().is_some_and(|it| it.status == 200)).count();
    let (Some(earliest), Some(latest)) = (served.iter().min(), served.iter().max()) else {
        return Err("no request was served".into());
    };
    let allowed = ((*latest - *earliest).as_millis() / LIMIT.1 + 1) * LIMIT.0;
    let (_, all_refused) = self::calls(&app).await;
    Ok(format!(
        "{processes} processes: {} served in {:.1} s ({} % of the {allowed} that the bank allows in that time), {busy} busy; \
         {calls} calls, {refused} of them 429 ({} %); second tries: {served_then} of {busy} served, {} more 429",
        served.len(),
        latest.as_secs_f64(),
        100 * served.len() as u128 / allowed,
        100 * refused / calls.max(1),
        all_refused - refused,
    ))
}

/// Returns the number of calls to the bank, and how many of them were refused because of a limit.
async fn calls(app: &TestApp) -> (usize, usize) {
    let log = app.bank.calls().await;
    let calls = log["calls"].as_array().map(Vec::as_slice).unwrap_or_default();
    (calls.len(), calls.iter().filter(|call| call["status"] == 429).count())
}
