//! Decides what an answer of the bank means, by its status, its texts and its signature.

use bytes::Bytes;
use http::HeaderMap;

use super::{
    envelope::{Envelope, Verified},
    error::{BankError, rate_limit, rate_limit_wait},
    redaction::SentCredentials,
    refusal::{BankText, Refusal},
    signing::PublicKey,
};

/// The length of a response id of the bank: a UUID of 36 characters.
const LONGEST_ID: usize = 64;

/// A raw answer.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Returns the bank's response id. In all known answers it is a UUID. Any other value is dropped, because the id is
    /// logged and returned to callers.
    pub(super) fn response_id(&self, sent: &SentCredentials) -> Option<String> {
        let id = self.header("X-Bunq-Client-Response-Id")?;
        let is_name = (1..=LONGEST_ID).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        (is_name && !sent.are_quoted_in(id)).then(|| id.to_owned())
    }

    /// Turns a raw answer into a verified one or an error. Only this function decides what counts as the bank's own
    /// result for a request: a success that the bank signed, or a refusal in the bank's envelope. Some of the bank's
    /// refusals are unsigned, so a refusal needs no signature, but a wrong signature makes it invalid. Any other answer
    /// may come from a proxy or a portal in between.
    pub(super) fn judge(self, server_key: Option<&PublicKey>, sent: &SentCredentials) -> Result<Verified, BankError> {
        let response_id = self.response_id(sent);
        let signed = server_key
            .map(|key| self.header("X-Bunq-Server-Signature").map(|signature| key.verifies(&self.body, signature)));
        // Only here are the bank's texts read, after the credentials that we sent are removed.
        let texts = || Envelope::error_texts(&self.body, sent);
        let refusal = |response_id| Refusal { status: self.status, texts: texts(), response_id };
        match (self.status, signed) {
            (200..=299, Some(Some(false) | None)) | (400..=499, Some(Some(false))) => {
                Err(BankError::Signature { status: self.status, response_id })
            }
            (200..=299, Some(Some(true)) | None) => Ok(Verified { body: self.body, response_id }),
            (491 | 503, _) => Err(BankError::Maintenance { response_id }),
            // Whether the bank or a proxy sent it, the call went no further.
            (429, _) => limited(&texts(), response_id),
            (300..=499, _) if !Envelope::is_refusal(&self.body) => Err(BankError::Foreign { status: self.status }),
            // The old sandbox used this status for its rate limit. It would also suit a request id that was used
            // before.
            (409, _) if says_too_many(&texts()) => limited(&texts(), response_id),
            (400..=499, _) => Err(BankError::Refused(refusal(response_id))),
            _ => Err(BankError::Failed(refusal(response_id))),
        }
    }
}

fn limited(texts: &[BankText], response_id: Option<String>) -> Result<Verified, BankError> {
    let limit = rate_limit(texts);
    Err(BankError::RateLimited { wait: rate_limit_wait(limit), limit, response_id })
}

fn says_too_many(texts: &[BankText]) -> bool {
    texts.iter().any(|text| text.error_description.contains("Too many requests"))
}
