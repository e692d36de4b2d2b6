//! What is disturbed and when. A seed gives the same schedule each time.

use std::time::Duration;

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use serde_json::{Value, json};

use crate::world::{CUSTOMERS, PROCESSES};

/// Storms of this length, each with a quiet time at its end in which everything recovers.
const STORM: Duration = Duration::from_secs(12);
const QUIET: Duration = Duration::from_secs(3);
/// How long before the end no answer is delayed for longer than a request may take, so that the test ends in time.
const LAST_PART: Duration = Duration::from_secs(20);

/// A disturbance at a time.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    /// Since the end of the calm.
    pub(crate) at: Duration,
    /// Its kind, for the summary.
    pub(crate) kind: String,
    pub(crate) what: Disturbance,
}

#[derive(Clone, Debug)]
pub(crate) enum Disturbance {
    /// A fault of the simulated bank.
    Bank(Value),
    /// A fault of the embedded AWS.
    Aws(Value),
    /// The bank ends sessions: of a customer, of the TPP, or all.
    EndSessions(Option<String>),
    /// A customer revokes the consent at the bank.
    Revoke(usize),
    /// The bank is reset.
    Forget,
    /// A process is killed.
    Kill(usize),
    /// Nothing gets through on one way of a process, for a while.
    Stall { process: usize, is_aws: bool, lasts: Duration },
    /// Payments arrive, so that there is something to read.
    Pay(usize),
    /// Every fault ends.
    Recover,
}

const BANK: [&str; 12] = [
    "*",
    "POST session-server",
    "POST token",
    "GET user/{}",
    "GET user/{}/monetary-account",
    "GET user/{}/monetary-account/{}/payment",
    "POST user/{}/monetary-account/{}/draft-payment",
    "GET user/{}/monetary-account/{}/draft-payment",
    "POST user/{}/monetary-account/{}/request-inquiry",
    "GET user/{}/monetary-account/{}/request-inquiry",
    "POST user/{}/payment-service-provider-issuer-transaction",
    "GET user/{}/payment-service-provider-issuer-transaction",
];

const DYNAMODB: [&str; 6] = ["GetItem", "BatchGetItem", "PutItem", "UpdateItem", "TransactWriteItems", "Query"];

/// The schedule of a seed: at least one reset and one kill, then the end of all faults.
pub(crate) fn schedule(seed: u64, duration: Duration) -> Vec<Event> {
    let mut random = StdRng::seed_from_u64(seed);
    let mut events = Vec::new();
    let mut begin = Duration::ZERO;
    while begin < duration {
        let end = (begin + STORM).min(duration);
        let mut at = begin;
        while at + QUIET < end {
            let (kind, what) = disturbance(&mut random, at + LAST_PART < duration);
            events.push(Event { at, kind, what });
            at += Duration::from_millis(random.random_range(50..500));
        }
        if (begin.is_zero() || random.random_ratio(1, 4)) && begin + STORM <= duration {
            let at = begin + STORM / 3;
            events.push(Event { at, kind: "bank: forgets installations".to_owned(), what: Disturbance::Forget });
        }
        events.push(Event { at, kind: "recovery".to_owned(), what: Disturbance::Recover });
        begin = end;
    }
    events.sort_by_key(|event| event.at);
    events
}

fn disturbance(random: &mut StdRng, may_be_long: bool) -> (String, Disturbance) {
    let (process, customer) = (random.random_range(0..PROCESSES), random.random_range(0..CUSTOMERS));
    match random.random_range(0..100) {
        0..50 => at_bank(random, may_be_long),
        50..70 => at_aws(random),
        70..75 => {
            let owner = match random.random_range(0..3) {
                0 => None,
                1 => Some("psp".to_owned()),
                _ => Some(crate::customers::name(customer)),
            };
            ("bank: ends sessions".to_owned(), Disturbance::EndSessions(owner))
        }
        75..79 => ("customer: revokes".to_owned(), Disturbance::Revoke(customer)),
        79..86 => ("process: killed".to_owned(), Disturbance::Kill(process)),
        86..92 => {
            let (is_aws, lasts) = (random.random(), Duration::from_millis(random.random_range(100..4_000)));
            let kind = if is_aws { "network: to AWS stalls" } else { "network: to the bank stalls" };
            (kind.to_owned(), Disturbance::Stall { process, is_aws, lasts })
        }
        _ => ("(payments arrive)".to_owned(), Disturbance::Pay(customer)),
    }
}

fn at_bank(random: &mut StdRng, may_be_long: bool) -> (String, Disturbance) {
    let endpoint = BANK[random.random_range(0..BANK.len())];
    let act = random.random::<bool>();
    let busy =
        json!({ "Error": [{ "error_description": "You can do a maximum of 3 calls per 1 second to this endpoint." }] });
    let html = "<html><body>Service temporarily unavailable</body></html>";
    let (kind, mut fault) = match random.random_range(0..14) {
        0 => ("drops before", json!({ "drop": "before" })),
        1 => ("drops after", json!({ "drop": "after" })),
        2..=3 => ("late", json!({ "delay_ms": random.random_range(100..3_000) })),
        4 if may_be_long => ("too late", json!({ "delay_ms": random.random_range(20_000..35_000) })),
        4..=5 => ("429", json!({ "status": 429, "body": busy })),
        6 => ("491", json!({ "status": 491, "body": "", "act": act })),
        7..=8 => ("500", json!({ "status": 500, "body": "oops", "act": act })),
        9 => ("signature wrong", json!({ "signature": "wrong" })),
        10 => ("signature missing", json!({ "signature": "missing" })),
        11 => ("truncated", json!({ "truncate": random.random_range(0..40) })),
        12 => ("a page of HTML", json!({ "status": 200, "body": html, "content_type": "text/html", "act": act })),
        _ => ("503 of a proxy", json!({ "status": 503, "body": html, "content_type": "text/html", "act": act })),
    };
    fault["endpoint"] = json!(endpoint);
    // `*` disturbs more calls, and a call that waits for its answer holds up what waits for it.
    fault["times"] = json!(if kind == "too late" { 1 } else { random.random_range(1..6) });
    (format!("bank: {kind}"), Disturbance::Bank(fault))
}

fn at_aws(random: &mut StdRng) -> (String, Disturbance) {
    let is_secret = random.random_ratio(1, 6);
    let target = match is_secret {
        true => "secretsmanager.GetSecretValue".to_owned(),
        false => format!("DynamoDB_20120810.{}", DYNAMODB[random.random_range(0..DYNAMODB.len())]),
    };
    let throttled = if is_secret { "ThrottlingException" } else { "ProvisionedThroughputExceededException" };
    let failed = if is_secret { "InternalServiceError" } else { "InternalServerError" };
    let (kind, mut fault) = match random.random_range(0..5) {
        0 => ("throttles", json!({ "error": throttled })),
        1 => ("fails", json!({ "error": failed })),
        2 => ("drops before", json!({ "drop": "before" })),
        3 => ("drops after", json!({ "drop": "after" })),
        _ => ("late", json!({ "delay_ms": random.random_range(100..3_000) })),
    };
    fault["target"] = json!(target);
    fault["times"] = json!(random.random_range(1..9));
    (format!("AWS: {kind}"), Disturbance::Aws(fault))
}

#[test]
fn a_seed_repeats_its_schedule_and_every_minute_has_a_reset_and_a_kill() {
    let minute = Duration::from_secs(45);
    let text = |seed| format!("{:?}", schedule(seed, minute));

    assert_eq!(text(7), text(7));
    assert_ne!(text(7), text(8));
    for seed in 0..50 {
        let kinds: Vec<_> = schedule(seed, minute).into_iter().map(|event| event.kind).collect();
        let has = |kind: &str| kinds.iter().any(|one| one.contains(kind));
        assert!(has("forgets") && has("killed") && has("recovery"), "{seed}: {kinds:?}");
    }
}
