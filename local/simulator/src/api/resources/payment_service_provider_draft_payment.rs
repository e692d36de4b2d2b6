//! Payment service provider draft payments: a provider prepares one payment from the account of a customer. The
//! customer decides it on the authorize page, together with all others of that provider.

use crate::api::body::amount::{self, AMOUNT};
use crate::api::body::{counterparty, order};
use crate::api::gate::Caller;
use crate::api::listing::listing_of;
use crate::api::resources::user;
use crate::bank::Bank;
use crate::clock;
use crate::ledger::psp_draft_payment;
use crate::records::counterparty::{Party, Place};
use crate::records::order::Order;
use crate::records::parts::euros;
use crate::records::psp_draft_payment::{PspDraftPayment, PspOutcome};
use crate::settings::PspDraftEnvelope;
use crate::wire::answer::Answer;
use crate::wire::call::Call;
use crate::wire::call::REQUEST_ID;
use crate::wire::fields::{Field, Fields, object, optional_text, text};
use crate::wire::object::{Object, object};
use crate::wire::refusal::Refusal;

const DRAFT: [Field; 7] = [
    text("sender_iban"),
    optional_text("sender_name"),
    text("counterparty_iban"),
    text("counterparty_name"),
    text("description"),
    object("amount", &AMOUNT),
    optional_text("status"),
];

/// The OpenAPI document requires all fields here, too. The bank's client libraries send only the status.
const CHANGE: [Field; 7] = {
    let [sender, sender_name, iban, name, description, amount, status] = DRAFT;
    [
        sender.optional(),
        sender_name,
        iban.optional(),
        name.optional(),
        description.optional(),
        amount.optional(),
        status.required(),
    ]
};

pub(crate) fn create(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let psp_user_id = user::provider_in_path(bank, call, caller)?;
    let fields = Fields::read(call, &DRAFT)?;
    let account_id = sender(bank, fields.text("sender_iban"))?;
    let counterparty =
        counterparty::of_iban(&bank.customers, fields.text("counterparty_iban"), fields.text("counterparty_name"))?;
    if counterparty.place == Place::Account(account_id) {
        return Err(Refusal::unrecorded(400, "an account cannot pay itself."));
    }
    let description = fields.text("description").to_owned();
    order::check_description(&description, &counterparty)?;
    let cents = amount::read(&fields, "amount")?;
    if fields.optional_text("status").is_some_and(|status| status != "PENDING") {
        return Err(Refusal::unrecorded(400, "status must be PENDING."));
    }
    let (id, now) = (bank.books.new_id(), bank.now());
    bank.books.psp_draft_payments.push(PspDraftPayment {
        id,
        created: now,
        updated: now,
        psp_user_id,
        account_id,
        order: Order { cents, counterparty, description, merchant_reference: None, attachment_ids: Vec::new() },
        expires: clock::after(now, bank.settings.psp_draft_payment_validity_seconds),
        outcome: None,
        request_id: call.filled_header(REQUEST_ID).map(str::to_owned),
    });
    Ok(Answer::id(id))
}

pub(crate) fn list(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let psp_user_id = user::provider_in_path(bank, call, caller)?;
    let own = bank.books.psp_draft_payments.iter().filter(|draft| draft.psp_user_id == psp_user_id);
    listing_of(bank, call, own.map(|own| (own.id, own)).collect(), |draft| element(bank, draft))
}

pub(crate) fn find(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let element = element(bank, in_path(bank, call, caller)?);
    Ok(match bank.settings.psp_draft_payment_envelope {
        PspDraftEnvelope::Array => Answer::one(element),
        PspDraftEnvelope::Object => Answer::without_array(element),
    })
}

/// Cancels or rejects a pending draft. The other fields have no effect: the documentation describes only changes of
/// the status.
pub(crate) fn update(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let id = in_path(bank, call, caller)?.id;
    let outcome = match Fields::read(call, &CHANGE)?.text("status") {
        "CANCELLED" => PspOutcome::Cancelled,
        "REJECTED" => PspOutcome::Rejected,
        _ => return Err(Refusal::unrecorded(400, "status must be CANCELLED or REJECTED.")),
    };
    psp_draft_payment::end(bank, id, outcome)?;
    Ok(Answer::id(id))
}

/// The id of the account that a draft is paid from. It must be an open account of a customer here: the bank refuses
/// other banks' IBANs, and no customer could accept a payment from an account that does not exist.
fn sender(bank: &Bank, iban: &str) -> Result<u64, Refusal> {
    let known = bank.customers.account_by_alias("IBAN", iban).map(|(_, account)| account);
    let held = known.filter(|account| account.first_cents().is_some());
    held.map(|account| account.id)
        .ok_or_else(|| Refusal::unrecorded(400, "sender_iban must be the IBAN of an open bunq account."))
}

fn in_path<'a>(bank: &'a Bank, call: &Call, caller: &Caller) -> Result<&'a PspDraftPayment, Refusal> {
    let psp_user_id = user::provider_in_path(bank, call, caller)?;
    let id = call.id(1);
    let own = psp_draft_payment::find(bank, id).filter(|draft| draft.psp_user_id == psp_user_id);
    own.ok_or(Refusal::NotFound { thing: "Payment service provider draft payment", id })
}

/// The object of a draft. It has neither the description nor the names.
fn element(bank: &Bank, draft: &PspDraftPayment) -> Object {
    let now = bank.now();
    let fields = object! {
        "id": draft.id,
        "created": clock::text(draft.created),
        "updated": draft.updated(now),
        "sender_iban": Party::of(&bank.customers, draft.account_id).iban,
        "receiver_iban": draft.order.counterparty.party.iban,
        "amount": euros(draft.order.cents),
        "status": draft.status(now),
    };
    object! { "PaymentServiceProviderDraftPayment": fields }
}
