//! Sealed tokens: they can be opened only in the place where they were sealed, and only with the key that sealed them.

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use proptest::prelude::*;
use serde_json::json;
use shared::{
    secrets::{Content as _, SealingSecret},
    types::{
        sealing::{Place, SealError, SealingKeys},
        secret::{AccessToken, Secret as _},
    },
};

fn keys(current: &str, all: &[(&str, [u8; 32])]) -> SealingKeys {
    SealingKeys::new(current, all.iter().map(|(id, key)| (*id, key.as_slice()))).unwrap()
}

fn token(text: &str) -> AccessToken {
    AccessToken::parse(text.to_owned()).unwrap()
}

fn open(keys: &SealingKeys, item: &str, attribute: &str, sealed: &str) -> Result<String, SealError> {
    keys.open::<AccessToken>(Place { item, attribute }, sealed).map(|token| token.expose().to_owned())
}

fn seal(keys: &SealingKeys, item: &str, attribute: &str, text: &str) -> String {
    keys.seal(Place { item, attribute }, &token(text)).unwrap()
}

#[test]
fn a_pseudonym_is_the_documented_derivation_of_the_current_key() {
    let text = "185.40.108.7";
    // Calculated with Python's `hmac`: derived = HMAC-SHA256(key, b"bunq-tpp audit pseudonym v1\x01"), key =
    // HMAC-SHA256(derived, b"name of the key")[:4], name = HMAC-SHA256(derived, text)[:16].
    let expected = "c5b291a5.14064a8ab848a89b6660f9e1e0fd4c1a";
    let alone = keys("k7", &[("k7", [7; 32])]);
    assert_eq!(alone.pseudonym(text).to_string(), expected);
    assert_eq!(keys("k7", &[("k1", [1; 32]), ("k7", [7; 32])]).pseudonym(text).to_string(), expected);
    assert_ne!(keys("k7", &[("k7", [8; 32])]).pseudonym(text), alone.pseudonym(text));
    assert_ne!(alone.pseudonym("185.40.108.8"), alone.pseudonym(text));
}

const ITEM: &str = "USER#2f1c7a52-6f0e-4c56-9e0b-0d8f9d2f4a11";

proptest! {
    #[test]
    fn what_is_sealed_opens_again(key: [u8; 32], item in ".{0,60}", attribute in ".{0,20}", text in "[!-~]{1,200}") {
        let keys = keys("k1", &[("k1", key)]);
        let sealed = seal(&keys, &item, &attribute, &text);

        prop_assert_eq!(open(&keys, &item, &attribute, &sealed), Ok(text));
    }

    #[test]
    fn a_sealed_text_shows_nothing_of_what_it_holds(key: [u8; 32], text in "[!-~]{4,200}") {
        let sealed = seal(&keys("k1", &[("k1", key)]), ITEM, "token", &text);
        let bytes = STANDARD_NO_PAD.decode(sealed.strip_prefix("k1.").unwrap()).unwrap();

        prop_assert!(!sealed.contains(&text));
        prop_assert!(!bytes.windows(text.len()).any(|window| window == text.as_bytes()));
    }

    #[test]
    fn it_opens_in_no_other_place(
        key: [u8; 32], item in ".{0,40}", attribute in ".{0,20}", other in ".{0,40}", cut in 0_usize..40,
    ) {
        let keys = keys("k1", &[("k1", key)]);
        let sealed = seal(&keys, &item, &attribute, "token");

        if other != item {
            prop_assert_eq!(open(&keys, &other, &attribute, &sealed), Err(SealError::Broken));
        }
        if other != attribute {
            prop_assert_eq!(open(&keys, &item, &other, &sealed), Err(SealError::Broken));
        }
        // The same characters, with another boundary between item and attribute.
        let whole = format!("{item}{attribute}");
        let cut = whole.char_indices().map(|(place, _)| place).nth(cut).unwrap_or(whole.len());
        if cut != item.len() {
            prop_assert_eq!(open(&keys, &whole[..cut], &whole[cut..], &sealed), Err(SealError::Broken));
        }
    }

    #[test]
    fn no_other_key_of_the_same_name_opens_it(key: [u8; 32], other: [u8; 32]) {
        prop_assume!(key != other);
        let sealed = seal(&keys("k1", &[("k1", key)]), ITEM, "token", "text");

        prop_assert_eq!(open(&keys("k1", &[("k1", other)]), ITEM, "token", &sealed), Err(SealError::Broken));
    }

    #[test]
    fn a_flipped_bit_anywhere_breaks_it(key: [u8; 32], text in "[!-~]{1,40}", bit: prop::sample::Index) {
        let keys = keys("k1", &[("k1", key)]);
        let sealed = seal(&keys, ITEM, "token", &text);
        let mut bytes = STANDARD_NO_PAD.decode(sealed.strip_prefix("k1.").unwrap()).unwrap();
        let bit = bit.index(bytes.len() * 8);
        bytes[bit / 8] ^= 1 << (bit % 8);

        let flipped = format!("k1.{}", STANDARD_NO_PAD.encode(bytes));

        prop_assert_eq!(open(&keys, ITEM, "token", &flipped), Err(SealError::Broken));
    }

    #[test]
    fn a_cut_one_is_broken(key: [u8; 32], length in 3_usize..1000) {
        let keys = keys("k1", &[("k1", key)]);
        let sealed = seal(&keys, ITEM, "token", "text");

        let cut = &sealed[..3 + (length - 3) % (sealed.len() - 3)];

        prop_assert_eq!(open(&keys, ITEM, "token", cut), Err(SealError::Broken));
    }

    #[test]
    fn no_text_makes_opening_panic(text in "(k1\\.)?.{0,80}") {
        prop_assert!(open(&keys("k1", &[("k1", [7; 32])]), ITEM, "token", &text).is_err());
    }

    #[test]
    fn after_a_rotation_old_ones_open_and_new_ones_have_the_new_key(old: [u8; 32], new: [u8; 32], text in "[!-~]{1,64}") {
        let before = seal(&keys("k1", &[("k1", old)]), ITEM, "token", &text);
        let rotated = keys("k2", &[("k1", old), ("k2", new)]);
        let after = seal(&rotated, ITEM, "token", &text);

        prop_assert!(before.starts_with("k1.") && after.starts_with("k2."));
        prop_assert_eq!(open(&rotated, ITEM, "token", &before), Ok(text.clone()));
        prop_assert_eq!(open(&rotated, ITEM, "token", &after), Ok(text));
    }
}

#[test]
fn one_whose_key_is_gone_says_so() {
    let sealed = seal(&keys("k1", &[("k1", [1; 32])]), ITEM, "token", "text");

    assert_eq!(open(&keys("k2", &[("k2", [1; 32])]), ITEM, "token", &sealed), Err(SealError::KeyGone));
}

#[test]
fn the_same_text_is_never_sealed_alike() {
    let keys = keys("k1", &[("k1", [1; 32])]);

    assert_ne!(seal(&keys, ITEM, "token", "text"), seal(&keys, ITEM, "token", "text"));
}

#[test]
fn keys_that_cannot_be_used_are_refused_at_once() {
    let new = |current, keys: &[(&'static str, &'static [u8])]| SealingKeys::new(current, keys.iter().copied()).err();

    assert_eq!(new("k1", &[("k1", &[7; 32])]), None);
    assert_eq!(new("k1", &[]), Some(SealError::Key), "none");
    assert_eq!(new("k2", &[("k1", &[7; 32])]), Some(SealError::Key), "the current one is missing");
    for length in [&[7; 31][..], &[7; 33], &[7; 16], &[]] {
        assert_eq!(new("k1", &[("k1", length)]), Some(SealError::Key), "{} bytes", length.len());
        assert_eq!(new("k1", &[("k1", &[7; 32]), ("k0", length)]), Some(SealError::Key), "an old one");
    }
    assert_eq!(new("a.b", &[("a.b", &[7; 32])]), Some(SealError::Key), "the dot ends the id");
}

#[test]
fn a_generated_secret_is_read_back_from_what_is_stored() {
    let generated = SealingSecret::generate();
    let sealed = seal(&generated.keys().unwrap(), ITEM, "token", "text");

    let read: SealingSecret = serde_json::from_value(generated.expose()).unwrap();

    assert_eq!(open(&read.keys().unwrap(), ITEM, "token", &sealed), Ok("text".to_owned()));
    assert_ne!(generated.expose(), SealingSecret::generate().expose(), "another one is another");
}

#[test]
fn a_stored_secret_whose_keys_are_no_keys_is_refused() {
    for key in ["AAAA", "not-base64!", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
        let secret: SealingSecret = serde_json::from_value(json!({ "current": "k1", "keys": { "k1": key } })).unwrap();

        assert_eq!(secret.keys().err(), Some(SealError::Key), "{key}");
    }
}
