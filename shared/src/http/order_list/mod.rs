//! Lists of orders, filtered by status, by creation time or by the caller's reference. bunq has no filters, so its
//! pages are read one after the other. In the answer, `Response` holds bunq's objects as bunq wrote them. `Orders` is
//! ours: the reference of each order, and the payment that resulted from it.

mod element;
mod filter;

use std::{collections::HashMap, time::Duration};

use axum::response::{IntoResponse as _, Response};
use serde::Serialize;

use super::{Code, Holder, Problem, QueryParameters, Size, json, listing, next_link};
use crate::{
    bunq::{LARGEST_PAGE, Neighbours, Onward, Page, PageStart, Resource},
    store::OrderScope,
    tpp::Order,
    types::{order_reference::OrderReference, secret::Secret as _},
};

pub use element::RawElement;
pub use filter::{OrderFilter, OrderStatus};

/// The minimum time that must be left to request another page.
const PAGE_TIME: Duration = Duration::from_secs(5);
/// The maximum number of bunq's pages that are read for one answer.
const MOST_PAGES: u32 = 10;

/// The parent of the collection of an order type, such as an account.
type Parent<O> = <<O as Order>::Resource as Resource>::Parent;

/// An entry of `Orders`: the reference of an order and the payment that resulted from it.
#[derive(Serialize)]
struct OrderLine<'a> {
    id: u64,
    reference: Option<&'a str>,
    payment_id: Option<u64>,
}

/// The result of a search.
struct Search {
    wanted: Vec<RawElement>,
    /// The id below which the next request continues. `None` if there are no more orders.
    next: Option<u64>,
}

/// Lists the orders of the type `O`. Without a filter, answers one page as bunq wrote it. With a filter, answers at
/// most `count` matching orders, with a `next` link if there may be more. `paid` returns the payments that certainly
/// resulted from the orders, by the ids of the orders.
///
/// # Errors
/// Returns `invalid_request` if the query is invalid, `answer_too_large` if the answer is too large,
/// `bank_unavailable` if bunq's pages do not lead on, and the errors of [`Holder::call`] and [`Holder::order_scope`].
/// If bunq fails temporarily after the first page, the orders found so far are answered instead.
pub async fn list_orders<S: Sync, O: Order>(
    session: &Holder<S>,
    parent: Parent<O>,
    query: QueryParameters,
    paid: impl AsyncFnOnce(&[RawElement]) -> HashMap<u64, u64>,
) -> Result<Response, Problem> {
    let (page, filter) = query.read(|parameters| {
        let page = parameters.page();
        (page, parameters.filter(page))
    })?;
    let path = session.collection::<O::Resource>(parent);
    let Some(filter) = filter else {
        return listing(session, &path, page, &O::Resource::list(parent, page)).await;
    };
    let scope = session.order_scope::<O>(parent).await?;
    let Search { wanted, next } = match &filter.reference {
        Some(reference) => by_reference::<S, O>(session, parent, page, &filter, (&scope, reference)).await?,
        None => walk::<S, O>(session, parent, page, &filter).await?,
    };
    let ids: Vec<u64> = wanted.iter().filter_map(RawElement::id).collect();
    let references = session.tpp().orders.references(&scope, &ids).await?;
    let payments = paid(&wanted).await;
    let lines: Vec<_> = ids
        .iter()
        .map(|id| OrderLine {
            id: *id,
            reference: references.get(id).map(|reference| reference.expose()),
            payment_id: payments.get(id).copied(),
        })
        .collect();
    let lines = serde_json::to_string(&lines).map_err(|_| Problem::internal())?;
    let texts: Vec<&str> = wanted.iter().map(RawElement::text).collect();
    let body = format!("{{\"Response\":[{}],\"Orders\":{lines}}}", texts.join(","));
    if !Size::of(body.as_bytes()).fits(0) {
        return Err(Problem::answer_too_large());
    }
    let link = next.and_then(|id| {
        let mut url = session.public_url(&path);
        url.query_pairs_mut().extend_pairs(Page { from: PageStart::OlderThan(id), ..page }.query());
        filter.add_to(&mut url);
        next_link(&url)
    });
    Ok((link, json(body)).into_response())
}

/// Reads the orders with a reference one by one, newest first.
async fn by_reference<S: Sync, O: Order>(
    session: &Holder<S>,
    parent: Parent<O>,
    page: Page,
    filter: &OrderFilter,
    (scope, reference): (&OrderScope, &OrderReference),
) -> Result<Search, Problem> {
    let mut ids = session.tpp().orders.find_by_reference(scope, reference).await?;
    if ids.is_empty() {
        // The bank reports an account that was not granted. Without this call, the answer would be an empty list.
        let page = Page { count: 1, from: PageStart::Newest };
        session.call(&O::Resource::list(parent, page)).await?;
    }
    if let PageStart::OlderThan(older) = page.from {
        ids.retain(|id| *id < older);
    }
    ids.sort_unstable_by(|one, other| other.cmp(one));
    let (mut wanted, mut last) = (Vec::new(), None);
    for order in ids {
        let is_late = last.is_some() && session.deadline().left() < PAGE_TIME;
        if wanted.len() == usize::from(page.count) || is_late {
            return Ok(Search { wanted, next: last });
        }
        let Ok(id) = <O::Resource as Resource>::Id::try_from(order) else { continue };
        match session.find(&O::Resource::find(parent, id)).await {
            Ok(Some(found)) => {
                let elements = RawElement::read_all(&found.body)?.into_iter();
                wanted.extend(elements.filter(|element| filter.matches(element)));
            }
            // bunq no longer has the order.
            Ok(None) => {}
            Err(problem) if last.is_some() && problem.is_temporary() => return Ok(Search { wanted, next: last }),
            Err(problem) => return Err(problem),
        }
        last = Some(order);
    }
    Ok(Search { wanted, next: None })
}

/// Reads the pages of the list, newest first, until enough orders match.
async fn walk<S: Sync, O: Order>(
    session: &Holder<S>,
    parent: Parent<O>,
    page: Page,
    filter: &OrderFilter,
) -> Result<Search, Problem> {
    let Page { count, mut from } = page;
    let (mut wanted, mut size, mut pages) = (Vec::new(), LARGEST_PAGE, 0);
    loop {
        // The id from which the next request continues if this page is not read. The orders found so far are answered.
        let here = match from {
            PageStart::OlderThan(id) if pages > 0 => Some(id),
            PageStart::OlderThan(_) | PageStart::Newest | PageStart::NewerThan(_) => None,
        };
        if here.is_some() && (pages >= MOST_PAGES || session.deadline().left() < PAGE_TIME) {
            return Ok(Search { wanted, next: here });
        }
        let asked = Page { count: size, from };
        let listed = session.call(&O::Resource::list(parent, asked)).await;
        let read = listed.and_then(|listed| {
            // Without the links, it is unknown whether there are older orders.
            let neighbours = Neighbours::read(&listed.body).ok_or_else(Problem::bank_pages_astray)?;
            Ok((RawElement::read_all(&listed.body)?, neighbours.older))
        });
        let (elements, older) = match read {
            Ok(read) => read,
            Err(problem) if problem.code() == Code::AnswerTooLarge && size > 1 => {
                size /= 2;
                continue;
            }
            Err(problem) if here.is_some() && problem.is_temporary() => return Ok(Search { wanted, next: here }),
            Err(problem) => return Err(problem),
        };
        pages += 1;
        let ids: Vec<u64> = elements.iter().filter_map(RawElement::id).collect();
        let onward = match asked.onward(&ids, older) {
            Onward::Repeats | Onward::Stuck if here.is_some() => return Ok(Search { wanted, next: here }),
            Onward::Repeats | Onward::Stuck => return Err(Problem::bank_pages_astray()),
            Onward::Older(_) if !elements.is_empty() && elements.iter().all(|element| filter.is_past(element)) => None,
            Onward::Older(id) => Some(id),
            Onward::End => None,
        };
        let mut matching = elements.into_iter().filter(|element| filter.matches(element));
        wanted.extend(matching.by_ref().take(usize::from(count) - wanted.len()));
        if wanted.len() == usize::from(count) {
            let is_more = onward.is_some() || matching.next().is_some();
            let last = wanted.last().and_then(RawElement::id);
            return Ok(Search { wanted, next: last.filter(|_| is_more) });
        }
        match onward {
            Some(id) => from = PageStart::OlderThan(id),
            None => return Ok(Search { wanted, next: None }),
        }
    }
}
