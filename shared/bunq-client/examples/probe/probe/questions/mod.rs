//! The questions, in groups. Each is a function that makes calls and compares the answers with the known readings.

mod addresses;
mod consents;
mod notifications;
mod oauth;
mod orders;
mod requests;
mod sessions;
mod signing;

use std::{fmt, pin::Pin};

use super::{
    finding::{Finding, Stop},
    world::World,
};

/// Where a question may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// At every bank: it makes nothing but an installation, a credential, a session or an OAuth client.
    Any,
    /// In a sandbox: it makes customers, moves small amounts, or changes lists.
    Sandbox,
}

type Asked<'a> = Pin<Box<dyn Future<Output = Result<Finding, Stop>> + Send + 'a>>;

/// A question.
pub(crate) struct Question {
    /// Its name.
    pub(crate) id: &'static str,
    /// The question.
    pub(crate) question: &'static str,
    /// What is done to find out.
    pub(crate) steps: &'static str,
    /// The settings of the simulated bank that the answer decides.
    pub(crate) settings: &'static [&'static str],
    pub(super) place: Place,
    ask: for<'a> fn(&'a mut World) -> Asked<'a>,
}

impl fmt::Debug for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id)
    }
}

impl Question {
    pub(super) async fn ask(&self, world: &mut World) -> Result<Finding, Stop> {
        (self.ask)(world).await
    }
}

/// Declares the questions of a group: place, id, settings, question, steps, and the function that asks.
macro_rules! questions {
    ($($place:ident $id:literal [$($setting:literal),*] $question:literal, $steps:literal => $ask:ident;)+) => {
        pub(super) const QUESTIONS: &[$crate::probe::questions::Question] = &[$(
            $crate::probe::questions::Question {
                id: $id,
                question: $question,
                steps: $steps,
                settings: &[$($setting),*],
                place: $crate::probe::questions::Place::$place,
                ask: |world| Box::pin($ask(world)),
            },
        )+];
    };
}
use questions;

/// Returns all questions, in the order in which they are asked.
pub(crate) fn all() -> impl Iterator<Item = &'static Question> {
    let groups = [
        signing::QUESTIONS,
        requests::QUESTIONS,
        sessions::QUESTIONS,
        addresses::QUESTIONS,
        oauth::QUESTIONS,
        notifications::QUESTIONS,
        orders::QUESTIONS,
        consents::QUESTIONS,
    ];
    groups.into_iter().flatten()
}
