//! Session: ends the session in use. The bank ignores the id in the path; clients send 0 as well as the real id.

use crate::api::gate::Caller;
use crate::bank::Bank;
use crate::wire::answer::Answer;
use crate::wire::call::Call;
use crate::wire::refusal::Refusal;

pub(crate) fn delete(bank: &mut Bank, _call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let id = caller.session()?.id;
    if let Some(session) = bank.books.session_mut(id) {
        session.ended = true;
    }
    Ok(Answer::response(Vec::new()))
}
