//! Draft payments: an application prepares payments, and the customer approves them in the app.

use crate::api::body::order::{self, ORDER};
use crate::api::gate::Caller;
use crate::api::listing::listing_of;
use crate::api::resources::payment::attachments;
use crate::api::resources::schedule::{self, SCHEDULE};
use crate::api::resources::{monetary_account, payment, payment_batch, user};
use crate::bank::Bank;
use crate::clock;
use crate::ledger::decision::Decision;
use crate::ledger::draft_payment;
use crate::records::counterparty::Party;
use crate::records::draft_payment::{DraftPayment, Outcome};
use crate::records::order::Order;
use crate::records::parts::{euros, label_user};
use crate::records::payment::PaymentKind;
use crate::settings::Permission;
use crate::wire::answer::Answer;
use crate::wire::call::Call;
use crate::wire::call::{REQUEST_ID, SIGNATURE};
use crate::wire::fields::{Field, Fields, number, object, objects, optional_text, text};
use crate::wire::object::{Object, object};
use crate::wire::refusal::Refusal;

const DRAFT: [Field; 5] = [
    objects("entries", &ORDER),
    number("number_of_required_accepts"),
    optional_text("status"),
    optional_text("previous_updated_timestamp"),
    object("schedule", &SCHEDULE).optional(),
];

pub(crate) fn create(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let account_id = monetary_account::holding_in_path(bank, call, caller)?;
    let fields = Fields::read(call, &DRAFT)?;
    let now = bank.now();
    if fields.number("number_of_required_accepts") != Some(1) {
        return Err(Refusal::unrecorded(400, "number_of_required_accepts must be 1."));
    }
    let entries = fields.objects("entries");
    let entries =
        entries.iter().map(|entry| order::read(&bank.customers, account_id, entry)).collect::<Result<Vec<_>, _>>()?;
    if entries.is_empty() {
        return Err(Refusal::unrecorded(400, "entries must hold at least one."));
    }
    let schedule = fields.has("schedule").then(|| schedule::read(&fields.object("schedule"), now)).transpose()?;
    match fields.optional_text("status") {
        None | Some("PENDING") => {}
        Some("ACTIVE") if schedule.is_some() => {}
        Some(_) => return Err(Refusal::unrecorded(400, "status must be PENDING, or ACTIVE beside a schedule.")),
    }
    let made_by = user::known_as(bank, caller)?;
    // The entries get ids after the id of the draft.
    let id = bank.books.new_ids(1 + entries.len() as u64);
    bank.books.draft_payments.push(DraftPayment {
        id,
        created: now,
        updated: now,
        account_id,
        made_by,
        entries,
        schedule,
        expires: clock::after(now, bank.settings.draft_payment_validity_seconds),
        outcome: None,
        request_id: call.filled_header(REQUEST_ID).map(str::to_owned),
    });
    Ok(Answer::id(id))
}

pub(crate) fn list(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let account = monetary_account::in_path(bank, call, caller)?;
    let drafts = bank.books.draft_payments.iter().filter(|draft| draft.account_id == account.id);
    listing_of(bank, call, drafts.map(|draft| (draft.id, draft)).collect(), |draft| element(bank, draft))
}

pub(crate) fn find(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    in_path(bank, call, caller).map(|draft| Answer::one(element(bank, draft)))
}

pub(crate) fn update(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let draft = in_path(bank, call, caller)?;
    let (id, updated) = (draft.id, draft.updated(bank.now()));
    let fields = Fields::read(call, &[text("status"), optional_text("previous_updated_timestamp")])?;
    let status = fields.text("status");
    if status == "ACCEPTED" && call.filled_header(SIGNATURE).is_none() {
        return Err(Refusal::SignatureMissing);
    }
    if fields.optional_text("previous_updated_timestamp").is_some_and(|previous| previous != updated) {
        return Err(Refusal::unrecorded(400, "the draft payment has changed since previous_updated_timestamp."));
    }
    match status {
        "ACCEPTED" if !user::is_customer(bank, caller)? && bank.settings.tpp_accepts_drafts == Permission::Refuse => {
            return Err(Refusal::unrecorded(403, "only the customer may accept a draft payment."));
        }
        "ACCEPTED" => draft_payment::decide(bank, id, Decision::Accept)?,
        "REJECTED" => draft_payment::decide(bank, id, Decision::Reject)?,
        "CANCELLED" => draft_payment::end(bank, id, Outcome::Cancelled)?,
        _ => return Err(Refusal::unrecorded(400, "status must be ACCEPTED, REJECTED or CANCELLED.")),
    }
    Ok(Answer::id(id))
}

fn in_path<'a>(bank: &'a Bank, call: &Call, caller: &Caller) -> Result<&'a DraftPayment, Refusal> {
    let account = monetary_account::in_path(bank, call, caller)?;
    let id = call.id(2);
    let draft = draft_payment::find(bank, id).filter(|draft| draft.account_id == account.id);
    draft.ok_or(Refusal::NotFound { thing: "Draft payment", id })
}

/// The object of a draft payment.
pub(crate) fn element(bank: &Bank, draft: &DraftPayment) -> Object {
    let now = bank.now();
    let status = draft.status(now);
    let user = label_user(&Party::of(&bank.customers, draft.account_id).name, "NL");
    let answered = matches!(status, "ACCEPTED" | "REJECTED");
    let entries: Vec<Object> =
        (draft.id + 1..).zip(&draft.entries).map(|(id, entry)| entry_of(bank, draft.account_id, id, entry)).collect();
    let inside = draft.entries.iter().all(|entry| entry.counterparty.party.is_bunq());
    let fields = object! {
        "id": draft.id,
        "created": clock::text(draft.created),
        "updated": draft.updated(now),
        "monetary_account_id": draft.account_id,
        "status": status,
        "type": PaymentKind::ordered(inside),
        "user_alias_created": user,
        "responses": answered.then(|| [object! { "status": status, "user_alias_created": user }]),
        "entries": entries,
        "object": object_of(bank, draft),
        "request_reference_split_the_bill": [(); 0],
        "schedule": draft.schedule.as_ref().map(schedule::fields),
    };
    object! { "DraftPayment": fields }
}

fn entry_of(bank: &Bank, account_id: u64, id: u64, entry: &Order) -> Object {
    object! {
        "id": id,
        "amount": euros(entry.cents),
        "alias": Party::of(&bank.customers, account_id).label(),
        "counterparty_alias": entry.counterparty.party.label(),
        "description": entry.description,
        "type": PaymentKind::ordered(entry.counterparty.party.is_bunq()),
        "attachment": attachments(&entry.attachment_ids, account_id),
        "merchant_reference": entry.merchant_reference,
    }
}

/// The payment, batch or schedule that an accepted draft led to.
fn object_of(bank: &Bank, draft: &DraftPayment) -> Option<Object> {
    match &draft.outcome {
        Some(Outcome::Paid { payment_ids, batch_id }) => {
            if let Some(id) = batch_id {
                return Some(payment_batch::element(bank, *id, draft.updated, payment_ids));
            }
            let made = bank.books.payments.iter().find(|payment| payment_ids.contains(&payment.id));
            made.map(|made| payment::element(&bank.customers, made))
        }
        Some(Outcome::Scheduled { id }) => {
            let schedule = draft.schedule.as_ref()?;
            Some(schedule::element(&bank.customers, schedule, *id, draft))
        }
        Some(Outcome::Rejected | Outcome::Cancelled) | None => None,
    }
}
