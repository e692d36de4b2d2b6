//! Amounts in request bodies: decimal text and a currency.

use crate::records::parts::cents;
use crate::wire::fields::{Field, Fields, text};
use crate::wire::refusal::Refusal;

/// The fields of an amount.
pub(crate) static AMOUNT: [Field; 2] = [text("value"), text("currency")];

/// Reads the amount in the field `name`, in cents.
///
/// # Errors
///
/// When the amount is not decimal text above zero, or its currency is not the euro, the currency of every account here.
pub(crate) fn read(fields: &Fields, name: &str) -> Result<i64, Refusal> {
    if fields.object(name).text("currency") != "EUR" {
        return Err(Refusal::unrecorded(400, format!("{name} must be in EUR, the currency of the account.")));
    }
    value(fields, name)
}

/// Reads the value of the amount in the field `name`, in hundredths of any currency.
///
/// # Errors
///
/// When the value is not decimal text above zero.
pub(crate) fn value(fields: &Fields, name: &str) -> Result<i64, Refusal> {
    let amount = fields.object(name);
    let refusal = || {
        let text = "must be decimal text with at most 2 places after a point, and more than zero.";
        Refusal::unrecorded(400, format!("{name} {text}"))
    };
    cents(amount.text("value")).filter(|cents| *cents > 0).ok_or_else(refusal)
}
