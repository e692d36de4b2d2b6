//! Makes the disturbances of a schedule happen.

use std::{sync::Arc, time::Duration};

use serde_json::json;
use testkit::Link;
use tokio::time::{Instant, sleep, sleep_until};

use crate::{
    consents,
    schedule::{Disturbance, Event},
    world::World,
};

/// Runs a schedule from now on.
pub(crate) async fn run(world: &Arc<World>, schedule: Vec<Event>) {
    let begin = Instant::now();
    for event in schedule {
        sleep_until(begin + event.at).await;
        if happen(world, event.what).await {
            world.tally.disturbed(&event.kind);
        }
    }
}

/// Returns whether it happened.
async fn happen(world: &Arc<World>, what: Disturbance) -> bool {
    let bank = &world.app.bank;
    match what {
        Disturbance::Bank(fault) => bank.fault(fault).await,
        Disturbance::Aws(fault) => world.app.aws_fault(fault).await,
        Disturbance::EndSessions(None) => bank.expire_sessions().await,
        Disturbance::EndSessions(Some(owner)) => bank.expire_sessions_of(&owner).await,
        Disturbance::Revoke(customer) => return consents::revoke(world, &world.customers[customer]).await,
        Disturbance::Forget => {
            // Its sessions are collected before they are lost, and a store that fails cannot be read.
            world.app.aws_recover().await;
            world.markers.add_stored(&world.app).await;
            bank.forget_installations().await;
        }
        Disturbance::Kill(process) => {
            // The schedule goes on meanwhile.
            let world = Arc::clone(world);
            tokio::spawn(async move { world.processes[process].restart(&world.app).await });
        }
        Disturbance::Stall { process, is_aws, lasts } => {
            let world = Arc::clone(world);
            tokio::spawn(async move { stall(&world, process, is_aws, lasts).await });
        }
        Disturbance::Pay(customer) => {
            let customer = &world.customers[customer];
            bank.pay(&customer.name, customer.accounts[0], 3).await;
        }
        Disturbance::Recover => recover(world).await,
    }
    true
}

async fn stall(world: &World, process: usize, is_aws: bool, lasts: Duration) {
    let link: &Link = match is_aws {
        true => &world.processes[process].to_aws,
        false => &world.processes[process].to_bank,
    };
    link.hold();
    sleep(lasts).await;
    link.release();
}

/// Ends every fault.
pub(crate) async fn recover(world: &World) {
    world.app.bank.clear_faults().await;
    world.app.aws_recover().await;
    for process in &world.processes {
        process.to_bank.release();
        process.to_aws.release();
    }
}

/// Turns the bank's limits on.
pub(crate) async fn limit_rates(world: &World) {
    world.app.bank.settings(json!({ "rate_limits": "classic" })).await;
}
