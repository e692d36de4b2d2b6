//! When a draft's payments are to run. The simulator keeps schedules and shows them; it runs nothing by them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::clock;
use crate::wire::fields::{Field, Fields, number, optional_text, text};
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

    pub(crate) fn fields(&self) -> Value {
        json!({
            "time_start": clock::text(self.time_start),
            "time_end": self.time_end.map(clock::text),
            "recurrence_unit": self.recurrence_unit,
            "recurrence_size": self.recurrence_size,
        })
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
