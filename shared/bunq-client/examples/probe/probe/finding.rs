//! The result of a question.

use serde_json::{Map, Value};

/// What a question found out.
#[derive(Clone, Debug, Default)]
pub(crate) struct Finding {
    /// Settings of the simulated bank, and the values that behave like this bank.
    pub(crate) readings: Vec<(&'static str, Value)>,
    /// Other results: numbers, statuses and words of the protocol, never data of a person.
    pub(crate) facts: Map<String, Value>,
    /// Why a reading is missing.
    pub(crate) unclear: Option<&'static str>,
}

impl Finding {
    /// Names the value of a setting that behaves like this bank.
    pub(super) fn reading(setting: &'static str, value: impl Into<Value>) -> Self {
        Self::default().and(setting, value)
    }

    /// Says that the answers fit no known reading.
    pub(super) fn unclear(why: &'static str) -> Self {
        Self { unclear: Some(why), ..Self::default() }
    }

    /// Names one of two values of a setting, or none if the call was neither executed nor refused.
    pub(super) fn of_success(setting: &'static str, answer: &super::answer::Answer, values: (Value, Value)) -> Self {
        let (executed, refused) = values;
        if answer.is_success() {
            Self::reading(setting, executed)
        } else if answer.is_refusal() {
            Self::reading(setting, refused)
        } else {
            Self::unclear("the bank neither executed nor refused the call")
        }
    }

    pub(super) fn and(mut self, setting: &'static str, value: impl Into<Value>) -> Self {
        self.readings.push((setting, value.into()));
        self
    }

    /// Adds a result that is not a setting.
    pub(super) fn fact(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.facts.insert(name.to_owned(), value.into());
        self
    }
}

/// Why a question has no result.
#[derive(Clone, Copy, Debug)]
pub(super) enum Stop {
    /// Something is missing that the caller can provide.
    Needs(&'static str),
    /// A step before the question failed.
    Failed(&'static str),
}

/// The outcome of a question.
#[derive(Clone, Debug)]
pub(crate) enum Outcome {
    /// It was asked.
    Found(Finding),
    /// It was not asked.
    Skipped(&'static str),
    /// A step before it failed.
    Failed(&'static str),
}

impl Outcome {
    pub(super) fn of(result: Result<Finding, Stop>) -> Self {
        match result {
            Ok(finding) => Self::Found(finding),
            Err(Stop::Needs(what)) => Self::Skipped(what),
            Err(Stop::Failed(what)) => Self::Failed(what),
        }
    }

    /// Returns the word for the outcome, and the reason if there is no result.
    pub(crate) fn word(&self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::Found(Finding { unclear: Some(why), .. }) => ("unclear", Some(why)),
            Self::Found(_) => ("answered", None),
            Self::Skipped(why) => ("skipped", Some(why)),
            Self::Failed(why) => ("failed", Some(why)),
        }
    }
}
