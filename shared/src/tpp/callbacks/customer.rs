//! The hints of one customer: reads what they may concern, and adds the events of what is new.

use jiff::Timestamp;

use super::{
    read::{Answer, ROOM, lack_of_turn, one},
    target::{Numbered, Plan},
    version::Shown,
    visit::{End, Visit},
};
use crate::{
    bunq::{
        BankError,
        calls::{BunqMeTabs, DraftPayments, FindUser, MasterCardActions, Payments, RequestInquiries, RequestResponses},
    },
    store::{SeenVersion, Told},
    telemetry::{Metric, count},
    tpp::error::TppError,
    types::{bank_object::BankObject, ids::MonetaryAccountId},
};

impl Visit<'_> {
    /// Handles the hints of the customer. Returns how they ended. One that is missing must be handled again later.
    ///
    /// # Errors
    /// Returns an error if that is so for all of them. [`TppError::UnknownUser`], [`TppError::ConsentRevoked`] and
    /// [`TppError::ConsentExpired`] mean that nothing is left to do.
    pub(super) async fn run(&self, hints: Vec<Numbered>) -> Result<Vec<(usize, End)>, TppError> {
        let mut ends = Vec::new();
        match self.run_plan(Plan::of(hints), &mut ends).await {
            Err(error @ (TppError::UnknownUser | TppError::ConsentRevoked | TppError::ConsentExpired)) => Err(error),
            Err(error) if ends.is_empty() => Err(error),
            // What was read is not read again.
            Err(error) => {
                tracing::warn!(%error, "callback: some hints of a customer are handled later");
                Ok(ends)
            }
            Ok(()) => Ok(ends),
        }
    }

    async fn run_plan(&self, plan: Plan, ends: &mut Vec<(usize, End)>) -> Result<(), TppError> {
        let Plan { payments, objects, accounts, consent, nothing } = plan;
        nothing.iter().for_each(|_| count(Metric::CallbacksIgnored));
        ends.extend(nothing.iter().map(|(number, _)| (*number, End::Done)));
        for (account, hints) in payments {
            let visited = self.payments(account, &hints, ends).await;
            later_for_lack_of_turn(visited, &hints, ends)?;
        }
        for ((kind, account, id), hints) in objects {
            let visited = self.object(kind, account, id, &hints, ends).await;
            later_for_lack_of_turn(visited, &hints, ends)?;
        }
        if !accounts.is_empty() {
            let visited = self.accounts(&accounts, ends).await;
            later_for_lack_of_turn(visited, &accounts, ends)?;
        }
        if !consent.is_empty() {
            let visited = self.consent(&consent, ends).await;
            later_for_lack_of_turn(visited, &consent, ends)?;
        }
        Ok(())
    }

    /// Adds the event of the object in an answer. Returns the object, or `None` if the answer has no such object.
    pub(super) async fn tell_one(
        &self,
        kind: BankObject,
        account: MonetaryAccountId,
        id: u64,
        answer: &Answer,
    ) -> Result<Option<Shown>, TppError> {
        let shown = match answer {
            Answer::Shown(answer) => one(answer).and_then(|object| Shown::read(kind, account, &object)),
            Answer::Absent | Answer::Refused | Answer::Unreadable => None,
        };
        let shown = shown.filter(|shown| shown.object.id == id);
        if let Some(shown) = &shown {
            let store = &self.callbacks.parts.store;
            let seen = store.seen_versions(self.connection.user_id, (kind, account), (id, id)).await?;
            self.tell(shown, seen.get(&id), None).await?;
        }
        Ok(shown)
    }

    /// Tests the consent.
    async fn consent(&self, hints: &[Numbered], ends: &mut Vec<(usize, End)>) -> Result<(), TppError> {
        // The bank refuses the session of a consent that has ended, and the connection is marked then.
        let answer = self.read(&FindUser { other: self.connection.granted_id }).await?;
        ends.extend(hints.iter().map(|(number, hint)| {
            let end = match answer {
                Answer::Shown(_) => End::Done,
                // Every consent shows its customer, so this says nothing about the consent.
                Answer::Absent | Answer::Refused => self.again(hint),
                Answer::Unreadable => End::Failed,
            };
            (*number, end)
        }));
        Ok(())
    }

    /// Reads one object.
    async fn object(
        &self,
        kind: BankObject,
        account: MonetaryAccountId,
        id: u64,
        hints: &[Numbered],
        ends: &mut Vec<(usize, End)>,
    ) -> Result<(), TppError> {
        let answer = match kind {
            BankObject::Payment => self.find::<Payments>(account, id).await?,
            BankObject::MasterCardAction => self.find::<MasterCardActions>(account, id).await?,
            BankObject::DraftPayment => self.find::<DraftPayments>(account, id).await?,
            BankObject::RequestInquiry => self.find::<RequestInquiries>(account, id).await?,
            BankObject::RequestResponse => self.find::<RequestResponses>(account, id).await?,
            BankObject::BunqMeTab => self.find::<BunqMeTabs>(account, id).await?,
        };
        let shown = self.tell_one(kind, account, id, &answer).await?;
        ends.extend(hints.iter().map(|(number, hint)| {
            let end = match (&answer, &shown) {
                (Answer::Shown(_), Some(shown)) if shown.has(hint.updated) => End::Done,
                (Answer::Shown(_), Some(_)) | (Answer::Absent, _) => self.again(hint),
                (Answer::Shown(_), None) | (Answer::Unreadable, _) => End::Failed,
                (Answer::Refused, _) => End::Done,
            };
            (*number, end)
        }));
        Ok(())
    }

    /// Adds the event of an object's version, unless there is one.
    pub(super) async fn tell(
        &self,
        shown: &Shown,
        seen: Option<&SeenVersion>,
        since: Option<Timestamp>,
    ) -> Result<(), TppError> {
        let Some(version) = shown.news(seen, (self.now(), since)) else { return Ok(()) };
        if self.deadline.left() < ROOM {
            return Err(BankError::TooLate.into());
        }
        match self.callbacks.parts.store.tell_version(&self.connection, &version, seen.is_some()).await? {
            Told::Now | Told::Before => Ok(()),
            Told::Gone => Err(TppError::UnknownUser),
        }
    }
}

/// If there was no time or turn for the read of some hints, they are handled later. What was read before stays done.
fn later_for_lack_of_turn(
    visited: Result<(), TppError>,
    hints: &[Numbered],
    ends: &mut Vec<(usize, End)>,
) -> Result<(), TppError> {
    let Err(error) = visited else { return Ok(()) };
    let wait = lack_of_turn(&error).ok_or(error)?;
    ends.extend(hints.iter().map(|(number, _)| (*number, End::Later(wait))));
    Ok(())
}
