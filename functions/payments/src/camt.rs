//! Transactions as a statement in camt.053.

use jiff::Timestamp;
use shared::{
    bunq::{
        account::Account,
        export::ExportError,
        export::camt::{Entry, MOST_BYTES_WITHOUT_ENTRIES, Statement, balance_before, document},
        transaction::{SignedMoney, Transaction},
    },
    http::{Problem, RawElement, Size},
};
use uuid::Uuid;

use crate::{listing::Document, period::Period};

/// The entries so far.
pub(crate) struct CamtStatement<'a> {
    account: Account,
    period: &'a Period,
    created_at: Timestamp,
    /// The number of the page, from 1.
    page: u16,
    entries: Vec<Entry>,
    size: Size,
    /// Whether the account has any transaction, in the period or not.
    has_transactions: bool,
    /// The balance at the end of the period, if it has no entries.
    balance: Option<SignedMoney>,
}

impl<'a> CamtStatement<'a> {
    pub(crate) fn new(account: Account, period: &'a Period, created_at: Timestamp, page: u16) -> Self {
        Self {
            account,
            period,
            created_at,
            page,
            entries: Vec::new(),
            size: Size::default(),
            has_transactions: false,
            balance: None,
        }
    }
}

impl Document for CamtStatement<'_> {
    fn add(&mut self, transaction: Transaction, _: &RawElement) -> Result<bool, Problem> {
        let entry = Entry::render(&transaction).map_err(|_| Problem::internal())?;
        self.has_transactions = true;
        let size = self.size.and(Size::of(entry.xml().as_bytes()));
        if !size.fits(MOST_BYTES_WITHOUT_ENTRIES) {
            return Ok(false);
        }
        (self.balance, self.size) = (None, size);
        self.entries.push(entry);
        Ok(true)
    }

    fn see_later(&mut self, transaction: &Transaction) {
        self.has_transactions = true;
        if self.entries.is_empty() {
            self.balance = balance_before(transaction).or(self.balance.take());
        }
    }

    fn see_earlier(&mut self, transaction: &Transaction) {
        self.has_transactions = true;
        if self.entries.is_empty() && self.balance.is_none() {
            self.balance = transaction.balance_after.clone();
        }
    }

    /// # Errors
    /// Returns `bank_unavailable` if the bank gave no balance, because a statement needs one, and `internal_error` if
    /// the statement cannot be written.
    fn finish(self, next_cursor: Option<&str>) -> Result<String, Problem> {
        let Self { account, period, page, balance, has_transactions, .. } = self;
        // The present balance is that at the end of a period which has not ended, and that of any time if the account
        // never had a transaction.
        let is_present = page == 1 && (period.end().is_none() || (!has_transactions && next_cursor.is_none()));
        let present = account.balance.filter(|_| is_present);
        let statement = Statement {
            message_id: Uuid::new_v4(),
            created_at: self.created_at,
            page,
            is_last_page: next_cursor.is_none(),
            account_id: account.id,
            iban: account.iban.as_deref(),
            currency: account.currency.as_deref().unwrap_or_default(),
            name: account.name.as_deref(),
            holder: account.holder.as_deref(),
            from: period.start(),
            to: period.end(),
            balance: present.or(balance),
        };
        document(&statement, &self.entries).map_err(|error| match error {
            ExportError::NoBalance => Problem::balance_unknown(),
            ExportError::Write(_) => Problem::internal(),
        })
    }
}
