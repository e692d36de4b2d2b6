//! Refusals: why the bank does not execute a call, and the text of the answer.
//!
//! Texts that were recorded from the real bank are unchanged. All other texts start with `Simulator:`, so that nobody
//! takes them for the bank's.

use std::fmt;

use crate::settings::{ExpiredSessionText, Settings};
use crate::wire::answer::Answer;
use crate::wire::object::{Object, object};

#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Refusal {
    /// The API key is unknown, revoked or expired, or the IP address is not permitted for it.
    BadKeyOrIp,
    /// The token is unknown, or its session has ended.
    SessionEnded,
    /// The endpoint needs a token of another kind.
    WrongToken,
    /// The token does not have the form of one.
    MalformedToken(String),
    /// The call to session-server has the token of a session.
    HasSession,
    SignatureMissing,
    SignatureWrong,
    TooManyCalls {
        calls: usize,
        seconds: i64,
    },
    ClientPublicKey,
    NotFound {
        thing: &'static str,
        id: u64,
    },
    Fields(Vec<FieldFault>),
    /// A refusal whose text at the real bank is not known.
    Unrecorded {
        status: u16,
        text: String,
    },
}

/// The fault of one field of a body.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum FieldFault {
    Superfluous(String),
    WrongType { field: &'static str, expected: &'static str },
    Missing(&'static str),
}

/// An error that refuses a call with status 400. Its text is not the real bank's.
pub(crate) trait UnrecordedError: fmt::Display {}

impl<E: UnrecordedError> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self::unrecorded(400, error.to_string())
    }
}

impl Refusal {
    pub(crate) fn unrecorded(status: u16, text: impl Into<String>) -> Self {
        Self::Unrecorded { status, text: format!("Simulator: {}", text.into()) }
    }

    pub(crate) fn missing(field: &'static str) -> Self {
        Self::Fields(vec![FieldFault::Missing(field)])
    }

    pub(crate) fn unknown_endpoint() -> Self {
        Self::unrecorded(404, "there is no such endpoint.")
    }

    /// The answer of the bank. `dutch` translates the texts whose translation is recorded.
    pub(crate) fn answer(&self, settings: &Settings, dutch: bool) -> Answer {
        let (status, text): (u16, &str) = match self {
            Self::BadKeyOrIp => (400, "User credentials are incorrect. Incorrect API key or IP address."),
            Self::SessionEnded => match settings.expired_session_text {
                ExpiredSessionText::Authorisation => (401, AUTHORISATION),
                ExpiredSessionText::Authentication => (401, AUTHENTICATION),
            },
            Self::WrongToken => (401, AUTHENTICATION),
            Self::HasSession => (400, "Authentication token already has a user session."),
            Self::SignatureWrong => (settings.bad_signature_status.into(), "The request signature is invalid."),
            Self::ClientPublicKey => (400, "Client Public Key Invalid"),
            Self::Unrecorded { status, text } => (*status, text),
            Self::MalformedToken(token) => {
                let error = error(&format!("Invalid hash \"{token}\"."), dutch);
                return envelope(400, vec![error.clone(), error]);
            }
            Self::SignatureMissing => {
                // The recording has these keys in another order than all other errors.
                let error = object! {
                    "error_description_translated": SIGNATURE_REQUIRED,
                    "error_description": SIGNATURE_REQUIRED,
                    "error_additional_parameter": [
                        object! { "url_together_post": "https://together.bunq.com/d/15399" },
                    ],
                };
                return envelope(466, vec![error]);
            }
            Self::TooManyCalls { calls, seconds } => {
                let text = format!(
                    "Too many requests. You can do a maximum of {calls} calls per {seconds} second to this endpoint."
                );
                return envelope(429, vec![error(&text, dutch)]);
            }
            Self::NotFound { thing, id } => return envelope(404, vec![not_found(thing, *id, dutch)]),
            Self::Fields(faults) => {
                return envelope(400, faults.iter().map(|fault| error(&fault.text(), dutch)).collect());
            }
        };
        envelope(status, vec![error(text, dutch)])
    }
}

const AUTHORISATION: &str = "Insufficient authorisation.";
const AUTHENTICATION: &str = "Insufficient authentication.";
const SIGNATURE_REQUIRED: &str =
    "For this operation a request signature is required. Check the urls for more information.";

impl FieldFault {
    fn text(&self) -> String {
        match self {
            Self::Superfluous(field) => format!("Superfluous field \"{field}\"."),
            Self::WrongType { field, expected } => format!("Invalid type for field \"{field}\" (expected {expected})."),
            Self::Missing(field) => format!("Simulator: the field \"{field}\" is required."),
        }
    }
}

fn envelope(status: u16, errors: Vec<Object>) -> Answer {
    Answer::json(status, &object! { "Error": errors })
}

fn error(text: &str, dutch: bool) -> Object {
    let translated = if dutch && text == AUTHORISATION { "Onvoldoende autorisatie." } else { text };
    object! { "error_description": text, "error_description_translated": translated }
}

fn not_found(thing: &str, id: u64, dutch: bool) -> Object {
    let text = format!("{thing} for id \"{id}\" not found.");
    let translated = match thing {
        "Monetary account" if dutch => format!("Rekening met id \"{id}\" is niet gevonden."),
        _ => text.clone(),
    };
    object! { "error_description": text, "error_description_translated": translated }
}
