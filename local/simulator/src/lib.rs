//! A bunq bank on this machine, for development and for tests.
//!
//! It is written from the bank's protocol and shares no code with the client it is called by, so that it can contradict
//! it: it checks every signature, refuses every unknown field, and signs what it answers. It keeps accounts of a few
//! invented customers.
//!
//! ```no_run
//! # async fn example() -> Result<(), bunq_simulator::StartError> {
//! let bank = bunq_simulator::Simulator::start(bunq_simulator::Options::default()).await?;
//! println!("{}", bank.api_url());
//! # Ok(()) }
//! ```
//!
//! # Endpoints
//!
//! Faults, the list of calls and rate limits name endpoints by method and template. The templates, below `/v1/` except
//! `auth` and `pay`:
//!
//! | methods | template |
//! |---|---|
//! | GET, POST | `auth` |
//! | POST | `token` |
//! | GET, POST | `pay` |
//! | POST, GET | `installation` |
//! | GET | `installation/{item-id}` |
//! | GET | `installation/{installation-id}/server-public-key` |
//! | POST | `payment-service-provider-credential` |
//! | GET | `payment-service-provider-credential/{item-id}` |
//! | POST, GET | `device-server` |
//! | GET | `device-server/{item-id}` |
//! | POST | `session-server` |
//! | DELETE | `session/{item-id}` |
//! | GET | `user` |
//! | GET | `user/{user-id}` |
//! | GET | `user-person/{user-id}` |
//! | GET | `user-company/{user-id}` |
//! | GET | `user-payment-service-provider/{user-id}` |
//! | POST, GET | `user/{user-id}/oauth-client` |
//! | GET, PUT | `user/{user-id}/oauth-client/{item-id}` |
//! | POST, GET | `user/{user-id}/oauth-client/{oauth-client-id}/callback-url` |
//! | GET, PUT, DELETE | `user/{user-id}/oauth-client/{oauth-client-id}/callback-url/{item-id}` |
//! | GET | `user/{user-id}/credential-password-ip` |
//! | GET | `user/{user-id}/credential-password-ip/{item-id}` |
//! | POST, GET | `user/{user-id}/credential-password-ip/{credential-password-ip-id}/ip` |
//! | GET, PUT | `user/{user-id}/credential-password-ip/{credential-password-ip-id}/ip/{item-id}` |
//! | POST, GET | `user/{user-id}/payment-service-provider-issuer-transaction` |
//! | GET, PUT | `user/{user-id}/payment-service-provider-issuer-transaction/{item-id}` |
//! | GET | `user/{user-id}/payment-service-provider-issuer-transaction-public/{item-uuid}`, a UUID |
//! | GET | `payment-service-provider-issuer-transaction-public/{item-uuid}`, a UUID |
//! | GET | `user/{user-id}/monetary-account` |
//! | GET | `user/{user-id}/monetary-account/{item-id}` |
//! | GET | `user/{user-id}/monetary-account-bank`, and the same for `-card`, `-external`, `-external-savings`, `-joint`, `-savings` |
//! | GET | `user/{user-id}/monetary-account-bank/{item-id}`, and so on |
//! | POST, GET | `user/{user-id}/monetary-account/{monetary-account-id}/payment` |
//! | GET | `user/{user-id}/monetary-account/{monetary-account-id}/payment/{item-id}` |
//! | POST, GET | `user/{user-id}/monetary-account/{monetary-account-id}/request-inquiry` |
//! | GET, PUT | `user/{user-id}/monetary-account/{monetary-account-id}/request-inquiry/{item-id}` |
//! | POST, GET | `user/{user-id}/monetary-account/{monetary-account-id}/draft-payment` |
//! | GET, PUT | `user/{user-id}/monetary-account/{monetary-account-id}/draft-payment/{item-id}` |
//! | POST | `sandbox-user-person`, `sandbox-user-company`, `sandbox-user` |
//! | POST | `user/{user-id}/monetary-account-bank`, `-savings` |
//! | PUT | `user/{user-id}/monetary-account-bank/{item-id}`, `-savings/{item-id}` |
//! | GET | `user/{user-id}/monetary-account/{monetary-account-id}/request-response` |
//! | GET, PUT | `user/{user-id}/monetary-account/{monetary-account-id}/request-response/{item-id}` |
//! | POST, GET | `user/{user-id}/monetary-account/{monetary-account-id}/payment-batch` |
//! | GET | `user/{user-id}/monetary-account/{monetary-account-id}/payment-batch/{item-id}` |
//! | POST | `user/{user-id}/monetary-account/{monetary-account-id}/attachment` |
//! | GET | `user/{user-id}/monetary-account/{monetary-account-id}/attachment/{attachment-id}/content` |
//! | GET | `user/{user-id}/attachment/{item-id}`, `user/{user-id}/attachment/{attachment-id}/content` |
//! | POST | `attachment-public`, `avatar` |
//! | GET | `attachment-public/{item-uuid}`, `attachment-public/{attachment-uuid}/content`, `avatar/{item-uuid}` |
//! | GET | `user/{user-id}/event`, `user/{user-id}/event/{item-id}` |
//! | GET | `user/{user-id}/schedule` |
//! | GET | `user/{user-id}/monetary-account/{monetary-account-id}/schedule`, and with `/{item-id}` |
//! | GET | `user/{user-id}/card`, `user/{user-id}/card/{item-id}`, `user/{user-id}/card-name` |
//!
//! # Customers
//!
//! `person`, `company`, `empty` (no account) and `strange` (accounts that a client must survive).
//! `GET /_simulator/customers` tells their ids, which never change.
//!
//! POST `sandbox-user-person` and `sandbox-user-company` make more of them, each with an empty account and an API key
//! of its own. With such a key a customer pays, answers requests, and opens, changes and closes accounts. A payment
//! service provider may do none of that with a consent, unless a setting says so.
//!
//! # Money
//!
//! Accounts open with two years of payments up to 31 March 2026, 320 of them on the first one. They follow from a
//! formula, so they and their ids are the same on every start. Accounts of other banks have none. A payment to an IBAN,
//! a mail address or a telephone number of a customer here arrives there, too.
//!
//! A request to `sugardaddy@bunq.com` is paid at once up to EUR 500.00; a larger one stays pending. Requests to
//! customers here are answered in the app, or by PUT `request-response`. Everybody else gets a link, and pays by iDEAL
//! when a switch says so. `bravo@bunq.com` takes what is paid there.
//!
//! A draft payment waits until the customer decides in the app, or it grows too old. Where it has a schedule, accepting
//! it pays nothing, then or later: its `object` is a `ScheduledPayment`, or a `ScheduledPaymentBatch` for several
//! entries.
//!
//! An issuer transaction waits for anybody, on the pay page `/pay?transactionId=<public_uuid>`, which also answers at
//! `/?transactionId=<public_uuid>`, as at the bank's own host for it. The visitor is a customer, picks an account and
//! accepts or refuses; then the browser goes to `url_redirect`, to which nothing is appended.
//!
//! # Addresses
//!
//! An API key may be used from the active addresses on its list, which its first device-server makes. A payment service
//! provider changes the lists of its keys, through the API or on the page `/app/ips`, which needs no key. An access
//! token that no device-server bound is used from wherever its provider's keys may be used at the time.
//!
//! The bank sees a caller at the address of the connection, at the setting `egress_ip` where there is one, or where the
//! header `X-Simulator-Caller-Ip` says.
//!
//! # The app
//!
//! `/app` is a page that stands for the bunq app: it lets the visitor be a customer, who sees accounts and payments and
//! accepts or rejects drafts and requests, and ends connections.
//!
//! # Who is answered
//!
//! Requests for the names of this machine and for [`Options::names`]; any other `Host` gets 421. A request that a page
//! of another origin sends gets 403.
//!
//! # Switches
//!
//! Under `/_simulator`, in JSON. A request that changes something says so in its `Content-Type`, unless it is a DELETE
//! without a body:
//!
//! | path | what |
//! |---|---|
//! | GET, PATCH or POST `settings` | the [`Settings`]; a change names the fields that change |
//! | GET, POST, DELETE `faults` | disturbances, see below |
//! | GET, DELETE `calls` | the calls that arrived, and how many to each endpoint |
//! | POST `revoke` | `{"customer"}`: ends that customer's access tokens and sessions |
//! | POST `expire-sessions` | `{"owner"}`: a customer or `psp`; without it all sessions end |
//! | GET `overview` | how much of everything there is |
//! | GET `customers` | who banks here |
//! | POST `payments` | `{"customer", "account", "count"}`: so many small payments arrive now; by default one, in the customer's first account |
//! | POST `draft` | `{"draft", "decision"}`: the customer decides a draft payment, `accept` or `reject` |
//! | POST `request` | `{"request", "decision"}`: whoever was asked decides a request inquiry |
//! | POST `issuer-transaction` | `{"public_uuid", "decision", "customer"}`: a customer, by default `person`, pays an issuer transaction from the first bank account, or refuses it |
//! | GET `egress-ip` | the address that the bank sees the caller at, in plain text |
//! | GET `objects` | the draft payments, request inquiries, issuer transactions and payments made since the first day, without those of the switch `payments` |
//!
//! A fault is an object. `endpoint` is a method and a template, or `*`; the names of ids do not matter. `nth` and
//! `times` say which calls from now on it meets, by default the next one. Then, all optional:
//!
//! | field | what happens |
//! |---|---|
//! | `status`, `body`, `content_type` | the call is answered so instead of being carried out; a `body` that is text is sent as it is |
//! | `act: true` | it is carried out first |
//! | `delay_ms` | the answer is late; what the call does is done at once |
//! | `drop` | the connection closes without an answer, `before` or `after` the call is carried out |
//! | `signature` | the bank's signature is `wrong` or `missing` |
//! | `truncate` | so many bytes of the announced body are sent, then the connection closes |
//!
//! On GET `auth`, the header `X-Simulator-Approve: <customer>` consents to all accounts at once, and
//! `X-Simulator-Deny: 1` declines.

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
mod server;
mod settings;
mod simulator;
mod state_file;
mod switches;
mod wire;

pub use options::{Options, ServerKeyError, StartError};
pub use settings::{
    Denial, DuplicateRequestIds, ExpiredSessionText, GrantedId, IpCheck, Need, OnGet, Permission, PublicPath,
    RateLimits, RefusalStatus, SessionExtension, Settings, TimeoutOwner, WildcardIpApi,
};
pub use simulator::Simulator;
