//! URLs that callers give, to which a browser is sent.

use shared::types::{redirect_url::RedirectUrl, return_url::ReturnUrl};
use url::Url;

use crate::harness::{Corpus, Limits, fuzz};

#[test]
fn a_browser_is_sent_to_the_url_that_was_checked() {
    fuzz("urls", 5_000, &Corpus::lines("urls"), Limits::PURE, |input| {
        let Ok(text) = std::str::from_utf8(input) else { return false };
        if let Ok(redirect) = text.parse::<RedirectUrl>() {
            assert!(text.is_ascii() && !text.contains(['\\', ' ', '"', '<', '>']), "{text:?}");
            assert!(redirect.as_url().username().is_empty() && redirect.as_url().password().is_none());
            assert_eq!(redirect.as_url().as_str().trim_end_matches('/'), text.trim_end_matches('/'));
        }
        let Ok(back) = text.parse::<ReturnUrl>() else { return false };
        assert!(text.len() <= ReturnUrl::LONGEST && text.bytes().all(|byte| byte.is_ascii_graphic()), "{text:?}");
        assert_eq!(back.to_string().parse::<ReturnUrl>().as_ref(), Ok(&back), "{text:?}");
        let with = back.with(&[("consent_id", "2f1c7a52"), ("proof", "a&b=c#d")]);
        assert_eq!((with.origin(), with.path()), (back.origin(), Url::parse(text).unwrap().path()));
        let pairs: Vec<_> = with.query_pairs().into_owned().collect();
        let added = [("consent_id", "2f1c7a52"), ("proof", "a&b=c#d")];
        assert!(pairs.ends_with(&added.map(|(name, value)| (name.to_owned(), value.to_owned()))), "{with}");
        let scheme = with.scheme();
        assert!(scheme == "https" || scheme == "http", "{text:?}");
        true
    });
}
