//! Sends a request. A read can get the answer of another read of the same object.

use std::time::Duration;

use super::{
    client::Bank,
    credentials::Credentials,
    error::BankError,
    request::{Effect, FromAnswer, Request},
    shared_reads::{Part, key},
};
use crate::types::deadline::Deadline;

/// The error of a read that has waited for another one until its deadline.
const WAITED_TOO_LONG: BankError = BankError::Busy { wait: Duration::from_secs(1) };

impl Bank {
    /// Sends a request and reads the answer, with as many tries as are safe. A read can get the answer of another read
    /// of the same object in the same session.
    ///
    /// # Errors
    /// Returns [`BankError`] if the last try failed. [`BankError::certainly_not_executed`] says whether the bank may
    /// have executed the request.
    pub async fn send<T: FromAnswer>(
        &self,
        credentials: Credentials<'_>,
        request: &Request,
        deadline: Deadline,
    ) -> Result<T, BankError> {
        let (Credentials::Session(session), Effect::Read) = (credentials, Effect::of(&request.method)) else {
            return Ok(self.send_alone(credentials, request, deadline, || ()).await?.0);
        };
        let object = self.reads.object(key(session, request, deadline.priority()));
        // A call that fails is tried once more for all who wait. After that, each read tries for itself.
        for _ in 0..2 {
            match object.part() {
                Part::Lead(sender) => {
                    let under_way = tokio::time::timeout(deadline.left(), object.under_way.lock()).await;
                    let _under_way = under_way.map_err(|_| WAITED_TOO_LONG)?;
                    let (output, answer) = self.send_alone(credentials, request, deadline, || object.begin()).await?;
                    // An error means that no read has joined.
                    let _ = sender.send(Some(answer));
                    return Ok(output);
                }
                Part::Join(mut call) => {
                    let answer = async { call.wait_for(Option::is_some).await.ok().and_then(|answer| answer.clone()) };
                    if let Some(answer) =
                        tokio::time::timeout(deadline.left(), answer).await.map_err(|_| WAITED_TOO_LONG)?
                    {
                        if let Some(id) = &answer.response_id {
                            self.observer.answered(id);
                        }
                        return self.decode(answer);
                    }
                }
            }
        }
        Ok(self.send_alone(credentials, request, deadline, || ()).await?.0)
    }
}
