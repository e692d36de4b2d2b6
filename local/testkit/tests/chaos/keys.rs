//! What an operator does: API keys, permitted addresses, and the setup when an answer asks for it.

use std::{sync::atomic::Ordering, time::Duration};

use rand::{RngExt as _, rngs::StdRng};
use serde_json::{Value, json};
use testkit::{Answer, JsonBody as _};

use crate::{tally::code, world::World};

async fn setup(world: &World, random: &mut StdRng, payload: &Value) -> Option<Answer> {
    world.send_as(random, "run_setup", "/setup", |request| world.app.signed(request.json_body(payload))).await
}

/// Makes an API key, uses it in several processes at once, and revokes it.
pub(crate) async fn make_and_revoke(world: &World, random: &mut StdRng) {
    let create = json!({ "action": "create_api_key", "name": "chaos", "scopes": ["connections"] });
    let Some(made) = setup(world, random, &create).await.filter(|answer| answer.status == 200) else { return };
    let made = made.json();
    let (id, key) = (made["id"].as_str().unwrap(), made["api_key"].as_str().unwrap());
    world.markers.add("an API key", key);
    for _ in 0..random.random_range(1..4) {
        // A key that counts as invalid is a mistake.
        world.send_as(random, "list_users", "/users?count=1", |request| request.bearer_auth(key)).await;
    }
    let revoke = json!({ "action": "revoke_api_key", "id": id });
    for _ in 0..4 {
        if let Some(answer) = setup(world, random, &revoke).await
            && answer.status == 200
        {
            world.revoked_keys.lock().unwrap().push(key.to_owned());
            return;
        }
    }
}

/// Reads the permitted addresses of one of the keys at the bank, and permits one more.
pub(crate) async fn permit(world: &World, random: &mut StdRng) {
    let keys = world.send(random, "list_credential_password_ips", "/credential-password-ip", |request| request).await;
    let Some(keys) = keys.filter(|answer| answer.status == 200) else { return };
    let Some(id) = keys.json()["Response"][0]["CredentialPasswordIp"]["id"].as_u64() else { return };
    let path = format!("/credential-password-ip/{id}/ip");
    world.send(random, "list_permitted_ips", &path, |request| request).await;
    if random.random_ratio(1, 4) {
        let body = json!({ "ip": format!("185.40.{}.{}", random.random_range(0..=255), random.random_range(1..255)) });
        world.send(random, "create_permitted_ip", &path, |request| request.json_body(&body)).await;
    }
}

/// Runs the setup whenever an answer said that it is needed, until the end of the test.
pub(crate) async fn operate(world: &World, random: &mut StdRng) {
    while !world.is_over() {
        if world.needs_setup.swap(false, Ordering::SeqCst) {
            run_setup(world, random).await;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Runs the setup until it succeeds or the test is over, at most 300 times.
pub(crate) async fn run_setup(world: &World, random: &mut StdRng) {
    for _ in 0..300 {
        if world.is_over() {
            return;
        }
        match setup(world, random, &json!({ "action": "run" })).await {
            Some(answer) if answer.status == 200 => {
                world.tally.disturbed("(the operator ran the setup)");
                return;
            }
            Some(answer) => world.tally.disturbed(&format!("(a run of the setup failed: {})", code(&answer))),
            None => {}
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    world.tally.mistake("the setup does not succeed".to_owned());
}
