//! A program that keeps a copy of an account's transactions with the cursor, as the documentation says.

use std::collections::BTreeSet;

use rand::{RngExt as _, rngs::StdRng};

use testkit::Answer;

use crate::{
    customers::{Customer, check},
    world::World,
};

#[derive(Default)]
pub(crate) struct Receiver {
    cursor: Option<String>,
    has_more: bool,
    /// The ids of the transactions that it has.
    stored: BTreeSet<String>,
}

impl Receiver {
    /// Makes one call. Returns whether it was answered and nothing is left.
    pub(crate) async fn step(&mut self, world: &World, random: &mut StdRng, customer: &Customer, account: u64) -> bool {
        let seen = customer.see();
        let cursor = self.cursor.as_ref().map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
        let count = random.random_range(1..=200);
        let user_id = &seen.user_id;
        let path = format!("/user/{user_id}/monetary-account/{account}/transactions/sync?count={count}{cursor}");
        let Some(answer) = world.send(random, "sync_transactions", &path, |request| request).await else {
            return false;
        };
        check(world, customer, &seen, &answer);
        if answer.status != 200 {
            return false;
        }
        let changes = answer.json();
        for name in ["added", "modified"] {
            let listed = changes[name].as_array().unwrap().iter();
            self.stored.extend(listed.map(|one| one["id"].as_str().unwrap().to_owned()));
        }
        self.cursor = changes["next_cursor"].as_str().map(str::to_owned);
        self.has_more = changes["has_more"].as_bool().unwrap();
        !self.has_more
    }

    /// Forgets everything, because a cursor is of one connection only.
    pub(crate) fn forget(&mut self) {
        *self = Self::default();
    }

    /// After everything recovered: the copy becomes complete, and has what the bank has.
    pub(crate) async fn finish(&mut self, world: &World, random: &mut StdRng, customer: &Customer, account: u64) {
        // The walk that has begun does not see what arrived since, so a whole one follows.
        for _ in 0..2 {
            for _ in 0..200 {
                if self.step(world, random, customer, account).await {
                    break;
                }
            }
        }
        let mut ids = BTreeSet::new();
        let first = format!("/user/{}/monetary-account/{account}/transactions?count=200", customer.user_id());
        let mut next = Some(first);
        while let Some(path) = next {
            let answer = world.send(random, "list_transactions", &path, |request| request).await;
            let Some(answer) = answer.filter(|answer| answer.status == 200) else {
                return world.tally.mistake(format!("the transactions of {} cannot be read in the end", customer.name));
            };
            let listed = answer.json()["transactions"].as_array().unwrap().clone();
            ids.extend(listed.iter().map(|one| one["id"].as_str().unwrap().to_owned()));
            next = next_path(&answer);
        }
        if ids != self.stored {
            let (missing, extra) = (ids.difference(&self.stored).count(), self.stored.difference(&ids).count());
            let name = &customer.name;
            world.tally.mistake(format!(
                "the copy of {account} of {name} lacks {missing} transactions and has {extra} too many"
            ));
        }
    }
}

/// The path of an answer's link to the next page.
fn next_path(answer: &Answer) -> Option<String> {
    let link = answer.header("link").split(", ").find(|link| link.ends_with("rel=\"next\""))?;
    link.split_once('<')?.1.split_once('>').map(|(path, _)| path.to_owned())
}
