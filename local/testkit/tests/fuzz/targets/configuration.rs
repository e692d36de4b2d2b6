//! The environment of a function.

use std::collections::BTreeMap;

use shared::config::Config;

use crate::harness::{Corpus, Limits, fuzz};

#[test]
fn a_configuration_is_read_or_refused_without_its_values() {
    fuzz("configuration", 5_000, &Corpus::of("configuration"), Limits::PURE, |input| {
        let Ok(text) = std::str::from_utf8(input) else { return false };
        let variables: BTreeMap<&str, &str> = text.lines().filter_map(|line| line.split_once('=')).collect();
        match Config::parse(|name| variables.get(name).map(|value| (*value).to_owned())) {
            Ok(config) => {
                assert!(config.callback_url().as_str().ends_with("/callback"));
                assert!(matches!(config.public_url.scheme(), "https" | "http"));
                true
            }
            Err(error) => {
                let shown = format!("{error} {error:?}");
                assert!(shown.len() < 1000, "{shown}");
                assert!(variables.values().all(|value| value.len() < 40 || !shown.contains(value)), "{shown}");
                false
            }
        }
    });
}
