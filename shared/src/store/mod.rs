//! The DynamoDB tables. The Connections table holds what must last, the Ephemera table what may be lost, and the Events
//! table what changed, for the owner of the deployment (`events/`, `webhooks/`). Conditional writes are the only locks.
//!
//! | table | key | item |
//! |---|---|---|
//! | Connections | `USER#<user_id>` | a [`Connection`], or the tombstone of a deleted one |
//! | Connections | `GRANTED#<bunq user id>` | [`Granted`]: the `user_id` that a bunq user has in each workspace |
//! | Connections | `REFERENCE#<user_id>#<workspace>/<reference>` | which connection has a reference |
//! | Connections | `APIKEY#<id>` | an [`ApiKeyRecord`] with the hash of the API key |
//! | Connections | `APIKEYS` | the ids of all API keys |
//! | Connections | `ONBOARDING` | the [`RunId`] of the setup run that may write |
//! | Connections | `KEEPING_FILTERS` | how far the walk has come that checks notification filters |
//! | Connections | `WATCHING_CONNECTIONS` | how far the walk has come that looks for changes without callbacks |
//! | Connections | `FAILED_CALLBACKS` | which failed callbacks of the TPP's own list are handled |
//! | Connections | `RESEALING` | the [`ResealProgress`] of the walk that seals again |
//! | Ephemera | `CONSENT#<consent_id>` | a [`Consent`]: what was requested, and how it ended |
//! | Ephemera | `TICKET#<sha256 of ticket>` | the id of the consent that a ticket opens |
//! | Ephemera | `STATE#<sha256 of state>` | one attempt: a visit to the bank for a consent |
//! | Ephemera | `UNCLAIMED#<consent_id>` | what a customer granted, until the application claims it |
//! | Ephemera | `IDEMPOTENCY#<sha256 of workspace and key>` | the state and the [`Outcome`] of an idempotent request |
//! | Ephemera | `ORDER#<HMAC or sha256>` | the reference of an order, or the orders with one reference |
//! | Ephemera | `SESSION#<user_id or tpp>` | an open session, or the lease to open one |

mod api_keys;
mod batch;
mod connections;
mod consents;
mod error;
mod events;
mod idempotency;
mod item;
mod look_up;
mod onboarding;
mod order_references;
mod page;
mod sealed;
mod sessions;
mod table;
mod turns;
mod webhooks;
mod write;

pub use self::webhooks::{
    Claimed, CleanUp, CleanUpPage, Delivery, DeliveryLog, DeliveryState, Due, DuePage, EventLog, Finished, LastAttempt,
    MOST_ENDPOINTS, NewWebhookEndpoint, NotCreated, OpenedEndpoint, SealedEndpoint, WebhookChange, WebhookEndpoint,
};
pub use api_keys::{ApiKeyRecord, KeyId, KeyIdError, NewApiKey, NoRotation, Successor};
pub use connections::{
    CheckedFilters, Connection, ConnectionKind, ConnectionReference, ConnectionStatus, Cursor, FilterWalk,
    ForeignFilter, Found, FoundCategory, Granted, GrantedKey, Information, LeasedNotifications, LostFilter, Marked,
    NewConnection, Notifications, ReadPart, Saved, UnattendedRead, UnattendedReads, WatchWalk, WatchedConnection,
};
pub use consents::{
    AskedConsent, AttemptRefused, Consent, ConsentAttempt, ConsentCursor, ConsentEnd, ConsentFailure, ConsentStatus,
    Given, TakenAttempt, TicketRefused, Unclaimed,
};
pub use error::StoreError;
pub use events::{
    Event, EventObject, EventPage, EventTransaction, NewVersion, Numbering, SeenVersion, ShownStatus, Told,
};
pub use idempotency::{Attempt, Begun, Earlier, Outcome};
pub use look_up::{LookUp, LookedUp};
pub use onboarding::RunId;
pub use order_references::OrderScope;
pub use page::{CursorError, PageCursor};
pub use sealed::{ResealProgress, Resealed, SealedItem, SealedPage, WalkPlace, WalkTable};
pub use sessions::{Generation, Lease, OpenedSession, SessionOwner, StoredSession, StoredState, Usable, Verdict};
pub use table::Store;
pub use turns::TurnOutcome;
