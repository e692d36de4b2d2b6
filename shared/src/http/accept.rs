//! Chooses the media type of an answer by the header `Accept` (RFC 9110 section 12.5.1).

use http::{HeaderMap, header::ACCEPT};

/// Returns which of the offered answers the caller prefers, by their media types. If two are equally good, a type that
/// the caller names precedes one that a range such as `*/*` includes, and then the first one precedes. Without the
/// header, or if the caller accepts none, it is the first one, too: RFC 9110 permits this, and a caller can see the
/// type of the answer.
#[must_use]
pub fn preferred<T: Copy>(headers: &HeaderMap, first: (T, &str), others: &[(T, &str)]) -> T {
    let mut best = (first.0, preference(headers, first.1));
    for (other, kind) in others {
        let preference = preference(headers, kind);
        if preference > best.1 {
            best = (*other, preference);
        }
    }
    best.0
}

/// Returns the weight of a media type in thousandths, which is that of the most specific range that includes it, and
/// how specific the range is.
fn preference(headers: &HeaderMap, offered: &str) -> (u16, u8) {
    let lines = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let ranges = lines.flat_map(|line| line.split(',')).filter_map(|range| {
        let mut parts = range.split(';').map(str::trim);
        let specificity = specificity(parts.next()?, offered)?;
        let weight = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
        Some((specificity, weight.map_or(1_000, thousandths)))
    });
    // A type that is refused is not preferred, however it is named.
    ranges.max().filter(|(_, weight)| *weight > 0).map_or((0, 0), |(specificity, weight)| (weight, specificity))
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
