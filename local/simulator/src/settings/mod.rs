//! What this bank does where the real one is not known to do one thing only.
//!
//! Sources about the bank contradict each other in places, and some answers were never recorded. Each such point is a
//! setting here, so that a client can be tried against every reading. The default is the reading most sources share.

mod choices;

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use self::choices::{
    Denial, DuplicateRequestIds, ExpiredSessionText, GrantedId, IpCheck, Need, OnGet, Permission, PublicPath,
    RateLimits, RefusalStatus, SessionExtension, TimeoutOwner, WildcardIpApi,
};

/// The switchable behaviour of the bank. Field names are the JSON names.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Life of a session of a person or company, in seconds. One week by default.
    pub session_timeout_seconds: u32,
    /// Life of a session of a payment service provider, in seconds. 324000 was recorded; the documentation says 90
    /// days.
    pub psp_session_timeout_seconds: u32,
    /// Whose `session_timeout` rules a session opened with an access token.
    pub timeout_owner: TimeoutOwner,
    /// When a call extends the session it uses.
    pub session_extension: SessionExtension,
    /// The words of the 401 for a session that has ended.
    pub expired_session_text: ExpiredSessionText,
    /// Whether calls are counted and refused with 429.
    pub rate_limits: RateLimits,
    /// `["*"]` alone permits the caller's IP only; the star counts only beside an address.
    pub strict_wildcard: bool,
    /// Whether `permitted_ips` may hold IPv6 addresses.
    pub ipv6_permitted_ips: bool,
    /// Which calls look at the caller's IP.
    pub ip_check: IpCheck,
    /// The address that callers are seen from; without one that of their connection. It stands for the one address of a
    /// network that the bank sees from outside.
    pub egress_ip: Option<IpAddr>,
    /// Whether `*` can be permitted through the API, and not in the app only.
    pub wildcard_ip_api: WildcardIpApi,
    /// Whether credential-password-ip shows the secret of an API key that is in use, which the real bank does not.
    pub show_token_value: bool,
    /// Whether the granting user carries its `id` inside a `UserApiKey`.
    pub granted_id: GrantedId,
    /// Whether the granting user's own id works in every path, instead of in those of the user resources only.
    pub granted_id_lenient: bool,
    /// What happens to a second call with the same `X-Bunq-Client-Request-Id`.
    pub duplicate_request_ids: DuplicateRequestIds,
    /// Whether a JSON body needs the header `Content-Type: application/json`. Client libraries of the bank do not send
    /// it.
    pub json_content_type: Need,
    /// Whether a signature on a GET is checked. Older clients sign more than the body, and nothing needs it there.
    pub get_signature: OnGet,
    /// Whether a request id on a GET must be a new one.
    pub get_request_id: OnGet,
    /// The status of a wrong request signature: 400 or 401.
    pub bad_signature_status: RefusalStatus,
    /// Whether answers of status 4xx are signed. 429 never is.
    pub sign_errors: bool,
    /// Whether POST device-server must be signed.
    pub device_server_signature: Need,
    /// Whether an access token must be registered by POST device-server before it opens a session.
    pub access_token_device: Need,
    /// How long an unused API key of a payment service provider or of a sandbox user lives, in seconds.
    pub psp_credential_validity_seconds: u32,
    /// How long an authorization code lives, in seconds.
    pub authorization_code_validity_seconds: u32,
    /// The status of `invalid_grant` at the token endpoint: 400 or 401.
    pub invalid_grant_status: RefusalStatus,
    /// Where the browser goes when the customer declines.
    pub denial: Denial,
    /// Whether every consent makes a new `UserApiKey`, instead of one for each pair of application and customer.
    pub fresh_api_key_id: bool,
    /// Whether a new consent ends the access tokens of earlier ones.
    pub reconsent_revokes: bool,
    /// Whether a payment service provider may pay from a customer's account at once, by POST payment.
    pub direct_payments: Permission,
    /// Whether a payment service provider may accept a draft payment in the customer's place.
    pub tpp_accepts_drafts: Permission,
    /// Whether a payment service provider may do for a customer what no role of PSD2 lists: open and change accounts,
    /// and upload attachments.
    pub tpp_writes: Permission,
    /// Where the public view of an issuer transaction is.
    pub issuer_transaction_public_path: PublicPath,
    /// How long a draft payment waits for the customer, in seconds. 30 days by default; the real time is not known.
    pub draft_payment_validity_seconds: u32,
    /// How long a request inquiry waits for an answer, in seconds. 30 days by default; the real time is not known.
    pub request_inquiry_validity_seconds: u32,
    /// Whether every installation gets a server key pair of its own. Making one takes a moment.
    pub server_key_per_installation: bool,
    /// Seconds this bank's clock is ahead of the machine's.
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
            request_inquiry_validity_seconds: 2_592_000,
            server_key_per_installation: false,
            clock_offset_seconds: 0,
        }
    }
}

impl Settings {
    /// These settings with the fields of `changes` replaced.
    ///
    /// # Errors
    ///
    /// When `changes` is no object, names a field that does not exist, or holds a value of the wrong type.
    pub fn merged(&self, changes: &Value) -> Result<Self, serde_json::Error> {
        let mut all: Map<String, Value> = serde_json::from_value(serde_json::to_value(self)?)?;
        all.extend(Map::deserialize(changes)?);
        serde_json::from_value(Value::Object(all))
    }
}
