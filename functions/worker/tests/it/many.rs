//! Thousands of callbacks about five hundred versions, in any order and again and again, for workers that stop.

use std::{collections::BTreeSet, sync::Arc};

use futures::{StreamExt as _, stream};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng, seq::SliceRandom as _};
use serde_json::{Value, json};
use testkit::{Receiver, TestApp, callback};
use tokio::{sync::Semaphore, task::JoinSet};
use url::Url;

use crate::fixture::{all_events, kind};

const CUSTOMERS: usize = 20;
const PAYMENTS: usize = 5;
const VERSIONS: usize = 5;
/// A worker stops after this many callbacks.
const STOP_EVERY: usize = 50;

/// One customer's address, account and payments.
struct Place {
    name: String,
    account: u64,
    address: Url,
    payments: Vec<Value>,
}

/// Adds people with one account each.
async fn places(app: &TestApp) -> Vec<Place> {
    let names: Vec<_> = (0..CUSTOMERS).map(|number| format!("many-{number}")).collect();
    let people = names.iter().map(|name| {
        json!({
            "name": name,
            "person": { "first_name": "Ada", "last_name": name },
            "accounts": [{ "description": "Main", "balance": "1000.00" }],
        })
    });
    app.bank.add_customers(json!({ "customers": people.collect::<Vec<_>>() })).await;
    let mut places = Vec::new();
    for name in names {
        let user_id = app.connect(&name).await;
        let accounts = app.get(&format!("/user/{user_id}/accounts")).await.json();
        let (_, account) = accounts["Response"][0].as_object().unwrap().iter().next().unwrap();
        let account = account["id"].as_u64().unwrap();
        let address = app.callback_address(&user_id).await;
        app.bank.pay(&name, account, u32::try_from(PAYMENTS).unwrap()).await;
        let page = app.get(&format!("/user/{user_id}/payments/{account}?count={PAYMENTS}")).await.json();
        let payments =
            page["Response"].as_array().unwrap().iter().map(|element| element["Payment"].clone()).collect::<Vec<_>>();
        assert_eq!(payments.len(), PAYMENTS);
        places.push(Place { name, account, address, payments });
    }
    places
}

/// Lets four workers empty the queue. One of them stops in the middle of a batch after every fifty callbacks.
async fn work(app: &TestApp) {
    let mut handled = 0;
    while app.hints_left().await.0 > 0 {
        // What is visible now, and what the stopped workers had.
        app.advance_queues(181);
        app.advance(1).await;
        let mut workers = JoinSet::new();
        let stop = Arc::new(Semaphore::new(0));
        for number in 0..4 {
            let (worker, stop) = (app.worker().await, Arc::clone(&stop));
            workers.spawn(async move {
                let mut handled = 0;
                loop {
                    tokio::select! {
                        // One of the four is stopped in the middle of its work.
                        _ = stop.acquire(), if number == 0 => return handled,
                        received = worker.once() => match received {
                            Ok((0, _)) | Err(_) => return handled,
                            Ok((_, done)) => handled += done,
                        },
                    }
                    if number == 1 && handled >= STOP_EVERY {
                        stop.add_permits(1);
                    }
                }
            });
        }
        while let Some(done) = workers.join_next().await {
            handled += done.unwrap();
        }
    }
    assert!(handled > 0);
}

/// Sends all events to the endpoints. Four processes stop in the middle of their work.
async fn deliver(app: &TestApp, receiver: &Receiver) {
    for stop in [50, 150, 250, 350] {
        let has_received = async {
            while receiver.received().len() < stop {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            _ = app.deliver() => {}
            () = has_received => {}
        }
        // What the stopped process has claimed is free after a minute.
        app.advance(61).await;
    }
    while app.deliver().await["delivered"] != 0 {
        app.advance(61).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_callbacks_for_five_hundred_versions_are_five_hundred_events() {
    callbacks_become_events(2).await;
}

/// Takes two minutes: `cargo test -p worker --test it ten_thousand -- --ignored`
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes two minutes"]
async fn ten_thousand_callbacks_for_five_hundred_versions_are_five_hundred_events() {
    callbacks_become_events(20).await;
}

/// Sends this many callbacks for each version, and lets workers handle them.
async fn callbacks_become_events(callbacks_each: usize) {
    let mut random = StdRng::seed_from_u64(17);
    let app = TestApp::builder().with_callbacks().start().await;
    let receivers = [Receiver::start().await, Receiver::start().await];
    for receiver in &receivers {
        app.create_endpoint(&receiver.url, &["transaction.*"]).await;
    }
    let places = places(&app).await;
    let mut sent = 0;
    for version in 0..VERSIONS {
        let mut callbacks = Vec::new();
        for place in &places {
            for payment in &place.payments {
                if version > 0 {
                    let id = payment["id"].as_u64().unwrap();
                    app.bank.change_payment(place.account, id, &format!("version {version}")).await;
                }
                // Different ones, each one to six times, with what is old of the object.
                let mut left = callbacks_each;
                while left > 0 {
                    let times = random.random_range(1..=6).min(left);
                    let mut object = payment.clone();
                    object["callback"] = json!([version, left]);
                    let body = callback("MUTATION", "Payment", &object);
                    callbacks.extend(std::iter::repeat_n((place.address.clone(), body), times));
                    left -= times;
                }
            }
        }
        callbacks.shuffle(&mut random);
        sent += callbacks.len();
        let answers = stream::iter(&callbacks).map(|(address, body)| app.call_back(address, body)).buffer_unordered(16);
        assert!(answers.all(async |answer| answer.status == 200).await);
        work(&app).await;
    }
    assert_eq!(sent, CUSTOMERS * PAYMENTS * VERSIONS * callbacks_each);

    let events = all_events(&app).await;

    let events: Vec<_> = events.iter().filter(|event| kind(event).starts_with("transaction.")).collect();
    assert_eq!(events.len(), 500);
    let ids: BTreeSet<_> = events.iter().map(|event| event["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), 500, "no id twice");
    let created = events.iter().filter(|event| kind(event) == "transaction.created").count();
    assert_eq!(created, 100, "{}", places[0].name);
    assert_eq!(app.hints_left().await, (0, 0));
    deliver(&app, &receivers[0]).await;
    for receiver in &receivers {
        let received = receiver.ids();
        assert_eq!(received.iter().map(String::as_str).collect::<BTreeSet<_>>(), ids, "each id at least once");
    }
}
