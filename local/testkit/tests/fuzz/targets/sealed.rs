//! What callers and the store give back: sealed values and bookmarks.

use serde_json::json;
use shared::{
    secrets::SealingSecret,
    types::{
        sealing::Place,
        secret::{AccessToken, Secret as _},
    },
};

use crate::harness::{Corpus, Limits, fuzz};

const PLACE: Place<'_> = Place { item: "USER#1", attribute: "token" };
const TOKEN: &str = "an-access-token-of-a-customer";

fn secret() -> SealingSecret {
    let keys = json!({ "k1": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "k2": "//////////////////////////////////////////8=" });
    serde_json::from_value(json!({ "current": "k1", "keys": keys })).unwrap()
}

#[test]
fn a_sealed_value_opens_only_as_it_was_sealed() {
    let keys = secret().keys().unwrap();
    let sealed: Vec<String> =
        (0..4).map(|_| keys.seal(PLACE, &AccessToken::parse(TOKEN.to_owned()).unwrap()).unwrap()).collect();
    let elsewhere = keys.seal(Place { item: "USER#2", ..PLACE }, &AccessToken::parse(TOKEN.to_owned()).unwrap());
    let corpus = Corpus::new(sealed.iter().chain(&elsewhere.ok()).map(|text| text.clone().into_bytes()).collect());
    fuzz("sealed", 5_000, &corpus, Limits::PURE, |input| {
        let Ok(text) = std::str::from_utf8(input) else { return false };
        let opened = keys.open::<AccessToken>(PLACE, text);
        assert_eq!(opened.is_ok(), sealed.iter().any(|sealed| sealed == text), "{text}");
        opened.is_ok_and(|token| token.expose() == TOKEN)
    });
}

#[test]
fn a_bookmark_opens_only_as_it_was_sealed() {
    let keys = secret().bookmarks().unwrap();
    let sealed: Vec<String> = [&b""[..], &[7; 10], &[9; 1_400]].map(|bytes| keys.seal("list 1", bytes).unwrap()).into();
    let elsewhere = keys.seal("list 2", b"bytes").unwrap();
    let corpus = Corpus::new(sealed.iter().chain([&elsewhere]).map(|text| text.clone().into_bytes()).collect());
    fuzz("bookmark", 5_000, &corpus, Limits::PURE, |input| {
        let Ok(text) = std::str::from_utf8(input) else { return false };
        let opened = keys.open("list 1", text);
        assert_eq!(opened.is_ok(), sealed.iter().any(|sealed| sealed == text), "{text}");
        opened.is_ok()
    });
}
