//! Request responses: the requests that a customer received.

use crate::api::body::amount::{self, AMOUNT};
use crate::api::gate::Caller;
use crate::api::listing::listing_of;
use crate::api::resources::{monetary_account, user};
use crate::bank::Bank;
use crate::clock;
use crate::ledger::decision::Decision;
use crate::ledger::request_inquiry::{self, asked_of};
use crate::records::counterparty::{Party, Place};
use crate::records::parts::euros;
use crate::records::request_inquiry::RequestInquiry;
use crate::wire::answer::Answer;
use crate::wire::call::Call;
use crate::wire::call::SIGNATURE;
use crate::wire::fields::{Field, Fields, number, object, text};
use crate::wire::object::{Object, object};
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

/// Accepts or rejects a request. Accepting pays, so the call must be signed, and a provider may not do it. Returns the
/// object.
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

/// The object of a received request. It has an own id, different from that of the request inquiry.
pub(crate) fn element(bank: &Bank, request: &RequestInquiry) -> Object {
    let status = request.status(bank.now());
    let expired = (status == "EXPIRED").then(|| clock::text(request.expires));
    let updated = clock::text(request.updated);
    let asked = match request.order.counterparty.place {
        Place::Account(id) => id,
        Place::SugarDaddy | Place::Bravo | Place::Elsewhere => 0,
    };
    let fields = object! {
        "id": request.response_id,
        "created": clock::text(request.created),
        "updated": expired.as_ref().unwrap_or(&updated),
        "time_responded": request.status.map(|_| &updated),
        "time_expiry": expired,
        "monetary_account_id": asked,
        "amount_inquired": euros(request.order.cents),
        "amount_responded": (status == "ACCEPTED").then(|| euros(request.order.cents)),
        "status": status,
        "description": request.order.description,
        "alias": request.order.counterparty.party.label(),
        "counterparty_alias": Party::of(&bank.customers, request.account_id).label(),
        "attachment": (),
        "minimum_age": request.minimum_age,
        "require_address": request.require_address,
        "geolocation": (),
        "type": "INTERNAL",
        "sub_type": "NONE",
        "redirect_url": request.redirect_url,
        "address_billing": (),
        "address_shipping": (),
        "eligible_whitelist_id": (),
    };
    object! { "RequestResponse": fields }
}
