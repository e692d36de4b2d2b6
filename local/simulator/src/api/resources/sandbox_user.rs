//! Sandbox users: creates a customer with an API key. It needs no token, and exists only in the bank's sandbox.

use crate::api::gate::Caller;
use crate::bank::Bank;
use crate::ledger::sandbox::{self, NewUser};
use crate::wire::answer::Answer;
use crate::wire::call::Call;
use crate::wire::fields::Fields;
use crate::wire::object::object;
use crate::wire::refusal::Refusal;

pub(crate) fn create_person(bank: &mut Bank, call: &Call, _caller: &Caller) -> Result<Answer, Refusal> {
    create(bank, call, NewUser::Person)
}

pub(crate) fn create_company(bank: &mut Bank, call: &Call, _caller: &Caller) -> Result<Answer, Refusal> {
    create(bank, call, NewUser::Company)
}

fn create(bank: &mut Bank, call: &Call, user: NewUser) -> Result<Answer, Refusal> {
    Fields::read(call, &[])?;
    let api_key = sandbox::make(bank, user);
    Ok(Answer::one(object! { "ApiKey": object! { "api_key": api_key } }))
}
