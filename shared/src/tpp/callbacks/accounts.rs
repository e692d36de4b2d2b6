//! Hints that name no account. Each becomes one hint for each account of the customer.

use super::{
    read::Answer,
    target::Numbered,
    visit::{End, Visit},
};
use crate::{
    bunq::{
        Envelope, Page, Resource as _, Verified,
        account::{Account, AccountStatus},
        calls::MonetaryAccounts,
    },
    store::Information,
    tpp::error::TppError,
    types::{hint::Source, ids::MonetaryAccountId},
};

/// In how many accounts of a customer changes are looked for.
const MOST_ACCOUNTS: usize = 25;

impl Visit<'_> {
    /// Reads the list of accounts, and makes hints for each account.
    pub(super) async fn accounts(&self, hints: &[Numbered], ends: &mut Vec<(usize, End)>) -> Result<(), TppError> {
        let all_done = |ends: &mut Vec<_>| ends.extend(hints.iter().map(|(number, _)| (*number, End::Done)));
        if self.connection.notifications.as_ref().is_some_and(|record| !record.enabled) {
            all_done(ends);
            return Ok(());
        }
        let list = MonetaryAccounts::list((), Page::LARGEST);
        let accounts = match self.read_for(hints, Information::Accounts, &list).await? {
            Some(Answer::Shown(answer)) => with_changes(&answer),
            Some(Answer::Unreadable) => None,
            // The consent shows no account, or the application has read the list as often as it may.
            Some(Answer::Absent | Answer::Refused) | None => {
                all_done(ends);
                return Ok(());
            }
        };
        ends.extend(hints.iter().map(|(number, hint)| {
            let end = match (&accounts, hint.source) {
                (Some(accounts), _) => End::Each(accounts.iter().map(|account| hint.in_account(*account)).collect()),
                // The next poll reads it again. The law counts each read.
                (None, Source::Poll) => End::Done,
                (None, Source::Failure | Source::Bunq) => End::Failed,
            };
            (*number, end)
        }));
        Ok(())
    }
}

/// Returns the accounts of a list that can have changes, or `None` if the list cannot be read.
fn with_changes(answer: &Verified) -> Option<Vec<MonetaryAccountId>> {
    let envelope = Envelope::parse(&answer.body).ok()?;
    let accounts = envelope.elements().filter_map(|(kind, account)| {
        let account = Account::read(&serde_json::json!({ kind: account })).ok()?;
        let is_open = match account.status {
            AccountStatus::Active | AccountStatus::Blocked | AccountStatus::Other => true,
            AccountStatus::Cancelled | AccountStatus::PendingReopen => false,
        };
        MonetaryAccountId::try_from(account.id).ok().filter(|_| is_open && account.has_transactions)
    });
    Some(accounts.take(MOST_ACCOUNTS).collect())
}
