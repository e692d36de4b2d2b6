//! Amounts in request bodies: decimal text and a currency.

use crate::wire::fields::{Field, Fields, text};
use crate::wire::refusal::Refusal;

/// The fields of an amount.
pub(crate) static AMOUNT: [Field; 2] = [text("value"), text("currency")];

/// The most digits before the point. It keeps sums of amounts inside 64 bits.
const MOST_DIGITS: usize = 10;

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

fn cents(text: &str) -> Option<i64> {
    let (whole, places) = text.split_once('.').map_or((text, None), |(whole, places)| (whole, Some(places)));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let good = (1..=MOST_DIGITS).contains(&whole.len())
        && digits(whole)
        && places.is_none_or(|places| (1..=2).contains(&places.len()) && digits(places));
    if !good {
        return None;
    }
    let whole: i64 = whole.parse().ok()?;
    let places: i64 = format!("{:0<2}", places.unwrap_or_default()).parse().ok()?;
    Some(whole * 100 + places)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_text_is_read_to_the_cent() {
        assert_eq!(["12.50", "12.5", "12", "0.01", "007.10"].map(cents), [1250, 1250, 1200, 1, 710].map(Some));
    }

    #[test]
    fn anything_else_is_no_amount() {
        for text in ["", ".", "1.", ".5", "1.234", "1,50", "+1", "-1", " 1", "1e3", "€1", "12345678901", "1.5.0"] {
            assert_eq!(cents(text), None, "{text}");
        }
    }
}
