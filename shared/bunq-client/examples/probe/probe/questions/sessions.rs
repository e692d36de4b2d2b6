//! Keys and sessions.

use std::str::FromStr as _;

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use serde_json::{Value, json};

use super::questions;
use crate::probe::{
    ask::Ask,
    finding::{Finding, Stop},
    shape::shape,
    world::World,
};

questions! {
    Any "provider-session" ["psp_session_timeout_seconds"]
        "How long is the session of a payment service provider?",
        "Open one, and read its session_timeout." => provider_session;
    Sandbox "customer-session" ["session_timeout_seconds"]
        "How long is the session of a customer?",
        "Open one, and read its session_timeout." => customer_session;
    Any "credential-lifetime" ["psp_credential_validity_seconds"]
        "How long is an unused key of a provider valid?",
        "Register a certificate, and read expiry_time and created." => credential_lifetime;
    Sandbox "ended-session" ["expired_session_text"]
        "What is the text of the answer in an ended session, and what does DELETE session answer?",
        "Open a session of a new customer, delete it, and use it." => ended_session;
    Any "shown-key" ["show_token_value"]
        "Does credential-password-ip show the secret of a key in use?",
        "List the provider's keys, and look whether token_value is filled." => shown_key;
    Sandbox "time-zone" []
        "In which time zone are the bank's times?",
        "Open a session, and compare its created with this machine's clock." => time_zone;
}

async fn provider_session(world: &mut World) -> Result<Finding, Stop> {
    let user = world.provider().await?.user;
    Ok(match user.get("session_timeout").and_then(Value::as_u64) {
        Some(seconds) => Finding::reading("psp_session_timeout_seconds", seconds),
        None => Finding::unclear("the user has no session_timeout"),
    })
}

async fn customer_session(world: &mut World) -> Result<Finding, Stop> {
    let user = world.customer().await?.user;
    Ok(match user.get("session_timeout").and_then(Value::as_u64) {
        Some(seconds) => Finding::reading("session_timeout_seconds", seconds),
        None => Finding::unclear("the user has no session_timeout"),
    })
}

/// Reads a time as the bank writes it: `2025-03-05 16:12:11.918100`.
fn time(value: Option<&Value>) -> Option<Timestamp> {
    let text = value?.as_str()?;
    TimeZone::UTC.to_timestamp(DateTime::from_str(text).ok()?).ok()
}

/// Returns the seconds between two times, rounded to whole seconds.
pub(super) fn seconds_between(from: Option<&Value>, to: Option<&Value>) -> Option<i64> {
    let milliseconds = time(to)?.duration_since(time(from)?).as_millis();
    i64::try_from((milliseconds + 500).div_euclid(1000)).ok()
}

async fn credential_lifetime(world: &mut World) -> Result<Finding, Stop> {
    let credential = world.provider().await?.credential;
    Ok(match seconds_between(credential.get("created"), credential.get("expiry_time")) {
        Some(seconds) => Finding::reading("psp_credential_validity_seconds", seconds),
        None => Finding::unclear("the credential names no times"),
    })
}

async fn ended_session(world: &mut World) -> Result<Finding, Stop> {
    let customer = world.customer().await?;
    let (session, ..) = world.open_session(&customer.installed, &customer.api_key).await?;
    let deleted = world.send(Ask::delete("session/{}", &[&0]).by(&session)).await?;
    if !deleted.is_success() {
        return Ok(Finding::unclear("the session was not deleted").fact("status_of_delete", deleted.status));
    }
    let answer = world.send(Ask::get("user/{}", &[&session.user]).by(&session).noting("in the ended session")).await?;
    let says = |text: &str| answer.texts().iter().any(|own| own == text);
    let finding = if says("Insufficient authorisation.") {
        Finding::reading("expired_session_text", "authorisation")
    } else if says("Insufficient authentication.") {
        Finding::reading("expired_session_text", "authentication")
    } else {
        Finding::unclear("the text is another")
    };
    let body = deleted.json.as_ref().map(|body| shape("", body));
    Ok(finding.fact("status", answer.status).fact("body_of_delete", body))
}

async fn shown_key(world: &mut World) -> Result<Finding, Stop> {
    let provider = world.provider().await?;
    let ask = Ask::get("user/{}/credential-password-ip", &[&provider.session.user]).by(&provider.session);
    let answer = world.send(ask).await?;
    let id = provider.credential.get("id");
    let own = answer.elements().map(|(_, credential)| credential).find(|credential| credential.get("id") == id);
    Ok(match own.map(|credential| credential.get("token_value")) {
        Some(Some(Value::String(_))) => Finding::reading("show_token_value", true),
        Some(Some(Value::Null) | None) => Finding::reading("show_token_value", false),
        Some(Some(_)) | None => Finding::unclear("the list does not have the key"),
    })
}

async fn time_zone(world: &mut World) -> Result<Finding, Stop> {
    let customer = world.customer().await?;
    let (_, _, opened) = world.open_session(&customer.installed, &customer.api_key).await?;
    let Some(opened) = time(Some(&json!(opened))) else {
        return Ok(Finding::unclear("the session has no time"));
    };
    // The nearest quarter of an hour: clocks differ by seconds, and time zones by quarters.
    let quarters = (opened.duration_since(Timestamp::now()).as_secs() + 450).div_euclid(900);
    Ok(Finding::default().fact("minutes_ahead_of_utc", quarters * 15))
}
