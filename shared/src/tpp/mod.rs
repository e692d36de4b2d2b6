//! The tasks of a third-party provider: onboarding, consent, sessions, access. Connects the bank, the store and the
//! secrets, and does not depend on an HTTP server.
//!
//! This module consists of small services. `Parts` holds the bank, the stores and the services that act for no request;
//! the services below it have all of `Parts`, and use what this table says:
//!
//! | service | needs | does |
//! |---|---|---|
//! | `Identities` | | reads the deployment's identity at the bank |
//! | `Sessions` | `Identities` | keeps sessions, opens them under a lease, repeats a call whose session is over; has the TPP's own |
//! | `Egress` | `Sessions`, `Identities` | distinguishes an address that is not permitted from a refused consent |
//! | `Connections` | | finds connections, marks revoked ones |
//! | `Parts` | the ones above | makes and holds them |
//! | `Calls` | `Sessions`, `Connections`, `Egress`, `Identities` | makes calls in any owner's session |
//! | `Callbacks` | `Calls`, `Connections`, `Identities` | gives out addresses for callbacks, and makes events of what they lead to |
//! | `Orders` | `Calls`, `Connections`, `Identities` | starts orders once, keeps their references |
//! | `IssuerTransactionWatch` | `Calls` | adds the events of issuer transactions |
//! | `NotificationFilters` | `Calls`, `Connections` | keeps the filters by which the bank reports changes |
//! | `Deletions` | `Sessions`, `Connections`, `Identities`, `NotificationFilters` | deletes connections |
//! | `Consents` | `Sessions`, `Connections`, `Egress`, `Identities` | runs the consents of customers |
//! | `Onboarding` | `Sessions`, `Identities` | registers the TPP at the bank |
//! | `SealingRotation` | `Identities` | rotates the keys that seal the tables and the secrets of webhook endpoints |
//! | `Webhooks` | | manages endpoints of webhooks, and delivers events to them |
//! | `Access` | | checks and manages the API keys |
//! | `Freshness` | `Access`, `Sessions`, `Connections`, `Identities` | keeps memory in agreement with the store |
//!
//! [`Tpp`] makes them, and holds those that the modules above call.

mod access;
mod address;
mod callbacks;
mod calls;
mod certificate;
mod connections;
mod consent;
mod deletions;
mod egress;
mod error;
mod event_view;
mod events;
mod freshness;
mod identity;
mod issuer_transactions;
mod limiter;
mod listed;
mod notifications;
mod onboarding;
mod once;
mod order;
mod order_references;
mod parts;
mod rotation;
mod services;
mod sessions;
mod tpp_session;
mod verdict;
mod webhooks;

pub use self::webhooks::{
    AskedEndpoint, DeliveryReport, DeliveryRun, Tested, WebhookCredential, WebhookError, Webhooks,
};
pub use access::{Access, AccessError};
pub use callbacks::Callbacks;
pub use calls::Calls;
pub use certificate::CertificateError;
pub use connections::Connections;
pub use consent::{
    BeginConsent, CallbackParameters, ClaimError, Completed, Connected, ConsentAnswer, ConsentError, ConsentResult,
    Consents, ReturnTo, Start, StartError,
};
pub use deletions::Deletions;
pub use egress::{Egress, EgressReport};
pub use error::TppError;
pub use event_view::EventData;
pub use events::Events;
pub use freshness::{Agreement, Freshness, Needs, Prepared, Upkeep};
pub use identity::{Identities, Identity};
pub use issuer_transactions::{IssuerTransactionWatch, WatchedTransactions};
pub use listed::{Mark, Wanted, WantedPayment};
pub use notifications::{
    ChosenNotifications, FoundNews, KeptFilters, NotificationFilters, NotificationStatus, NotificationsError,
};
pub use onboarding::{
    AtBank, Onboarding, OnboardingError, OnboardingReport, Registration, RenewalReport, Step, StepState,
};
pub use once::{Orders, Started};
pub use order::Order;
pub use rotation::{
    OldSealingKey, ResealReport, RotatedSealingKey, RotatedSecret, RotationError, SealingKeyState, SealingReport,
    SealingRotation, UpcomingSealingKey,
};
pub use services::Tpp;
