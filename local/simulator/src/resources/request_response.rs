//! Request responses: what a customer is asked for, and the answer to it.

use crate::bank::Bank;
use crate::money::amount::{self, AMOUNT};
use crate::money::decision::Decision;
use crate::money::request_inquiry::{self, RequestInquiry};
use crate::money::request_response::{asked_of, element};
use crate::resources::{monetary_account, user};
use crate::wire::answer::Answer;
use crate::wire::call::Call;
use crate::wire::fields::{Field, Fields, number, object, text};
use crate::wire::gate::{Caller, SIGNATURE};
use crate::wire::page::listing_of;
use crate::wire::refusal::Refusal;

const RESPONSE: [Field; 3] =
    [text("status"), object("amount_responded", &AMOUNT).optional(), number("currency_conversion_quote_id").optional()];

pub(crate) fn list(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let account = monetary_account::in_path(bank, call, caller)?;
    let asked = asked_of(bank, account.id).map(|request| (request.response_id, request)).collect();
    listing_of(bank, call, asked, |request| element(bank, request))
}

pub(crate) fn find(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    in_path(bank, call, caller).map(|request| Answer::one(element(bank, request)))
}

/// Accepting pays, so it is signed and not a provider's to do. The answer is the object.
pub(crate) fn update(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let request = in_path(bank, call, caller)?;
    let (id, cents) = (request.id, request.order.cents);
    let fields = Fields::read(call, &RESPONSE)?;
    let status = fields.text("status");
    if status == "ACCEPTED" && call.filled_header(SIGNATURE).is_none() {
        return Err(Refusal::SignatureMissing);
    }
    user::check_may_pay(bank, caller, "only the customer may answer a request.")?;
    if fields.has("amount_responded") && amount::read(&fields, "amount_responded")? != cents {
        return Err(Refusal::unrecorded(400, "amount_responded must be the amount that was asked for."));
    }
    match status {
        "ACCEPTED" => request_inquiry::decide(bank, id, Decision::Accept)?,
        "REJECTED" => request_inquiry::decide(bank, id, Decision::Reject)?,
        _ => return Err(Refusal::unrecorded(400, "status must be ACCEPTED or REJECTED.")),
    }
    find(bank, call, caller)
}

fn in_path<'a>(bank: &'a Bank, call: &Call, caller: &Caller) -> Result<&'a RequestInquiry, Refusal> {
    let account = monetary_account::in_path(bank, call, caller)?;
    let id = call.id(2);
    let request = asked_of(bank, account.id).find(|request| request.response_id == id);
    request.ok_or(Refusal::NotFound { thing: "Request response", id })
}
