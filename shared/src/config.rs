//! The only reader of the environment. What is wrong with it is said by name, once, at the start.

use std::collections::BTreeMap;

use tracing::level_filters::LevelFilter;
use url::{Origin, Url};

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
    /// `PERMITTED_IPS`: comma-separated addresses from which the bank takes our calls; `*` for any (the sandbox's default).
    /// Empty: the address that the first call comes from.
    pub permitted_ips: Vec<String>,
    /// `ISSUER_TRANSACTION_PUBLIC_PATH`: `user` (the default) or `root`, since bunq's public view is found under either.
    pub public_path_at_root: bool,
    /// `EGRESS_IP_URL`: a service that answers a caller's address as plain text; none asks nobody.
    pub egress_ip_url: Option<Url>,
    /// `OPEN_CONSENT`: whether `GET /auth` begins a consent without a ticket; `true` in the sandbox and `false` in production by default.
    pub open_consent: bool,
    /// `RETURN_ORIGINS`: the origins of web applications that a browser may go back to after a consent, separated by commas.
    pub return_origins: Vec<Origin>,
    /// `ENFORCE_CONSENT_EXPIRY`: whether a consent older than 180 days is used no more. Default: `true` in production, `false` in the sandbox.
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

    /// Reads the process's environment, with these variables in front of it; an empty one hides what the environment says.
    ///
    /// # Errors
    /// [`ConfigError`], naming the variable.
    pub fn from_env_with(variables: &BTreeMap<&'static str, String>) -> Result<Self, ConfigError> {
        Self::parse(|name| variables.get(name).cloned().or_else(|| std::env::var(name).ok()))
    }

    /// Reads from any source of variables.
    ///
    /// # Errors
    /// [`ConfigError`], naming the variable.
    pub fn parse(variable: impl Fn(&'static str) -> Option<String>) -> Result<Self, ConfigError> {
        let optional = |name| variable(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        let required = |name| optional(name).ok_or(ConfigError::Missing(name));

        let environment = match optional("BUNQ_ENVIRONMENT").as_deref() {
            None | Some("sandbox") => BunqEnvironment::Sandbox,
            Some("production") => BunqEnvironment::Production,
            Some(_) => return Err(invalid("BUNQ_ENVIRONMENT", "must be sandbox or production")),
        };
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
            open_consent: match optional("OPEN_CONSENT").as_deref() {
                None => environment == BunqEnvironment::Sandbox,
                Some("true") => true,
                Some("false") => false,
                Some(_) => return Err(invalid("OPEN_CONSENT", "must be true or false")),
            },
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

fn parse_log_level(level: Option<String>) -> Result<LevelFilter, ConfigError> {
    let level = level.as_deref().map_or("info", str::trim);
    level.parse().map_err(|_| invalid("LOG_LEVEL", "must be error, warn, info, debug or trace"))
}

const fn invalid(name: &'static str, problem: &'static str) -> ConfigError {
    ConfigError::Invalid { name, problem }
}

/// https only, since tokens travel there; http for this machine itself.
fn safe_url(name: &'static str, text: &str) -> Result<Url, ConfigError> {
    let url = Url::parse(text).map_err(|_| invalid(name, "is not a URL"))?;
    match url.scheme() {
        _ if !url.username().is_empty() || url.password().is_some() => Err(invalid(name, "must not hold a user name")),
        _ if url.query().is_some() || url.fragment().is_some() => {
            Err(invalid(name, "must not hold a query or fragment"))
        }
        "https" => Ok(url),
        // Docker's name for the machine that a container runs on.
        "http" if is_loopback(&url) || url.host_str() == Some("host.docker.internal") => Ok(url),
        _ => Err(invalid(name, "must be https (http for this machine only)")),
    }
}

/// Whether a URL leads to this machine itself.
#[must_use]
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// An origin is written as a URL without a path: `https://app.example`.
fn parse_origins(list: &str) -> Result<Vec<Origin>, ConfigError> {
    let texts = list.split(',').map(str::trim).filter(|text| !text.is_empty());
    texts
        .map(|text| {
            let url = Url::parse(text).ok().filter(|url| {
                let safe = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url));
                safe && url.origin().ascii_serialization() == text.trim_end_matches('/')
            });
            let must = "must be origins such as https://app.example (http for this machine only), separated by commas";
            url.map(|url| url.origin()).ok_or(invalid("RETURN_ORIGINS", must))
        })
        .collect()
}

fn parse_ips(list: &str) -> Result<Vec<String>, ConfigError> {
    list.split(',')
        .map(str::trim)
        .filter(|text| !text.is_empty())
        .map(|text| match text {
            "*" => Ok(text.to_owned()),
            _ => text
                .parse::<std::net::Ipv4Addr>()
                .map(|address| address.to_string())
                .map_err(|_| invalid("PERMITTED_IPS", "must be IPv4 addresses or *, separated by commas")),
        })
        .collect()
}

/// A certificate's common name takes 64 characters; ` PISP AISP ` and a UUID take 43 of them, and the bank shows the name to customers.
const LONGEST_TPP_NAME: usize = 16;

fn tpp_name(name: Option<String>) -> Result<String, ConfigError> {
    let name = name.unwrap_or_else(|| "bunq-tpp".to_owned());
    let fits = name.len() <= LONGEST_TPP_NAME
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" ._-".contains(&byte));
    if fits {
        Ok(name)
    } else {
        Err(invalid("TPP_NAME", "must be at most 16 letters, digits, spaces, dots, dashes or underscores"))
    }
}
