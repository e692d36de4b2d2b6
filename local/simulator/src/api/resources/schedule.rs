//! Schedules: planned payments. An accepted draft that has a schedule creates one.

use jiff::Timestamp;

use crate::api::gate::Caller;
use crate::api::listing::listing;
use crate::api::resources::{monetary_account, user};
use crate::bank::Bank;
use crate::clock;
use crate::records::counterparty::Party;
use crate::records::customers::Customers;
use crate::records::draft_payment::{DraftPayment, Outcome};
use crate::records::order::Order;
use crate::records::parts::{euros, label_user};
use crate::records::payment::{PaymentKind, SubKind};
use crate::records::schedule::{Schedule, Unit};
use crate::wire::answer::Answer;
use crate::wire::call::Call;
use crate::wire::fields::{Field, Fields, number, optional_text, text};
use crate::wire::object::{Object, object};
use crate::wire::refusal::Refusal;

/// The fields of a schedule.
pub(crate) static SCHEDULE: [Field; 4] =
    [text("time_start"), optional_text("time_end"), text("recurrence_unit"), number("recurrence_size")];

pub(crate) fn list_of_user(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let granted = user::granted_in_path(bank, call, caller)?;
    let seen = |account_id| {
        granted
            .as_ref()
            .is_some_and(|granted| granted.sees(account_id) && granted.customer.account(account_id).is_some())
    };
    listing(bank, call, elements(bank, seen))
}

pub(crate) fn list(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let id = monetary_account::in_path(bank, call, caller)?.id;
    listing(bank, call, elements(bank, |account_id| account_id == id))
}

pub(crate) fn find(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let account_id = monetary_account::in_path(bank, call, caller)?.id;
    let id = call.id(2);
    let mut all = elements(bank, |of| of == account_id).into_iter();
    let element = all.find(|(known, _)| *known == id).map(|(_, element)| element);
    element.map(Answer::one).ok_or(Refusal::NotFound { thing: "Schedule", id })
}

fn elements(bank: &Bank, seen: impl Fn(u64) -> bool) -> Vec<(u64, Object)> {
    let drafts = bank.books.draft_payments.iter().filter(|draft| seen(draft.account_id));
    drafts.filter_map(|draft| scheduled(bank, draft)).collect()
}

fn scheduled(bank: &Bank, draft: &DraftPayment) -> Option<(u64, Object)> {
    match (&draft.outcome, &draft.schedule) {
        (Some(Outcome::Scheduled { id }), Some(schedule)) => {
            Some((*id, of_itself(&bank.customers, schedule, *id, draft)))
        }
        _ => None,
    }
}

/// Reads the [`SCHEDULE`] of a draft.
///
/// # Errors
///
/// When a time, the unit or the size is invalid, the start has passed, or the end is not after the start.
pub(crate) fn read(fields: &Fields, now: Timestamp) -> Result<Schedule, Refusal> {
    let time_start = moment("time_start", fields.text("time_start"))?;
    let time_end = fields.optional_text("time_end").map(|text| moment("time_end", text)).transpose()?;
    let recurrence_unit = unit(fields.text("recurrence_unit"))?;
    let recurrence_size = fields.number("recurrence_size").unwrap_or_default();
    if recurrence_size == 0 {
        return Err(Refusal::unrecorded(400, "recurrence_size must be at least 1."));
    }
    if time_start < now {
        return Err(Refusal::unrecorded(400, "time_start has passed."));
    }
    if time_end.is_some_and(|end| end <= time_start) {
        return Err(Refusal::unrecorded(400, "time_end must come after time_start."));
    }
    Ok(Schedule { time_start, time_end, recurrence_unit, recurrence_size })
}

/// The fields of a schedule inside a draft.
pub(crate) fn fields(schedule: &Schedule) -> Object {
    object! {
        "time_start": clock::text(schedule.time_start),
        "time_end": schedule.time_end.map(clock::text),
        "recurrence_unit": schedule.recurrence_unit,
        "recurrence_size": schedule.recurrence_size,
    }
}

/// The object of the planned payments of an accepted draft.
pub(crate) fn element(customers: &Customers, schedule: &Schedule, id: u64, draft: &DraftPayment) -> Object {
    let moment = clock::text(draft.updated);
    let runs = object! {
        "time_start": clock::text(schedule.time_start),
        "time_next": schedule.second_time().map(clock::text),
        "time_end": schedule.time_end.map(clock::text),
        "recurrence_unit": schedule.recurrence_unit,
        "recurrence_size": schedule.recurrence_size,
    };
    let first = object! {
        "id": id,
        "created": moment,
        "updated": moment,
        "monetary_account_id": draft.account_id,
        "schedule": runs,
        "status": "ACTIVE",
        "label_schedule_user_created": label_user(&Party::of(customers, draft.account_id).name, "NL"),
        "label_schedule_user_canceled": (),
    };
    let payments: Vec<Object> = draft.entries.iter().map(|entry| order(customers, draft.account_id, entry)).collect();
    match payments.as_slice() {
        [payment] => object! { "ScheduledPayment": first.and(object! { "payment": payment }) },
        _ => object! { "ScheduledPaymentBatch": first.and(object! { "payments": payments }) },
    }
}

/// The object that GET schedule returns.
fn of_itself(customers: &Customers, schedule: &Schedule, id: u64, draft: &DraftPayment) -> Object {
    let moment = clock::text(draft.updated);
    let own = object! { "id": id, "created": moment, "updated": moment }.and(fields(schedule));
    object! { "Schedule": own.and(object! { "status": "ACTIVE", "object": element(customers, schedule, id, draft) }) }
}

/// A planned payment.
fn order(customers: &Customers, account_id: u64, order: &Order) -> Object {
    let inside = order.counterparty.party.is_bunq();
    object! {
        "amount": euros(-order.cents),
        "alias": Party::of(customers, account_id).label(),
        "counterparty_alias": order.counterparty.party.label(),
        "description": order.description,
        "merchant_reference": order.merchant_reference,
        "type": PaymentKind::ordered(inside),
        "sub_type": if inside { SubKind::Payment } else { SubKind::Sct },
    }
}

fn moment(field: &str, text: &str) -> Result<Timestamp, Refusal> {
    clock::read(text).ok_or_else(|| {
        let form = "YYYY-MM-DD hh:mm:ss or YYYY-MM-DD hh:mm:ss.ffffff";
        Refusal::unrecorded(400, format!("the field \"{field}\" has the wrong type: it must be a time like {form}."))
    })
}

fn unit(text: &str) -> Result<Unit, Refusal> {
    match text {
        "ONCE" => Ok(Unit::Once),
        "HOURLY" => Ok(Unit::Hourly),
        "DAILY" => Ok(Unit::Daily),
        "WEEKLY" => Ok(Unit::Weekly),
        "MONTHLY" => Ok(Unit::Monthly),
        "YEARLY" => Ok(Unit::Yearly),
        _ => {
            let units = "ONCE, HOURLY, DAILY, WEEKLY, MONTHLY or YEARLY";
            Err(Refusal::unrecorded(400, format!("recurrence_unit must be {units}.")))
        }
    }
}
