//! Following what was started: the orders of a list that are in a state, were made since a time, or have a name of the
//! caller's. bunq filters nothing, so pages are walked. `Response` holds bunq's objects as bunq wrote them; `Orders`,
//! which is ours, says of each what the caller calls it and which payment came of it.

mod element;
mod filter;

use std::{collections::HashMap, time::Duration};

use axum::{body::Body, response::Response};
use http::{HeaderValue, header};
use serde::Serialize;

use super::{Code, Holder, LARGEST_ANSWER, Problem};
use crate::{
    bunq::{Call, From, LARGEST_PAGE, Neighbours, Onward, Page, Verified},
    store::OrderKind,
    tpp::Orders,
    types::{
        ids::{BunqUserId, MonetaryAccountId},
        secret::Secret as _,
    },
};

pub use element::Element;
pub use filter::{Filter, OrderStatus};

/// A page is not asked for unless this is left for it.
const PAGE_TIME: Duration = Duration::from_secs(5);
/// At most this many of bunq's pages are walked for one answer.
const MOST_PAGES: u32 = 10;

/// A list of orders at the bank.
pub trait Followed: Sync {
    /// What they are.
    const KIND: OrderKind;
    /// The call that lists them, newest first.
    type List: Call<Output = Verified>;
    /// The call that reads one.
    type Find: Call<Output = Verified>;
    /// The name of one.
    type Id: TryFrom<u64> + Copy + Send + Sync;

    /// The account that they are of.
    fn account(&self) -> Option<MonetaryAccountId>;
    /// The list's path, below the public URL.
    fn path(&self) -> &str;
    /// Lists a page.
    fn list(&self, user: BunqUserId, page: Page) -> Self::List;
    /// Reads one.
    fn find(&self, user: BunqUserId, id: Self::Id) -> Self::Find;
    /// The payments that certainly came of these, by the orders' ids. A bank that does not answer spoils no list: then
    /// no payment is told.
    fn payments<S: Sync>(
        &self,
        session: &Holder<S>,
        orders: &[Element],
    ) -> impl Future<Output = HashMap<u64, u64>> + Send;
}

/// What we say of an order.
#[derive(Serialize)]
struct OrderLine<'a> {
    id: u64,
    reference: Option<&'a str>,
    payment_id: Option<u64>,
}

/// What a search has found.
struct Search {
    wanted: Vec<Element>,
    /// Where the next request goes on.
    next: Option<u64>,
}

/// Answers the orders that a filter lets through, `page.count` at the most, and where to go on.
///
/// # Errors
/// A [`Problem`] that says whose move it is.
pub async fn followed<S: Sync, F: Followed>(
    session: &Holder<S>,
    list: &F,
    page: Page,
    filter: &Filter,
) -> Result<Response, Problem> {
    let orders = session.orders(F::KIND, list.account()).await?;
    let search = match &filter.reference {
        Some(_) => named(session, list, page, filter, &orders).await?,
        None => walk(session, list, page, filter).await?,
    };
    let ids: Vec<u64> = search.wanted.iter().filter_map(Element::id).collect();
    let names = session.tpp().names_of_orders(&orders, &ids).await?;
    let payments = list.payments(session, &search.wanted).await;
    let lines: Vec<_> = ids
        .iter()
        .map(|id| OrderLine {
            id: *id,
            reference: names.get(id).map(|name| name.expose()),
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

/// Reads the orders with a name, one by one, the newest first.
async fn named<S: Sync, F: Followed>(
    session: &Holder<S>,
    list: &F,
    page: Page,
    filter: &Filter,
    orders: &Orders,
) -> Result<Search, Problem> {
    let mut ids = match &filter.reference {
        Some(reference) => session.tpp().find_orders(orders, reference).await?,
        None => Vec::new(),
    };
    if ids.is_empty() {
        // Nothing has the name; but an account that was not granted is another answer than that.
        session.call(|user| list.list(user, Page { count: 1, from: From::Newest })).await?;
    }
    if let From::OlderThan(older) = page.from {
        ids.retain(|id| *id < older);
    }
    ids.sort_unstable_by(|one, other| other.cmp(one));
    let (mut wanted, mut last) = (Vec::new(), None);
    for named in ids {
        let is_late = last.is_some() && session.deadline().left() < PAGE_TIME;
        if wanted.len() == usize::from(page.count) || is_late {
            return Ok(Search { wanted, next: last });
        }
        let Ok(id) = F::Id::try_from(named) else { continue };
        match session.find(|user| list.find(user, id)).await {
            Ok(Some(found)) => {
                let elements = Element::read_all(&found.body)?.into_iter();
                wanted.extend(elements.filter(|element| filter.lets_through(element)));
            }
            // bunq has it no more.
            Ok(None) => {}
            Err(problem) if last.is_some() && problem.is_banks_trouble() => return Ok(Search { wanted, next: last }),
            Err(problem) => return Err(problem),
        }
        last = Some(named);
    }
    Ok(Search { wanted, next: None })
}

/// Walks the list, the newest first.
async fn walk<S: Sync, F: Followed>(
    session: &Holder<S>,
    list: &F,
    page: Page,
    filter: &Filter,
) -> Result<Search, Problem> {
    let Page { count, mut from } = page;
    let (mut wanted, mut size, mut pages) = (Vec::new(), LARGEST_PAGE, 0);
    loop {
        // What was read so far is good; the rest is worth another request, which begins here.
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
            Err(problem) if here.is_some() && problem.is_banks_trouble() => return Ok(Search { wanted, next: here }),
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
        let mut matching = elements.into_iter().filter(|element| filter.lets_through(element));
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
