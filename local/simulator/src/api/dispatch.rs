//! Passes a call to its endpoint.

use std::sync::Arc;

use crate::api::gate;
use crate::api::route::Act;
use crate::api::routes::Found;
use crate::bank::Bank;
use crate::keys::ServerKey;
use crate::pages::html::nothing_here;
use crate::wire::answer::Answer;
use crate::wire::call::Call;
use crate::wire::refusal::Refusal;

/// Executes a call and returns its answer. Saves the books.
pub(crate) fn act(bank: &mut Bank, found: Found, call: &Call) -> Answer {
    let result = match found {
        Found::Nothing if call.is_browsers() => Ok(nothing_here(&call.path)),
        Found::Nothing => Err(Refusal::unknown_endpoint()),
        Found::WrongMethod(_) => Err(Refusal::unrecorded(405, "this endpoint has no such method.")),
        Found::Route(route) => match route.act {
            Act::Web(handler) => Ok(handler(bank, call)),
            Act::Api(needs, handler) => {
                gate::admit(bank, route.template, needs, call).and_then(|caller| handler(bank, call, &caller))
            }
        },
    };
    let dutch = call.header("x-bunq-language") == Some("nl_NL");
    let answer = result.unwrap_or_else(|refusal| refusal.answer(&bank.settings, dutch));
    bank.save();
    answer
}

/// The key that signs the answer to a call.
pub(crate) fn key_of(bank: &Bank, call: &Call) -> Arc<ServerKey> {
    match gate::installation(bank, call) {
        Some(installation) => bank.key_of_installation(installation.id),
        None => bank.server_key(),
    }
}
