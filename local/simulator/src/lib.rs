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
//! A JSON file describes customers of your own, with accounts and payments. The option `--customers` or
//! [`Options::customers`] adds them at the start, and POST `/_simulator/customers` while the simulator runs. `GET
//! /_simulator/customers/schema` shows the format, and `local/simulator/examples/customers.json` is an example. The
//! built-in customers are described in the same format. Each customer of your own has an API key, from the field
//! `api_key` or from its name; `GET /_simulator/customers` shows it. With the key, the bank's client libraries read the
//! accounts and payments at once.
//!
//! Ids that the file does not set follow from the order in it. Without a state file, the same file gives the same ids
//! on every start. A state file keeps the customers: the same entry again changes nothing, a new entry adds a customer,
//! a changed entry is an error, and a removed entry leaves its customer in the bank.
//!
//! POST `sandbox-user-person` and `sandbox-user-company` create more customers, each with an empty account and an API
//! key. With such a key, a customer pays, answers requests, and opens, changes and closes accounts. A payment service
//! provider may do none of this with a consent, unless a setting allows it.
//!
//! # Money
//!
//! The built-in accounts start with two years of payments up to 31 March 2026; the first account has 320 of them. The
//! payments follow from a formula, so they and their ids are the same on every start. Accounts at other banks have
//! none.
//!
//! An account of your own has listed payments, or such a generated history. Its balance is that of today: the opening
//! balance and all payments. The simulator refuses a history that gives another balance, or a debt at any time.
//!
//! A payment to an IBAN, a mail address or a telephone number of a customer here also arrives there.
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
//! A payment-service-provider-draft-payment is decided on the authorize page. While such drafts of a provider wait for
//! the customer who would pay them, the page shows all of them in place of the accounts. The customer accepts all or
//! none; what the accounts cannot pay is not accepted. Accepting redirects with a code, whose token sees all accounts
//! of the customer; rejecting redirects like a declined consent. They are not on the page of the app, since the bank
//! does not notify the customer of them.
//!
//! # Roles
//!
//! The common name of a certificate contains the roles of its provider: `AISP`, `PISP` or `CBPII`. They limit the calls
//! of the provider and of its connections: drafts and issuer transactions need `PISP`, payments and cards `AISP`, a
//! confirmation of funds `PISP` or `CBPII`. The setting `psd2_roles` changes this.
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
//! # Callbacks
//!
//! A notification filter names a category and a URL. The bank sends callbacks of the categories MUTATION, PAYMENT,
//! DRAFT_PAYMENT, REQUEST and OAUTH; it accepts filters of the other categories of its documentation, and has no events
//! for them. Each callback has the object as the API shows it at that time. A status 2xx is a success. The bank tries
//! six times, one minute of its clock apart, follows no redirects, and then stores a failure record. The setting
//! `callback_targets` allows http to this machine. The header `X-Simulator-Source-Ip` has the address that the receiver
//! should assume as the source. Callbacks that wait are in the state file; at most 20,000 wait. What expires while the
//! bank is stopped makes no callback. The event and the object of OAUTH are invented.
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
mod sender;
mod server;
mod settings;
mod simulator;
mod state_file;
mod switches;
mod wire;

pub use options::{CustomersError, CustomersErrorKind, CustomersText, Options, ServerKeyError, StartError};
pub use reference::SettingReference;
pub use settings::{
    CallbackTargets, Denial, DuplicateRequestIds, ExpiredSessionText, FailureOwner, FilterAnswer, FilterSets,
    FundsAnswer, FundsUnusable, GrantedId, IpCheck, Need, OauthCallbacks, OnGet, Permission, Psd2Roles,
    PspDraftCompletion, PspDraftEnvelope, PspDraftExecution, PublicPath, RateLimits, RefusalStatus, RetryAnswer,
    SessionExtension, Settings, TimeoutOwner, UnknownCategories, WildcardIpApi,
};
pub use simulator::Simulator;
