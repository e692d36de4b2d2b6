//! Payment service provider credential: registers a certificate as a user of the bank with an own API key.

use crate::api::gate::Caller;
use crate::api::resources::credential_password_ip::element;
use crate::bank::Bank;
use crate::certificate::PspCertificate;
use crate::clock;
use crate::random;
use crate::records::books::{Credential, CredentialStatus, Owner, PspUser};
use crate::wire::answer::Answer;
use crate::wire::call::Call;
use crate::wire::fields::{Fields, text};
use crate::wire::refusal::Refusal;

const CERTIFICATE: &str = "client_payment_service_provider_certificate";
const CHAIN: &str = "client_payment_service_provider_certificate_chain";
const SIGNATURE: &str = "client_public_key_signature";

pub(crate) fn create(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let fields = Fields::read(call, &[text(CERTIFICATE), text(CHAIN), text(SIGNATURE)])?;
    let certificate = PspCertificate::read(fields.text(CERTIFICATE), fields.text(CHAIN))
        .map_err(|error| Refusal::unrecorded(400, format!("{error}.")))?;
    let installation = bank.books.installation(caller.installation_id()?).ok_or(Refusal::SessionEnded)?;
    // The signature covers the key in the bank's own form, directly followed by the token.
    let signed = format!("{}{}", installation.client_public_key, installation.token);
    if !certificate.key.verifies(signed.as_bytes(), fields.text(SIGNATURE).as_bytes()) {
        let reason = "client_public_key_signature is not the certificate key's signature over the client public key \
                      and the installation token.";
        return Err(Refusal::unrecorded(400, reason));
    }

    let now = bank.now();
    let psp_user_id = user_of(bank, certificate);
    let id = bank.books.new_id();
    let secret = random::token();
    let credential = Credential {
        id,
        created: now,
        updated: now,
        owner: Owner::Psp { psp_user_id },
        secret,
        status: CredentialStatus::PendingFirstUse,
        expires: Some(clock::after(now, bank.settings.psp_credential_validity_seconds)),
        permitted: None,
    };
    let answer = Answer::one(element(&credential));
    bank.books.credentials.push(credential);
    Ok(answer)
}

pub(crate) fn find(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let id = call.id(0);
    let own = bank.books.credential(caller.session()?.credential_id).map(|credential| &credential.owner);
    bank.books
        .credential(id)
        .filter(|credential| matches!(credential.owner, Owner::Psp { .. }) && Some(&credential.owner) == own)
        .map(|credential| Answer::one(element(credential)))
        .ok_or(Refusal::NotFound { thing: "Payment service provider credential", id })
}

/// Finds or creates the user of a distinguished name. Several certificates may have the same name.
fn user_of(bank: &mut Bank, certificate: PspCertificate) -> u64 {
    let known = bank.books.psp_users.iter().find(|user| user.distinguished_name == certificate.distinguished_name);
    if let Some(user) = known {
        return user.id;
    }
    let (id, created) = (bank.books.new_id(), bank.now());
    let PspCertificate { common_name, distinguished_name, .. } = certificate;
    bank.books.psp_users.push(PspUser { id, created, common_name, distinguished_name });
    id
}
