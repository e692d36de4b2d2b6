//! Everything at once, at random, while everything fails at random: 64 tasks use eight processes of one deployment for
//! twenty customers, and the bank, AWS, the network and the processes are disturbed. In the end every order exists once
//! or not at all, as its last answer says; every customer can be read; and no secret was logged.
//!
//! `CHAOS_SEED` repeats the schedule of the disturbances, `CHAOS_SECONDS` sets the length, and
//! `CHAOS_RATE_LIMITS=classic` lets the bank limit its callers.

#![expect(clippy::unwrap_used, clippy::panic, clippy::expect_used, reason = "a failed expectation is a failed test")]

mod consents;
mod customers;
mod disturb;
mod keys;
mod memory;
mod options;
mod orders;
mod process;
mod reads;
mod schedule;
mod secrets;
mod settle;
mod sync;
mod tally;
mod world;

use std::{
    panic,
    sync::{Arc, Mutex, atomic::Ordering},
    time::Duration,
};

use customers::Standing;
use options::Options;
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep, timeout},
};
use world::World;

const TASKS: u64 = 64;
/// The mean pause of a task between two requests is half of this. Two processors run all of this without optimisation.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// The books of the bank and the tables are in this process, too, and grow with each order: memory may grow by this
/// while processes fill theirs, and by this each minute. Measured on x86-64: 10 MiB, and 3 MiB each minute.
const GROWTH_MIB: u64 = 100;
const GROWTH_MIB_PER_MINUTE: u64 = 20;

async fn act(world: &World, random: &mut StdRng) {
    let customer = world.customer(random);
    match random.random_range(0..100) {
        0..38 => reads::customer(world, random).await,
        38..48 => reads::deployment(world, random).await,
        48..58 => reads::sync(world, random).await,
        58..72 => orders::create(world, random).await,
        72..88 => orders::repeat(world, random).await,
        88..91 => consents::connect(world, random, customer).await,
        91..94 => {
            // As the answers of such a customer ask for.
            let lost = world.customers.iter().find(|customer| customer.standing() != Standing::Connected);
            consents::connect(world, random, lost.unwrap_or(customer)).await;
        }
        94 => consents::delete(world, random, customer).await,
        95..97 => keys::make_and_revoke(world, random).await,
        _ => keys::permit(world, random).await,
    }
}

async fn work(world: Arc<World>, mut random: StdRng) {
    while !world.is_over() {
        act(&world, &mut random).await;
        // This waits for nothing: it sets the rate of the load.
        sleep(random.random_range(Duration::ZERO..LONGEST_PAUSE)).await;
    }
}

async fn spool(world: Arc<World>) {
    while !world.is_over() {
        sleep(Duration::from_millis(500)).await;
        world.spool();
    }
}

/// Collects the texts of all panics.
fn panics() -> Arc<Mutex<Vec<String>>> {
    let panics = Arc::<Mutex<Vec<String>>>::default();
    let (seen, before) = (Arc::clone(&panics), panic::take_hook());
    panic::set_hook(Box::new(move |info| {
        seen.lock().unwrap().push(info.to_string());
        before(info);
    }));
    panics
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_fails_every_order_is_carried_out_once_and_every_answer_is_one_of_the_document() {
    let options = Options::from_env();
    println!("{options} repeats this schedule");
    let panics = panics();
    let mut seeds = StdRng::seed_from_u64(options.seed);
    let world = Arc::new(World::start(options.has_rate_limits).await);
    if options.has_rate_limits {
        disturb::limit_rates(&world).await;
    }

    let mut tasks = JoinSet::new();
    for _ in 0..TASKS {
        tasks.spawn(work(Arc::clone(&world), StdRng::seed_from_u64(seeds.random())));
    }
    let (operator, mut random) = (Arc::clone(&world), StdRng::seed_from_u64(seeds.random()));
    tasks.spawn(async move { keys::operate(&operator, &mut random).await });
    tasks.spawn(spool(Arc::clone(&world)));
    let began = Instant::now();
    sleep(options.start()).await;
    world.tally.part.store(1, Ordering::SeqCst);
    sleep(options.calm()).await;
    let warm = memory::resident_mib();
    world.tally.part.store(2, Ordering::SeqCst);
    let disturbed = options.duration.saturating_sub(options.start() + options.calm());
    disturb::run(&world, schedule::schedule(options.seed, disturbed)).await;
    sleep((began + options.duration).saturating_duration_since(Instant::now())).await;
    world.is_over.store(true, Ordering::SeqCst);
    disturb::recover(&world).await;
    let ended = timeout(Duration::from_secs(120), async {
        while let Some(task) = tasks.join_next().await {
            task.unwrap();
        }
    });
    ended.await.expect("every task ends");
    let ran = began.elapsed();
    let hot = memory::resident_mib();

    world.is_over.store(false, Ordering::SeqCst);
    settle::settle(&world, &mut seeds).await;
    settle::check_access(&world, &mut seeds).await;
    let orders = settle::check_books(&world).await;
    let log = secrets::check(&world).await;
    let most = warm + GROWTH_MIB + GROWTH_MIB_PER_MINUTE * ran.as_secs().div_ceil(60);
    if hot > most {
        world.tally.mistake(format!("memory grew from {warm} MiB to {hot} MiB, above {most} MiB"));
    }
    for panic in panics.lock().unwrap().iter() {
        world.tally.mistake(format!("a panic: {panic}"));
    }

    println!("{}", world.tally.summary());
    println!("orders: {orders:?}; memory: {warm} MiB after the calm, {hot} MiB at the end; {log} bytes of log");
    println!("{:?} for the tasks, {:?} in all", ran, began.elapsed());
    assert_eq!(world.tally.mistakes(), Ok(()), "{options}");
}
