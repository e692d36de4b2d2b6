//! Incremental reading of an account's payments: which page to read next, and what is new in it.
//!
//! bunq has no filter by time and no list of changes, but its ids grow, and it deletes no payment. So a [`Cursor`]
//! walks **down from the newest** payment to the newest one that an earlier walk has given. A page is named by an id,
//! so payments that arrive meanwhile do not shift it; the next walk gives them. Each cursor may be used again, or in
//! parallel.
//!
//! The cursor also holds a short hash of the newest payments that were given. The first page of each walk is compared
//! with them: a payment with another hash was changed, one that is missing was removed, and one that is not among them
//! became visible late.
//!
//! Changes, removals and late payments are seen only among the newest [`MOST_IN_TAIL`] payments, and only if at most
//! about fifty payments arrived since the last walk: then the first page reaches all that are known.
//!
//! A receiver stores by id. It keeps the stored transaction only if its `updated_at` is later. Then the order of
//! answers does not matter.

mod bytes;

use sha2::{Digest as _, Sha256};

use super::Transaction;
use crate::page::{LARGEST_PAGE, Onward, Page, PageStart};

/// The most payments that a cursor knows by their hash.
pub const MOST_IN_TAIL: usize = 150;

/// The most payments that are believed to be removed between two walks.
const MOST_REMOVED: usize = 10;

/// Where a walk through the payments of an account is. [`to_bytes`](Self::to_bytes) is at most 1,400 bytes long.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    account_id: u64,
    /// Payments that were created before this second are left out.
    since: Option<i64>,
    /// The newest payment that a complete walk has given; 0 before the first.
    top: u64,
    walk: Option<Walk>,
    /// The newest payments that were given, newest first.
    tail: Vec<Known>,
}

/// A walk that is not complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Walk {
    /// The newest payment when the walk began.
    goal: u64,
    /// The last payment that was given: the walk continues below it.
    at: u64,
}

/// A payment that was given, and a hash of its fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Known {
    id: u64,
    hash: u32,
}

/// The changes found in one page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes {
    /// New payments, newest first, then those that became visible late.
    pub added: Vec<Transaction>,
    /// Payments that were given before, and changed since.
    pub modified: Vec<Transaction>,
    /// The ids of payments that were given before, and are gone. bunq is not known to remove any.
    pub removed: Vec<u64>,
    /// Where to continue.
    pub next: Cursor,
    /// Whether the walk continues. If not, everything up to its start was given.
    pub has_more: bool,
}

/// bunq's page cannot be right: it does not lead to older payments, it is empty where payments are known, or it leaves
/// out more than ten of them. Read it again later, with the same cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the bank's page of payments does not lead on")]
pub struct PageAstray;

/// The bytes are not a cursor of this version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor of this version")]
pub struct InvalidCursor;

impl Cursor {
    /// The start of the first walk through an account. `since` is a second of Unix time, 0 or later.
    #[must_use]
    pub fn start(account_id: u64, since: Option<i64>) -> Self {
        Self { account_id, since: since.map(|since| since.max(0)), ..Self::default() }
    }

    /// The account that the cursor belongs to.
    #[must_use]
    pub const fn account_id(&self) -> u64 {
        self.account_id
    }

    /// Whether a walk has begun and is not complete.
    #[must_use]
    pub const fn is_within_walk(&self) -> bool {
        self.walk.is_some()
    }

    /// The page to read next.
    #[must_use]
    pub fn page(&self) -> Page {
        let from = self.walk.map_or(PageStart::Newest, |walk| PageStart::OlderThan(walk.at));
        Page { count: LARGEST_PAGE, from }
    }

    /// Takes the payments of the page that [`page`](Self::page) named. `older` is the id of the page's link to older
    /// payments. At most `count` new payments are given (1 to 200), besides those that became visible late.
    ///
    /// # Errors
    ///
    /// Returns [`PageAstray`] if the page cannot be right. Nothing was taken from it.
    pub fn advance(
        mut self,
        mut payments: Vec<Transaction>,
        older: Option<u64>,
        count: u8,
    ) -> Result<Changes, PageAstray> {
        payments.sort_by_key(|payment| std::cmp::Reverse(payment.payment_id));
        payments.dedup_by_key(|payment| payment.payment_id);
        let ids: Vec<u64> = payments.iter().map(|payment| payment.payment_id).collect();
        let down_to = match self.page().onward(&ids, older) {
            Onward::Older(_) => ids.last().copied(),
            Onward::End if ids.is_empty() && self.walk.is_none() && !self.tail.is_empty() => return Err(PageAstray),
            Onward::End => None,
            Onward::Repeats | Onward::Stuck => return Err(PageAstray),
        };
        let goal = self.walk.map(|walk| walk.goal).or(ids.first().copied());
        // A page of payments that are all too old ends the walk. One of them alone does not: bunq's times are not in
        // the order of its ids.
        let since = self.since;
        let is_too_old = |payment: &Transaction| {
            since.zip(payment.booked_at).is_some_and(|(since, booked)| booked.as_second() < since)
        };
        let is_all_too_old = !payments.is_empty() && payments.iter().all(is_too_old);
        payments.retain(|payment| !is_too_old(payment));
        let (modified, removed, late) = match self.walk {
            None => self.compare(&payments, down_to),
            Some(_) => (Vec::new(), Vec::new(), Vec::new()),
        };
        // The bank is not known to remove any payment. A page that leaves out so many is more likely wrong.
        if removed.len() > MOST_REMOVED {
            return Err(PageAstray);
        }
        let (top, count) = (self.top, usize::from(count.clamp(1, LARGEST_PAGE)));
        let mut added: Vec<Transaction> = payments.into_iter().filter(|payment| payment.payment_id > top).collect();
        let is_cut = added.len() > count;
        added.truncate(count);
        let reaches_top = down_to.is_none_or(|oldest| oldest <= top);
        let at = if is_cut { added.last().map(|payment| payment.payment_id) } else { down_to };
        let has_more = is_cut || !(is_all_too_old || reaches_top);
        self.walk = goal.zip(at).filter(|_| has_more).map(|(goal, at)| Walk { goal, at });
        if self.walk.is_none() {
            self.top = goal.unwrap_or_default().max(top);
        }
        added.extend(late);
        self.note(added.iter().chain(&modified), &removed);
        Ok(Changes { added, modified, removed, has_more: self.walk.is_some(), next: self })
    }

    /// Compares the first page of a walk with what is known: the payments that changed, that are gone, and that became
    /// visible late. `down_to` is the oldest id of the page, or `None` if the page has everything.
    fn compare(
        &self,
        payments: &[Transaction],
        down_to: Option<u64>,
    ) -> (Vec<Transaction>, Vec<u64>, Vec<Transaction>) {
        let Some(oldest_known) = self.tail.last().map(|known| known.id) else { return Default::default() };
        let (mut modified, mut late) = (Vec::new(), Vec::new());
        for payment in payments.iter().filter(|payment| (oldest_known..=self.top).contains(&payment.payment_id)) {
            match self.tail.iter().find(|known| known.id == payment.payment_id) {
                None => late.push(payment.clone()),
                Some(known) if *known != Known::of(payment) => modified.push(payment.clone()),
                Some(_) => {}
            }
        }
        let covered = self.tail.iter().filter(|known| down_to.is_none_or(|oldest| known.id >= oldest));
        let is_gone = |known: &&Known| !payments.iter().any(|payment| payment.payment_id == known.id);
        (modified, covered.filter(is_gone).map(|known| known.id).collect(), late)
    }

    /// Notes what an answer gives, and forgets the oldest payments beyond the most that a cursor knows.
    fn note<'a>(&mut self, given: impl Iterator<Item = &'a Transaction>, removed: &[u64]) {
        self.tail.retain(|known| !removed.contains(&known.id));
        for payment in given {
            let known = Known::of(payment);
            match self.tail.binary_search_by(|other| known.id.cmp(&other.id)) {
                Ok(place) => self.tail[place] = known,
                Err(place) => self.tail.insert(place, known),
            }
        }
        self.tail.truncate(MOST_IN_TAIL);
    }
}

impl Known {
    /// The hash is over what bunq said, so that a later version of the other fields changes no hash.
    fn of(payment: &Transaction) -> Self {
        let said = (
            (payment.booked_at, payment.updated_at, &payment.amount, &payment.balance_after),
            (&payment.bank_type, &payment.bank_sub_type, &payment.remittance, &payment.reference),
            (&payment.counterparty.name, &payment.counterparty.iban, &payment.own.iban),
        );
        // Only maps with keys that are not text fail to serialize, and this has none.
        let text = serde_json::to_vec(&said).unwrap_or_default();
        let digest = Sha256::digest(&text);
        Self { id: payment.payment_id, hash: u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]) }
    }
}
