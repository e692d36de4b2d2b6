//! The only reader of the environment. What is wrong with it is said by name, once, at the start.

mod provider;
mod values;

use std::{cell::RefCell, collections::BTreeMap};

use tracing::level_filters::LevelFilter;
use url::{Origin, Url};

use values::{invalid, parse_ips, parse_log_level, parse_origins, safe_url, tpp_name};

pub use provider::Provider;
pub use values::is_loopback;

/// Which of bunq's two worlds a deployment belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BunqEnvironment {
    /// bunq's sandbox: play money, self-signed certificates.
    Sandbox,
    /// Real people and real money.
    Production,
}

impl BunqEnvironment {
    /// Its name in `BUNQ_ENVIRONMENT`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sandbox => "sandbox",
            Self::Production => "production",
        }
    }

    fn parse(text: Option<&str>) -> Result<Self, ConfigError> {
        match text {
            None | Some("sandbox") => Ok(Self::Sandbox),
            Some("production") => Ok(Self::Production),
            Some(_) => Err(invalid("BUNQ_ENVIRONMENT", "must be sandbox or production")),
        }
    }
}

/// Where the bank is. The defaults are bunq's own hosts: <https://doc.bunq.com>.
#[derive(Clone, Debug)]
pub struct BunqUrls {
    /// Base of the API, with the version: `https://public-api.sandbox.bunq.com/v1`.
    pub api: Url,
    /// Where a browser asks for consent: `https://oauth.sandbox.bunq.com/auth`.
    pub authorize: Url,
    /// Where a code becomes an access token: `https://api-oauth.sandbox.bunq.com/v1/token`.
    pub token: Url,
    /// Where a customer pays an issuer transaction: `https://psp.triage.bunq.com`.
    pub pay: Url,
}

/// Everything that a deployment decides.
#[derive(Clone, Debug)]
pub struct Config {
    /// `BUNQ_ENVIRONMENT`: `sandbox` (the default) or `production`.
    pub environment: BunqEnvironment,
    /// `BUNQ_API_URL`, `BUNQ_AUTHORIZE_URL`, `BUNQ_TOKEN_URL`, `BUNQ_PAY_URL`: each defaults to the environment's.
    pub bunq: BunqUrls,
    /// `PUBLIC_URL`: where browsers reach this deployment; `/callback` below it is registered at the bank.
    pub public_url: Url,
    /// `CONNECTIONS_TABLE`: connections and API keys.
    pub connections_table: String,
    /// `EPHEMERA_TABLE`: states, sessions; what may be lost.
    pub ephemera_table: String,
    /// `SECRET_PREFIX`: secrets are named `<prefix>/tpp` and so on.
    pub secret_prefix: String,
    /// `TPP_NAME`: names the app in the sandbox's certificate and the device at the bank.
    pub tpp_name: String,
    /// `PERMITTED_IPS`: comma-separated addresses from which the bank takes our calls; `*` for any (the sandbox's
    /// default). Empty: the address that the first call comes from.
    pub permitted_ips: Vec<String>,
    /// `ISSUER_TRANSACTION_PUBLIC_PATH`: `user` (the default) or `root`, since bunq's public view is found under
    /// either.
    pub public_path_at_root: bool,
    /// `EGRESS_IP_URL`: a service that answers a caller's address as plain text; none asks nobody.
    pub egress_ip_url: Option<Url>,
    /// Who runs it, as its pages say.
    pub provider: Provider,
    /// `RETURN_ORIGINS`: the origins of web applications that a browser may go back to after a consent, separated by
    /// commas.
    pub return_origins: Vec<Origin>,
    /// `ENFORCE_CONSENT_EXPIRY`: whether a consent older than 180 days is used no more. Default: `true` in production,
    /// `false` in the sandbox.
    pub enforce_consent_expiry: bool,
    /// `ALLOW_SHARED_CUSTOMERS`: `true` lets one bunq customer be connected in several workspaces at once.
    pub allow_shared_customers: bool,
    /// `LOG_LEVEL`: `error`, `warn`, `info` (the default), `debug` or `trace`, for our own lines.
    pub log_level: LevelFilter,
    /// `DEVICE_PER_CONNECTION`: `true` registers a device-server for each customer's token before its first session.
    /// bunq's example does not, older integrations do.
    pub device_per_connection: bool,
}

/// The environment does not say what it must.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A variable is missing.
    #[error("the environment variable {0} is missing")]
    Missing(&'static str),
    /// A variable has a value that cannot be.
    #[error("the environment variable {name} {problem}")]
    Invalid {
        /// The variable.
        name: &'static str,
        /// What is wrong with it.
        problem: &'static str,
    },
}

impl Config {
    /// Reads the process's environment.
    ///
    /// # Errors
    /// [`ConfigError`], naming the variable.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::parse(|name| std::env::var(name).ok())
    }

    /// Reads the process's environment, with these variables in front of it; an empty one hides what the environment
    /// says. Answers every variable that is set, too, for another process that is to read the same.
    ///
    /// # Errors
    /// [`ConfigError`], naming the variable.
    pub fn from_env_with(
        variables: &BTreeMap<&'static str, String>,
    ) -> Result<(Self, BTreeMap<&'static str, String>), ConfigError> {
        let used = RefCell::new(BTreeMap::new());
        let config = Self::parse(|name| {
            let value = variables.get(name).cloned().or_else(|| std::env::var(name).ok());
            if let Some(value) = value.as_ref().filter(|value| !value.trim().is_empty()) {
                used.borrow_mut().insert(name, value.clone());
            }
            value
        })?;
        Ok((config, used.into_inner()))
    }

    /// Reads from any source of variables.
    ///
    /// # Errors
    /// [`ConfigError`], naming the variable.
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
        let switch = |name, default| match optional(name).as_deref() {
            None => Ok(default),
            Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(invalid(name, "must be true or false")),
        };
        let permitted_ips = match (optional("PERMITTED_IPS"), environment) {
            (Some(list), _) => parse_ips(&list)?,
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
            secret_prefix: required("SECRET_PREFIX")?,
            tpp_name: tpp_name(optional("TPP_NAME"))?,
            permitted_ips,
            public_path_at_root: match optional("ISSUER_TRANSACTION_PUBLIC_PATH").as_deref() {
                None | Some("user") => false,
                Some("root") => true,
                Some(_) => return Err(invalid("ISSUER_TRANSACTION_PUBLIC_PATH", "must be user or root")),
            },
            egress_ip_url: optional("EGRESS_IP_URL").map(|url| safe_url("EGRESS_IP_URL", &url)).transpose()?,
            provider: Provider::parse(&variable)?,
            return_origins: parse_origins(&optional("RETURN_ORIGINS").unwrap_or_default())?,
            log_level: parse_log_level(optional("LOG_LEVEL"))?,
            device_per_connection: switch("DEVICE_PER_CONNECTION", false)?,
            enforce_consent_expiry: switch("ENFORCE_CONSENT_EXPIRY", environment == BunqEnvironment::Production)?,
            allow_shared_customers: switch("ALLOW_SHARED_CUSTOMERS", false)?,
        })
    }

    /// Where the bank sends a browser back to; must be registered there exactly.
    #[must_use]
    pub fn callback_url(&self) -> Url {
        self.public("callback")
    }

    /// One of our own URLs, as callers reach it.
    #[must_use]
    pub fn public(&self, path: &str) -> Url {
        let mut url = self.public_url.clone();
        url.set_path(&format!("{}/{path}", url.path().trim_end_matches('/')));
        url
    }
}

impl Provider {
    /// Reads the process's environment, for a function that needs nothing else of it.
    ///
    /// # Errors
    /// [`ConfigError`], naming the variable that has a value that cannot be.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::parse(|name| std::env::var(name).ok())
    }
}

/// `LOG_LEVEL` of the process's environment, for a function that needs nothing else of it.
///
/// # Errors
/// [`ConfigError::Invalid`].
pub fn log_level() -> Result<LevelFilter, ConfigError> {
    parse_log_level(std::env::var("LOG_LEVEL").ok().filter(|level| !level.trim().is_empty()))
}

/// What Lambda calls the function that this process is, for figures; `local` elsewhere.
#[must_use]
pub fn function_name() -> String {
    std::env::var("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_else(|_| "local".to_owned())
}
