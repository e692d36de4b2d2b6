//! The browser behind a request: the cookie that binds a consent to the browser that started it (RFC 9700 section 2.1),
//! and whether the browser asks for a page. Without the cookie, an attacker could have another person's browser finish
//! the attacker's own consent, or the other way round.

use std::{convert::Infallible, iter};

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, Method, header, request::Parts},
};
use cookie::{Cookie, SameSite, time::Duration};
use shared::{
    http::{App, Problem},
    types::secret::{BrowserSecret, Secret as _},
};

/// How long a browser keeps the cookie: the longest time for which the link to a consent can be opened.
const LIFETIME: Duration = Duration::days(1);
/// How many secrets a cookie holds: the newest one, and those that may have started consents in other tabs.
const KEPT: usize = 4;
/// How many secrets of a request are read.
const MOST: usize = 8;
/// Separates two secrets in a cookie. No secret contains it.
const SEPARATOR: char = '.';

/// The name and the protection of the cookie.
#[derive(Clone, Copy, Debug)]
pub(crate) enum CookieKind {
    /// Over https: the name has the prefix with which a browser accepts the cookie from this host only.
    Host,
    /// Over http on this machine: Safari accepts no `Secure` cookie there.
    Loopback,
}

impl CookieKind {
    const fn name(self) -> &'static str {
        match self {
            Self::Host => "__Host-consent",
            Self::Loopback => "consent",
        }
    }

    fn cookie(self, value: String) -> Result<HeaderValue, Problem> {
        let cookie = Cookie::build((self.name(), value))
            .path("/")
            .http_only(true)
            // The browser must send the cookie when the bank redirects it back.
            .same_site(SameSite::Lax)
            .secure(matches!(self, Self::Host))
            .max_age(LIFETIME)
            .build();
        HeaderValue::from_str(&cookie.to_string()).map_err(|_| Problem::internal())
    }
}

/// The browser that sent a request, identified by its cookies.
#[derive(Debug)]
pub(crate) struct Browser {
    kind: CookieKind,
    /// The newest first.
    pub(crate) secrets: Vec<BrowserSecret>,
}

impl Browser {
    /// The header that sets the cookie: `newest`, followed by the secrets that the browser already has.
    pub(crate) fn cookie(&self, newest: &BrowserSecret) -> Result<HeaderValue, Problem> {
        // A secret that the browser already has keeps its position. The next consent is bound to the first secret.
        let has_it = self.secrets.iter().any(|secret| secret.expose() == newest.expose());
        let front = iter::once(newest).filter(|_| !has_it);
        let all: Vec<_> = front.chain(&self.secrets).take(KEPT).map(BrowserSecret::expose).collect();
        self.kind.cookie(all.join(&SEPARATOR.to_string()))
    }
}

impl FromRequestParts<App> for Browser {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let https = app.tpp.config.public_url.scheme() == "https";
        let kind = if https { CookieKind::Host } else { CookieKind::Loopback };
        Ok(Self { kind, secrets: secrets(&parts.headers, kind.name()) })
    }
}

/// Every secret in the cookies of this name. Other cookies may hold any bytes, and a value that does not have our form
/// belongs to another program.
fn secrets(headers: &HeaderMap, name: &str) -> Vec<BrowserSecret> {
    let cookies = headers.get_all(header::COOKIE).iter().flat_map(|line| line.as_bytes().split(|byte| *byte == b';'));
    let values = cookies
        .filter_map(|cookie| std::str::from_utf8(cookie).ok()?.trim().split_once('='))
        .filter(|(cookie, _)| cookie.trim_end() == name)
        .map(|(_, value)| value.trim_start());
    let ours =
        values.filter_map(|value| value.split(SEPARATOR).map(BrowserSecret::of_our_form).collect::<Option<Vec<_>>>());
    ours.flatten().take(MOST).collect()
}

/// Whether the request asks for a page, as a browser does, and not for JSON.
pub(crate) fn wants_page(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|line| line.split(',')).any(|kind| {
        let (name, weight) = kind.split_once(';').unwrap_or((kind, ""));
        let refused = weight.split(';').any(|part| {
            let weight = part.trim().strip_prefix("q=").and_then(|weight| weight.strip_prefix('0'));
            weight.is_some_and(|decimals| decimals.trim_matches(['.', '0']).is_empty())
        });
        name.trim().eq_ignore_ascii_case("text/html") && !refused
    })
}

/// Whether the request only prefetches: a page that is loaded before the user follows its link
/// (<https://wicg.github.io/nav-speculation/prefetch.html#sec-purpose-header>), or a HEAD.
pub(crate) fn only_looks_ahead(method: &Method, headers: &HeaderMap) -> bool {
    let purposes = ["sec-purpose", "purpose", "x-purpose", "x-moz"];
    let ahead = |value: &HeaderValue| {
        let value = value.as_bytes().to_ascii_lowercase();
        [&b"prefetch"[..], b"prerender", b"preview"].iter().any(|word| value.starts_with(word))
    };
    *method == Method::HEAD || purposes.iter().flat_map(|name| headers.get_all(*name)).any(ahead)
}
