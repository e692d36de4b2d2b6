//! The settings: behaviour of the bank that is not certain.
//!
//! Sources about the bank contradict each other in places, and some answers were never recorded. Each such point is a
//! setting, so that a client can be tested with every variant. The default is the variant that most sources report.
//!
//! A new setting is a field of [`Settings`], its default, and its sources in `reference/sources.rs`. All documents are
//! generated from these.

mod callback_choices;
mod choices;
mod psd2;

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use self::callback_choices::{
    CallbackTargets, FailureOwner, FilterAnswer, FilterSets, OauthCallbacks, RetryAnswer, UnknownCategories,
};
pub use self::choices::{
    Denial, DuplicateRequestIds, ExpiredSessionText, GrantedId, IpCheck, Need, OnGet, Permission, PublicPath,
    RateLimits, RefusalStatus, SessionExtension, TimeoutOwner, WildcardIpApi,
};
pub use self::psd2::{FundsAnswer, FundsUnusable, Psd2Roles, PspDraftCompletion, PspDraftEnvelope, PspDraftExecution};

/// The settings of the bank. Field names are the JSON names.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Lifetime of a session of a person or company, in seconds. One week by default.
    pub session_timeout_seconds: u32,
    /// Lifetime of a session of a payment service provider, in seconds. 90 hours by default.
    pub psp_session_timeout_seconds: u32,
    /// Whose `session_timeout` applies to a session that an access token opens.
    pub timeout_owner: TimeoutOwner,
    /// When a call extends its session.
    pub session_extension: SessionExtension,
    /// The text of the 401 for a session that has ended.
    pub expired_session_text: ExpiredSessionText,
    /// Whether the bank limits the rate of calls, and answers 429 above the limit.
    pub rate_limits: RateLimits,
    /// Whether `["*"]` alone permits only the IP address of the caller. The star then needs an address beside it.
    pub strict_wildcard: bool,
    /// Whether `permitted_ips` may contain IPv6 addresses.
    pub ipv6_permitted_ips: bool,
    /// Which calls check the IP address of the caller.
    pub ip_check: IpCheck,
    /// The address from which the bank sees every caller; by default that of the connection. It imitates a network
    /// behind one public address.
    pub egress_ip: Option<IpAddr>,
    /// Whether the API permits `*`, and not only the app.
    pub wildcard_ip_api: WildcardIpApi,
    /// Whether credential-password-ip shows the secret of an API key that is in use.
    pub show_token_value: bool,
    /// Whether a `UserApiKey` contains the `id` of the granting user.
    pub granted_id: GrantedId,
    /// Whether the id of the granting user works in every path, and not only in those of the user resources.
    pub granted_id_lenient: bool,
    /// The effect of a second call with the same `X-Bunq-Client-Request-Id`.
    pub duplicate_request_ids: DuplicateRequestIds,
    /// Whether a JSON body needs the header `Content-Type: application/json`.
    pub json_content_type: Need,
    /// Whether the bank checks a signature on a GET, which needs none.
    pub get_signature: OnGet,
    /// Whether the bank refuses a request id on a GET that was used before.
    pub get_request_id: OnGet,
    /// The status of an invalid request signature: 400 or 401.
    pub bad_signature_status: RefusalStatus,
    /// Whether the bank signs answers of status 4xx. It never signs a 429.
    pub sign_errors: bool,
    /// Whether POST device-server needs a signature.
    pub device_server_signature: Need,
    /// Whether an access token needs a POST device-server before it opens a session.
    pub access_token_device: Need,
    /// Lifetime of an unused API key of a payment service provider or a sandbox user, in seconds.
    pub psp_credential_validity_seconds: u32,
    /// Lifetime of an authorization code, in seconds.
    pub authorization_code_validity_seconds: u32,
    /// The status of `invalid_grant` at the token endpoint: 400 or 401.
    pub invalid_grant_status: RefusalStatus,
    /// What the browser sees after the customer declines.
    pub denial: Denial,
    /// Whether every consent creates a new `UserApiKey`, instead of one for each pair of application and customer.
    pub fresh_api_key_id: bool,
    /// Whether a new consent revokes the access tokens of earlier ones.
    pub reconsent_revokes: bool,
    /// Whether a payment service provider may pay directly from a customer's account, by POST payment.
    pub direct_payments: Permission,
    /// Whether a payment service provider may accept a draft payment instead of the customer.
    pub tpp_accepts_drafts: Permission,
    /// Whether a payment service provider may do what no role of PSD2 includes: open and change a customer's accounts,
    /// and upload attachments.
    pub tpp_writes: Permission,
    /// The path of the public view of an issuer transaction.
    pub issuer_transaction_public_path: PublicPath,
    /// Lifetime of a pending draft payment, in seconds. 30 days by default.
    pub draft_payment_validity_seconds: u32,
    /// Lifetime of a pending payment-service-provider-draft-payment, in seconds. One day by default, so that a draft
    /// that was left does not replace the account consent for long.
    pub psp_draft_payment_validity_seconds: u32,
    /// When the money of a payment-service-provider-draft-payment moves.
    pub psp_draft_payment_execution: PspDraftExecution,
    /// When a paid payment-service-provider-draft-payment changes from ACCEPTED to COMPLETED.
    pub psp_draft_payment_completion: PspDraftCompletion,
    /// Seconds from the payment to COMPLETED, if the completion is `after_delay`.
    pub psp_draft_payment_completion_seconds: u32,
    /// The form of the answer to GET of one payment-service-provider-draft-payment.
    pub psp_draft_payment_envelope: PspDraftEnvelope,
    /// The answer to POST confirmation-of-funds.
    pub confirmation_of_funds_answer: FundsAnswer,
    /// The answer to POST confirmation-of-funds about a closed account, an account at another bank or another currency.
    /// An unknown account of this bank is always refused.
    pub confirmation_of_funds_unusable: FundsUnusable,
    /// Whether the roles in the certificate of a payment service provider limit its calls.
    pub psd2_roles: Psd2Roles,
    /// Lifetime of a pending request inquiry, in seconds. 30 days by default.
    pub request_inquiry_validity_seconds: u32,
    /// Who shares a set of notification filters.
    pub notification_filter_sets: FilterSets,
    /// Which addresses a notification filter may name.
    pub callback_targets: CallbackTargets,
    /// Whether the bank takes notification filters of a category that it does not know.
    pub unknown_categories: UnknownCategories,
    /// The answer to POST notification-filter-url.
    pub notification_filter_answer: FilterAnswer,
    /// How many notification filters a page of GET notification-filter-url has; `null`, the default, for the whole list
    /// without `Pagination`.
    pub notification_filter_page_size: Option<u32>,
    /// Seconds after which a notification filter selects nothing; `null`, the default, for never.
    pub notification_filter_validity_seconds: Option<u32>,
    /// Whose filters of the category OAUTH select the callback about the end of a connection. Its object here is
    /// invented.
    pub oauth_callbacks: OauthCallbacks,
    /// Who lists and retries the failed callbacks of a connection.
    pub failed_callback_owner: FailureOwner,
    /// The answer to POST notification-filter-failure.
    pub failed_callback_retry_answer: RetryAnswer,
    /// Whether callbacks have the header `X-Bunq-Server-Signature`.
    pub callback_signature: bool,
    /// Seconds that the bank waits for the answer to a callback. 10 by default.
    pub callback_timeout_seconds: u32,
    /// Whether every installation gets an own server key pair. Generating one takes a moment.
    pub server_key_per_installation: bool,
    /// Seconds that the bank's clock is ahead of the machine's clock.
    pub clock_offset_seconds: i64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            session_timeout_seconds: 604_800,
            psp_session_timeout_seconds: 324_000,
            timeout_owner: TimeoutOwner::Minimum,
            session_extension: SessionExtension::Never,
            expired_session_text: ExpiredSessionText::Authorisation,
            rate_limits: RateLimits::Off,
            strict_wildcard: false,
            ipv6_permitted_ips: false,
            ip_check: IpCheck::EveryCall,
            egress_ip: None,
            wildcard_ip_api: WildcardIpApi::Refuse,
            show_token_value: false,
            granted_id: GrantedId::Present,
            granted_id_lenient: false,
            duplicate_request_ids: DuplicateRequestIds::Refuse,
            json_content_type: Need::Optional,
            get_signature: OnGet::Ignore,
            get_request_id: OnGet::Ignore,
            bad_signature_status: RefusalStatus::BadRequest,
            sign_errors: true,
            device_server_signature: Need::Optional,
            access_token_device: Need::Optional,
            psp_credential_validity_seconds: 3_600,
            authorization_code_validity_seconds: 600,
            invalid_grant_status: RefusalStatus::Unauthorized,
            denial: Denial::Redirect,
            fresh_api_key_id: false,
            reconsent_revokes: false,
            direct_payments: Permission::Refuse,
            tpp_accepts_drafts: Permission::Refuse,
            tpp_writes: Permission::Refuse,
            issuer_transaction_public_path: PublicPath::Both,
            draft_payment_validity_seconds: 2_592_000,
            psp_draft_payment_validity_seconds: 86_400,
            psp_draft_payment_execution: PspDraftExecution::OnAcceptance,
            psp_draft_payment_completion: PspDraftCompletion::OnExchange,
            psp_draft_payment_completion_seconds: 10,
            psp_draft_payment_envelope: PspDraftEnvelope::Array,
            confirmation_of_funds_answer: FundsAnswer::ConfirmationOfFunds,
            confirmation_of_funds_unusable: FundsUnusable::Refuse,
            psd2_roles: Psd2Roles::Documented,
            request_inquiry_validity_seconds: 2_592_000,
            notification_filter_sets: FilterSets::Own,
            callback_targets: CallbackTargets::Https,
            unknown_categories: UnknownCategories::Refuse,
            notification_filter_answer: FilterAnswer::List,
            notification_filter_page_size: None,
            notification_filter_validity_seconds: None,
            oauth_callbacks: OauthCallbacks::Connection,
            failed_callback_owner: FailureOwner::Connection,
            failed_callback_retry_answer: RetryAnswer::Empty,
            callback_signature: false,
            callback_timeout_seconds: 10,
            server_key_per_installation: false,
            clock_offset_seconds: 0,
        }
    }
}

impl Settings {
    /// Returns these settings with the fields of `changes` replaced.
    ///
    /// # Errors
    ///
    /// When `changes` is not an object, contains an unknown field, or a value of the wrong type.
    pub fn merged(&self, changes: &Value) -> Result<Self, serde_json::Error> {
        let mut all: Map<String, Value> = serde_json::from_value(serde_json::to_value(self)?)?;
        all.extend(Map::deserialize(changes)?);
        serde_json::from_value(Value::Object(all))
    }
}
