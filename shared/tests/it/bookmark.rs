//! Bookmarks open only in their place, unchanged, and as long as their key exists.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use proptest::prelude::*;
use serde_json::json;
use shared::{
    secrets::SealingSecret,
    types::{
        bookmark::{BookmarkKeys, LONGEST_BOOKMARK},
        sealing::SealError,
    },
};

fn keys(current: &str, all: &[(&str, u8)]) -> BookmarkKeys {
    let keys: serde_json::Map<_, _> =
        all.iter().map(|(id, byte)| ((*id).to_owned(), json!(STANDARD.encode([*byte; 32])))).collect();
    let secret: SealingSecret = serde_json::from_value(json!({ "current": current, "keys": keys })).unwrap();
    secret.bookmarks().unwrap()
}

#[test]
fn a_bookmark_outlives_its_key_as_the_current_one_but_not_its_removal() {
    let bookmark = keys("k1", &[("k1", 1)]).seal("list a", b"here").unwrap();

    assert!(bookmark.starts_with("k1."));
    assert_eq!(keys("k2", &[("k1", 1), ("k2", 2)]).open("list a", &bookmark).unwrap(), b"here");
    assert_eq!(keys("k2", &[("k2", 2)]).open("list a", &bookmark), Err(SealError::KeyGone));
    assert_eq!(keys("k1", &[("k1", 2)]).open("list a", &bookmark), Err(SealError::Broken));
}

#[test]
fn a_bookmark_that_would_be_too_long_for_a_url_is_not_made() {
    let keys = keys("k1", &[("k1", 1)]);
    assert_eq!(keys.seal("list a", &[0; 1_505]).unwrap().len(), LONGEST_BOOKMARK - 1);
    assert_eq!(keys.seal("list a", &[0; 1_507]), Err(SealError::Key));
}

proptest! {
    #[test]
    fn bytes_come_back_from_their_place_only(
        bytes in prop::collection::vec(any::<u8>(), 0..1_400),
        place in ".{0,40}",
        other in ".{0,40}",
        at in any::<prop::sample::Index>(),
        bit in 0..7_u32,
    ) {
        let keys = keys("k1", &[("k1", 1)]);
        let bookmark = keys.seal(&place, &bytes).unwrap();
        prop_assert_eq!(keys.open(&place, &bookmark).unwrap(), bytes.as_slice());
        prop_assert!(bookmark.len() <= LONGEST_BOOKMARK);
        if place != other {
            prop_assert_eq!(keys.open(&other, &bookmark), Err(SealError::Broken));
        }
        let mut altered = bookmark.into_bytes();
        let at = at.index(altered.len());
        altered[at] ^= 1 << bit;
        prop_assert!(keys.open(&place, &String::from_utf8(altered).unwrap()).is_err());
    }
}
