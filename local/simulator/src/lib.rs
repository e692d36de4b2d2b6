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
//! # Endpoints
//!
//! Faults, the list of calls and rate limits name an endpoint by its method and the template of its path. All templates
//! are under `/v1/`, except `auth` and `pay`:
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
//! | POST, GET | `user/{user-id}/payment-service-provider-draft-payment` |
//! | GET, PUT | `user/{user-id}/payment-service-provider-draft-payment/{item-id}` |
//! | POST | `user/{user-id}/confirmation-of-funds` |
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
//! | POST, GET | `user/{user-id}/notification-filter-url`, and the same under an account |
//! | POST, GET | `user/{user-id}/notification-filter-failure` |
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
//! should assume as the source. Callbacks that wait are in the state file.
//!
//! # Allowed requests
//!
//! The simulator answers requests for the host names of this machine and for [`Options::names`]; any other `Host` gets
//! 421. A request from a page of another origin gets 403.
//!
//! # Switches
//!
//! The switches are under `/_simulator`, in JSON. A request that changes something needs a JSON `Content-Type`, unless
//! it is a DELETE without a body:
//!
//! | path | effect |
//! |---|---|
//! | GET, PATCH or POST `settings` | the [`Settings`]; a change names the fields that change |
//! | GET, POST, DELETE `faults` | the faults, see below |
//! | GET, DELETE `calls` | the calls that arrived, and their number for each endpoint |
//! | POST `revoke` | `{"customer"}`: revokes the access tokens of a customer, and ends their sessions |
//! | POST `expire-sessions` | `{"owner"}`: ends the sessions of a customer or of `psp`; without an owner, all sessions |
//! | GET, PATCH or POST, DELETE `callbacks` | the tries of callbacks, and what disturbs them; a change names the fields that change, and DELETE ends all disturbances |
//! | POST `notification-filters` | `{"customer", "category", "target"}`: another application of the customer sets a filter |
//! | GET `overview` | the number of objects of each kind |
//! | GET `customers` | the customers, their accounts and their API keys |
//! | POST `customers` | adds the customers of a file, all or none; 400 if it is invalid, 409 if a name, id, IBAN or the like is taken |
//! | GET `customers/schema` | the JSON schema of a file of customers |
//! | POST `api-key` | `{"customer"}`: gives a customer one more API key, as POST `sandbox-user-person` does |
//! | POST `payments` | `{"customer", "account", "count"}`: `count` small payments arrive now; by default one, in the customer's first account |
//! | POST `draft` | `{"draft", "decision"}`: the customer decides a draft payment, `accept` or `reject` |
//! | POST `request` | `{"request", "decision"}`: the counterparty decides a request inquiry |
//! | POST `issuer-transaction` | `{"public_uuid", "decision", "customer"}`: a customer, by default `person`, pays an issuer transaction from the first bank account, or refuses it |
//! | POST `psp-draft-payment` | `{"psp_draft_payment", "decision"}`: the payer decides one payment-service-provider-draft-payment, without a code |
//! | GET `egress-ip` | the address from which the bank sees the caller, in plain text |
//! | GET `objects` | the draft payments of both kinds, request inquiries, issuer transactions and payments since the first day, except those of the switch `payments` |
//!
//! A fault is an object. `endpoint` is a method and a template, or `*`; the names of the placeholders do not matter.
//! `nth` and `times` select the calls, counted from now; the default is the next call. All other fields are optional:
//!
//! | field | effect |
//! |---|---|
//! | `status`, `body`, `content_type` | the bank answers so and does not execute the call; a `body` that is text is sent unchanged |
//! | `act: true` | the bank executes the call first |
//! | `delay_ms` | the answer is late; the bank executes the call at once |
//! | `drop` | the connection closes without an answer, `before` or `after` the bank executes the call |
//! | `signature` | the bank's signature is `wrong` or `missing` |
//! | `truncate` | this many bytes of the announced body are sent, then the connection closes |
//!
//! The page `/_simulator` explains the disturbances of callbacks: duplicates, delays, another order, stale objects,
//! unknown categories and objects, lost tries, lost answers, and another source address.
//!
//! On GET `auth`, the header `X-Simulator-Approve: <customer>` consents to all accounts at once, and accepts the drafts
//! that wait there; the answer is 409 if an account holds too little. `X-Simulator-Deny: <customer>` declines, and
//! rejects them. `X-Simulator-Deny: 1` names no customer, so it rejects the provider's waiting drafts of all payers.

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
mod sender;
mod server;
mod settings;
mod simulator;
mod state_file;
mod switches;
mod wire;

pub use options::{CustomersError, CustomersErrorKind, CustomersText, Options, ServerKeyError, StartError};
pub use settings::{
    CallbackTargets, Denial, DuplicateRequestIds, ExpiredSessionText, FailureOwner, FilterAnswer, FilterSets,
    FundsAnswer, FundsUnusable, GrantedId, IpCheck, Need, OauthCallbacks, OnGet, Permission, Psd2Roles,
    PspDraftCompletion, PspDraftEnvelope, PspDraftExecution, PublicPath, RateLimits, RefusalStatus, RetryAnswer,
    SessionExtension, Settings, TimeoutOwner, UnknownCategories, WildcardIpApi,
};
pub use simulator::Simulator;
