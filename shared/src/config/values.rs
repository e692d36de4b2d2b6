//! Parsers of single variables.

use std::{
    net::{IpAddr, Ipv4Addr},
    num::{NonZeroU8, NonZeroU16},
};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use tracing::level_filters::LevelFilter;
use url::{Origin, Url};

use super::{
    environment::BunqEnvironment,
    error::{ConfigError, invalid},
};
use crate::types::notification::FilterCategory;

pub(super) fn parse_log_level(level: Option<String>) -> Result<LevelFilter, ConfigError> {
    let level = level.as_deref().map_or("info", str::trim);
    level.parse().map_err(|_| invalid("LOG_LEVEL", "must be error, warn, info, debug or trace"))
}

pub(super) fn parse_switch(name: &'static str, text: Option<&str>, default: bool) -> Result<bool, ConfigError> {
    let parsed = text.map_or(Ok(default), str::parse);
    parsed.map_err(|_| invalid(name, "must be true or false"))
}

/// Parses a URL without user name, query and fragment. It must be https, because tokens are sent to it; http is valid
/// for this machine only.
pub(super) fn safe_url(name: &'static str, text: &str) -> Result<Url, ConfigError> {
    let url = Url::parse(text).map_err(|_| invalid(name, "is not a URL"))?;
    match url.scheme() {
        _ if !url.username().is_empty() || url.password().is_some() => Err(invalid(name, "must not hold a user name")),
        _ if url.query().is_some() || url.fragment().is_some() => {
            Err(invalid(name, "must not hold a query or fragment"))
        }
        "https" => Ok(url),
        // `host.docker.internal` is Docker's name for the machine that a container runs on.
        "http" if is_loopback(&url) || url.host_str() == Some("host.docker.internal") => Ok(url),
        _ => Err(invalid(name, "must be https (http for this machine only)")),
    }
}

/// Returns whether the host of a URL is this machine: `localhost` or a loopback address.
#[must_use]
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Parses origins, separated by commas. An origin is written as a URL without a path: `https://app.example`.
pub(super) fn parse_origins(list: &str) -> Result<Vec<Origin>, ConfigError> {
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

/// A kind of change at the bank that no role of PSD2 includes. The bank accepts it from a customer with an own API key,
/// and from an OAuth application that is not a PSD2 party.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BankWrite {
    /// `accounts`: opens and changes accounts.
    Accounts,
}

pub(super) fn parse_bank_writes(list: &str) -> Result<Vec<BankWrite>, ConfigError> {
    let names = list.split(',').map(str::trim).filter(|name| !name.is_empty());
    names
        .map(|name| match name {
            "accounts" => Ok(BankWrite::Accounts),
            _ => Err(invalid("BANK_WRITES", "must be accounts, or empty")),
        })
        .collect()
}

/// The default in production, which the regulation gives.
const UNATTENDED_READS: Option<NonZeroU8> = NonZeroU8::new(4);

pub(super) fn parse_unattended(
    text: Option<&str>,
    environment: BunqEnvironment,
) -> Result<Option<NonZeroU8>, ConfigError> {
    match (text, environment) {
        (None, BunqEnvironment::Production) => Ok(UNATTENDED_READS),
        (None, BunqEnvironment::Sandbox) | (Some("off"), _) => Ok(None),
        (Some(text), _) => {
            text.parse().map(Some).map_err(|_| invalid("UNATTENDED_READS_PER_DAY", "must be 1 to 255, or off"))
        }
    }
}

/// The default of `MAX_CONCURRENT_REQUESTS`.
const CONCURRENT_REQUESTS: NonZeroU16 = NonZeroU16::MIN.saturating_add(199);

pub(super) fn parse_concurrency(text: Option<&str>) -> Result<NonZeroU16, ConfigError> {
    let parsed = text.map_or(Ok(CONCURRENT_REQUESTS), str::parse);
    parsed.map_err(|_| invalid("MAX_CONCURRENT_REQUESTS", "must be 1 to 65535"))
}

/// Parses IPv4 addresses, separated by commas.
pub(super) fn parse_addresses(name: &'static str, list: &str) -> Result<Vec<Ipv4Addr>, ConfigError> {
    let texts = list.split(',').map(str::trim).filter(|text| !text.is_empty());
    texts.map(|text| text.parse().map_err(|_| invalid(name, "must be IPv4 addresses, separated by commas"))).collect()
}

pub(super) fn parse_ips(list: &str) -> Result<Vec<String>, ConfigError> {
    list.split(',')
        .map(str::trim)
        .filter(|text| !text.is_empty())
        .map(|text| match text {
            "*" => Ok(text.to_owned()),
            _ => text
                .parse::<Ipv4Addr>()
                .map(|address| address.to_string())
                .map_err(|_| invalid("PERMITTED_IPS", "must be IPv4 addresses or *, separated by commas")),
        })
        .collect()
}

/// The longest `TPP_NAME`. The common name of a certificate has at most 64 characters, of which ` PISP AISP ` and a
/// UUID take 43, and the bank shows the name to customers.
const LONGEST_TPP_NAME: usize = 16;

pub(super) fn tpp_name(name: Option<String>) -> Result<String, ConfigError> {
    let name = name.unwrap_or_else(|| "bunq-tpp".to_owned());
    let fits = name.len() <= LONGEST_TPP_NAME
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" ._-".contains(&byte));
    if fits {
        Ok(name)
    } else {
        Err(invalid("TPP_NAME", "must be at most 16 letters, digits, spaces, dots, dashes or underscores"))
    }
}

/// Where the receivers of webhooks may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebhookReceivers {
    /// `public`: on the public internet.
    Public,
    /// `loopback`: also on this machine. For development.
    Loopback,
}

pub(super) fn parse_receivers(text: Option<&str>) -> Result<WebhookReceivers, ConfigError> {
    match text {
        None | Some("public") => Ok(WebhookReceivers::Public),
        Some("loopback") => Ok(WebhookReceivers::Loopback),
        Some(_) => Err(invalid("WEBHOOK_RECEIVERS", "must be public or loopback")),
    }
}

/// The addresses from which bunq's production sends callbacks.
const PRODUCTION_SOURCES: &str = "185.40.108.0/22";

/// Parses blocks of IP addresses, separated by commas. An address is a block of one.
pub(super) fn parse_sources(list: Option<&str>, environment: BunqEnvironment) -> Result<Vec<IpNet>, ConfigError> {
    let list = list.unwrap_or(match environment {
        BunqEnvironment::Production => PRODUCTION_SOURCES,
        BunqEnvironment::Sandbox => "*",
    });
    if list == "*" {
        return Ok(vec![IpNet::V4(Ipv4Net::default()), IpNet::V6(Ipv6Net::default())]);
    }
    let texts = list.split(',').map(str::trim).filter(|text| !text.is_empty());
    let must = "must be blocks of IP addresses such as 185.40.108.0/22, separated by commas, or *";
    texts
        .map(|text| {
            let address = || text.parse::<IpAddr>().map(IpNet::from).ok();
            text.parse().ok().or_else(address).ok_or(invalid("CALLBACK_SOURCES", must))
        })
        .collect()
}

/// The default of `FILTER_CATEGORIES`. `MUTATION` reports every payment, so `PAYMENT` would report most of them twice.
const CATEGORIES: &str = "MUTATION,DRAFT_PAYMENT,REQUEST,OAUTH";

pub(super) fn parse_categories(list: Option<&str>) -> Result<Vec<FilterCategory>, ConfigError> {
    let must = || invalid("FILTER_CATEGORIES", "must be 1 to 20 different categories of bunq, separated by commas");
    let names = list.unwrap_or(CATEGORIES).split(',').map(str::trim).filter(|name| !name.is_empty());
    let categories: Vec<FilterCategory> =
        names.map(|name| name.parse().map_err(|_| must())).collect::<Result<_, _>>()?;
    let is_repeated = |category| categories.iter().filter(|other| *other == category).count() > 1;
    match (1..=FilterCategory::MOST).contains(&categories.len()) && !categories.iter().any(is_repeated) {
        true => Ok(categories),
        false => Err(must()),
    }
}
