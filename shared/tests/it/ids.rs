//! Ids and scopes: each has exactly one valid text form, and every other text is rejected.

use std::str::FromStr as _;

use proptest::prelude::*;
use shared::types::{
    ids::{BunqUserId, IdError, OwnIdError, UserId},
    scope::{Scope, UnknownScope},
};
use uuid::Uuid;

const LARGEST: u64 = i64::MAX as u64;

proptest! {
    #[test]
    fn a_user_id_is_read_back_as_it_was_written(bits: u128) {
        let text = Uuid::from_u128(bits).as_hyphenated().to_string();

        prop_assert_eq!(UserId::from_str(&text).unwrap().to_string(), text);
    }

    #[test]
    fn a_user_id_in_any_other_form_of_a_uuid_is_refused(bits: u128) {
        let uuid = Uuid::from_u128(bits);
        let canonical = uuid.as_hyphenated().to_string();
        let upper = canonical.to_uppercase();
        let others = [
            uuid.as_simple().to_string(),
            uuid.as_braced().to_string(),
            uuid.as_urn().to_string(),
            format!("{canonical} "),
            format!(" {canonical}"),
            format!("{canonical}\n"),
            canonical[1..].to_owned(),
        ];
        for text in others.iter().chain((upper != canonical).then_some(&upper)) {
            prop_assert_eq!(UserId::from_str(text), Err(OwnIdError::NotUserId), "{}", text);
        }
    }

    #[test]
    fn no_text_is_a_user_id_unless_it_is_canonical(text in ".{0,40}") {
        if let Ok(id) = UserId::from_str(&text) {
            prop_assert_eq!(id.to_string(), text);
        }
    }

    #[test]
    fn a_bunq_id_is_any_positive_number_of_63_bits(number in 1..=LARGEST) {
        let id = BunqUserId::from_str(&number.to_string()).unwrap();

        prop_assert_eq!(u64::from(id), number);
        prop_assert_eq!(id.to_string(), number.to_string());
        prop_assert_eq!(serde_json::from_str::<BunqUserId>(&number.to_string()).unwrap(), id);
        prop_assert_eq!(serde_json::to_string(&id).unwrap(), number.to_string());
    }

    #[test]
    fn a_bunq_id_has_one_form(number in 1..=LARGEST) {
        for text in [
            format!("+{number}"), format!("-{number}"), format!("0{number}"), format!(" {number}"),
            format!("{number} "), format!("{number}.0"), format!("{number}\n"), format!("{number}/x"),
        ] {
            prop_assert_eq!(BunqUserId::from_str(&text), Err(IdError::NotNumber), "{}", text);
        }
    }

    #[test]
    fn a_number_that_bunq_cannot_have_is_refused(number in LARGEST + 1..) {
        prop_assert_eq!(BunqUserId::from_str(&number.to_string()), Err(IdError::NotNumber));
        prop_assert_eq!(BunqUserId::try_from(number), Err(IdError::NotNumber));
        prop_assert!(serde_json::from_str::<BunqUserId>(&number.to_string()).is_err());
    }

    #[test]
    fn no_text_is_a_bunq_id_unless_it_is_written_as_one(text in "\\PC{0,24}|[0-9]{1,24}") {
        if let Ok(id) = BunqUserId::from_str(&text) {
            prop_assert_eq!(id.to_string(), text);
        }
    }
}

#[test]
fn the_edges_of_a_bunq_id_are_one_and_the_largest_signed_number() {
    for number in [1, LARGEST] {
        assert_eq!(BunqUserId::from_str(&number.to_string()).map(u64::from), Ok(number));
    }
    for text in ["", "0", "00", "-1", "9223372036854775808", "18446744073709551616", "1e3", "0x1", "\u{661}", "1,0"] {
        assert_eq!(BunqUserId::from_str(text), Err(IdError::NotNumber), "{text}");
    }
}

#[test]
fn a_bunq_id_in_json_is_a_number_and_nothing_like_one() {
    for text in ["\"7\"", "0", "-7", "7.0", "7.5", "null", "true", "[7]"] {
        assert!(serde_json::from_str::<BunqUserId>(text).is_err(), "{text}");
    }
}

#[test]
fn random_user_ids_differ_and_can_be_read_back() {
    let (one, other) = (UserId::random(), UserId::random());

    assert_ne!(one, other);
    assert_eq!(one.to_string().parse(), Ok(one));
}

#[test]
fn each_scope_is_read_by_its_name_and_no_other() {
    let names: Vec<_> = Scope::ALL.iter().map(|scope| scope.as_str()).collect();
    assert_eq!(names, ["accounts", "connections", "payments", "psd2", "credentials", "writes", "events"]);

    for scope in Scope::ALL {
        let name = scope.as_str();
        assert_eq!(name.parse(), Ok(*scope));
        assert_eq!(scope.to_string(), name);
        assert_eq!(serde_json::to_value(scope).unwrap(), name, "in the table as on the wire");
        assert_eq!(serde_json::from_value::<Scope>(name.into()).unwrap(), *scope);
        assert!(UnknownScope.to_string().contains(name), "the error names it");
        for other in [name.to_uppercase(), format!("{name} "), format!(" {name}"), name[1..].to_owned()] {
            assert_eq!(other.parse::<Scope>(), Err(UnknownScope), "{other:?}");
        }
    }
    assert_eq!("".parse::<Scope>(), Err(UnknownScope));
}
