//! The secrets of a deployment, which people write, too.

use serde_json::Value;
use shared::secrets::{CertificateSecret, Content, OauthClientSecret, SealingSecret, TppSecret};

use crate::harness::{Corpus, Limits, fuzz};

/// Reads a secret, and checks that it is written as a secret that reads as the same, and that it is not shown.
fn round_trip<C: Content + std::fmt::Debug>(text: &[u8], values: &[&str]) -> Option<C> {
    let read: C = serde_json::from_slice(text).ok()?;
    let written = read.expose();
    let again: C = serde_json::from_value(written.clone()).unwrap();
    assert_eq!(again.expose(), written);
    let (shown, text) = (format!("{read:?}"), written.to_string());
    for value in values.iter().filter_map(|pointer| written.pointer(pointer).and_then(Value::as_str)) {
        // A text that is also in a field that is no secret may be shown.
        let is_known = value.len() < 16 || text.matches(value).count() != 1;
        assert!(is_known || !shown.contains(value), "{shown}");
    }
    Some(read)
}

#[test]
fn a_secret_is_read_or_refused() {
    fuzz("secrets", 5_000, &Corpus::of("secrets"), Limits::PURE, |text| {
        let tpp = ["/installation/token", "/installation/private_key", "/psp/api_key"];
        let mut accepted = round_trip::<TppSecret>(text, &tpp).is_some();
        accepted |= round_trip::<OauthClientSecret>(text, &["/client_id", "/client_secret"]).is_some();
        accepted |= round_trip::<CertificateSecret>(text, &["/private_key"]).is_some();
        if let Some(sealing) = round_trip::<SealingSecret>(text, &["/keys/k1", "/keys/k2"]) {
            let _ = (sealing.keys().is_ok(), sealing.bookmarks().is_ok());
            accepted = true;
        }
        accepted
    });
}
