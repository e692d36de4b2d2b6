//! Every kind of failure, at random, hundreds of times. The caller retries with the same key until there is an answer.
//! Each time, the bank holds exactly one object, and the caller got its id. `STORM_SEED=<n>` repeats a run.

use std::time::Duration;

use rand::{Rng as _, RngExt as _, SeedableRng as _, rngs::StdRng};
use serde_json::{Value, json};
use testkit::{Answer, Sibling, TestApp, lambda::post_event};

use crate::fixture::{connected, created_id, draft, inquiry};

/// The number of runs of one storm; four storms run at the same time.
const RUNS: u64 = 130;
/// How often a caller retries.
const PATIENCE: usize = 12;

#[derive(Clone, Copy, Debug)]
enum Fault {
    None,
    ConnectionRefused,
    DroppedBefore,
    DroppedAfter,
    FailedWithoutEffect,
    FailedWithEffect,
    RateLimited,
    MaintenanceWithoutEffect,
    MaintenanceWithEffect,
    AnsweredBadlySigned,
    AnsweredHalf,
    LookUpFails,
    StoreThrottledFirst,
    StoreThrottledLast,
    StoreAnswerLostFirst,
    StoreAnswerLostLast,
    TimedOut,
    Killed,
}

const FAULTS: &[Fault] = &[
    Fault::None,
    Fault::ConnectionRefused,
    Fault::DroppedBefore,
    Fault::DroppedAfter,
    Fault::FailedWithoutEffect,
    Fault::FailedWithEffect,
    Fault::RateLimited,
    Fault::MaintenanceWithoutEffect,
    Fault::MaintenanceWithEffect,
    Fault::AnsweredBadlySigned,
    Fault::AnsweredHalf,
    Fault::LookUpFails,
    Fault::StoreThrottledFirst,
    Fault::StoreThrottledLast,
    Fault::StoreAnswerLostFirst,
    Fault::StoreAnswerLostLast,
    Fault::TimedOut,
    Fault::Killed,
];

#[derive(Clone, Copy)]
enum What {
    Draft,
    Inquiry,
}

impl What {
    const fn resource(self) -> &'static str {
        match self {
            Self::Draft => "draft-payment",
            Self::Inquiry => "request-inquiry",
        }
    }

    const fn objects(self) -> &'static str {
        match self {
            Self::Draft => "draft_payments",
            Self::Inquiry => "request_inquiries",
        }
    }

    fn body(self, description: &str) -> Value {
        match self {
            Self::Draft => draft(description),
            Self::Inquiry => inquiry(description),
        }
    }
}

struct Storm {
    app: TestApp,
    user_id: String,
    cut_off: Sibling,
    what: What,
}

impl Storm {
    fn path(&self) -> String {
        format!("/user/{}/{}", self.user_id, self.what.resource())
    }

    async fn fault_at_bank(&self, mut fault: Value) {
        fault["endpoint"] = json!(format!("POST user/{{id}}/monetary-account/{{id}}/{}", self.what.resource()));
        self.app.bank.fault(fault).await;
    }

    /// The first try, with the fault. `None` means that no answer arrived.
    async fn first(&self, fault: Fault, key: &str, body: &Value, random: &mut StdRng) -> Option<Answer> {
        let store = |target: &str, error: &str| json!({ "target": format!("DynamoDB_20120810.{target}"), "times": 8, "error": error });
        let limit = json!({ "Error": [{ "error_description": "You can do a maximum of 5 calls per 3000 second to this endpoint." }] });
        match fault {
            Fault::None => {}
            Fault::ConnectionRefused => return Some(self.cut_off.post_once(&self.app, &self.path(), key, body).await),
            Fault::DroppedBefore => self.fault_at_bank(json!({ "drop": "before" })).await,
            Fault::DroppedAfter => self.fault_at_bank(json!({ "drop": "after" })).await,
            Fault::FailedWithoutEffect => self.fault_at_bank(json!({ "status": 500, "body": "oops" })).await,
            Fault::FailedWithEffect => self.fault_at_bank(json!({ "status": 500, "body": "oops", "act": true })).await,
            Fault::RateLimited => self.fault_at_bank(json!({ "status": 429, "body": limit })).await,
            Fault::MaintenanceWithoutEffect => self.fault_at_bank(json!({ "status": 491, "body": "" })).await,
            Fault::MaintenanceWithEffect => self.fault_at_bank(json!({ "status": 491, "body": "", "act": true })).await,
            Fault::AnsweredBadlySigned => self.fault_at_bank(json!({ "signature": "wrong" })).await,
            Fault::AnsweredHalf => self.fault_at_bank(json!({ "truncate": 12 })).await,
            Fault::LookUpFails => {
                self.fault_at_bank(json!({ "drop": "after" })).await;
                let list = format!("GET user/{{id}}/monetary-account/{{id}}/{}", self.what.resource());
                self.app.bank.fault(json!({ "endpoint": list, "status": 500, "body": "", "times": 5 })).await;
            }
            Fault::StoreThrottledFirst => {
                self.app.aws_fault(store("PutItem", "ProvisionedThroughputExceededException")).await;
            }
            Fault::StoreThrottledLast => {
                self.app.aws_fault(store("UpdateItem", "ProvisionedThroughputExceededException")).await;
            }
            Fault::StoreAnswerLostFirst => {
                self.app.aws_fault(json!({ "target": "DynamoDB_20120810.PutItem", "drop": "after" })).await;
            }
            Fault::StoreAnswerLostLast => {
                self.app.aws_fault(json!({ "target": "DynamoDB_20120810.UpdateItem", "drop": "after" })).await;
            }
            Fault::TimedOut => {
                self.fault_at_bank(json!({ "delay_ms": 60_000 })).await;
                return self.in_a_process(key, body, Some(1_400), None).await;
            }
            Fault::Killed => {
                let after = Duration::from_micros(random.random_range(0..40_000));
                return self.in_a_process(key, body, None, Some(after)).await;
            }
        }
        Some(self.app.post_once(&self.path(), key, body).await)
    }

    /// A try in its own real process, which times out or is killed.
    async fn in_a_process(
        &self,
        key: &str,
        body: &Value,
        timeout: Option<i64>,
        kill_after: Option<Duration>,
    ) -> Option<Answer> {
        let mut function = self.app.bootstrap(env!("CARGO_BIN_EXE_payments")).await;
        if let Some(timeout) = timeout {
            function.set_timeout(timeout);
        }
        let bearer = format!("Bearer {}", self.app.api_key);
        let event = post_event(&self.path(), &[("authorization", &bearer), ("idempotency-key", key)], body);
        let answer = function.begin(event);
        if let Some(after) = kill_after {
            // The sleep waits for nothing; it makes the process end at a random point.
            tokio::time::sleep(Duration::from_millis(40) + after).await;
            function.kill();
            return None;
        }
        answer.await.ok()?.ok()?;
        // The caller did not receive the answer, whatever it was.
        None
    }

    async fn run(&self, fault: Fault, number: u64, random: &mut StdRng) {
        let (key, description) = (format!("key {number}"), format!("run {number} {:016x}", random.next_u64()));
        let body = self.what.body(&description);
        let mut answer = self.first(fault, &key, &body, random).await;
        for _ in 0..PATIENCE {
            match &answer {
                Some(answer) if answer.status == 201 => break,
                Some(answer) => assert!([409, 502, 503, 504].contains(&answer.status), "{fault:?}: {answer:?}"),
                None => {}
            }
            self.app.bank.clear_faults().await;
            self.app.aws_recover().await;
            // Longer than the wait for an unknown outcome, and longer than the wait for a dead process.
            self.app.advance(45).await;
            answer = Some(self.app.post_once(&self.path(), &key, &body).await);
        }
        self.app.bank.clear_faults().await;
        self.app.aws_recover().await;
        let answer = answer.filter(|answer| answer.status == 201);
        let answer = answer.unwrap_or_else(|| panic!("{fault:?}: the caller never got an answer"));
        let objects = self.app.bank.objects().await;
        let objects = objects[self.what.objects()].as_array().unwrap().clone();
        let ours: Vec<_> = objects.iter().filter(|object| object["description"] == description.as_str()).collect();
        assert_eq!(ours.len(), 1, "{fault:?}: the bank holds {} objects", ours.len());
        assert_eq!(ours[0]["id"], created_id(&answer.json()), "{fault:?}");
    }
}

async fn storm(what: What, number: u64, seed: u64) {
    let mut random = StdRng::seed_from_u64(seed.wrapping_add(number));
    let (app, user_id) = connected().await;
    // A port without a listener: bound, and released.
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let cut_off = app.sibling("BUNQ_API_URL", &format!("http://{closed}/v1")).await;
    let storm = Storm { app, user_id, cut_off, what };
    for run in 0..RUNS {
        let fault = FAULTS[random.random_range(0..FAULTS.len())];
        storm.run(fault, run, &mut random).await;
    }
}

#[expect(clippy::disallowed_methods, reason = "who runs the test repeats storms")]
#[tokio::test(flavor = "multi_thread")]
async fn whatever_fails_and_however_often_it_is_retried_each_order_is_carried_out_once() {
    let seed = std::env::var("STORM_SEED").ok().and_then(|text| text.parse().ok());
    let seed = seed.unwrap_or_else(rand::random::<u64>);
    println!("STORM_SEED={seed} repeats these storms");

    // Each storm has its own deployment. Most of the time is spent waiting for answers that never arrive.
    let storms = [What::Draft, What::Inquiry, What::Draft, What::Inquiry];
    let storms = storms.into_iter().zip(0..).map(|(what, number)| tokio::spawn(storm(what, number, seed)));
    for outcome in futures::future::join_all(storms).await {
        outcome.unwrap();
    }
}
