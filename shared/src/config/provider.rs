//! The provider that runs a deployment, as its pages show it to customers.

use url::Url;

use super::{
    environment::BunqEnvironment,
    error::{ConfigError, invalid},
    values::{parse_switch, tpp_name},
};
use crate::types::text::Text;

/// The provider that runs a deployment, and whether its start page connects customers.
#[derive(Clone, Debug)]
pub struct Provider {
    /// `TPP_DISPLAY_NAME`: the provider's name as customers know it, 1 to 64 visible characters. Default: `TPP_NAME`.
    pub display_name: String,
    /// `TPP_SUPPORT_URL`: where customers get help, an https page or a mailto address. None by default.
    pub support_url: Option<Url>,
    /// `OPEN_CONSENT`: whether `GET /auth` begins a consent without a ticket. Default: `true` in the sandbox, `false`
    /// in production.
    pub open_consent: bool,
}

impl Provider {
    /// Reads the provider from any source of variables. `variable` returns the value for a name. A blank value counts
    /// as not set.
    ///
    /// # Errors
    /// Returns [`ConfigError::Invalid`] for the first variable that has an invalid value.
    pub fn parse(variable: impl Fn(&'static str) -> Option<String>) -> Result<Self, ConfigError> {
        let optional = |name| variable(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        let environment = BunqEnvironment::parse(optional("BUNQ_ENVIRONMENT").as_deref())?;
        Ok(Self {
            display_name: match optional("TPP_DISPLAY_NAME") {
                Some(name) => display_name(&name)?,
                None => tpp_name(optional("TPP_NAME"))?,
            },
            support_url: optional("TPP_SUPPORT_URL").map(|url| support_url(&url)).transpose()?,
            open_consent: parse_switch(
                "OPEN_CONSENT",
                optional("OPEN_CONSENT").as_deref(),
                environment == BunqEnvironment::Sandbox,
            )?,
        })
    }
}

fn display_name(name: &str) -> Result<String, ConfigError> {
    let must = "must be 1 to 64 visible characters on one line";
    name.parse::<Text<1, 64>>().map(Text::into_string).map_err(|_| invalid("TPP_DISPLAY_NAME", must))
}

/// Parses `TPP_SUPPORT_URL`. The URL becomes a link on our pages, so a scheme that runs code (`javascript:`) is
/// invalid.
fn support_url(text: &str) -> Result<Url, ConfigError> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "https" | "mailto"));
    let url = url.filter(|url| url.username().is_empty() && url.password().is_none());
    url.ok_or(invalid("TPP_SUPPORT_URL", "must be an https or mailto address"))
}
