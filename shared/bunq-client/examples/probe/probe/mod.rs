//! The walk over the open questions about bunq: what no document says, or what documents contradict each other about.
//!
//! Each question makes a few calls, and compares the answers with the known readings. A reading is a value of a
//! setting of the simulated bank (`local/simulator/docs/settings.md`), so that a finding at the real bank says which
//! setting is right. Nothing of an answer leaves the process except statuses, names of headers and fields, types, and
//! texts of errors without personal data; see [`scrub`].

mod answer;
mod ask;
mod certificate;
mod consent;
mod finding;
mod owners;
pub(crate) mod people;
mod questions;
mod receiver;
mod report;
mod scrub;
mod shape;
pub(crate) mod target;
mod world;

pub(crate) use certificate::Certificate;
pub(crate) use consent::Consent;
pub(crate) use finding::Outcome;
pub(crate) use questions::{Place, Question, all};
pub(crate) use receiver::Callbacks;
pub(crate) use report::{Report, plan};
pub(crate) use target::{BankName, Target};

use world::World;

/// What to ask, and of which bank.
pub(crate) struct Options {
    /// The bank.
    pub(crate) target: Target,
    /// Who consents as the customer.
    pub(crate) consent: Consent,
    /// The TPP's certificate, or `None` for a self-signed one, which only sandboxes accept.
    pub(crate) certificate: Option<Certificate>,
    /// Where the bank's callbacks arrive, or `None` to wait for none.
    pub(crate) callbacks: Option<Callbacks>,
    /// The ids of the questions to ask; all if empty.
    pub(crate) only: Vec<String>,
}

/// Asks the questions one after the other. `progress` gets the id of each before it is asked.
///
/// # Errors
/// Returns [`reqwest::Error`] if the TLS root certificates of the machine cannot be read.
pub(crate) async fn run(options: Options, progress: impl Fn(&str)) -> Result<Report, reqwest::Error> {
    let name = options.target.name;
    let mut world = World::new(options.target, options.consent, options.certificate, options.callbacks)?;
    let mut entries = Vec::new();
    let asked = |question: &&Question| options.only.is_empty() || options.only.iter().any(|id| id == question.id);
    for question in all().filter(asked) {
        progress(question.id);
        let outcome = match (question.place, name) {
            (Place::Sandbox, BankName::Production) => Outcome::Skipped("it changes things; it is for sandboxes only"),
            (Place::Sandbox | Place::Any, BankName::Sandbox | BankName::Loopback)
            | (Place::Any, BankName::Production) => Outcome::of(question.ask(&mut world).await),
        };
        entries.push((question, outcome, world.take_calls()));
    }
    Ok(Report::new(name, entries, &world.known))
}
