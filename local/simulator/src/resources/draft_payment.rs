//! Draft payments: an application prepares payments, the customer approves them in the app.

use crate::bank::Bank;
use crate::clock;
use crate::money::decision::Decision;
use crate::money::draft_payment::{self, DraftPayment, Outcome};
use crate::money::order::{ORDER, Order};
use crate::money::schedule::{SCHEDULE, Schedule};
use crate::resources::{monetary_account, user};
use crate::settings::Permission;
use crate::wire::answer::Answer;
use crate::wire::call::Call;
use crate::wire::fields::{Field, Fields, number, object, objects, optional_text, text};
use crate::wire::gate::{Caller, REQUEST_ID, SIGNATURE};
use crate::wire::page::listing_of;
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
    let entries = entries.iter().map(|entry| Order::read(bank, account_id, entry)).collect::<Result<Vec<_>, _>>()?;
    if entries.is_empty() {
        return Err(Refusal::unrecorded(400, "entries must hold at least one."));
    }
    let schedule = fields.has("schedule").then(|| Schedule::read(&fields.object("schedule"), now)).transpose()?;
    match fields.optional_text("status") {
        None | Some("PENDING") => {}
        Some("ACTIVE") if schedule.is_some() => {}
        Some(_) => return Err(Refusal::unrecorded(400, "status must be PENDING, or ACTIVE beside a schedule.")),
    }
    let made_by = user::known_as(bank, caller)?;
    // The entries have ids, too.
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
    listing_of(bank, call, drafts.map(|draft| (draft.id, draft)).collect(), |draft| draft.element(bank))
}

pub(crate) fn find(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    in_path(bank, call, caller).map(|draft| Answer::one(draft.element(bank)))
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
