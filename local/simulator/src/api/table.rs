//! The table of all endpoints. Faults, the list of calls and rate limits use the names in it. A placeholder that ends
//! in `-uuid` matches any text, every other one a number.

use axum::http::Method;

use crate::api::gate::Needs;
use crate::api::resources::payment_service_provider_draft_payment as psp_draft_payment;
use crate::api::resources::payment_service_provider_issuer_transaction as issuer_transaction;
// A new resource needs no line here.
use crate::api::resources::*;
use crate::api::route::{Route, api, web};
use crate::api::token;
use crate::pages::{authorize, pay};

const CLIENTS: &str = "user/{user-id}/oauth-client";
const CLIENT: &str = "user/{user-id}/oauth-client/{item-id}";
const PAYMENTS: &str = "user/{user-id}/monetary-account/{monetary-account-id}/payment";
const PAYMENT: &str = "user/{user-id}/monetary-account/{monetary-account-id}/payment/{item-id}";
const REQUESTS: &str = "user/{user-id}/monetary-account/{monetary-account-id}/request-inquiry";
const REQUEST: &str = "user/{user-id}/monetary-account/{monetary-account-id}/request-inquiry/{item-id}";
const DRAFTS: &str = "user/{user-id}/monetary-account/{monetary-account-id}/draft-payment";
const DRAFT: &str = "user/{user-id}/monetary-account/{monetary-account-id}/draft-payment/{item-id}";
const RESPONSES: &str = "user/{user-id}/monetary-account/{monetary-account-id}/request-response";
const RESPONSE: &str = "user/{user-id}/monetary-account/{monetary-account-id}/request-response/{item-id}";
const BATCHES: &str = "user/{user-id}/monetary-account/{monetary-account-id}/payment-batch";
const BATCH: &str = "user/{user-id}/monetary-account/{monetary-account-id}/payment-batch/{item-id}";
const ATTACHMENTS: &str = "user/{user-id}/monetary-account/{monetary-account-id}/attachment";
const ATTACHMENT_CONTENT: &str =
    "user/{user-id}/monetary-account/{monetary-account-id}/attachment/{attachment-id}/content";
const SCHEDULES: &str = "user/{user-id}/monetary-account/{monetary-account-id}/schedule";
const SCHEDULE: &str = "user/{user-id}/monetary-account/{monetary-account-id}/schedule/{item-id}";
const BANK_ACCOUNTS: &str = "user/{user-id}/monetary-account-bank";
const BANK_ACCOUNT: &str = "user/{user-id}/monetary-account-bank/{item-id}";
const SAVINGS_ACCOUNTS: &str = "user/{user-id}/monetary-account-savings";
const SAVINGS_ACCOUNT: &str = "user/{user-id}/monetary-account-savings/{item-id}";
const KEYS: &str = "user/{user-id}/credential-password-ip";
const KEY: &str = "user/{user-id}/credential-password-ip/{item-id}";
const IPS: &str = "user/{user-id}/credential-password-ip/{credential-password-ip-id}/ip";
const IP: &str = "user/{user-id}/credential-password-ip/{credential-password-ip-id}/ip/{item-id}";
const TRANSACTIONS: &str = "user/{user-id}/payment-service-provider-issuer-transaction";
const TRANSACTION: &str = "user/{user-id}/payment-service-provider-issuer-transaction/{item-id}";
const PSP_DRAFTS: &str = "user/{user-id}/payment-service-provider-draft-payment";
const PSP_DRAFT: &str = "user/{user-id}/payment-service-provider-draft-payment/{item-id}";
const FUNDS: &str = "user/{user-id}/confirmation-of-funds";
const PUBLIC_OF_USER: &str = "user/{user-id}/payment-service-provider-issuer-transaction-public/{item-uuid}";
const PUBLIC: &str = "payment-service-provider-issuer-transaction-public/{item-uuid}";
const FILTERS: &str = "user/{user-id}/notification-filter-url";
const ACCOUNT_FILTERS: &str = "user/{user-id}/monetary-account/{monetary-account-id}/notification-filter-url";
const FAILURES: &str = "user/{user-id}/notification-filter-failure";
const URLS: &str = "user/{user-id}/oauth-client/{oauth-client-id}/callback-url";
const URL: &str = "user/{user-id}/oauth-client/{oauth-client-id}/callback-url/{item-id}";

pub(crate) static ROUTES: &[Route] = &[
    web(Method::GET, "auth", authorize::show),
    web(Method::POST, "auth", authorize::decide),
    web(Method::POST, "token", token::exchange),
    web(Method::GET, "pay", pay::visit::show),
    web(Method::POST, "pay", pay::visit::decide),
    api(Method::POST, "installation", Needs::NOTHING, installation::create),
    api(Method::GET, "installation", Needs::SESSION, installation::list),
    api(Method::GET, "installation/{item-id}", Needs::SESSION, installation::find),
    api(
        Method::GET,
        "installation/{installation-id}/server-public-key",
        Needs::SESSION,
        installation::server_public_key,
    ),
    api(
        Method::POST,
        "payment-service-provider-credential",
        Needs::INSTALLATION,
        payment_service_provider_credential::create,
    ),
    api(
        Method::GET,
        "payment-service-provider-credential/{item-id}",
        Needs::SESSION,
        payment_service_provider_credential::find,
    ),
    api(Method::POST, "device-server", Needs::DEVICE_SERVER, device_server::create),
    api(Method::GET, "device-server", Needs::SESSION, device_server::list),
    api(Method::GET, "device-server/{item-id}", Needs::SESSION, device_server::find),
    api(Method::POST, "session-server", Needs::SESSION_SERVER, session_server::create),
    api(Method::DELETE, "session/{item-id}", Needs::SESSION, session::delete),
    api(Method::GET, "user", Needs::SESSION, user::list),
    api(Method::GET, "user/{user-id}", Needs::SESSION, user::find),
    api(Method::GET, "user-person/{user-id}", Needs::SESSION, user::find_person),
    api(Method::GET, "user-company/{user-id}", Needs::SESSION, user::find_company),
    api(Method::GET, "user-payment-service-provider/{user-id}", Needs::SESSION, user::find_payment_service_provider),
    api(Method::POST, CLIENTS, Needs::SESSION, oauth_client::create),
    api(Method::GET, CLIENTS, Needs::SESSION, oauth_client::list),
    api(Method::GET, CLIENT, Needs::SESSION, oauth_client::find),
    api(Method::PUT, CLIENT, Needs::SESSION, oauth_client::update),
    api(Method::POST, URLS, Needs::SESSION, callback_url::create),
    api(Method::GET, URLS, Needs::SESSION, callback_url::list),
    api(Method::GET, URL, Needs::SESSION, callback_url::find),
    api(Method::PUT, URL, Needs::SESSION, callback_url::update),
    api(Method::DELETE, URL, Needs::SESSION, callback_url::delete),
    api(Method::GET, KEYS, Needs::SESSION, credential_password_ip::list),
    api(Method::GET, KEY, Needs::SESSION, credential_password_ip::find),
    api(Method::POST, IPS, Needs::SESSION, permitted_ip::create),
    api(Method::GET, IPS, Needs::SESSION, permitted_ip::list),
    api(Method::GET, IP, Needs::SESSION, permitted_ip::find),
    api(Method::PUT, IP, Needs::SESSION, permitted_ip::update),
    api(Method::POST, TRANSACTIONS, Needs::SESSION, issuer_transaction::create),
    api(Method::GET, TRANSACTIONS, Needs::SESSION, issuer_transaction::list),
    api(Method::GET, TRANSACTION, Needs::SESSION, issuer_transaction::find),
    api(Method::PUT, TRANSACTION, Needs::SESSION, issuer_transaction::update),
    api(Method::GET, PUBLIC_OF_USER, Needs::SESSION, issuer_transaction::find_public_of_user),
    api(Method::GET, PUBLIC, Needs::NOTHING, issuer_transaction::find_public),
    api(Method::POST, PSP_DRAFTS, Needs::SESSION, psp_draft_payment::create),
    api(Method::GET, PSP_DRAFTS, Needs::SESSION, psp_draft_payment::list),
    api(Method::GET, PSP_DRAFT, Needs::SESSION, psp_draft_payment::find),
    api(Method::PUT, PSP_DRAFT, Needs::SESSION, psp_draft_payment::update),
    api(Method::POST, FUNDS, Needs::SESSION, confirmation_of_funds::create),
    api(Method::GET, "user/{user-id}/monetary-account", Needs::SESSION, monetary_account::list),
    api(Method::GET, "user/{user-id}/monetary-account/{item-id}", Needs::SESSION, monetary_account::find),
    api(Method::GET, BANK_ACCOUNTS, Needs::SESSION, monetary_account::list),
    api(Method::GET, BANK_ACCOUNT, Needs::SESSION, monetary_account::find),
    api(Method::GET, "user/{user-id}/monetary-account-card", Needs::SESSION, monetary_account::list),
    api(Method::GET, "user/{user-id}/monetary-account-card/{item-id}", Needs::SESSION, monetary_account::find),
    api(Method::GET, "user/{user-id}/monetary-account-external", Needs::SESSION, monetary_account::list),
    api(Method::GET, "user/{user-id}/monetary-account-external/{item-id}", Needs::SESSION, monetary_account::find),
    api(Method::GET, "user/{user-id}/monetary-account-external-savings", Needs::SESSION, monetary_account::list),
    api(
        Method::GET,
        "user/{user-id}/monetary-account-external-savings/{item-id}",
        Needs::SESSION,
        monetary_account::find,
    ),
    api(Method::GET, "user/{user-id}/monetary-account-joint", Needs::SESSION, monetary_account::list),
    api(Method::GET, "user/{user-id}/monetary-account-joint/{item-id}", Needs::SESSION, monetary_account::find),
    api(Method::GET, SAVINGS_ACCOUNTS, Needs::SESSION, monetary_account::list),
    api(Method::GET, SAVINGS_ACCOUNT, Needs::SESSION, monetary_account::find),
    api(Method::POST, PAYMENTS, Needs::SIGNED_SESSION, payment::create),
    api(Method::GET, PAYMENTS, Needs::SESSION, payment::list),
    api(Method::GET, PAYMENT, Needs::SESSION, payment::find),
    api(Method::POST, REQUESTS, Needs::SESSION, request_inquiry::create),
    api(Method::GET, REQUESTS, Needs::SESSION, request_inquiry::list),
    api(Method::GET, REQUEST, Needs::SESSION, request_inquiry::find),
    api(Method::PUT, REQUEST, Needs::SESSION, request_inquiry::update),
    api(Method::POST, DRAFTS, Needs::SESSION, draft_payment::create),
    api(Method::GET, DRAFTS, Needs::SESSION, draft_payment::list),
    api(Method::GET, DRAFT, Needs::SESSION, draft_payment::find),
    api(Method::PUT, DRAFT, Needs::SESSION, draft_payment::update),
    api(Method::POST, "sandbox-user", Needs::NOTHING, sandbox_user::create_person),
    api(Method::POST, "sandbox-user-person", Needs::NOTHING, sandbox_user::create_person),
    api(Method::POST, "sandbox-user-company", Needs::NOTHING, sandbox_user::create_company),
    api(Method::POST, BANK_ACCOUNTS, Needs::SESSION, monetary_account_change::create_bank),
    api(Method::PUT, BANK_ACCOUNT, Needs::SESSION, monetary_account_change::update_bank),
    api(Method::POST, SAVINGS_ACCOUNTS, Needs::SESSION, monetary_account_change::create_savings),
    api(Method::PUT, SAVINGS_ACCOUNT, Needs::SESSION, monetary_account_change::update_savings),
    api(Method::GET, RESPONSES, Needs::SESSION, request_response::list),
    api(Method::GET, RESPONSE, Needs::SESSION, request_response::find),
    api(Method::PUT, RESPONSE, Needs::SESSION, request_response::update),
    api(Method::POST, FILTERS, Needs::SESSION, notification_filter_url::create),
    api(Method::GET, FILTERS, Needs::SESSION, notification_filter_url::list),
    api(Method::POST, ACCOUNT_FILTERS, Needs::SESSION, notification_filter_url::create),
    api(Method::GET, ACCOUNT_FILTERS, Needs::SESSION, notification_filter_url::list),
    api(Method::POST, FAILURES, Needs::SESSION, notification_filter_failure::create),
    api(Method::GET, FAILURES, Needs::SESSION, notification_filter_failure::list),
    api(Method::POST, BATCHES, Needs::SIGNED_SESSION, payment_batch::create),
    api(Method::GET, BATCHES, Needs::SESSION, payment_batch::list),
    api(Method::GET, BATCH, Needs::SESSION, payment_batch::find),
    api(Method::GET, "user/{user-id}/event", Needs::SESSION, event::list),
    api(Method::GET, "user/{user-id}/event/{item-id}", Needs::SESSION, event::find),
    api(Method::GET, "user/{user-id}/schedule", Needs::SESSION, schedule::list_of_user),
    api(Method::GET, SCHEDULES, Needs::SESSION, schedule::list),
    api(Method::GET, SCHEDULE, Needs::SESSION, schedule::find),
    api(Method::GET, "user/{user-id}/card", Needs::SESSION, card::list),
    api(Method::GET, "user/{user-id}/card/{item-id}", Needs::SESSION, card::find),
    api(Method::GET, "user/{user-id}/card-name", Needs::SESSION, card::names),
    api(Method::POST, "attachment-public", Needs::SESSION, attachment_public::create),
    api(Method::GET, "attachment-public/{item-uuid}", Needs::SESSION, attachment_public::find),
    api(Method::GET, "attachment-public/{attachment-uuid}/content", Needs::SESSION, attachment_public::content),
    api(Method::POST, "avatar", Needs::SESSION, attachment_public::create_avatar),
    api(Method::GET, "avatar/{item-uuid}", Needs::SESSION, attachment_public::find_avatar),
    api(Method::POST, ATTACHMENTS, Needs::SESSION, attachment::create),
    api(Method::GET, ATTACHMENT_CONTENT, Needs::SESSION, attachment::content),
    api(Method::GET, "user/{user-id}/attachment/{item-id}", Needs::SESSION, attachment::find_of_user),
    api(Method::GET, "user/{user-id}/attachment/{attachment-id}/content", Needs::SESSION, attachment::content_of_user),
];
