//! Lists of orders, filtered by status, by creation time or by the caller's reference. bunq has no filters, so its
//! pages are read one after the other. In the answer, `Response` holds bunq's objects as bunq wrote them. `Orders` is
//! ours: the reference of each order, and the payment that resulted from it.

mod element;
mod filter;

use std::{collections::HashMap, time::Duration};

use axum::{body::Body, response::Response};
use http::{HeaderValue, header};
use serde::Serialize;

use super::{Code, Holder, LARGEST_ANSWER, Problem};
use crate::{
    bunq::{Call, From, LARGEST_PAGE, Neighbours, Onward, Page, Verified},
    store::{OrderKind, OrderScope},
    types::{
        ids::{BunqUserId, MonetaryAccountId},
        order_reference::OrderReference,
        secret::Secret as _,
    },
};

pub use element::Element;
pub use filter::{OrderFilter, OrderStatus};

/// The least time that must be left to ask for another page.
const PAGE_TIME: Duration = Duration::from_secs(5);
/// At most this many of bunq's pages are read for one answer.
const MOST_PAGES: u32 = 10;

/// A list of orders at the bank.
pub trait OrderList: Sync {
    /// The kind of order.
    const KIND: OrderKind;
    /// The call that lists them, newest first.
    type List: Call<Output = Verified>;
    /// The call that reads one.
    type Find: Call<Output = Verified>;
    /// The id of an order.
    type Id: TryFrom<u64> + Copy + Send + Sync;

    /// The account of the orders; none for issuer transactions.
    fn account(&self) -> Option<MonetaryAccountId>;
    /// The list's path, below the public URL.
    fn path(&self) -> &str;
    /// Lists a page.
    fn list(&self, user: BunqUserId, page: Page) -> Self::List;
    /// Reads one.
    fn find(&self, user: BunqUserId, id: Self::Id) -> Self::Find;
    /// The payments that resulted from these orders, by the orders' ids: only those that are certain. If the bank does
    /// not answer, the result is empty.
    fn payments<S: Sync>(
        &self,
        session: &Holder<S>,
        orders: &[Element],
    ) -> impl Future<Output = HashMap<u64, u64>> + Send;
}

/// An element of `Orders`.
#[derive(Serialize)]
struct OrderLine<'a> {
    id: u64,
    reference: Option<&'a str>,
    payment_id: Option<u64>,
}

/// The orders that match.
struct Search {
    wanted: Vec<Element>,
    /// The id below which the next request continues.
    next: Option<u64>,
}

/// Answers at most `page.count` orders that match the filter, with a `next` link if there may be more.
///
/// # Errors
/// A [`Problem`] that says whose move it is.
pub async fn list_orders<S: Sync, F: OrderList>(
    session: &Holder<S>,
    list: &F,
    page: Page,
    filter: &OrderFilter,
) -> Result<Response, Problem> {
    let scope = session.order_scope(F::KIND, list.account()).await?;
    let search = match &filter.reference {
        Some(reference) => by_reference(session, list, page, filter, (&scope, reference)).await?,
        None => walk(session, list, page, filter).await?,
    };
    let ids: Vec<u64> = search.wanted.iter().filter_map(Element::id).collect();
    let references = session.tpp().order_references(&scope, &ids).await?;
    let payments = list.payments(session, &search.wanted).await;
    let lines: Vec<_> = ids
        .iter()
        .map(|id| OrderLine {
            id: *id,
            reference: references.get(id).map(|reference| reference.expose()),
            payment_id: payments.get(id).copied(),
        })
        .collect();
    let lines = serde_json::to_string(&lines).map_err(|_| Problem::internal())?;
    let texts: Vec<&str> = search.wanted.iter().map(Element::text).collect();
    let body = format!("{{\"Response\":[{}],\"Orders\":{lines}}}", texts.join(","));
    if body.len() > LARGEST_ANSWER {
        return Err(Problem::answer_too_large());
    }
    let mut response = Response::new(Body::from(body));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Some(id) = search.next {
        let mut url = session.public_url(list.path());
        url.query_pairs_mut().extend_pairs(Page { from: From::OlderThan(id), ..page }.query());
        filter.add_to(&mut url);
        if let Ok(link) = HeaderValue::try_from(format!("<{url}>; rel=\"next\"")) {
            response.headers_mut().insert(header::LINK, link);
        }
    }
    Ok(response)
}

/// Reads the orders with a reference one by one, the newest first.
async fn by_reference<S: Sync, F: OrderList>(
    session: &Holder<S>,
    list: &F,
    page: Page,
    filter: &OrderFilter,
    (scope, reference): (&OrderScope, &OrderReference),
) -> Result<Search, Problem> {
    let mut ids = session.tpp().find_orders_by_reference(scope, reference).await?;
    if ids.is_empty() {
        // So that an account that was not granted is answered as such, and not by an empty list.
        session.call(|user| list.list(user, Page { count: 1, from: From::Newest })).await?;
    }
    if let From::OlderThan(older) = page.from {
        ids.retain(|id| *id < older);
    }
    ids.sort_unstable_by(|one, other| other.cmp(one));
    let (mut wanted, mut last) = (Vec::new(), None);
    for order in ids {
        let is_late = last.is_some() && session.deadline().left() < PAGE_TIME;
        if wanted.len() == usize::from(page.count) || is_late {
            return Ok(Search { wanted, next: last });
        }
        let Ok(id) = F::Id::try_from(order) else { continue };
        match session.find(|user| list.find(user, id)).await {
            Ok(Some(found)) => {
                let elements = Element::read_all(&found.body)?.into_iter();
                wanted.extend(elements.filter(|element| filter.matches(element)));
            }
            // bunq does not have it any more.
            Ok(None) => {}
            Err(problem) if last.is_some() && problem.is_temporary() => return Ok(Search { wanted, next: last }),
            Err(problem) => return Err(problem),
        }
        last = Some(order);
    }
    Ok(Search { wanted, next: None })
}

/// Reads the list from the newest order, until enough orders match.
async fn walk<S: Sync, F: OrderList>(
    session: &Holder<S>,
    list: &F,
    page: Page,
    filter: &OrderFilter,
) -> Result<Search, Problem> {
    let Page { count, mut from } = page;
    let (mut wanted, mut size, mut pages) = (Vec::new(), LARGEST_PAGE, 0);
    loop {
        // Where the next request continues if this page is not read: what was read so far is answered.
        let here = match from {
            From::OlderThan(id) if pages > 0 => Some(id),
            From::OlderThan(_) | From::Newest | From::NewerThan(_) => None,
        };
        if here.is_some() && (pages >= MOST_PAGES || session.deadline().left() < PAGE_TIME) {
            return Ok(Search { wanted, next: here });
        }
        let asked = Page { count: size, from };
        let read = match session.call(|user| list.list(user, asked)).await {
            Ok(listed) => {
                Element::read_all(&listed.body).map(|elements| (elements, Neighbours::of(&listed.body).older))
            }
            Err(problem) => Err(problem),
        };
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
        let ids: Vec<u64> = elements.iter().filter_map(Element::id).collect();
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
            let last = wanted.last().and_then(Element::id);
            return Ok(Search { wanted, next: last.filter(|_| is_more) });
        }
        match onward {
            Some(id) => from = From::OlderThan(id),
            None => return Ok(Search { wanted, next: None }),
        }
    }
}
