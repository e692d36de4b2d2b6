//! Fills an answer with the transactions of a period, in any format.

use shared::{
    bunq::{LARGEST_PAGE, PageStart, transaction::Transaction},
    http::{ConnectedUser, Problem, RawElement},
    types::ids::MonetaryAccountId,
};

use crate::{
    cursor::{Below, Cursors},
    pages::{Pages, Step},
    period::{Period, Position},
    view::transactions,
};

/// The answer while it is filled.
pub(crate) trait Document {
    /// Adds a transaction that is older than those before. Returns `false`, and adds nothing, if the answer would
    /// become too large.
    ///
    /// # Errors
    /// Returns `internal_error` if the transaction cannot be written.
    fn add(&mut self, transaction: Transaction, element: &RawElement) -> Result<bool, Problem>;

    /// Looks at a transaction that was booked after the period.
    fn see_later(&mut self, _: &Transaction) {}

    /// Looks at a transaction that was booked before the period.
    fn see_earlier(&mut self, _: &Transaction) {}

    /// Returns the body of the answer. `next_cursor` is where the list continues.
    ///
    /// # Errors
    /// Returns a [`Problem`] if the body cannot be written.
    fn finish(self, next_cursor: Option<&str>) -> Result<String, Problem>;
}

/// A page of a list of transactions.
pub(crate) struct Listing<'a, S> {
    pub(crate) user: &'a ConnectedUser<S>,
    pub(crate) account: MonetaryAccountId,
    pub(crate) period: &'a Period,
    /// Where the page begins. `None` for the first one.
    pub(crate) start: Option<Below>,
    pub(crate) limits: Limits,
}

/// The limits of an answer.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    /// The maximum number of transactions; `None` for as many as fit.
    pub(crate) transactions: Option<u8>,
    /// The maximum number of the bank's pages.
    pub(crate) pages: usize,
}

impl<S> Listing<'_, S> {
    /// Returns the number of the page, from 1.
    pub(crate) fn page(&self) -> u16 {
        self.start.as_ref().map_or(1, |start| start.page)
    }

    /// Returns the body of the answer, and where the next page begins.
    ///
    /// # Errors
    /// Returns the errors of [`Pages::step`] and of the document.
    pub(crate) async fn write(
        &self,
        cursors: &Cursors,
        mut document: impl Document,
    ) -> Result<(String, Option<String>), Problem> {
        let below = self.fill(&mut document).await?;
        let next = below.map(|id| cursors.seal(&Below { id, page: self.page().saturating_add(1) })).transpose()?;
        Ok((document.finish(next.as_deref())?, next))
    }

    /// Adds the transactions of the period, from the newest down. Returns the payment below which a later request
    /// continues, or `None` if there are no older transactions in the period.
    ///
    /// A payment can have a higher id than another and be older. So the walk ends with the first page whose
    /// transactions are all older than the period.
    async fn fill(&self, document: &mut impl Document) -> Result<Option<u64>, Problem> {
        let from = self.start.as_ref().map_or(PageStart::Newest, |start| PageStart::OlderThan(start.id));
        // The period may begin far down, and a small page may have only transactions that are older than it: their ids
        // and times are not in the same order. So its pages are as large as bunq allows.
        let size = self.limits.transactions.filter(|_| self.period.is_open()).unwrap_or(LARGEST_PAGE);
        let mut pages = Pages::new(self.user, self.account, from).of(size);
        let now = self.user.tpp().clock.now();
        let is_enough = |count| self.limits.transactions.is_some_and(|most| count == usize::from(most));
        let (mut last, mut count) = (None, 0_usize);
        for _ in 0..self.limits.pages {
            let elements = match pages.step().await? {
                Step::Payments(elements) => elements,
                Step::Complete => return Ok(None),
                Step::Interrupted => return last.map(Some).ok_or_else(Problem::bank_not_understood),
            };
            let listed = transactions(self.account, &elements, now);
            let mut is_past = !listed.is_empty();
            for (transaction, element) in listed {
                let (id, position) = (transaction.payment_id, self.period.position(&transaction));
                is_past &= position == Position::Before;
                match position {
                    Position::Before => document.see_earlier(&transaction),
                    Position::After => document.see_later(&transaction),
                    Position::Inside if is_enough(count) => return Ok(last),
                    Position::Inside if !document.add(transaction, element)? => {
                        return if count == 0 { Err(Problem::answer_too_large()) } else { Ok(last) };
                    }
                    Position::Inside => count += 1,
                }
                last = Some(id);
            }
            if is_past || !pages.has_more() {
                return Ok(None);
            }
            if is_enough(count) {
                break;
            }
        }
        Ok(last)
    }
}
