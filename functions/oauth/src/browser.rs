//! The cookie that binds a consent to the browser that began it (RFC 9700 section 2.1 asks for that): without it, somebody could have
//! another person's browser finish their own consent, or the other way round.

use std::convert::Infallible;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, header, request::Parts},
};
use cookie::{Cookie, SameSite, time::Duration};
use shared::{
    http::{App, Problem},
    types::secret::{BrowserSecret, Secret as _},
};

/// As long as a state lives.
const LIFETIME: Duration = Duration::minutes(10);

/// How the cookie is named and guarded.
#[derive(Clone, Copy, Debug)]
pub(crate) enum CookieKind {
    /// Over https: with the prefix by which a browser takes it from this host alone.
    Host,
    /// Over http on this machine: Safari takes no `Secure` cookie there.
    Loopback,
}

impl CookieKind {
    const fn name(self) -> &'static str {
        match self {
            Self::Host => "__Host-consent",
            Self::Loopback => "consent",
        }
    }

    /// The header that leaves the cookie with the browser.
    pub(crate) fn cookie(self, browser: &BrowserSecret) -> Result<HeaderValue, Problem> {
        let cookie = Cookie::build((self.name(), browser.expose()))
            .path("/")
            .http_only(true)
            // It must come along when the bank sends the browser back.
            .same_site(SameSite::Lax)
            .secure(matches!(self, Self::Host))
            .max_age(LIFETIME)
            .build();
        HeaderValue::from_str(&cookie.to_string()).map_err(|_| Problem::internal())
    }
}

/// The browser that asks, as far as its cookie tells.
#[derive(Debug)]
pub(crate) struct Browser {
    pub(crate) kind: CookieKind,
    pub(crate) secret: Option<BrowserSecret>,
}

impl FromRequestParts<App> for Browser {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let https = app.tpp.config().public_url.scheme() == "https";
        let kind = if https { CookieKind::Host } else { CookieKind::Loopback };
        let secret = parts
            .headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|header| header.to_str().ok())
            .flat_map(Cookie::split_parse)
            .filter_map(Result::ok)
            .find(|cookie| cookie.name() == kind.name())
            .and_then(|cookie| BrowserSecret::parse(cookie.value().to_owned()).ok());
        Ok(Self { kind, secret })
    }
}

/// Whether whoever asks shows pages.
pub(crate) fn wants_page(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accept.split(',').any(|kind| kind.trim_start().starts_with("text/html"))
}
