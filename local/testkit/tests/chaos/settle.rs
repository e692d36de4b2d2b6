//! The end: nothing is disturbed any more, every order becomes clear, and what is left is what it should be.

use std::{collections::BTreeMap, sync::Arc};

use rand::rngs::StdRng;
use reqwest::Method;
use serde_json::Value;

use crate::{
    consents,
    customers::Standing,
    disturb, keys,
    orders::{Order, Outcome},
    world::World,
};

/// The times that a careful caller repeats an order after everything recovered.
const ROUNDS: usize = 12;
/// Longer than the wait for an unknown outcome, than the lease of a killed process, and than memory is trusted.
const PAUSE_SECONDS: i64 = 65;
/// The outcome of an order that the bank refused, if the refusal was lost.
const UNCLEAR: &str = "refused while the answer was lost, unclear";
/// How many orders that the bank refuses may stay unclear, because the refusal was lost: these, and one in this number
/// of all orders.
const MAY_STAY_UNCLEAR: (usize, usize) = (2, 20);

/// Lets everything recover, and repeats what is not clear.
pub(crate) async fn settle(world: &World, random: &mut StdRng) {
    disturb::recover(world).await;
    keys::run_setup(world, random).await;
    for _ in 0..ROUNDS {
        world.app.advance(PAUSE_SECONDS).await;
        for customer in &world.customers {
            if customer.standing() != Standing::Connected {
                consents::connect(world, random, customer).await;
            }
        }
        let open: Vec<Arc<Order>> = world.orders.lock().unwrap().clone();
        let open: Vec<_> = open.into_iter().filter(|order| order.is_open() && !order.is_orphaned(world)).collect();
        for order in &open {
            order.send(world, random).await;
        }
        let is_connected = world.customers.iter().all(|customer| customer.standing() == Standing::Connected);
        if is_connected && open.iter().all(|order| !is_lost(order, world)) {
            return;
        }
    }
    let orders = world.orders.lock().unwrap().clone();
    for order in orders.iter().filter(|order| is_lost(order, world)) {
        world.tally.mistake(format!("never became clear: {order:?}"));
    }
}

/// Whether an order that can become clear did not. If the bank refused it and that answer was lost, it may never: the
/// bank knows its request id, and has no object of it.
fn is_lost(order: &Order, world: &World) -> bool {
    order.is_open() && !order.is_wrong && !order.is_orphaned(world)
}

/// Checks that every process reads every customer, and takes no revoked key.
pub(crate) async fn check_access(world: &World, random: &mut StdRng) {
    for customer in &world.customers {
        if customer.standing() != Standing::Connected {
            world.tally.mistake(format!("{} cannot be connected", customer.name));
            continue;
        }
        let path = format!("/user/{}/accounts", customer.user_id());
        for process in &world.processes {
            let answer = process.request(Method::GET, &path).bearer_auth(&world.app.api_key).send().await.unwrap();
            let (status, text) = (answer.status(), answer.text().await.unwrap());
            let accounts: Value = serde_json::from_str(&text).unwrap_or_default();
            if status != 200 || accounts["Response"].as_array().map(Vec::len) != Some(customer.accounts.len()) {
                world.tally.mistake(format!("{} cannot be read: {status} {text}", customer.name));
            }
        }
        for (receiver, account) in customer.receivers.iter().zip(customer.accounts) {
            receiver.lock().await.finish(world, random, customer, account).await;
        }
    }
    let keys = world.revoked_keys.lock().unwrap().clone();
    for (number, key) in keys.iter().enumerate() {
        let process = &world.processes[number % world.processes.len()];
        let answer = process.request(Method::GET, "/users?count=1").bearer_auth(key).send().await.unwrap();
        if answer.status() != 401 {
            world.tally.mistake(format!("a revoked key is answered {}", answer.status()));
        }
    }
}

/// Compares the orders with the bank's books. Returns the numbers of orders by outcome.
pub(crate) async fn check_books(world: &World) -> BTreeMap<&'static str, usize> {
    let books = world.app.bank.objects().await;
    let orders = world.orders.lock().unwrap().clone();
    let mut counts = BTreeMap::new();
    let mut asked = BTreeMap::new();
    for order in &orders {
        asked.insert((order.kind.1, order.description.clone()), order);
        let objects = books[order.kind.1].as_array().unwrap().iter();
        let made: Vec<_> = objects.filter(|object| object["description"] == order.description.as_str()).collect();
        let (name, is_right) = match order.outcome() {
            Outcome::Created(id) => ("created once", made.len() == 1 && made[0]["id"] == id),
            Outcome::Refused(..) => ("refused", made.is_empty()),
            Outcome::Open if order.is_wrong => (UNCLEAR, made.is_empty()),
            Outcome::Open => ("of a deleted connection, unclear", made.len() <= 1),
        };
        *counts.entry(name).or_default() += 1;
        let account = order.account.map_or(Value::Null, Value::from);
        let is_same = made.iter().all(|made| {
            // bunq writes what others owe with the opposite sign in some books.
            let amount = made["amount"].as_str().unwrap_or_default().trim_start_matches('-');
            amount == order.amount && (order.account.is_none() || made["account"] == account)
        });
        if !is_right || !is_same {
            world.tally.mistake(format!("{order:?}, but the bank has {made:?}"));
        }
    }
    let (least, one_in) = MAY_STAY_UNCLEAR;
    let unclear = counts.get(UNCLEAR).copied().unwrap_or_default();
    if unclear > least + orders.len() / one_in {
        world.tally.mistake(format!("{unclear} refused orders stayed unclear"));
    }
    for name in ["draft_payments", "request_inquiries", "issuer_transactions", "psp_draft_payments"] {
        for object in books[name].as_array().unwrap() {
            let description = object["description"].as_str().unwrap_or_default().to_owned();
            if !asked.contains_key(&(name, description)) {
                world.tally.mistake(format!("nobody asked for {name} {object}"));
            }
        }
    }
    counts
}
