//! The enums of the settings for what the bank offers to payment service providers only.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// When the money of a payment-service-provider-draft-payment moves.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PspDraftExecution {
    /// When the customer accepts it. It is then paid even if the code is never exchanged.
    OnAcceptance,
    /// When the provider exchanges a code of the customer. Without an exchange it expires.
    OnExchange,
}

/// When a paid payment-service-provider-draft-payment is COMPLETED.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PspDraftCompletion {
    /// When the provider exchanges a code of the customer.
    OnExchange,
    /// Some seconds after the money moved, by the bank's clock.
    AfterDelay,
}

/// The form of the answer to GET of one payment-service-provider-draft-payment.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PspDraftEnvelope {
    /// `Response` is an array with one element.
    Array,
    /// `Response` is the object itself.
    Object,
}

/// The answer to POST confirmation-of-funds.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FundsAnswer {
    /// A `ConfirmationOfFunds` with `has_sufficient_funds`.
    ConfirmationOfFunds,
    /// An `Id`, which does not confirm anything.
    Id,
}

/// The answer about funds of an account that cannot pay the amount for another reason than its balance.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FundsUnusable {
    /// The bank refuses the call with 400.
    Refuse,
    /// The bank answers that the funds are not sufficient.
    Insufficient,
}

/// Whether the roles in the certificate of a payment service provider limit its calls.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Psd2Roles {
    /// They do not.
    Off,
    /// The bank refuses with 403 what the documentation reserves for another role.
    Documented,
    /// The bank also refuses what the documentation assigns to no role, or to none clearly.
    Strict,
}
