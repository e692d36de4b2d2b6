//! The customers of the bank, and what the test did to each connection.

use std::sync::{
    Mutex,
    atomic::{AtomicU64, Ordering},
};

use serde_json::{Value, json};
use testkit::Answer;

use crate::{
    sync::Receiver,
    tally::code,
    world::{CUSTOMERS, World},
};

/// Part of the name of every customer, which no log may hold.
pub(crate) const SURNAME: &str = "Geheimstra";

/// What a customer's connection should be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Standing {
    Connected,
    /// The customer revoked the consent at the bank.
    Revoked,
    /// The deletion succeeded.
    Deleted,
    /// A deletion or a new consent had no clear answer.
    Unknown,
}

pub(crate) struct Customer {
    pub(crate) name: String,
    pub(crate) accounts: [u64; 2],
    /// Held by the task that changes the connection.
    pub(crate) change: tokio::sync::Mutex<()>,
    pub(crate) receivers: [tokio::sync::Mutex<Receiver>; 2],
    connection: Mutex<(String, Standing)>,
    /// Changes when a change of the connection begins, and when it ends.
    changes: AtomicU64,
}

/// A connection as it was when a request began.
pub(crate) struct Seen {
    pub(crate) user_id: String,
    standing: Standing,
    changes: u64,
}

/// The name of a customer at the bank.
pub(crate) fn name(number: usize) -> String {
    format!("chaos{number}")
}

fn accounts(number: usize) -> [u64; 2] {
    let first = 61_001 + 2 * u64::try_from(number).unwrap();
    [first, first + 1]
}

/// The file of the customers, for the simulated bank.
pub(crate) fn file() -> Value {
    let customer = |number: usize| {
        let generated = json!({ "count": 30, "lines": "household" });
        let account =
            |id: u64| json!({ "id": id, "description": "Account", "balance": "900.00", "generated": generated });
        json!({
            "id": 51_001 + number,
            "name": name(number),
            "about": "A customer of the chaos test",
            "person": { "first_name": format!("Nummer{number}"), "last_name": SURNAME },
            "accounts": accounts(number).map(account),
        })
    };
    json!({ "customers": (0..CUSTOMERS).map(customer).collect::<Vec<_>>() })
}

impl Customer {
    pub(crate) fn new(number: usize, user_id: String) -> Self {
        Self {
            name: name(number),
            accounts: accounts(number),
            change: tokio::sync::Mutex::default(),
            receivers: Default::default(),
            connection: Mutex::new((user_id, Standing::Connected)),
            changes: AtomicU64::default(),
        }
    }

    pub(crate) fn user_id(&self) -> String {
        self.connection.lock().unwrap().0.clone()
    }

    pub(crate) fn standing(&self) -> Standing {
        self.connection.lock().unwrap().1
    }

    pub(crate) fn set(&self, standing: Standing) {
        self.connection.lock().unwrap().1 = standing;
    }

    pub(crate) fn connected(&self, user_id: &str) {
        *self.connection.lock().unwrap() = (user_id.to_owned(), Standing::Connected);
    }

    /// Called when a change of the connection begins, and when it ends.
    pub(crate) fn changing(&self) {
        self.changes.fetch_add(1, Ordering::SeqCst);
    }

    pub(crate) fn see(&self) -> Seen {
        let changes = self.changes.load(Ordering::SeqCst);
        let (user_id, standing) = self.connection.lock().unwrap().clone();
        Seen { user_id, standing, changes }
    }

    /// Whether the test did nothing to the connection since it was seen, and it was connected then.
    pub(crate) fn is_untouched(&self, seen: &Seen) -> bool {
        let changes = self.changes.load(Ordering::SeqCst);
        seen.standing == Standing::Connected && seen.changes == changes && changes.is_multiple_of(2)
    }
}

/// Checks that an answer about a customer says nothing about the connection that the test did not do.
pub(crate) fn check(world: &World, customer: &Customer, seen: &Seen, answer: &Answer) {
    let lost = ["user_not_found", "consent_revoked", "access_refused", "account_not_granted", "insufficient_rights"];
    if lost.contains(&code(answer).as_str()) && customer.is_untouched(seen) {
        world.tally.mistake(format!("{} is connected as {}, but: {answer:?}", customer.name, seen.user_id));
    }
}
