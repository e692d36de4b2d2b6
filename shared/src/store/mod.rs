//! DynamoDB: what must last in one table, what may be lost in another. Conditional writes are the only locks.
//!
//! | table | key | item |
//! |---|---|---|
//! | Connections | `USER#<user_id>` | [`Connection`], or that there was one |
//! | Connections | `GRANTED#<bunq user id>` | which `user_id` a bunq user has in which workspace |
//! | Connections | `REFERENCE#<user_id>#<workspace>/<reference>` | that a reference of the owner leads to a connection |
//! | Connections | `APIKEY#<id>`, `APIKEYS` | an API key of ours, with its hash, and the list of them |
//! | Connections | `ONBOARDING` | which run of the setup may write |
//! | Ephemera | `CONSENT#<consent_id>` | a [`Consent`]: what was asked for, and how it ended |
//! | Ephemera | `TICKET#<sha256 of ticket>` | which consent an address opens |
//! | Ephemera | `STATE#<sha256 of state>` | one visit to the bank for a consent |
//! | Ephemera | `UNCLAIMED#<consent_id>` | what a customer gave, until the application claims it |
//! | Ephemera | `IDEMPOTENCY#<sha256 of workspace and key>` | what became of a request that must take effect once |
//! | Ephemera | `ORDER#<HMAC>` | what a caller calls an order, or which orders have a name |
//! | Ephemera | `SESSION#<user_id or tpp>` | an open session, or who is opening it |

mod api_keys;
mod connections;
mod consents;
mod idempotency;
mod onboarding;
mod order_references;
mod sessions;
mod table;

pub use api_keys::{ApiKeyRecord, KeyId, KeyIdError, NewApiKey, NoRotation, Successor};
pub use connections::{
    Connection, ConnectionKind, ConnectionReference, ConnectionStatus, Cursor, CursorError, Found, Granted, GrantedKey,
    Marked, NewConnection, Saved,
};
pub use consents::{
    AskedConsent, AttemptRefused, Consent, ConsentAttempt, ConsentCursor, ConsentCursorError, ConsentEnd,
    ConsentFailure, ConsentStatus, Given, TakenAttempt, TicketRefused, Unclaimed,
};
pub use idempotency::{Attempt, Begun, Earlier, Outcome};
pub use onboarding::RunId;
pub use order_references::{OrderKind, OrderScope};
pub use sessions::{Generation, Lease, OpenedSession, SessionOwner, StoredSession, StoredState, Usable, Verdict};
pub use table::{Store, StoreError};
