//! The building blocks with which handlers describe themselves in the OpenAPI document. `local/gateway` builds the
//! document from them; no function does.
//!
//! A handler lists its parameters ([`UserPath`], [`PageQuery`], …), its successful answer ([`Answered`], [`Paged`],
//! [`Created`]) and the groups of problems that it can return ([`Problems`]). The statuses, codes and examples are
//! derived from the problems.

#[cfg(feature = "aws")]
mod answers;
#[cfg(feature = "aws")]
mod groups;
mod headers;
#[cfg(feature = "aws")]
pub mod parameters;
pub mod problems;
#[cfg(feature = "aws")]
pub mod schemas;

use utoipa::ToSchema;

pub use headers::refer_to_header;
pub use problems::{ProblemGroup, Problems, UnknownRoute};
#[cfg(feature = "aws")]
pub use {
    answers::{Answered, AnsweredToPay, Created, CreatedToPay, Paged},
    groups::{
        AfterConsent, AsStatement, AtBank, BeforeConsent, CheckingNotifications, Claiming, ForCustomer, FromBank,
        InSetup, LooksAhead, NewWebhook, NoSuchConsent, NotReady, OfNotifications, OfStore, OfTransaction,
        OfWebhookEndpoint, OfWebhookEvent, OfWebhookReplay, Once, ToWebhookEndpoint, Unattended, UnknownCustomer,
        WithCursor, WithKey, Withdrawing, Writing, WrongRequest, examples, refused,
    },
    parameters::{
        AccountFormatQuery, AccountPath, AccountTransactionPath, CallbackPath, CheckQuery, ConsentPath, CredentialPath,
        DraftPaymentPath, IdempotencyKeyHeader, LargePageQuery, OrderQuery, PageQuery, PaymentPath, PermittedIpPath,
        PublicIdPath, RawQuery, RequestInquiryPath, SyncQuery, TransactionPath, TransactionQuery, UserPath, WalkQuery,
        WebhookEndpointPath, WebhookEventPath,
    },
};

use super::problem::Wire;

/// The body of every problem.
pub type ProblemAnswer = Wire<'static>;

/// An error that API Gateway itself answers, instead of this API.
#[derive(ToSchema)]
#[expect(dead_code, reason = "API Gateway writes it")]
pub struct GatewayError {
    /// A text for people that describes the error. Programs must use the status instead.
    #[schema(example = "Too Many Requests")]
    message: String,
}
