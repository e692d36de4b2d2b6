//! Problems of webhooks.

use crate::{
    http::problem::{Code, Place, Problem, request::SHORT_WAIT},
    tpp::WebhookError,
};

impl From<WebhookError> for Problem {
    fn from(error: WebhookError) -> Self {
        match error {
            WebhookError::NotFound => {
                Self::new(Code::WebhookEndpointNotFound, "The workspace has no such endpoint of webhooks.")
            }
            WebhookError::TooMany => Self::new(
                Code::TooManyWebhookEndpoints,
                "The workspace has twenty endpoints of webhooks. Delete one first.",
            ),
            WebhookError::EventNotFound => {
                Self::new(Code::WebhookEventNotFound, "The workspace has no such event, or has it no longer.")
            }
            WebhookError::Disabled => {
                Self::new(Code::WebhookEndpointDisabled, "The endpoint of webhooks is disabled. Enable it first.")
            }
            WebhookError::TooManyEvents => {
                Self::invalid(Place::Body("/since"), "must be later: more than 5000 events happened since then")
            }
            WebhookError::NotNumbered => {
                let detail = "Many events wait for their place in the order. Repeat the request, which goes on.";
                Self::new(Code::WebhookEventsPending, detail).after(SHORT_WAIT)
            }
            WebhookError::RefusedAddress => Self::invalid(Place::Body("/url"), "must have a public address"),
            WebhookError::Unusable => {
                tracing::error!("webhook: a message cannot be signed or sent");
                Self::internal()
            }
            WebhookError::Tpp(error) => error.into(),
        }
    }
}
