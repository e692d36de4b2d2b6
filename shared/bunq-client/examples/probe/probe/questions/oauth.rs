//! The OAuth client, the consent page and the token endpoint, without a consent.

use serde_json::{Value, json};

use super::questions;
use crate::probe::{
    ask::Ask,
    consent::{Arrival, Decision, exchange},
    finding::{Finding, Stop},
    world::World,
};

questions! {
    Any "unknown-code" ["invalid_grant_status"]
        "What is the status of invalid_grant?",
        "Exchange a code that the bank did not issue." => unknown_code;
    Any "token-errors" []
        "Which errors has the token endpoint?",
        "Exchange a code with a wrong secret, another grant type, and without a redirect URI." => token_errors;
    Any "second-oauth-client" []
        "May a provider have two OAuth clients?",
        "Create a second one." => second_oauth_client;
    Any "unregistered-redirect" []
        "What does the consent page answer to a redirect URI that is not registered?",
        "Open the page with one." => unregistered_redirect;
    Sandbox "denial" ["denial"]
        "What sees the browser after the customer declines?",
        "Let the customer decline." => denial;
}

/// A code with the right form.
const UNKNOWN: &str = "c0dec0dec0dec0dec0dec0dec0dec0dec0dec0dec0dec0dec0dec0dec0dec0de";

async fn unknown_code(world: &mut World) -> Result<Finding, Stop> {
    let app = world.oauth_app().await?;
    let answer = world.exchange_code(&exchange(&app, UNKNOWN), "of an unknown code").await?;
    let error = answer.at("/error").and_then(Value::as_str);
    Ok(match (answer.status, error) {
        (400 | 401, Some("invalid_grant")) => Finding::reading("invalid_grant_status", answer.status),
        (status, _) => Finding::unclear("the answer is not invalid_grant with 400 or 401").fact("status", status),
    })
}

async fn token_errors(world: &mut World) -> Result<Finding, Stop> {
    let app = world.oauth_app().await?;
    let replaced = |name: &str, value: &str| {
        let mut parameters = exchange(&app, UNKNOWN);
        for (_, own) in parameters.iter_mut().filter(|(own, _)| *own == name) {
            value.clone_into(own);
        }
        parameters
    };
    let mut missing = exchange(&app, UNKNOWN);
    missing.retain(|(name, _)| *name != "redirect_uri");
    let mut finding = Finding::default();
    for (name, parameters, note) in [
        ("wrong_secret", replaced("client_secret", UNKNOWN), "with a wrong secret"),
        ("wrong_grant_type", replaced("grant_type", "password"), "with another grant type"),
        ("no_redirect_uri", missing, "without a redirect URI"),
    ] {
        let answer = world.exchange_code(&parameters, note).await?;
        finding = finding.fact(name, answer.status);
    }
    Ok(finding)
}

async fn second_oauth_client(world: &mut World) -> Result<Finding, Stop> {
    world.oauth_app().await?;
    let session = world.provider().await?.session;
    let ask = Ask::post("user/{}/oauth-client", &[&session.user], &json!({ "status": "ACTIVE" })).by(&session);
    let answer = world.send(ask.noting("beside an active one")).await?;
    Ok(Finding::default().fact("status", answer.status))
}

async fn unregistered_redirect(world: &mut World) -> Result<Finding, Stop> {
    let answer = world.visit_unregistered().await?;
    Ok(Finding::default().fact("status", answer.status))
}

async fn denial(world: &mut World) -> Result<Finding, Stop> {
    Ok(match world.visit(Decision::Decline).await? {
        Arrival::Error => Finding::reading("denial", "redirect"),
        Arrival::Page => Finding::reading("denial", "stay"),
        Arrival::Code(_) => Finding::unclear("the customer accepted"),
    })
}
