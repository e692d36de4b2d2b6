//! Request inquiries: a customer asks another person for money.

use crate::api::body::amount::{self, AMOUNT};
use crate::api::body::counterparty::{self, POINTER};
use crate::api::body::order::{ATTACHMENT, attachment_ids, check_description};
use crate::api::gate::Caller;
use crate::api::listing::listing_of;
use crate::api::resources::monetary_account;
use crate::api::resources::payment::attachments;
use crate::bank::Bank;
use crate::clock;
use crate::ledger::request_inquiry;
use crate::random;
use crate::records::counterparty::{Party, Place};
use crate::records::order::Order;
use crate::records::parts::{euros, label_user};
use crate::records::request_inquiry::{Answered, RequestInquiry};
use crate::wire::answer::Answer;
use crate::wire::call::Call;
use crate::wire::call::REQUEST_ID;
use crate::wire::fields::{Field, Fields, flag, number, object, objects, optional_text, text};
use crate::wire::object::{Object, object};
use crate::wire::refusal::Refusal;

const REQUEST: [Field; 14] = [
    object("amount_inquired", &AMOUNT),
    object("counterparty_alias", &POINTER),
    text("description"),
    flag("allow_bunqme"),
    objects("attachment", &ATTACHMENT).optional(),
    optional_text("merchant_reference"),
    optional_text("status"),
    number("minimum_age").optional(),
    optional_text("require_address"),
    optional_text("redirect_url"),
    number("event_id").optional(),
    flag("want_tip").optional(),
    flag("allow_amount_lower").optional(),
    flag("allow_amount_higher").optional(),
];

pub(crate) fn create(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let account_id = monetary_account::holding_in_path(bank, call, caller)?;
    let fields = Fields::read(call, &REQUEST)?;
    let cents = amount::read(&fields, "amount_inquired")?;
    let counterparty = counterparty::read(&bank.customers, &fields)?;
    let share_url = match counterparty.place {
        Place::Account(id) if id == account_id => {
            return Err(Refusal::unrecorded(400, "an account cannot ask itself."));
        }
        Place::Account(_) | Place::SugarDaddy | Place::Bravo => None,
        // The address does not exist, so nobody can pay a simulated request with real money.
        Place::Elsewhere if fields.flag("allow_bunqme") => {
            Some(format!("https://bunqme.bunq-simulator.example/t/{}", random::uuid()))
        }
        Place::Elsewhere => {
            let words = "counterparty_alias belongs to no customer of this bank, and allow_bunqme is false.";
            return Err(Refusal::unrecorded(400, words));
        }
    };
    let description = fields.text("description").to_owned();
    check_description(&description, &counterparty)?;
    if fields.optional_text("status").is_some_and(|status| status != "PENDING") {
        return Err(Refusal::unrecorded(400, "status must be PENDING."));
    }
    let owned = |name: &str| fields.optional_text(name).map(str::to_owned);
    let attachment_ids = attachment_ids(&fields);
    let merchant_reference = owned("merchant_reference");
    let (id, now) = (bank.books.new_ids(2), bank.now());
    let request = RequestInquiry {
        id,
        response_id: id + 1,
        created: now,
        updated: now,
        account_id,
        order: Order { cents, counterparty, description, merchant_reference, attachment_ids },
        expires: clock::after(now, bank.settings.request_inquiry_validity_seconds),
        status: None,
        minimum_age: fields.number("minimum_age"),
        require_address: owned("require_address"),
        redirect_url: owned("redirect_url"),
        share_url,
        request_id: call.filled_header(REQUEST_ID).map(str::to_owned),
    };
    Ok(Answer::id(request_inquiry::put(bank, request)))
}

pub(crate) fn list(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let account = monetary_account::in_path(bank, call, caller)?;
    let requests = bank.books.request_inquiries.iter().filter(|request| request.account_id == account.id);
    listing_of(bank, call, requests.map(|request| (request.id, request)).collect(), |request| element(bank, request))
}

pub(crate) fn find(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    in_path(bank, call, caller).map(|request| Answer::one(element(bank, request)))
}

/// Revokes a request. In the bank's schemas this call returns the object, not its id.
pub(crate) fn update(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let id = in_path(bank, call, caller)?.id;
    if Fields::read(call, &[text("status")])?.text("status") != "REVOKED" {
        return Err(Refusal::unrecorded(400, "status must be REVOKED."));
    }
    request_inquiry::end(bank, id, Answered::Revoked)?;
    find(bank, call, caller)
}

fn in_path<'a>(bank: &'a Bank, call: &Call, caller: &Caller) -> Result<&'a RequestInquiry, Refusal> {
    let account = monetary_account::in_path(bank, call, caller)?;
    let id = call.id(2);
    let request = request_inquiry::find(bank, id).filter(|request| request.account_id == account.id);
    request.ok_or(Refusal::NotFound { thing: "Request inquiry", id })
}

/// The object of a request inquiry.
pub(crate) fn element(bank: &Bank, request: &RequestInquiry) -> Object {
    let status = request.status(bank.now());
    let expired = (status == "EXPIRED").then(|| clock::text(request.expires));
    let updated = clock::text(request.updated);
    let own = Party::of(&bank.customers, request.account_id);
    let counterparty = &request.order.counterparty;
    let fields = object! {
        "id": request.id,
        "created": clock::text(request.created),
        "updated": expired.as_ref().unwrap_or(&updated),
        "time_responded": request.status.map(|_| &updated),
        "time_expiry": expired,
        "monetary_account_id": request.account_id,
        "amount_inquired": euros(request.order.cents),
        "amount_responded": (status == "ACCEPTED").then(|| euros(request.order.cents)),
        "status": status,
        "description": request.order.description,
        "merchant_reference": request.order.merchant_reference,
        // The recording has the label of an account, though the schemas have that of a user.
        "user_alias_created": own.label(),
        "user_alias_revoked": (status == "REVOKED").then(|| label_user(&own.name, "NL")),
        "counterparty_alias": counterparty.party.label(),
        "attachment": attachments(&request.order.attachment_ids, request.account_id),
        "minimum_age": request.minimum_age,
        "require_address": request.require_address,
        "geolocation": (),
        "type": if counterparty.place == Place::Elsewhere { "EXTERNAL" } else { "INTERNAL" },
        "sub_type": "NONE",
        "bunqme_share_url": request.share_url,
        "batch_id": (),
        "scheduled_id": (),
        "address_billing": (),
        "address_shipping": (),
        "redirect_url": request.redirect_url,
        "reference_split_the_bill": (),
    };
    object! { "RequestInquiry": fields }
}
