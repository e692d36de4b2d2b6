//! Webhooks: the endpoints of each workspace, and the deliveries of events to them.
//!
//! The transaction that numbers an event also adds one delivery for each endpoint that wants it (`store/events`). So
//! there is exactly one delivery for each event and endpoint, whether a reader or the deliverer numbers the event. A
//! delivery is an item whose sort key begins with the time at which it is due; what changes that time is a transaction
//! that deletes the item and puts it again. Each endpoint has its own partition, so an endpoint to which nothing is
//! sent now is not read, and nothing is moved meanwhile.
//!
//! | key `pk` | sort key `sk` | item |
//! |---|---|---|
//! | `WORKSPACES` | `<workspace>` | the number of endpoints of a workspace that has an API key, or has or had endpoints |
//! | `ENDPOINTS#<workspace>` | the id | a [`WebhookEndpoint`], with its sealed secrets |
//! | `DELIVERIES#<endpoint id>` | `<due, milliseconds>#<event id>#<random>` | a [`Delivery`] that is to be sent, or is being sent |
//! | `DELIVERIES#we_00000000000000000000000000000000` | as above | a [`Delivery`] to the event bus, of any workspace |
//! | `CLEANUP` | an endpoint's id | a [`CleanUp`]: what waits for a disabled or deleted endpoint is to be cancelled |
//! | `LOG#<event id>` | `event` | the event, for requests that name its id |
//! | `LOG#<event id>` | an endpoint's id | a [`DeliveryLog`]: how the delivery goes, or ended |

mod again;
mod bus;
mod change;
mod claim;
mod clean_up;
mod delivery;
mod endpoint;
mod endpoints;
mod finish;
mod log;
mod reseal;
mod secrets;

pub use claim::{Claimed, Due, DuePage};
pub use clean_up::{CleanUp, CleanUpPage};
pub use delivery::Delivery;
pub use endpoint::{NewWebhookEndpoint, WebhookChange, WebhookEndpoint};
pub use endpoints::{MOST_ENDPOINTS, NotCreated};
pub use finish::Finished;
pub use log::{DeliveryLog, DeliveryState, EventLog, LastAttempt};
pub use reseal::SealedEndpoint;
pub use secrets::OpenedEndpoint;
