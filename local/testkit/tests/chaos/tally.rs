//! Counts of requests, answers and disturbances, and everything that went wrong.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    sync::{
        Mutex,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use testkit::{Answer, Operation};

/// Codes that nothing in this test can cause: an answer with one of them is a mistake.
const NEVER: [&str; 10] = [
    "api_key_missing",
    "api_key_invalid",
    "scope_missing",
    "invalid_request",
    "route_not_found",
    "method_not_allowed",
    "cursor_invalid",
    "connected_elsewhere",
    "consent_expired",
    "internal_error",
];
/// The most mistakes that are printed.
const SHOWN: usize = 20;

#[derive(Default)]
pub(crate) struct Tally {
    /// The part of the test: 0 while memory fills, 1 in the calm, 2 while everything fails.
    pub(crate) part: AtomicUsize,
    requests: Mutex<BTreeMap<&'static str, u64>>,
    answers: Mutex<BTreeMap<(u16, String), u64>>,
    disturbances: Mutex<BTreeMap<String, u64>>,
    times: Mutex<[Vec<Duration>; 3]>,
    /// Requests whose process was killed before it had answered.
    killed: AtomicU64,
    mistakes: Mutex<Vec<String>>,
}

impl Tally {
    pub(crate) fn mistake(&self, text: String) {
        self.mistakes.lock().unwrap().push(text);
    }

    pub(crate) fn disturbed(&self, kind: &str) {
        *self.disturbances.lock().unwrap().entry(kind.to_owned()).or_default() += 1;
    }

    pub(crate) fn sent(&self, operation: &'static str) {
        *self.requests.lock().unwrap().entry(operation).or_default() += 1;
    }

    pub(crate) fn killed(&self) {
        self.killed.fetch_add(1, Ordering::SeqCst);
    }

    /// Counts an answer, and checks that the document has it.
    pub(crate) fn answered(&self, operation: &Operation<'_>, answer: &Answer, took: Duration) {
        let code = code(answer);
        self.times.lock().unwrap()[self.part.load(Ordering::SeqCst)].push(took);
        *self.answers.lock().unwrap().entry((answer.status, code.clone())).or_default() += 1;
        let documented = &operation.value["responses"][answer.status.to_string()];
        let is_documented = match answer.status {
            ..400 => documented.is_object(),
            _ => {
                let problem: serde_json::Value = serde_json::from_str(&answer.text).unwrap_or_default();
                let name = format!("{code}.{}.{}", answer.status, problem["action"].as_str().unwrap_or_default());
                documented["content"]["application/problem+json"]["examples"].get(&name).is_some()
            }
        };
        if !is_documented || NEVER.contains(&code.as_str()) {
            self.mistake(format!("{} answers {} {code}: {answer:?}", operation.id(), answer.status));
        }
    }

    /// The mistakes, for a failure.
    pub(crate) fn mistakes(&self) -> Result<(), String> {
        let mistakes = self.mistakes.lock().unwrap();
        let shown: Vec<_> = mistakes.iter().take(SHOWN).map(String::as_str).collect();
        match mistakes.len() {
            0 => Ok(()),
            count => Err(format!("{count} mistakes:\n{}", shown.join("\n"))),
        }
    }

    /// Everything that was counted, as lines of Markdown.
    pub(crate) fn summary(&self) -> String {
        let mut text = String::new();
        let requests = self.requests.lock().unwrap();
        let total: u64 = requests.values().sum();
        writeln!(text, "\n{total} requests, {} cut off by a kill\n", self.killed.load(Ordering::SeqCst)).unwrap();
        writeln!(text, "| operation | requests |\n|---|---|").unwrap();
        requests.iter().for_each(|(name, count)| writeln!(text, "| `{name}` | {count} |").unwrap());
        writeln!(text, "\n| disturbance | times |\n|---|---|").unwrap();
        let disturbances = self.disturbances.lock().unwrap();
        disturbances.iter().for_each(|(name, count)| writeln!(text, "| {name} | {count} |").unwrap());
        writeln!(text, "\n| answer | times |\n|---|---|").unwrap();
        let answers = self.answers.lock().unwrap();
        answers.iter().for_each(|((status, code), count)| writeln!(text, "| {status} {code} | {count} |").unwrap());
        writeln!(text, "\n| | answers | p50 | p99 | slowest |\n|---|---|---|---|---|").unwrap();
        let mut times = self.times.lock().unwrap();
        for (name, times) in ["at the start", "calm", "disturbed"].into_iter().zip(times.iter_mut()) {
            times.sort();
            let at =
                |percent: usize| times.get(times.len() * percent / 100).or(times.last()).map_or(0, Duration::as_millis);
            let (p50, p99, last) = (at(50), at(99), at(100));
            writeln!(text, "| {name} | {} | {p50} ms | {p99} ms | {last} ms |", times.len()).unwrap();
        }
        text
    }
}

/// The code of a problem, or an empty text.
pub(crate) fn code(answer: &Answer) -> String {
    if answer.status < 400 {
        return String::new();
    }
    let problem: serde_json::Value = serde_json::from_str(&answer.text).unwrap_or_default();
    problem["code"].as_str().unwrap_or("(none)").to_owned()
}
