//! Chooses the media type of an answer by the header `Accept` (RFC 9110 section 12.5.1).

use http::{HeaderMap, header::ACCEPT};

/// Returns which of the offered media types the caller prefers. Of several that are equally good, it is the first one.
/// Without the header, or if the caller accepts none, it is the first one, too: RFC 9110 permits this, and a caller can
/// see the type of the answer.
#[must_use]
pub fn preferred<T: Copy + Into<&'static str>>(headers: &HeaderMap, first: T, others: &[T]) -> T {
    let mut best = (first, weight(headers, first.into()));
    for other in others {
        let weight = weight(headers, (*other).into());
        if weight > best.1 {
            best = (*other, weight);
        }
    }
    best.0
}

/// Returns the weight of a media type in thousandths: that of the most specific range that includes it.
fn weight(headers: &HeaderMap, offered: &str) -> u16 {
    let lines = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let ranges = lines.flat_map(|line| line.split(',')).filter_map(|range| {
        let mut parts = range.split(';').map(str::trim);
        let name = parts.next()?;
        let specificity = specificity(name, offered)?;
        let weight = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
        Some((specificity, weight.map_or(1_000, thousandths)))
    });
    ranges.max().map_or(0, |(_, weight)| weight)
}

/// Returns how specific a range is that includes the media type, or `None` if it does not.
fn specificity(range: &str, offered: &str) -> Option<u8> {
    let kind = offered.split_once('/').map_or(offered, |(kind, _)| kind);
    if range.eq_ignore_ascii_case(offered) {
        Some(2)
    } else if range.strip_suffix("/*").is_some_and(|range| range.eq_ignore_ascii_case(kind)) {
        Some(1)
    } else {
        (range == "*/*").then_some(0)
    }
}

/// Returns a weight such as `0.75` in thousandths. A weight that is not valid counts as 0.
fn thousandths(weight: &str) -> u16 {
    let (whole, decimals) = weight.split_once('.').unwrap_or((weight, ""));
    let decimals = format!("{decimals:0<3}");
    match (whole, decimals.len(), decimals.parse::<u16>()) {
        ("1", 3, Ok(0)) => 1_000,
        ("0", 3, Ok(thousandths)) => thousandths,
        _ => 0,
    }
}
