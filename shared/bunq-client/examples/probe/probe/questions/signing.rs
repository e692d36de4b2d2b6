//! Signatures, of calls and of answers.

use secrecy::ExposeSecret as _;
use serde_json::json;

use super::questions;
use crate::probe::{
    answer::SignatureState,
    ask::Ask,
    certificate::Certificate,
    finding::{Finding, Stop},
    world::World,
};

questions! {
    Any "wrong-signature" ["bad_signature_status"]
        "What is the status of a wrong signature?",
        "Open a session, with a signature over other bytes." => wrong_signature;
    Any "missing-signature" []
        "What is the answer if a required signature is missing?",
        "Open a session without a signature." => missing_signature;
    Any "wrong-signature-optional" []
        "Is a wrong signature refused where none is required?",
        "Register a certificate chain without its leaf, with a signature over other bytes." => wrong_signature_optional;
    Any "signature-on-get" ["get_signature"]
        "Does the bank check a signature on a GET?",
        "Read the provider's user, with a signature over other bytes." => signature_on_get;
    Any "signed-errors" ["sign_errors"]
        "Does the bank sign errors?",
        "Read an OAuth client that does not exist." => signed_errors;
    Sandbox "device-server-signature" ["device_server_signature"]
        "Does POST device-server need a signature?",
        "Register a device for a new customer of the sandbox, without a signature." => device_server_signature;
    Any "server-key" ["server_key_per_installation"]
        "Has each installation its own key of the bank?",
        "Make two installations, and compare the keys." => server_key;
    Any "credential-proof" []
        "What is the answer to a wrong proof of a certificate?",
        "Register a certificate with a signature over other bytes." => credential_proof;
}

async fn wrong_signature(world: &mut World) -> Result<Finding, Stop> {
    let provider = world.provider().await?;
    let body = json!({ "secret": provider.api_key.expose_secret() });
    let ask = Ask::post("session-server", &[], &body).by(&provider.installed.identity).wrongly_signed();
    let answer = world.send(ask).await?;
    Ok(match answer.status {
        400 | 401 => Finding::reading("bad_signature_status", answer.status),
        other => Finding::unclear("the status is neither 400 nor 401").fact("status", other),
    })
}

async fn missing_signature(world: &mut World) -> Result<Finding, Stop> {
    let provider = world.provider().await?;
    let body = json!({ "secret": provider.api_key.expose_secret() });
    let ask = Ask::post("session-server", &[], &body).by(&provider.installed.identity).unsigned();
    let answer = world.send(ask).await?;
    Ok(Finding::default().fact("status", answer.status))
}

async fn wrong_signature_optional(world: &mut World) -> Result<Finding, Stop> {
    let provider = world.provider().await?;
    let certificate = Certificate::self_signed("PISP AISP").ok_or(Stop::Failed("this machine makes no RSA key"))?;
    // The body is refused in any case, since it lacks the certificate; the text says what was refused.
    let body = json!({ "client_payment_service_provider_certificate_chain": certificate.chain });
    let route = "payment-service-provider-credential";
    let answer = world.send(Ask::post(route, &[], &body).by(&provider.installed.identity).wrongly_signed()).await?;
    let about_signature = answer.texts().iter().any(|text| text.to_lowercase().contains("signature is invalid"));
    Ok(Finding::default().fact("status", answer.status).fact("refused_for_the_signature", about_signature))
}

async fn signature_on_get(world: &mut World) -> Result<Finding, Stop> {
    let session = world.provider().await?.session;
    let answer = world.send(Ask::get("user/{}", &[&session.user]).by(&session).wrongly_signed()).await?;
    Ok(Finding::of_success("get_signature", &answer, (json!("ignore"), json!("check"))))
}

async fn signed_errors(world: &mut World) -> Result<Finding, Stop> {
    let session = world.provider().await?.session;
    let ask = Ask::get("user/{}/oauth-client/{}", &[&session.user, &1]).by(&session);
    let answer = world.send(ask.noting("of an id that the provider does not have")).await?;
    if !answer.is_refusal() {
        return Ok(Finding::unclear("the call was not refused"));
    }
    Ok(match answer.signature {
        SignatureState::Valid => Finding::reading("sign_errors", true),
        SignatureState::Absent => Finding::reading("sign_errors", false),
        SignatureState::Invalid | SignatureState::Unchecked => {
            Finding::unclear("there is a signature, but not over the body")
        }
    })
}

async fn device_server_signature(world: &mut World) -> Result<Finding, Stop> {
    let installed = world.new_installation().await?;
    let key = world.new_sandbox_key().await?;
    let body = json!({ "description": "bunq-tpp probe", "secret": key.expose_secret() });
    let answer = world.send(Ask::post("device-server", &[], &body).by(&installed.identity).unsigned()).await?;
    Ok(Finding::of_success("device_server_signature", &answer, (json!("optional"), json!("required"))))
}

async fn server_key(world: &mut World) -> Result<Finding, Stop> {
    let one = world.installation().await?;
    let other = world.new_installation().await?;
    Ok(Finding::reading("server_key_per_installation", one.server_pem != other.server_pem))
}

async fn credential_proof(world: &mut World) -> Result<Finding, Stop> {
    let installed = world.installation().await?;
    let certificate = Certificate::self_signed("PISP AISP").ok_or(Stop::Failed("this machine makes no RSA key"))?;
    let answer = world.register(&installed, &certificate, false).await?;
    Ok(Finding::default().fact("status", answer.status))
}
