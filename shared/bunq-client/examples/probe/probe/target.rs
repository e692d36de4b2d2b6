//! The bank that is asked, and its addresses.

use std::net::IpAddr;

use url::{Host, Url};

/// Which of the banks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BankName {
    /// bunq's sandbox.
    Sandbox,
    /// bunq itself.
    Production,
    /// A bank on this machine: the simulator.
    Loopback,
}

impl BankName {
    /// Returns the name, as the report has it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Sandbox => "sandbox",
            Self::Production => "production",
            Self::Loopback => "loopback",
        }
    }
}

/// The addresses of a bank.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) name: BankName,
    pub(super) api: Url,
    pub(super) authorize: Url,
    pub(super) token: Url,
}

/// Why a bank is not asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TargetError {
    /// Production needs the caller's explicit consent.
    #[error("production has real customers and strict limits: add --i-know to ask it all the same")]
    Production,
    /// The text names no bank.
    #[error("the bank must be `sandbox`, `production`, or the http URL of a simulator on this machine")]
    Unknown,
}

impl Target {
    /// Reads the name or the URL of a bank. `knows` is whether the caller insists on production.
    ///
    /// # Errors
    /// Returns [`TargetError::Production`] for production if the caller does not insist, and [`TargetError::Unknown`]
    /// for a text that is neither a name nor an http URL of this machine.
    pub(crate) fn parse(text: &str, knows: bool) -> Result<Self, TargetError> {
        let at = |name, api: &str, authorize: &str, token: &str| {
            let url = |text: &str| Url::parse(text).map_err(|_| TargetError::Unknown);
            Ok(Self { name, api: url(api)?, authorize: url(authorize)?, token: url(token)? })
        };
        match text {
            "sandbox" => at(
                BankName::Sandbox,
                "https://public-api.sandbox.bunq.com/v1",
                "https://oauth.sandbox.bunq.com/auth",
                "https://api-oauth.sandbox.bunq.com/v1/token",
            ),
            "production" if !knows => Err(TargetError::Production),
            "production" => at(
                BankName::Production,
                "https://api.bunq.com/v1",
                "https://oauth.bunq.com/auth",
                "https://api.oauth.bunq.com/v1/token",
            ),
            other => {
                let base = Url::parse(other).ok().filter(is_loopback).ok_or(TargetError::Unknown)?;
                let origin = base.origin().ascii_serialization();
                let [api, authorize, token] = ["v1", "auth", "v1/token"].map(|path| format!("{origin}/{path}"));
                at(BankName::Loopback, &api, &authorize, &token)
            }
        }
    }
}

fn is_loopback(url: &Url) -> bool {
    let of_this_machine = match url.host() {
        Some(Host::Ipv4(ip)) => IpAddr::V4(ip).is_loopback(),
        Some(Host::Ipv6(ip)) => IpAddr::V6(ip).is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    of_this_machine && url.scheme() == "http"
}
