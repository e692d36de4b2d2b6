//! Installation: a client registers its public key, and receives a token and the public key of the bank.

use crate::api::gate::Caller;
use crate::api::listing::listing;
use crate::bank::Bank;
use crate::clock;
use crate::keys::{ClientKey, ServerKey};
use crate::random;
use crate::records::books::Installation;
use crate::wire::answer::Answer;
use crate::wire::call::Call;
use crate::wire::fields::{Fields, text};
use crate::wire::object::object;
use crate::wire::refusal::Refusal;

const NAME: &str = "Installation";

pub(crate) fn create(bank: &mut Bank, call: &Call, _caller: &Caller) -> Result<Answer, Refusal> {
    let fields = Fields::read(call, &[text("client_public_key")])?;
    let client_public_key = ClientKey::from_installation_pem(fields.text("client_public_key"))
        .and_then(|key| key.canonical_pem())
        .ok_or(Refusal::ClientPublicKey)?;
    if bank.books.installations.iter().any(|installation| installation.client_public_key == client_public_key) {
        return Err(Refusal::unrecorded(400, "this client_public_key belongs to another installation."));
    }
    let server_key = if bank.settings.server_key_per_installation {
        let key = ServerKey::generate().map_err(|error| Refusal::unrecorded(500, error.to_string()))?;
        Some(key)
    } else {
        None
    };
    let now = bank.now();
    let (id, token_id) = (bank.books.new_id(), bank.books.new_id());
    let token = random::token();
    bank.books.installations.push(Installation {
        id,
        created: now,
        token_id,
        token: token.clone(),
        client_public_key,
        server_key: server_key.as_ref().map(|key| key.private_pem().to_owned()),
    });
    if let Some(key) = server_key {
        bank.add_installation_key(id, key);
    }
    let moment = clock::text(now);
    let server_public_key = bank.key_of_installation(id);
    let mut answer = Answer::response(vec![
        object! { "Id": object! { "id": id } },
        object! { "Token": object! { "id": token_id, "created": moment, "updated": moment, "token": token } },
        object! { "ServerPublicKey": object! { "server_public_key": server_public_key.public_pem() } },
    ]);
    answer.signed_for = Some(id);
    Ok(answer)
}

/// Lists the installation of the present session, and no other.
pub(crate) fn list(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let id = caller.installation_id()?;
    listing(bank, call, vec![(id, object! { "Id": object! { "id": id } })])
}

pub(crate) fn find(_bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    own(call, caller).map(Answer::id)
}

pub(crate) fn server_public_key(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let id = own(call, caller)?;
    let key = bank.key_of_installation(id);
    listing(bank, call, vec![(id, object! { "ServerPublicKey": object! { "server_public_key": key.public_pem() } })])
}

fn own(call: &Call, caller: &Caller) -> Result<u64, Refusal> {
    let id = call.id(0);
    if caller.installation_id()? == id { Ok(id) } else { Err(Refusal::NotFound { thing: NAME, id }) }
}
