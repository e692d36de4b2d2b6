//! Events of a workspace, in an order that never changes.
//!
//! A change of a connection writes its event to the outbox in the same transaction, so that there is exactly one event
//! of each change. A reader first moves the events of the outbox to the feed and numbers them. A number is given once,
//! and a reader that has seen a number has seen all before it. Events that were not read between two changes are in the
//! order of the clocks of their writers.
//!
//! The outbox also holds events of the future: those that a consent expires. They are numbered when their time has
//! come.
//!
//! The transaction that numbers an event also adds its deliveries to endpoints of webhooks (`store/webhooks`).
//!
//! | key `pk` | sort key `sk` | item |
//! |---|---|---|
//! | `OUTBOX#<workspace>` | `<milliseconds>#<event id>` | an [`Event`] without a number |
//! | `OUTBOX#<workspace>` | `<milliseconds>#<user_id>#<days>` | an [`Event`] of a consent that expires |
//! | `FEED#<workspace>` | the number, 15 digits | an [`Event`] |
//! | `SEEN#<user_id>` | `<kind>#<account>.<id>` | the last version of an object at the bank of which there is an event |
//! | `SEEN#<user_id>` | `since#<account>` | since when all payments of an account have events |
//! | `ISSUER_TRANSACTIONS` | the id, 20 digits | the last status of an issuer transaction of which there is an event |
//! | `FEED#<workspace>` | `last` | the last number that was given, and the random id of the feed |

mod feed;
mod issuer_transactions;
mod numbering;
mod record;
mod seen;
mod since;

pub use feed::EventPage;
pub use issuer_transactions::ShownStatus;
pub use numbering::Numbering;
pub(in crate::store) use record::sortable;
pub use record::{Event, EventObject, EventTransaction};
pub use seen::{NewVersion, SeenVersion, Told};
