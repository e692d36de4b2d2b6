//! The payments of one account: a page of the newest, and a few that hints name beyond it.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use jiff::Timestamp;
use serde_json::Value;

use super::{
    read::{Answer, all, lack_of_turn},
    target::Numbered,
    version::Shown,
    visit::{End, Visit},
};
use crate::{
    bunq::{Neighbours, Page, PageStart, Resource as _, Verified, calls::Payments},
    store::Information,
    telemetry::{Metric, count},
    tpp::error::TppError,
    types::{
        bank_object::BankObject,
        hint::{Hint, Source},
        ids::MonetaryAccountId,
    },
};

/// How many hints of an account are few. Few lead to a short page of its payments.
const FEW: usize = 3;
/// The number of payments in a short page.
const SHORT_PAGE: u8 = 10;
/// How many payments beyond the page one visit looks up for an account. Hints can be forged, and each costs a call.
const MOST_LOOK_UPS: usize = 3;

/// How many older pages one visit reads of an account, because callbacks failed. A page has 200 payments.
const MOST_OLDER_PAGES: u32 = 10;

/// What the look-up of a payment found that the page lacks.
enum Beyond {
    Shown(Shown),
    /// The bank has no such payment, or does not show it.
    Absent,
    /// The answer cannot be read.
    Unreadable,
    /// There was no turn for this long.
    Later(Duration),
}

impl Visit<'_> {
    /// Reads the newest payments of an account, and some of those that the hints name beyond them.
    pub(super) async fn payments(
        &self,
        account: MonetaryAccountId,
        hints: &[Numbered],
        ends: &mut Vec<(usize, End)>,
    ) -> Result<(), TppError> {
        // Without callbacks, many payments can be new.
        let searches = hints.iter().any(|(_, hint)| is_search(hint));
        let count = if searches || hints.len() > FEW { Page::LARGEST.count } else { SHORT_PAGE };
        // Before the list: a payment that the list lacks is later than this.
        let now = self.now();
        let list = Payments::list(account, Page { count, from: PageStart::Newest });
        let Some(list) = self.read_for(hints, Information::Transactions(account), &list).await? else {
            // The application has read them, as often as it may.
            ends.extend(hints.iter().map(|(number, _)| (*number, End::Done)));
            return Ok(());
        };
        let page = match &list {
            Answer::Shown(page) => all(page, Payments::NAME),
            Answer::Absent | Answer::Refused | Answer::Unreadable => None,
        };
        let mut is_unreadable = match list {
            Answer::Shown(_) => page.is_none(),
            Answer::Unreadable => true,
            Answer::Absent | Answer::Refused => false,
        };
        let hinted: BTreeSet<_> = hints.iter().filter_map(|(_, hint)| hint.object_id).collect();
        let mut shown = match page {
            Some(page) => self.tell_page(account, &page, &hinted, now).await?,
            None => BTreeMap::new(),
        };
        if let Answer::Shown(newest) = &list
            && let Some(oldest) = oldest_failure(hints)
        {
            is_unreadable |= !self.tell_older(account, (newest, oldest), &hinted, now, &mut shown).await?;
        }
        let beyond = match list {
            Answer::Shown(_) | Answer::Unreadable => self.look_up(account, hints, &shown).await?,
            // Without the account, there is no payment of it.
            Answer::Absent | Answer::Refused => BTreeMap::new(),
        };
        for (number, hint) in hints {
            let end = match hint.object_id {
                // The hint names no payment, so the page is all that it asks for. The next poll reads it again: the
                // law counts each read.
                None if is_unreadable && hint.source != Source::Poll => End::Failed,
                None => End::Done,
                Some(id) => match (shown.get(&id), beyond.get(&id)) {
                    (Some(payment), _) if payment.has(hint.updated) => End::Done,
                    (Some(_), _) => self.again(hint),
                    (None, Some(Beyond::Shown(payment))) if payment.has(hint.updated) => End::Done,
                    (None, Some(Beyond::Unreadable)) => End::Failed,
                    (None, Some(Beyond::Later(wait))) => End::Later(*wait),
                    (None, None) if is_unreadable && is_search(hint) => End::Failed,
                    (None, Some(Beyond::Shown(_) | Beyond::Absent) | None) => self.again(hint),
                },
            };
            ends.push((*number, end));
        }
        Ok(())
    }

    /// Adds the events of the pages before `newest`, back to the payment with the id `oldest`: the page has no place
    /// for all payments whose callbacks failed. Returns `false` if a page cannot be read.
    async fn tell_older(
        &self,
        account: MonetaryAccountId,
        (newest, oldest): (&Verified, u64),
        hinted: &BTreeSet<u64>,
        now: Timestamp,
        shown: &mut BTreeMap<u64, Shown>,
    ) -> Result<bool, TppError> {
        let mut older = Neighbours::read(&newest.body).and_then(|neighbours| neighbours.older);
        for _ in 0..MOST_OLDER_PAGES {
            let first = shown.keys().next().copied();
            let Some(from) = older.filter(|_| first.is_some_and(|first| oldest < first)) else { return Ok(true) };
            let page = Page { from: PageStart::OlderThan(from), ..Page::LARGEST };
            let Answer::Shown(answer) = self.read(&Payments::list(account, page)).await? else { return Ok(false) };
            let Some(payments) = all(&answer, Payments::NAME) else { return Ok(false) };
            shown.append(&mut self.tell_page(account, &payments, hinted, now).await?);
            if shown.keys().next().copied() >= first {
                return Ok(true);
            }
            older = Neighbours::read(&answer.body).and_then(|neighbours| neighbours.older);
        }
        if shown.keys().next().is_some_and(|first| oldest < *first) {
            tracing::error!(%account, "callback: a payment whose callback failed is too far back, and has no event");
            count(Metric::CallbacksUnmet);
        }
        Ok(true)
    }

    /// Adds the events of a page of payments, which was read at this time. Returns the payments by id.
    async fn tell_page(
        &self,
        account: MonetaryAccountId,
        page: &[Value],
        hinted: &BTreeSet<u64>,
        now: Timestamp,
    ) -> Result<BTreeMap<u64, Shown>, TppError> {
        let store = &self.callbacks.parts.store;
        let shown: BTreeMap<_, _> = page
            .iter()
            .filter_map(|payment| Shown::read(BankObject::Payment, account, payment))
            .map(|payment| (payment.object.id, payment))
            .collect();
        // Only now, because a forged hint can name any account.
        let since = store.account_watched_since(&self.connection, account, now).await?.ok_or(TppError::UnknownUser)?;
        let range = shown.keys().next().copied().zip(shown.keys().next_back().copied());
        let seen = match range {
            Some(range) => store.seen_versions(self.connection.user_id, (BankObject::Payment, account), range).await?,
            None => BTreeMap::new(),
        };
        for (id, payment) in &shown {
            let since = (!hinted.contains(id)).then_some(since);
            self.tell(payment, seen.get(id), since).await?;
        }
        Ok(shown)
    }

    /// Looks up payments that hints name and the page lacks, and adds their events: a few of them. The hints of the
    /// others are handled again. Those that were handled most often are first, because they are given up soon.
    async fn look_up(
        &self,
        account: MonetaryAccountId,
        hints: &[Numbered],
        shown: &BTreeMap<u64, Shown>,
    ) -> Result<BTreeMap<u64, Beyond>, TppError> {
        let mut asked = BTreeMap::new();
        for (_, hint) in hints.iter().filter(|(_, hint)| !is_search(hint)) {
            if let Some(id) = hint.object_id.filter(|id| !shown.contains_key(id)) {
                let most = asked.entry(id).or_insert(hint.asked);
                *most = hint.asked.max(*most);
            }
        }
        let mut ids: Vec<_> = asked.into_iter().collect();
        ids.sort_by_key(|(_, asked)| Reverse(*asked));
        let mut beyond = BTreeMap::new();
        let mut ids = ids.into_iter().map(|(id, _)| id).take(MOST_LOOK_UPS);
        for id in ids.by_ref() {
            let payment = match self.look_up_one(account, id).await {
                Ok(payment) => payment,
                Err(error) => match lack_of_turn(&error) {
                    // What was found before has its events, and its hints are done.
                    Some(wait) => {
                        beyond.insert(id, Beyond::Later(wait));
                        beyond.extend(ids.by_ref().map(|id| (id, Beyond::Later(wait))));
                        break;
                    }
                    None => return Err(error),
                },
            };
            beyond.insert(id, payment);
        }
        Ok(beyond)
    }

    async fn look_up_one(&self, account: MonetaryAccountId, id: u64) -> Result<Beyond, TppError> {
        let answer = self.find::<Payments>(account, id).await?;
        let payment = match self.tell_one(BankObject::Payment, account, id, &answer).await? {
            Some(payment) => Beyond::Shown(payment),
            None => match answer {
                Answer::Shown(_) | Answer::Unreadable => Beyond::Unreadable,
                Answer::Absent | Answer::Refused => Beyond::Absent,
            },
        };
        Ok(payment)
    }
}

/// Returns the id of the oldest payment whose callback failed.
fn oldest_failure(hints: &[Numbered]) -> Option<u64> {
    let failed = hints.iter().filter(|(_, hint)| hint.source == Source::Failure);
    failed.filter_map(|(_, hint)| hint.object_id).min()
}

/// Returns whether a payment is looked for in every account of the customer. Then the pages of one account are enough.
const fn is_search(hint: &Hint) -> bool {
    match hint.source {
        Source::Bunq => false,
        Source::Failure | Source::Poll => true,
    }
}
