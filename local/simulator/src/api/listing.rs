//! Listings in pages, newest first, with links to the neighbouring pages.

use crate::bank::Bank;
use crate::wire::answer::{Answer, Pagination};
use crate::wire::call::Call;
use crate::wire::object::Object;
use crate::wire::refusal::Refusal;

const DEFAULT_COUNT: usize = 10;
const LARGEST_COUNT: usize = 200;

/// Answers with the page of `items` that the query of the call asks for. An item is an id and its object.
///
/// # Errors
///
/// When a page parameter is invalid, or `older_id` and `newer_id` are both set.
pub(crate) fn listing(bank: &Bank, call: &Call, items: Vec<(u64, Object)>) -> Result<Answer, Refusal> {
    listing_of(bank, call, items, |element| element)
}

/// Like [`listing`], with at most `most` items in a page, whatever the query asks for.
///
/// # Errors
///
/// The same as for [`listing`].
pub(crate) fn listing_in_pages(
    bank: &Bank,
    call: &Call,
    items: Vec<(u64, Object)>,
    most: usize,
) -> Result<Answer, Refusal> {
    page_of(bank, call, items, most.clamp(1, LARGEST_COUNT), |element| element)
}

/// Like [`listing`], for long lists. It builds only the objects of one page.
///
/// # Errors
///
/// The same as for [`listing`].
pub(crate) fn listing_of<T>(
    bank: &Bank,
    call: &Call,
    items: Vec<(u64, T)>,
    element: impl Fn(T) -> Object,
) -> Result<Answer, Refusal> {
    page_of(bank, call, items, LARGEST_COUNT, element)
}

fn page_of<T>(
    bank: &Bank,
    call: &Call,
    mut items: Vec<(u64, T)>,
    most: usize,
    element: impl Fn(T) -> Object,
) -> Result<Answer, Refusal> {
    let count = number(call, "count")?;
    let older_than = number(call, "older_id")?;
    let newer_than = number(call, "newer_id")?;
    if older_than.is_some() && newer_than.is_some() {
        return Err(Refusal::unrecorded(400, "older_id and newer_id exclude each other."));
    }
    let size = match count {
        None => DEFAULT_COUNT.min(most),
        Some(0) => return Err(Refusal::unrecorded(400, "count must be at least 1.")),
        Some(count) => usize::try_from(count).unwrap_or(most).min(most),
    };
    items.sort_by_key(|(id, _)| std::cmp::Reverse(*id));
    let (newest_of_all, oldest_of_all) = (items.first().map(|(id, _)| *id), items.last().map(|(id, _)| *id));

    if let Some(bound) = older_than {
        items.retain(|(id, _)| *id < bound);
    }
    if let Some(bound) = newer_than {
        // A page of newer items starts next to the bound, not at the newest item.
        items.retain(|(id, _)| *id > bound);
        items.drain(..items.len().saturating_sub(size));
    }
    items.truncate(size);

    let (newest, oldest) = (items.first().map(|(id, _)| *id), items.last().map(|(id, _)| *id));
    let url = |bound: &str, id: u64| {
        let kept = count.map(|count| format!("count={count}&")).unwrap_or_default();
        format!("{}?{kept}{bound}={id}", call.path)
    };
    let pagination = Pagination {
        // In recordings, the link of an empty list holds the newest id of the whole bank.
        future_url: match newest_of_all {
            None => Some(url("newer_id", bank.books.newest_id())),
            Some(of_all) => newest.filter(|id| *id == of_all).map(|id| url("newer_id", id)),
        },
        newer_url: newest.filter(|_| newest != newest_of_all).map(|id| url("newer_id", id)),
        older_url: oldest.filter(|_| oldest != oldest_of_all).map(|id| url("older_id", id)),
    };
    Ok(Answer::listing(items.into_iter().map(|(_, item)| element(item)).collect(), pagination))
}

fn number(call: &Call, name: &str) -> Result<Option<u64>, Refusal> {
    let Some(value) = call.query_value(name) else { return Ok(None) };
    let number = value.parse().map_err(|_| Refusal::unrecorded(400, format!("{name} must be a whole number.")))?;
    Ok(Some(number))
}
