//! A bunq bank on this machine, for development and tests.
//!
//! It follows the bank's protocol and shares no code with the client that calls it, so it can contradict the client. It
//! checks every signature, refuses every unknown field, and signs its answers. It keeps the accounts of a few invented
//! customers.
//!
//! ```no_run
//! # async fn example() -> Result<(), bunq_simulator::StartError> {
//! let bank = bunq_simulator::Simulator::start(bunq_simulator::Options::default()).await?;
//! println!("{}", bank.api_url());
//! # Ok(()) }
//! ```
//!
#![doc = include_str!("../docs/endpoints.md")]
//!
//! # Customers
//!
//! `person`, `company`, `empty` (without accounts) and `strange` (with accounts that a client must survive). `GET
//! /_simulator/customers` shows their ids, which never change.
//!
//! POST `sandbox-user-person` and `sandbox-user-company` create more customers, each with an empty account and an API
//! key. With such a key, a customer pays, answers requests, and opens, changes and closes accounts. A payment service
//! provider may do none of this with a consent, unless a setting allows it.
//!
//! # Money
//!
//! Accounts start with two years of payments up to 31 March 2026; the first account has 320 of them. The payments
//! follow from a formula, so they and their ids are the same on every start. Accounts at other banks have none. A
//! payment to an IBAN, a mail address or a telephone number of a customer here also arrives there.
//!
//! A request to `sugardaddy@bunq.com` is paid at once up to EUR 500.00; a larger one stays pending. Customers here
//! answer requests in the app, or by PUT `request-response`. All other persons get a link, and a switch makes them pay
//! by iDEAL. `bravo@bunq.com` accepts every payment.
//!
//! A draft payment is pending until the customer decides in the app, or until it expires. Accepting a draft with a
//! schedule pays nothing, neither then nor later. Its `object` is a `ScheduledPayment`, or a `ScheduledPaymentBatch`
//! for several entries.
//!
//! An issuer transaction is paid on the pay page `/pay?transactionId=<public_uuid>`. As at the bank's own host, the
//! page also answers at `/?transactionId=<public_uuid>`. The visitor picks a customer and an account, and accepts or
//! refuses. Then the browser is redirected to `url_redirect`, without added parameters.
//!
//! # Addresses
//!
//! An API key may be used from the active addresses on its list, which its first device-server creates. A payment
//! service provider changes the lists of its keys through the API, or on the page `/app/ips`, which needs no key. An
//! access token without a device-server may be used from the addresses that its provider's keys may be used from at
//! that time.
//!
//! The address of a caller is that in the header `X-Simulator-Caller-Ip`, else that of the setting `egress_ip`, else
//! that of the connection.
//!
//! # The app
//!
//! `/app` is a page that imitates the bunq app. The visitor picks a customer, sees accounts and payments, accepts or
//! rejects drafts and requests, and ends connections.
//!
//! # Allowed requests
//!
//! The simulator answers requests for the host names of this machine and for [`Options::names`]; any other `Host` gets
//! 421. A request from a page of another origin gets 403.
//!
#![doc = include_str!("../docs/switches.md")]

/// Compiles the examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod api;
mod bank;
mod certificate;
mod clock;
mod desk;
mod keys;
mod ledger;
mod options;
mod pages;
mod pipeline;
mod random;
mod records;
mod reference;
mod server;
mod settings;
mod simulator;
mod state_file;
mod switches;
mod wire;

pub use options::{Options, ServerKeyError, StartError};
pub use reference::SettingReference;
pub use settings::{
    Denial, DuplicateRequestIds, ExpiredSessionText, GrantedId, IpCheck, Need, OnGet, Permission, PublicPath,
    RateLimits, RefusalStatus, SessionExtension, Settings, TimeoutOwner, WildcardIpApi,
};
pub use simulator::Simulator;
