//! When a draft's payments are to run. The simulator keeps schedules and shows them; it runs nothing by them.

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde::{Deserialize, Serialize};

use crate::bank::Bank;
use crate::clock;
use crate::customers::parts::{euros, label_user};
use crate::money::counterparty::Party;
use crate::money::draft_payment::{DraftPayment, kind};
use crate::money::order::Order;
use crate::money::payment::SubKind;
use crate::wire::fields::{Field, Fields, number, optional_text, text};
use crate::wire::object::{Object, object};
use crate::wire::refusal::Refusal;

/// The fields of a schedule.
pub(crate) static SCHEDULE: [Field; 4] =
    [text("time_start"), optional_text("time_end"), text("recurrence_unit"), number("recurrence_size")];

#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Schedule {
    time_start: Timestamp,
    time_end: Option<Timestamp>,
    recurrence_unit: Unit,
    recurrence_size: u64,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Unit {
    Once,
    Hourly,
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

impl Unit {
    fn word(self) -> &'static str {
        match self {
            Self::Once => "time",
            Self::Hourly => "hour",
            Self::Daily => "day",
            Self::Weekly => "week",
            Self::Monthly => "month",
            Self::Yearly => "year",
        }
    }
}

impl Schedule {
    pub(crate) fn read(fields: &Fields, now: Timestamp) -> Result<Self, Refusal> {
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
        Ok(Self { time_start, time_end, recurrence_unit, recurrence_size })
    }

    /// When it runs, in words: `every 2 weeks from 2027-01-31 09:30 UTC until 2027-12-31 09:30 UTC`.
    pub(crate) fn words(&self) -> String {
        let minute = |moment: Timestamp| moment.strftime("%Y-%m-%d %H:%M UTC").to_string();
        let start = minute(self.time_start);
        let every = match (self.recurrence_unit, self.recurrence_size) {
            (Unit::Once, _) => return format!("once, on {start}"),
            (unit, 1) => format!("every {}", unit.word()),
            (unit, size) => format!("every {size} {}s", unit.word()),
        };
        let end = self.time_end.map(|end| format!(" until {}", minute(end))).unwrap_or_default();
        format!("{every} from {start}{end}")
    }

    /// As it stands in a draft.
    pub(crate) fn fields(&self) -> Object {
        object! {
            "time_start": clock::text(self.time_start),
            "time_end": self.time_end.map(clock::text),
            "recurrence_unit": self.recurrence_unit,
            "recurrence_size": self.recurrence_size,
        }
    }

    /// What an accepted draft became: the payments that this schedule is to make.
    pub(crate) fn element(&self, bank: &Bank, id: u64, draft: &DraftPayment) -> Object {
        let moment = clock::text(draft.updated);
        let schedule = object! {
            "time_start": clock::text(self.time_start),
            "time_next": self.second_time().map(clock::text),
            "time_end": self.time_end.map(clock::text),
            "recurrence_unit": self.recurrence_unit,
            "recurrence_size": self.recurrence_size,
        };
        let first = object! {
            "id": id,
            "created": moment,
            "updated": moment,
            "monetary_account_id": draft.account_id,
            "schedule": schedule,
            "status": "ACTIVE",
            "label_schedule_user_created": label_user(&Party::of(bank, draft.account_id).name, "NL"),
            "label_schedule_user_canceled": (),
        };
        let payments: Vec<Object> = draft.entries.iter().map(|entry| order(bank, draft.account_id, entry)).collect();
        match payments.as_slice() {
            [payment] => object! { "ScheduledPayment": first.and(object! { "payment": payment }) },
            _ => object! { "ScheduledPaymentBatch": first.and(object! { "payments": payments }) },
        }
    }

    /// As GET schedule gives it.
    pub(crate) fn of_itself(&self, bank: &Bank, id: u64, draft: &DraftPayment) -> Object {
        let moment = clock::text(draft.updated);
        let fields = object! { "id": id, "created": moment, "updated": moment }.and(self.fields());
        object! { "Schedule": fields.and(object! { "status": "ACTIVE", "object": self.element(bank, id, draft) }) }
    }

    /// The run after the first, to the second, as it was recorded.
    fn second_time(&self) -> Option<Timestamp> {
        let size = i64::try_from(self.recurrence_size).ok()?;
        let span = match self.recurrence_unit {
            Unit::Once => return None,
            Unit::Hourly => Span::new().try_hours(size),
            Unit::Daily => Span::new().try_days(size),
            Unit::Weekly => Span::new().try_weeks(size),
            Unit::Monthly => Span::new().try_months(size),
            Unit::Yearly => Span::new().try_years(size),
        };
        let next = self.time_start.to_zoned(TimeZone::UTC).checked_add(span.ok()?).ok()?;
        let next = Timestamp::from_second(next.timestamp().as_second()).ok()?;
        self.time_end.is_none_or(|end| next <= end).then_some(next)
    }
}

/// A payment that is to come.
fn order(bank: &Bank, account_id: u64, order: &Order) -> Object {
    let inside = order.counterparty.party.is_bunq();
    object! {
        "amount": euros(-order.cents),
        "alias": Party::of(bank, account_id).label(),
        "counterparty_alias": order.counterparty.party.label(),
        "description": order.description,
        "merchant_reference": order.merchant_reference,
        "type": kind(inside),
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
