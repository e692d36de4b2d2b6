//! Incremental reading of an account's payments: which page to read next, and what is new in it.
//!
//! bunq has no filter by time and no list of changes, but its ids grow, and it deletes no payment. So a [`Cursor`]
//! walks **down from the newest** payment to the newest one that an earlier walk has given. A page is named by an id,
//! so payments that arrive meanwhile do not shift it; the next walk gives them. Each cursor may be used again, or in
//! parallel.
//!
//! The cursor also holds a short hash of the newest payments. The first page of each walk is compared with them: a
//! payment with another hash was changed, one that is missing was removed, and one that is not among them became
//! visible late.
//!
//! Not seen are changes of payments that are not among the newest [`MOST_IN_TAIL`] any more, and of those that a walk
//! has passed before the next one begins with more than a page of new payments.
//!
//! A receiver stores by id, and keeps the one with the later `updated_at`. Then the order of answers does not matter.

mod bytes;

use sha2::{Digest as _, Sha256};

pub use self::bytes::InvalidCursor;
use super::{Mutability, Transaction};
use crate::page::{LARGEST_PAGE, Page, PageStart};

/// The most payments that a cursor knows by their hash.
pub const MOST_IN_TAIL: usize = 150;

/// Where a walk through the payments of an account is. [`to_bytes`](Self::to_bytes) is at most 1,400 bytes long.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    /// The account that the cursor belongs to.
    pub account_id: u64,
    /// Payments that were created before this second are left out.
    pub since: Option<i64>,
    /// The newest payment that a complete walk has given; 0 before the first.
    top: u64,
    walk: Option<Walk>,
    /// The newest payments that were seen, newest first.
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

/// A payment, and what it was like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Known {
    id: u64,
    hash: u32,
}

/// What a page brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes {
    /// New payments, newest first.
    pub added: Vec<Transaction>,
    /// Payments that were given before, and changed since.
    pub modified: Vec<Transaction>,
    /// The ids of payments that were given before, and are gone. None is known to happen.
    pub removed: Vec<u64>,
    /// Where to continue.
    pub next: Cursor,
    /// Whether the walk continues. If not, everything up to this moment was given.
    pub has_more: bool,
}

impl Cursor {
    /// The start of the first walk through an account. `since` is a second of Unix time.
    #[must_use]
    pub fn start(account_id: u64, since: Option<i64>) -> Self {
        Self { account_id, since, ..Self::default() }
    }

    /// The page to read next, for an answer of at most `count` new payments. The first page of a walk is as large as
    /// bunq allows, since it is compared with what is known.
    #[must_use]
    pub fn page(&self, count: u8) -> Page {
        match self.walk {
            None => Page { count: LARGEST_PAGE, from: PageStart::Newest },
            Some(walk) => Page { count, from: PageStart::OlderThan(walk.at) },
        }
    }

    /// Takes the page that [`page`](Self::page) named. `is_last` is whether bunq has no older payments.
    #[must_use]
    pub fn advance(mut self, mut payments: Vec<Transaction>, is_last: bool, count: u8) -> Changes {
        payments.sort_by_key(|payment| std::cmp::Reverse(payment.payment_id));
        let oldest = payments.last().map(|payment| payment.payment_id);
        // A page of payments that are all too old ends the walk. One of them alone does not: bunq's times are not in
        // the order of its ids.
        let is_before = |payment: &Transaction| {
            self.since.zip(payment.booked_at).is_some_and(|(since, booked)| booked.as_second() < since)
        };
        let is_too_old = !payments.is_empty() && payments.iter().all(is_before);
        payments.retain(|payment| !is_before(payment));
        let (modified, removed, late) = match self.walk {
            None => self.compare(&payments, oldest.filter(|_| !is_last)),
            Some(_) => (Vec::new(), Vec::new(), Vec::new()),
        };
        let top = self.top;
        let mut fresh: Vec<Transaction> = payments.iter().filter(|payment| payment.payment_id > top).cloned().collect();
        let is_cut = fresh.len() > usize::from(count);
        fresh.truncate(usize::from(count));
        if self.walk.is_none() && !payments.is_empty() {
            self.tail = payments.iter().take(MOST_IN_TAIL).map(Known::of).collect();
        }
        let goal = self.walk.map(|walk| walk.goal).or(payments.first().map(|payment| payment.payment_id));
        let reaches_top = oldest.is_none_or(|oldest| oldest <= self.top);
        let has_more = is_cut || !(is_last || is_too_old || reaches_top);
        let at = if is_cut { fresh.last().map(|payment| payment.payment_id) } else { oldest };
        self.walk = goal.zip(at).filter(|_| has_more).map(|(goal, at)| Walk { goal, at });
        if self.walk.is_none() {
            self.top = goal.unwrap_or_default().max(self.top);
        }
        fresh.extend(late);
        Changes { added: fresh, modified, removed, has_more: self.walk.is_some(), next: self }
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
}

impl Known {
    /// The hash leaves out the mutability, which changes with time alone.
    fn of(payment: &Transaction) -> Self {
        let steady = Transaction { mutability: Mutability::Immutable, ..payment.clone() };
        // Only maps with keys that are not text fail to serialize, and a transaction has none.
        let text = serde_json::to_vec(&steady).unwrap_or_default();
        let digest = Sha256::digest(&text);
        Self { id: payment.payment_id, hash: u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]) }
    }
}
