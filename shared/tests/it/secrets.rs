//! Secret texts: which texts are valid, that random ones are random, and that none is ever printed.

use std::collections::BTreeSet;

use proptest::prelude::*;
use shared::types::secret::{
    AccessToken, ApiKey, BrowserSecret, OauthState, SealingKey, Secret, SecretError, sha256_hex,
};

/// The name and the `Debug` output of each kind of secret: the bank's and ours.
fn debug_forms(text: &str) -> Vec<(&'static str, String)> {
    [shared::bunq::types::secret::debug_forms(text), shared::types::secret::debug_forms(text)].concat()
}

proptest! {
    #[test]
    fn visible_ascii_is_kept_as_it_is(text in "[!-~]{1,200}") {
        let secret = AccessToken::parse(text.clone()).unwrap();

        prop_assert_eq!(secret.expose(), text);
    }

    #[test]
    fn anything_else_in_it_is_refused(before in "[!-~]{0,20}", wrong in "[^!-~]", after in "[!-~]{0,20}") {
        prop_assert_eq!(AccessToken::parse(format!("{before}{wrong}{after}")).unwrap_err(), SecretError);
    }

    #[test]
    fn no_kind_of_secret_prints_its_text(text in "[!-~]{9,64}") {
        for (name, form) in debug_forms(&text) {
            prop_assert_eq!(form, format!("{name}([redacted])"));
        }
    }

    #[test]
    fn a_secret_of_the_wrong_form_is_not_repeated_by_the_error(text in "[!-~]{9,64}") {
        let json = serde_json::to_string(&format!("{text}\n")).unwrap();
        let error = serde_json::from_str::<AccessToken>(&json).unwrap_err();
        prop_assert!(!error.to_string().contains(&text), "{}", error);
    }
}

#[test]
fn a_secret_has_1_to_4096_characters() {
    for (length, fits) in [(0, false), (1, true), (4096, true), (4097, false)] {
        assert_eq!(AccessToken::parse("a".repeat(length)).is_ok(), fits, "{length}");
    }
}

#[test]
fn the_walk_over_all_kinds_meets_each_of_them() {
    let names: Vec<_> = debug_forms("a-secret").into_iter().map(|(name, _)| name).collect();

    let expected = [
        "InstallationToken",
        "SessionToken",
        "PspApiKey",
        "AccessToken",
        "AuthorizationCode",
        "ClientId",
        "ClientSecret",
        "OauthState",
        "BrowserSecret",
        "ConsentTicket",
        "ClaimProof",
        "SealingKey",
        "CallbackToken",
        "CallbackKey",
        "ApiKey",
    ];
    for name in expected {
        assert!(names.contains(&name), "{name} is missing from {names:?}");
    }
    assert!(debug_forms("a-secret").iter().all(|(_, form)| form.contains("[redacted]")));
}

#[test]
fn what_cannot_be_a_secret_has_no_form_that_could_show_it() {
    for (name, form) in debug_forms("not a secret") {
        assert_eq!(form, "", "{name}");
    }
}

#[test]
fn a_fingerprint_is_the_sha_256_of_the_text() {
    let known = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";

    assert_eq!(sha256_hex(b"secret"), known);
    assert_eq!(AccessToken::parse("secret".to_owned()).unwrap().fingerprint(), known);
    assert_eq!(sha256_hex(b""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

fn check_random<S: Secret>(random: impl Fn() -> S, prefix: &str, length: usize) {
    let texts: BTreeSet<_> = (0..64).map(|_| random().expose().to_owned()).collect();

    assert_eq!(texts.len(), 64, "no two are the same");
    for text in texts {
        let random = text.strip_prefix(prefix).unwrap();
        assert_eq!(random.len(), length, "256 bits: {}", random.len());
        assert!(S::parse(text).is_ok(), "it can be read back");
    }
}

#[test]
fn random_secrets_have_256_bits() {
    check_random(OauthState::random, "", 43);
    check_random(BrowserSecret::random, "", 43);
    check_random(ApiKey::random, "tpp_", 43);
    check_random(SealingKey::random, "", 44);
}
