//! Reads the configuration from environment variables. No other module reads the environment. An error at the start
//! names the variable that is missing or invalid.

#![expect(clippy::disallowed_methods, reason = "this is the module that reads the environment")]

mod aws;
mod environment;
mod error;
mod event_bus;
mod limits;
mod provider;
mod values;

use std::{
    cell::RefCell,
    collections::BTreeMap,
    net::Ipv4Addr,
    num::{NonZeroU8, NonZeroU16},
    path::PathBuf,
};

use ipnet::IpNet;
use tracing::level_filters::LevelFilter;
use url::{Origin, Url};

pub use bunq_client::BunqUrls;

use crate::types::notification::FilterCategory;

use error::invalid;
use values::{
    parse_addresses, parse_bank_writes, parse_categories, parse_concurrency, parse_ips, parse_log_level, parse_origins,
    parse_receivers, parse_sources, parse_switch, parse_unattended, safe_url, tpp_name,
};

pub use aws::Aws;
pub use environment::BunqEnvironment;
pub use error::ConfigError;
pub use event_bus::EventBusName;
pub use limits::BankLimits;
pub use provider::Provider;
pub use values::{BankWrite, WebhookReceivers, is_loopback};

/// The configuration of a deployment.
#[derive(Clone, Debug)]
pub struct Config {
    /// `BUNQ_ENVIRONMENT`: `sandbox` (the default) or `production`.
    pub environment: BunqEnvironment,
    /// `BUNQ_API_URL`, `BUNQ_AUTHORIZE_URL`, `BUNQ_TOKEN_URL`, `BUNQ_PAY_URL`: each defaults to the environment's.
    pub bunq: BunqUrls,
    /// `PUBLIC_URL`: the URL at which browsers reach this deployment. `/callback` below it is registered at the bank.
    pub public_url: Url,
    /// `CONNECTIONS_TABLE`: the DynamoDB table of connections and API keys.
    pub connections_table: String,
    /// `EPHEMERA_TABLE`: the DynamoDB table of data that may be lost, such as OAuth states and sessions.
    pub ephemera_table: String,
    /// `EVENTS_TABLE`: the DynamoDB table of events for the owner of the deployment.
    pub events_table: String,
    /// `SECRET_PREFIX`: secrets are named `<prefix>/tpp` and so on.
    pub secret_prefix: String,
    /// `TPP_NAME`: the name of the app in the sandbox's certificate, and of the device at the bank. Default:
    /// `bunq-tpp`.
    pub tpp_name: String,
    /// `PERMITTED_IPS`: the IPv4 addresses from which the bank accepts calls, separated by commas; `*` for any (the
    /// default in the sandbox). Empty (the default in production): the address of the first call.
    pub permitted_ips: Vec<String>,
    /// `ISSUER_TRANSACTION_PUBLIC_PATH`: whether bunq's public view of an issuer transaction is at the root path
    /// (`root`) or below the TPP's user (`user`, the default). Either can be the case at bunq.
    pub public_path_at_root: bool,
    /// `EGRESS_IP_URL`: a service that returns its caller's IP address as plain text. By default there is none, and the
    /// address is not looked up.
    pub egress_ip_url: Option<Url>,
    /// The provider that customers see on the pages of this deployment.
    pub provider: Provider,
    /// `RETURN_ORIGINS`: the origins of web applications to which a browser may return after a consent, separated by
    /// commas. None by default.
    pub return_origins: Vec<Origin>,
    /// `ENFORCE_CONSENT_EXPIRY`: whether to stop using a consent that is older than 180 days.
    /// Default: `true` in production, `false` in the sandbox.
    pub enforce_consent_expiry: bool,
    /// `ALLOW_SHARED_CUSTOMERS`: whether one bunq customer may be connected in several workspaces at once. Default:
    /// `false`.
    pub allow_shared_customers: bool,
    /// `BANK_WRITES`: what callers may change at the bank beyond the roles of PSD2, separated by commas. None by
    /// default, because the bank refuses these changes to a PSD2 party.
    pub bank_writes: Vec<BankWrite>,
    /// `UNATTENDED_READS_PER_DAY`: how many times in 24 hours the same information of a customer may be read while the
    /// customer is not present, or `off`. Default: 4 in production (Delegated Regulation (EU) 2018/389, article
    /// 36(5)(b)), `off` in the sandbox.
    pub unattended_reads_per_day: Option<NonZeroU8>,
    /// `BANK_LIMITS`: the limits of calls that all functions together keep until bunq names others: `classic` (the
    /// default), `newer`, or `off` for none.
    pub bank_limits: Option<BankLimits>,
    /// `EGRESS_POOL`: the IPv4 addresses from which the functions call the bank, if there are several, separated by
    /// commas. bunq limits calls per address. Then `EGRESS_IP_URL` is required. None by default.
    pub egress_pool: Vec<Ipv4Addr>,
    /// `MAX_CONCURRENT_REQUESTS`: above this number of requests at once, a process answers 503. Default: 200.
    pub max_concurrent_requests: NonZeroU16,
    /// `EXTRA_CA_FILE`: a file with certificates in PEM that are trusted besides the roots that are compiled in, for
    /// example of a company's proxy. None by default.
    pub extra_ca_file: Option<PathBuf>,
    /// `LOG_LEVEL`: the level of this project's log lines, `error`, `warn`, `info` (the default), `debug` or `trace`.
    pub log_level: LevelFilter,
    /// `DEVICE_PER_CONNECTION`: whether to register a device-server for each customer's token before its first session.
    /// bunq's example does not; older integrations do. Default: `false`.
    pub device_per_connection: bool,
    /// `WEBHOOK_RECEIVERS`: where the receivers of webhooks may be: `public` (the default) or `loopback`, which adds
    /// this machine, for development.
    pub webhook_receivers: WebhookReceivers,
    /// `EVENT_BUS`: the name or ARN of the event bus of EventBridge that gets the events of all workspaces. None by
    /// default.
    pub event_bus: Option<EventBusName>,
    /// `HINTS_QUEUE`: the URL of the SQS queue to which callbacks of the bank lead. None by default: then there are no
    /// addresses for callbacks.
    pub hints_queue: Option<Url>,
    /// `CALLBACK_SOURCES`: where callbacks come from, blocks of IP addresses, separated by commas; `*` for anywhere
    /// (the default in the sandbox). Default in production: `185.40.108.0/22`.
    pub callback_sources: Vec<IpNet>,
    /// `CALLBACK_SOURCES_STRICT`: whether callbacks from elsewhere are refused. Otherwise they are counted. Default:
    /// `false`, because bunq may change its addresses.
    pub callback_sources_strict: bool,
    /// `FILTER_CATEGORIES`: what the bank is asked to report, in its words, separated by commas. Default: `MUTATION`,
    /// `DRAFT_PAYMENT`, `REQUEST` and `OAUTH`.
    pub filter_categories: Vec<FilterCategory>,
}

impl Config {
    /// Reads the configuration from the environment of this process.
    ///
    /// # Errors
    /// Returns [`ConfigError::Missing`] or [`ConfigError::Invalid`] for the first variable that is missing or invalid.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::parse(|name| std::env::var(name).ok())
    }

    /// Reads the configuration from `variables`, for names that it lacks from the environment of this process, and for
    /// names that both lack from `defaults`. An empty value in `variables` hides the variable of the environment. Also
    /// returns every variable that was read and
    /// is set, so that another process can read the same configuration.
    ///
    /// # Errors
    /// Returns [`ConfigError::Missing`] or [`ConfigError::Invalid`] for the first variable that is missing or invalid.
    pub fn from_env_with(
        variables: &BTreeMap<&'static str, String>,
        defaults: &BTreeMap<&'static str, String>,
    ) -> Result<(Self, BTreeMap<&'static str, String>), ConfigError> {
        let used = RefCell::new(BTreeMap::new());
        let config = Self::parse(|name| {
            let value = variables.get(name).cloned().or_else(|| std::env::var(name).ok());
            let value = value.or_else(|| defaults.get(name).cloned());
            if let Some(value) = value.as_ref().filter(|value| !value.trim().is_empty()) {
                used.borrow_mut().insert(name, value.clone());
            }
            value
        })?;
        Ok((config, used.into_inner()))
    }

    /// Reads the configuration from any source of variables. `variable` returns the value for a name. A blank value
    /// counts as not set.
    ///
    /// # Errors
    /// Returns [`ConfigError::Missing`] or [`ConfigError::Invalid`] for the first variable that is missing or invalid.
    pub fn parse(variable: impl Fn(&'static str) -> Option<String>) -> Result<Self, ConfigError> {
        let optional = |name| variable(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        let required = |name| optional(name).ok_or(ConfigError::Missing(name));

        let environment = BunqEnvironment::parse(optional("BUNQ_ENVIRONMENT").as_deref())?;
        let [api, authorize, token, pay] = match environment {
            BunqEnvironment::Sandbox => [
                "https://public-api.sandbox.bunq.com/v1",
                "https://oauth.sandbox.bunq.com/auth",
                "https://api-oauth.sandbox.bunq.com/v1/token",
                "https://psp.triage.bunq.com",
            ],
            BunqEnvironment::Production => [
                "https://api.bunq.com/v1",
                "https://oauth.bunq.com/auth",
                "https://api.oauth.bunq.com/v1/token",
                "https://psp.bunq.com",
            ],
        };
        let url = |name, default: &str| safe_url(name, optional(name).as_deref().unwrap_or(default));
        let switch = |name, default| parse_switch(name, optional(name).as_deref(), default);
        let egress_ip_url = optional("EGRESS_IP_URL").map(|url| safe_url("EGRESS_IP_URL", &url)).transpose()?;
        let egress_pool = parse_addresses("EGRESS_POOL", optional("EGRESS_POOL").as_deref().unwrap_or_default())?;
        if egress_pool.len() > 1 && egress_ip_url.is_none() {
            return Err(invalid("EGRESS_POOL", "with several addresses needs EGRESS_IP_URL"));
        }
        let permitted_ips = match (optional("PERMITTED_IPS"), environment) {
            (Some(list), _) => parse_ips(&list)?,
            (None, _) if !egress_pool.is_empty() => egress_pool.iter().map(Ipv4Addr::to_string).collect(),
            (None, BunqEnvironment::Sandbox) => vec!["*".to_owned()],
            (None, BunqEnvironment::Production) => Vec::new(),
        };

        Ok(Self {
            environment,
            bunq: BunqUrls {
                api: url("BUNQ_API_URL", api)?,
                authorize: url("BUNQ_AUTHORIZE_URL", authorize)?,
                token: url("BUNQ_TOKEN_URL", token)?,
                pay: url("BUNQ_PAY_URL", pay)?,
            },
            public_url: safe_url("PUBLIC_URL", &required("PUBLIC_URL")?)?,
            connections_table: required("CONNECTIONS_TABLE")?,
            ephemera_table: required("EPHEMERA_TABLE")?,
            events_table: required("EVENTS_TABLE")?,
            secret_prefix: required("SECRET_PREFIX")?,
            tpp_name: tpp_name(optional("TPP_NAME"))?,
            permitted_ips,
            public_path_at_root: match optional("ISSUER_TRANSACTION_PUBLIC_PATH").as_deref() {
                None | Some("user") => false,
                Some("root") => true,
                Some(_) => return Err(invalid("ISSUER_TRANSACTION_PUBLIC_PATH", "must be user or root")),
            },
            egress_ip_url,
            provider: Provider::parse(&variable)?,
            return_origins: parse_origins(&optional("RETURN_ORIGINS").unwrap_or_default())?,
            bank_writes: parse_bank_writes(&optional("BANK_WRITES").unwrap_or_default())?,
            unattended_reads_per_day: parse_unattended(optional("UNATTENDED_READS_PER_DAY").as_deref(), environment)?,
            bank_limits: BankLimits::parse(optional("BANK_LIMITS").as_deref())?,
            egress_pool,
            max_concurrent_requests: parse_concurrency(optional("MAX_CONCURRENT_REQUESTS").as_deref())?,
            extra_ca_file: optional("EXTRA_CA_FILE").map(PathBuf::from),
            log_level: parse_log_level(optional("LOG_LEVEL"))?,
            webhook_receivers: parse_receivers(optional("WEBHOOK_RECEIVERS").as_deref())?,
            event_bus: optional("EVENT_BUS").map(|name| EventBusName::parse(&name)).transpose()?,
            hints_queue: optional("HINTS_QUEUE").map(|url| safe_url("HINTS_QUEUE", &url)).transpose()?,
            callback_sources: parse_sources(optional("CALLBACK_SOURCES").as_deref(), environment)?,
            callback_sources_strict: switch("CALLBACK_SOURCES_STRICT", false)?,
            filter_categories: parse_categories(optional("FILTER_CATEGORIES").as_deref())?,
            device_per_connection: switch("DEVICE_PER_CONNECTION", false)?,
            enforce_consent_expiry: switch("ENFORCE_CONSENT_EXPIRY", environment == BunqEnvironment::Production)?,
            allow_shared_customers: switch("ALLOW_SHARED_CUSTOMERS", false)?,
        })
    }

    /// Returns the OAuth callback URL, to which the bank sends a browser back. Exactly this URL must be registered at
    /// the bank.
    #[must_use]
    pub fn callback_url(&self) -> Url {
        self.public("callback")
    }

    /// Returns the public URL of a path of this deployment. `path` has no slash at its start.
    #[must_use]
    pub fn public(&self, path: &str) -> Url {
        let mut url = self.public_url.clone();
        url.set_path(&format!("{}/{path}", url.path().trim_end_matches('/')));
        url
    }
}

impl Provider {
    /// Reads the provider from the environment of this process, for a function that needs no other configuration.
    ///
    /// # Errors
    /// Returns [`ConfigError::Invalid`] for the first variable that has an invalid value.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::parse(|name| std::env::var(name).ok())
    }
}

/// Reads `LOG_LEVEL` from the environment of this process, for a function that needs no other configuration. The
/// default is `info`.
///
/// # Errors
/// Returns [`ConfigError::Invalid`] if the value is not a log level.
pub fn log_level() -> Result<LevelFilter, ConfigError> {
    parse_log_level(std::env::var("LOG_LEVEL").ok().filter(|level| !level.trim().is_empty()))
}

/// Returns the name of the Lambda function that this process runs, for metrics. Returns `local` outside of Lambda.
#[must_use]
pub fn function_name() -> String {
    std::env::var("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_else(|_| "local".to_owned())
}

/// Returns what metrics of all functions together are named after: `SECRET_PREFIX`, which is the name of the stack on
/// AWS, or the name of the function if it uses no secrets.
#[must_use]
pub fn deployment_name() -> String {
    std::env::var("SECRET_PREFIX").unwrap_or_else(|_| function_name())
}
