//! The report: a table for the terminal, and JSON to send to the project.

use serde_json::{Value, json};

use super::{
    finding::Outcome,
    people::{FOR_PEOPLE, ForPeople},
    questions::{Place, Question, all},
    scrub::Known,
    target::BankName,
    world::Call,
};

/// The version of the JSON.
const FORMAT: u8 = 1;

/// The result of a walk.
#[derive(Debug)]
pub(crate) struct Report {
    bank: BankName,
    entries: Vec<(&'static Question, Outcome, Vec<Value>)>,
}

impl Report {
    pub(super) fn new(bank: BankName, entries: Vec<(&'static Question, Outcome, Vec<Call>)>, known: &Known) -> Self {
        // Only now all secrets are known, also those that came after an error that quotes them.
        let shown = |calls: Vec<Call>| calls.iter().map(|call| call.to_json(known)).collect();
        let entries = entries.into_iter().map(|(question, outcome, calls)| (question, outcome, shown(calls))).collect();
        Self { bank, entries }
    }

    /// Returns the outcome of a question, or `None` if it was not in the walk.
    pub(crate) fn outcome(&self, id: &str) -> Option<&Outcome> {
        self.entries.iter().find(|(question, ..)| question.id == id).map(|(_, outcome, _)| outcome)
    }

    /// Returns the JSON. `day` is the day of the walk, such as `2026-11-28`.
    pub(crate) fn to_json(&self, day: &str) -> Value {
        let questions = self.entries.iter().map(|(question, outcome, calls)| {
            let (word, why) = outcome.word();
            let (readings, facts) = match outcome {
                Outcome::Found(finding) => (finding.readings.clone(), finding.facts.clone()),
                Outcome::Skipped(_) | Outcome::Failed(_) => Default::default(),
            };
            let readings = readings.into_iter().map(|(setting, value)| json!({ "setting": setting, "value": value }));
            json!({
                "id": question.id,
                "question": question.question,
                "steps": question.steps,
                "settings": question.settings,
                "outcome": word,
                "why": why,
                "readings": readings.collect::<Vec<_>>(),
                "facts": facts,
                "calls": calls,
            })
        });
        let for_people = FOR_PEOPLE.iter().map(|ForPeople { id, question, how, settings }| {
            json!({ "id": id, "question": question, "how": how, "settings": settings })
        });
        json!({
            "format": FORMAT,
            "version": env!("CARGO_PKG_VERSION"),
            "bank": self.bank.as_str(),
            "day": day,
            "questions": questions.collect::<Vec<_>>(),
            "for_people": for_people.collect::<Vec<_>>(),
        })
    }

    /// Returns a table with a line for each question.
    pub(crate) fn table(&self) -> String {
        let width = self.entries.iter().map(|(question, ..)| question.id.len()).max().unwrap_or_default();
        let mut table = String::new();
        for (question, outcome, _) in &self.entries {
            let (word, why) = outcome.word();
            let result = match outcome {
                Outcome::Found(finding) => {
                    let readings = finding.readings.iter().map(|(setting, value)| format!("{setting}={value}"));
                    let facts = finding.facts.iter().map(|(name, value)| format!("{name}: {value}"));
                    readings.chain(facts).chain(why.map(str::to_owned)).collect::<Vec<_>>().join(", ")
                }
                Outcome::Skipped(why) | Outcome::Failed(why) => (*why).to_owned(),
            };
            table.push_str(&format!("{:width$}  {word:8}  {result}\n", question.id));
        }
        table
    }
}

/// Returns what a walk would do, without doing it.
pub(crate) fn plan(bank: BankName, only: &[String]) -> String {
    let mut plan = format!("Nothing is sent. These questions would be asked of {}:\n\n", bank.as_str());
    for question in all().filter(|question| only.is_empty() || only.iter().any(|id| id == question.id)) {
        let place = match (question.place, bank) {
            (Place::Sandbox, BankName::Production) => " (skipped: for sandboxes only)",
            (Place::Sandbox | Place::Any, _) => "",
        };
        plan.push_str(&format!("{}{place}\n    {}\n    {}\n", question.id, question.question, question.steps));
    }
    plan.push_str("\nThese need a person, time, or production:\n\n");
    for ForPeople { id, question, how, .. } in FOR_PEOPLE {
        plan.push_str(&format!("{id}\n    {question}\n    {how}\n"));
    }
    plan
}
