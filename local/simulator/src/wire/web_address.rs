//! The addresses that the bank may redirect a browser to.

use url::{Host, Url};

/// Whether the bank may redirect a browser to this address: an https site, or this machine. The address becomes part of
/// headers unchanged, so it must not contain characters with a meaning there.
pub(crate) fn is_web_address(text: &str) -> bool {
    // A host may contain characters such as the semicolon, which ends a part of a content security policy.
    let plain = |url: &Url| {
        let host = url.host_str().unwrap_or_default();
        host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte))
    };
    text.bytes().all(|byte| byte.is_ascii_graphic())
        && Url::parse(text)
            .is_ok_and(|url| plain(&url) && (url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url))))
}

/// Whether the host of an address is this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// The origin of an address, as a content security policy names it.
pub(crate) fn origin(text: &str) -> String {
    Url::parse(text).map(|url| url.origin().ascii_serialization()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_sent_to_https_and_to_this_machine() {
        for text in ["https://app.example/done?id=1#top", "http://localhost:3000/", "http://127.0.0.1", "http://[::1]/"]
        {
            assert!(is_web_address(text), "{text}");
        }
        for text in [
            "",
            "done",
            "//app.example/",
            "http://app.example/",
            "http://localhost.example/",
            "ftp://app.example/",
            "javascript:alert(1)",
            "data:text/html,x",
            "https://a;script-src/",
            "https://app.example/\r\nX: y",
            "https://app.example/a b",
            "https://büro.example/",
        ] {
            assert!(!is_web_address(text), "{text}");
        }
    }
}
