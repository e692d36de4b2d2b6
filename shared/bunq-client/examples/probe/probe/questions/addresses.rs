//! The addresses that may use a key. Each question registers a provider of its own, so that none locks out another.

use serde_json::{Value, json};

use super::questions;
use crate::probe::{
    answer::Answer,
    ask::{Ask, Identity},
    certificate::Certificate,
    finding::{Finding, Stop},
    owners::Installed,
    world::World,
};
use secrecy::SecretString;

questions! {
    Sandbox "star" ["strict_wildcard"]
        "Does a device with [\"*\"] alone permit every address?",
        "Register a provider and a device with [\"*\"], and list the addresses of its key." => star;
    Sandbox "ipv6" ["ipv6_permitted_ips"]
        "May permitted_ips contain IPv6 addresses?",
        "Register a provider and a device with [\"*\", \"2001:db8::1\"]." => ipv6;
    Sandbox "star-by-api" ["wildcard_ip_api"]
        "May the API permit every address?",
        "Register a provider, and add * to the addresses of its key." => star_by_api;
    Sandbox "address-check" ["ip_check"]
        "Does the bank check the address of every call, or only when a session opens?",
        "Register a provider, deactivate the only address of its key, and read its user." => address_check;
}

const LIST: &str = "user/{}/credential-password-ip/{}/ip";

/// A new provider's key, not yet bound to an address.
struct Unbound {
    installed: Installed,
    api_key: SecretString,
    credential: u64,
}

async fn unbound(world: &mut World) -> Result<Unbound, Stop> {
    let installed = world.new_installation().await?;
    let certificate = Certificate::self_signed("PISP AISP").ok_or(Stop::Failed("this machine makes no RSA key"))?;
    let made = world.register(&installed, &certificate, true).await?;
    let credential = made
        .element("CredentialPasswordIp")
        .and_then(|element| Some((element.get("id")?.as_u64()?, element.get("token_value")?.as_str()?.to_owned())));
    let (credential, key) = credential.ok_or(Stop::Failed("the bank made no credential of the provider"))?;
    let api_key = world.secret(&key);
    Ok(Unbound { installed, api_key, credential })
}

/// Binds the key of a new provider to these addresses, and opens a session.
async fn bound(world: &mut World, addresses: Option<Value>) -> Result<(Identity, u64), Stop> {
    let Unbound { installed, api_key, credential } = unbound(world).await?;
    world.device(&installed, &api_key, addresses).await?;
    let (session, ..) = world.open_session(&installed, &api_key).await?;
    Ok((session, credential))
}

async fn list(world: &mut World, session: &Identity, credential: u64) -> Result<Answer, Stop> {
    world.send(Ask::get(LIST, &[&session.user, &credential]).by(session)).await
}

async fn star(world: &mut World) -> Result<Finding, Stop> {
    let (session, credential) = bound(world, Some(json!(["*"]))).await?;
    let listed = list(world, &session, credential).await?;
    let addresses: Vec<_> = listed.elements().filter_map(|(_, own)| own.get("ip")?.as_str()).collect();
    Ok(if addresses.contains(&"*") {
        Finding::reading("strict_wildcard", false)
    } else if addresses.is_empty() {
        Finding::unclear("the bank lists no address")
    } else {
        Finding::reading("strict_wildcard", true)
    })
}

async fn ipv6(world: &mut World) -> Result<Finding, Stop> {
    let Unbound { installed, api_key, .. } = unbound(world).await?;
    let answer = world.device(&installed, &api_key, Some(json!(["*", "2001:db8::1"]))).await?;
    Ok(Finding::of_success("ipv6_permitted_ips", &answer, (json!(true), json!(false))))
}

async fn star_by_api(world: &mut World) -> Result<Finding, Stop> {
    let (session, credential) = bound(world, None).await?;
    let body = json!({ "ip": "*", "status": "ACTIVE" });
    let answer = world.send(Ask::post(LIST, &[&session.user, &credential], &body).by(&session)).await?;
    Ok(Finding::of_success("wildcard_ip_api", &answer, (json!("allow"), json!("refuse"))))
}

async fn address_check(world: &mut World) -> Result<Finding, Stop> {
    let (session, credential) = bound(world, None).await?;
    let listed = list(world, &session, credential).await?;
    let own = listed
        .elements()
        .find_map(|(_, address)| Some((address.get("id")?.as_u64()?, address.get("ip")?.as_str()?.to_owned())));
    let (own, ip) = own.ok_or(Stop::Failed("the bank lists no address"))?;
    let route = "user/{}/credential-password-ip/{}/ip/{}";
    // bunq's OpenAPI description requires the address, too.
    let body = json!({ "ip": ip, "status": "INACTIVE" });
    let changed = world.send(Ask::put(route, &[&session.user, &credential, &own], &body).by(&session)).await?;
    if !changed.is_success() {
        return Ok(Finding::unclear("the address was not deactivated"));
    }
    let answer = world.send(Ask::get("user/{}", &[&session.user]).by(&session).noting("from no permitted address"));
    let answer = answer.await?;
    Ok(Finding::of_success("ip_check", &answer, (json!("sessions"), json!("every_call"))))
}
