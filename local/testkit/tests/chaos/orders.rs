//! Orders, each with an idempotency key. The caller is careful: it repeats an order with the same key until there is a
//! clear answer.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use rand::{RngExt as _, rngs::StdRng};
use serde_json::{Value, json};
use testkit::{Answer, JsonBody as _};

use crate::{
    customers::{self, Customer},
    tally::code,
    world::World,
};

/// Part of the description of every order, which no log may hold.
pub(crate) const DESCRIPTION: &str = "geheim doel";

/// The kinds of orders: the operation, and the name of the objects in the bank's books.
pub(crate) const DRAFT: (&str, &str) = ("create_draft_payment", "draft_payments");
pub(crate) const INQUIRY: (&str, &str) = ("create_request_inquiry", "request_inquiries");
pub(crate) const ISSUER: (&str, &str) = ("create_issuer_transaction", "issuer_transactions");

/// What the caller knows about an order.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Outcome {
    /// The caller has to repeat it.
    Open,
    /// The id at the bank.
    Created(u64),
    /// Nothing was created, and nothing will be.
    Refused(u16, String),
}

#[derive(Debug)]
pub(crate) struct Order {
    pub(crate) kind: (&'static str, &'static str),
    /// Whose account it concerns, and their `user_id` when it was made. `None` for an order of the TPP.
    pub(crate) customer: Option<(usize, String)>,
    pub(crate) account: Option<u64>,
    pub(crate) amount: String,
    /// Whether the bank refuses it.
    pub(crate) is_wrong: bool,
    pub(crate) description: String,
    key: String,
    path: String,
    body: Value,
    /// What is known, and when the answer asked to repeat it.
    state: Mutex<(Outcome, Instant)>,
}

impl Order {
    fn new(world: &World, random: &mut StdRng) -> Self {
        let number: u64 = random.random();
        let description = format!("{DESCRIPTION} {number:016x}");
        let cents: u32 = random.random_range(100..5_000);
        let amount = format!("{}.{:02}", cents / 100, cents % 100);
        let which = random.random_range(0..world.customers.len());
        let customer = &world.customers[which];
        let account = match random.random_ratio(1, 30) {
            // No customer has this account, so the bank refuses the order.
            true => 1,
            false => customer.accounts[random.random_range(0..2)],
        };
        let currency = if random.random_ratio(1, 30) { "USD" } else { "EUR" };
        let iban = ("IBAN", "NL91ABNA0417164300");
        let order = |receiver: (&str, &str)| {
            json!({
                "monetary_account_id": account, "amount": amount, "currency": currency, "description": description,
                "receiver_type": receiver.0, "receiver_value": receiver.1, "receiver_name": "J. Jansen",
            })
        };
        let user_id = customer.user_id();
        let of_customer = Some((which, user_id.clone()));
        let is_wrong = account == 1 || currency == "USD";
        let (kind, path, body, customer, account) = match random.random_range(0..5) {
            0..2 => (DRAFT, format!("/user/{user_id}/draft-payment"), order(iban), of_customer, Some(account)),
            2..4 => {
                // The sandbox's test user pays at once.
                let receiver = if random.random() { iban } else { ("EMAIL", "sugardaddy@bunq.com") };
                (INQUIRY, format!("/user/{user_id}/request-inquiry"), order(receiver), of_customer, Some(account))
            }
            _ => {
                let body = json!({
                    "counterparty_alias": { "type": iban.0, "value": iban.1, "name": "J. Jansen" },
                    "amount": { "value": amount, "currency": "EUR" },
                    "description": description,
                    "url_redirect": "https://shop.example/thanks",
                });
                (ISSUER, "/psd2/payment-service-provider-issuer-transaction".to_owned(), body, None, None)
            }
        };
        // An order of the TPP has neither of the two.
        let is_wrong = is_wrong && customer.is_some();
        let state = Mutex::new((Outcome::Open, Instant::now()));
        Self {
            kind,
            customer,
            account,
            amount,
            is_wrong,
            description,
            key: format!("key-{number:016x}"),
            path,
            body,
            state,
        }
    }

    pub(crate) fn outcome(&self) -> Outcome {
        self.state.lock().unwrap().0.clone()
    }

    pub(crate) fn is_open(&self) -> bool {
        self.outcome() == Outcome::Open
    }

    fn is_due(&self) -> bool {
        let state = self.state.lock().unwrap();
        state.0 == Outcome::Open && state.1 <= Instant::now()
    }

    /// Whether the connection that it was made for was deleted since, so that nobody can learn its outcome.
    pub(crate) fn is_orphaned(&self, world: &World) -> bool {
        self.customer.as_ref().is_some_and(|(number, user_id)| world.customers[*number].user_id() != *user_id)
    }

    fn customer<'a>(&self, world: &'a World) -> Option<&'a Customer> {
        self.customer.as_ref().map(|(number, _)| &world.customers[*number])
    }

    /// Sends it, and notes what the answer says.
    pub(crate) async fn send(&self, world: &World, random: &mut StdRng) {
        let customer = self.customer(world).map(|customer| (customer, customer.see()));
        let with =
            |request: reqwest::RequestBuilder| request.header("Idempotency-Key", &self.key).json_body(&self.body);
        let Some(answer) = world.send(random, self.kind.0, &self.path, with).await else { return };
        if code(&answer) == "idempotency_key_reused" {
            world.tally.mistake(format!("the same order counts as another: {self:?} {answer:?}"));
        }
        if let Some((customer, seen)) = &customer
            && !["account_not_granted", "insufficient_rights"].contains(&code(&answer).as_str())
            && self.customer.as_ref().is_some_and(|(_, user_id)| *user_id == seen.user_id)
        {
            customers::check(world, customer, seen, &answer);
        }
        let said = meaning(&answer);
        let wait = answer.header("retry-after").parse().map_or(Duration::from_secs(1), Duration::from_secs);
        let mut state = self.state.lock().unwrap();
        match (&state.0, said) {
            (Outcome::Open, Outcome::Open) => state.1 = Instant::now() + wait,
            (Outcome::Open, said) => state.0 = said,
            // A store that fails says nothing about the order.
            (_, Outcome::Open) => {}
            (known, said) if *known == said => {}
            (known, said) => world.tally.mistake(format!("{known:?} became {said:?}: {self:?} {answer:?}")),
        }
    }

    /// Sends another order with its key, which must be refused.
    async fn misuse(&self, world: &World, random: &mut StdRng) {
        let mut body = self.body.clone();
        body["description"] = json!(format!("{} changed", self.description));
        let with = |request: reqwest::RequestBuilder| request.header("Idempotency-Key", &self.key).json_body(&body);
        if let Some(answer) = world.send(random, self.kind.0, &self.path, with).await
            && meaning(&answer) != Outcome::Open
            && code(&answer) != "idempotency_key_reused"
        {
            world.tally.mistake(format!("a used key took another order: {self:?} {answer:?}"));
        }
    }
}

/// What an answer says about an order, by the rules of docs/API-DESIGN.md.
fn meaning(answer: &Answer) -> Outcome {
    if answer.status == 201 {
        let id = answer.json()["Response"][0]["Id"]["id"].as_u64();
        return Outcome::Created(id.unwrap_or_else(|| panic!("no id: {answer:?}")));
    }
    let problem: Value = serde_json::from_str(&answer.text).unwrap_or_default();
    let is_final = ["fix_request", "contact_bunq"].contains(&problem["action"].as_str().unwrap_or_default());
    match is_final && problem["scope"] == "request" && problem["code"] != "idempotency_key_reused" {
        true => Outcome::Refused(answer.status, code(answer)),
        false => Outcome::Open,
    }
}

/// Makes a new order.
pub(crate) async fn create(world: &World, random: &mut StdRng) {
    let order = Arc::new(Order::new(world, random));
    world.orders.lock().unwrap().push(Arc::clone(&order));
    order.send(world, random).await;
}

/// Repeats an order: one that is due, any open one, or one that ended.
pub(crate) async fn repeat(world: &World, random: &mut StdRng) {
    let which = random.random_range(0..10);
    let orders: Vec<_> = world.orders.lock().unwrap().clone();
    let fitting: Vec<_> = orders
        .into_iter()
        .filter(|order| match which {
            0..7 => order.is_due() && !order.is_orphaned(world),
            7 => order.is_open(),
            _ => !order.is_open(),
        })
        .collect();
    let Some(order) = fitting.get(random.random_range(0..fitting.len().max(1))) else { return };
    match which {
        9 => order.misuse(world, random).await,
        _ => order.send(world, random).await,
    }
}
