//! Reads the payments of an account page by page, from the newest down. A page of older payments is identified by a
//! payment id, so new payments do not shift the pages.

use std::time::Duration;

use shared::{
    bunq::{LARGEST_PAGE, Neighbours, Onward, Page, PageStart, Resource as _, calls::Payments},
    http::{Code, ConnectedUser, Problem, RawElement},
    types::ids::MonetaryAccountId,
};

/// The next page is requested only if this much time remains.
const PAGE_TIME: Duration = Duration::from_secs(5);

/// The pages of an account's payments.
pub(crate) struct Pages<'a, S> {
    user: &'a ConnectedUser<S>,
    account: MonetaryAccountId,
    count: u8,
    next: Next,
    has_read: bool,
}

enum Next {
    Page(PageStart),
    /// The pages do not lead on.
    Astray,
    End,
}

/// What comes next.
pub(crate) enum Step {
    /// The payments of a page.
    Payments(Vec<RawElement>),
    /// There are no older payments.
    Complete,
    /// The payments so far are valid, and the rest must be requested later: the time is up, the bank is busy or failed,
    /// or its pages do not lead on.
    Interrupted,
}

impl<'a, S> Pages<'a, S> {
    /// The largest pages from `from` on.
    pub(crate) const fn new(user: &'a ConnectedUser<S>, account: MonetaryAccountId, from: PageStart) -> Self {
        Self { user, account, count: LARGEST_PAGE, next: Next::Page(from), has_read: false }
    }

    /// The same, in pages of at most `count` payments.
    pub(crate) const fn of(self, count: u8) -> Self {
        Self { count, ..self }
    }

    /// Returns whether there may be older payments.
    pub(crate) const fn has_more(&self) -> bool {
        !matches!(self.next, Next::End)
    }

    /// Reads the next page. If the bank's answer is too large, reads smaller pages from there on.
    ///
    /// # Errors
    /// Returns a [`Problem`] if the first page cannot be read, or if the bank refuses a later one for good.
    pub(crate) async fn step(&mut self) -> Result<Step, Problem> {
        let from = match self.next {
            Next::Page(from) => from,
            Next::Astray => return self.interrupted(Problem::bank_pages_astray()),
            Next::End => return Ok(Step::Complete),
        };
        if self.has_read && self.user.deadline().left() < PAGE_TIME {
            return Ok(Step::Interrupted);
        }
        let (page, listed) = loop {
            let page = Page { count: self.count, from };
            match self.user.call(&Payments::list(self.account, page)).await {
                Ok(listed) => break (page, listed),
                Err(problem) if problem.code() == Code::AnswerTooLarge && self.count > 1 => self.count /= 2,
                Err(problem) if problem.is_temporary() => return self.interrupted(problem),
                Err(problem) => return Err(problem),
            }
        };
        let payments = RawElement::read_all(&listed.body)?;
        let Some(neighbours) = Neighbours::read(&listed.body) else {
            return self.interrupted(Problem::bank_pages_astray());
        };
        let ids: Vec<u64> = payments.iter().filter_map(RawElement::id).collect();
        self.next = match page.onward(&ids, neighbours.older) {
            Onward::Older(id) => Next::Page(PageStart::OlderThan(id)),
            Onward::End => Next::End,
            Onward::Stuck => Next::Astray,
            Onward::Repeats => return self.interrupted(Problem::bank_pages_astray()),
        };
        // Only a payment with an id says where a later request continues.
        self.has_read |= !ids.is_empty();
        Ok(Step::Payments(payments))
    }

    /// Ends the walk if something was read, so that the next request continues or reports the problem.
    fn interrupted(&self, problem: Problem) -> Result<Step, Problem> {
        if self.has_read { Ok(Step::Interrupted) } else { Err(problem) }
    }
}
