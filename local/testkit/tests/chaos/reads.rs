//! Everything that only reads.

use rand::{RngExt as _, rngs::StdRng};

use crate::{customers::check, world::World};

/// The address of a customer who is present, which no log may hold.
pub(crate) const PRESENT: &str = "145.58.29.77";

/// Reads something about a customer.
pub(crate) async fn customer(world: &World, random: &mut StdRng) {
    let customer = world.customer(random);
    let account = customer.accounts[random.random_range(0..2)];
    let seen = customer.see();
    let user = format!("/user/{}", seen.user_id);
    let within = format!("{user}/monetary-account/{account}");
    let (id, path) = match random.random_range(0..12) {
        0..2 => ("list_accounts", format!("{user}/accounts")),
        2 => ("list_accounts", format!("{user}/accounts?format=normalised")),
        3 => ("find_account", within),
        4 => ("find_user", user),
        5 => ("find_connection", format!("{user}/connection")),
        6..8 => ("list_payments", format!("{user}/payments/{account}?count=20")),
        8 => ("list_payments", format!("{user}/payments/{account}?all=true")),
        9 => ("list_transactions", format!("{within}/transactions?count=50")),
        10 => ("list_draft_payments", format!("{within}/draft-payment")),
        _ => ("list_request_inquiries", format!("{within}/request-inquiry")),
    };
    let is_present: bool = random.random();
    let answer = world.send(random, id, &path, |request| match is_present {
        true => request.header("PSU-IP-Address", PRESENT),
        false => request,
    });
    if let Some(answer) = answer.await {
        check(world, customer, &seen, &answer);
    }
}

/// Takes a step of a sync, unless another task is at it.
pub(crate) async fn sync(world: &World, random: &mut StdRng) {
    let customer = world.customer(random);
    let which = random.random_range(0..2);
    if let Ok(mut receiver) = customer.receivers[which].try_lock() {
        receiver.step(world, random, customer, customer.accounts[which]).await;
    }
}

/// Reads something that belongs to no customer.
pub(crate) async fn deployment(world: &World, random: &mut StdRng) {
    let (id, path) = match random.random_range(0..6) {
        0..2 => ("list_users", "/users?count=50"),
        2 => ("list_consents", "/consents"),
        3 => ("list_issuer_transactions", "/psd2/payment-service-provider-issuer-transaction?count=50"),
        4 => ("list_credential_password_ips", "/credential-password-ip"),
        _ => ("find_egress", "/credential-password-ip/egress"),
    };
    world.send(random, id, path, |request| request).await;
}
