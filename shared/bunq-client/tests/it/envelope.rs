//! bunq's envelope: read by key, whatever else it contains, and from any sender.

use bunq_client::{
    DecodeError, Envelope, FromAnswer as _, SentCredentials, Verified, calls::NewInstallation,
    types::secret::Secret as _,
};
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Debug, Deserialize, PartialEq, Eq)]
struct Id {
    id: u64,
}

fn parse(value: &Value) -> Result<Envelope, DecodeError> {
    Envelope::parse(value.to_string().as_bytes())
}

fn elements() -> Vec<Value> {
    vec![
        json!({ "Id": { "id": 7 } }),
        json!({ "Token": { "id": 8, "created": "2020-05-18 10:00:00.363462", "token": "ab".repeat(32) } }),
        json!({ "ServerPublicKey": { "server_public_key": "-----BEGIN PUBLIC KEY-----" } }),
        json!({ "SomethingNew": [1, null, { "Id": { "id": 9 } }] }),
    ]
}

proptest! {
    #[test]
    fn elements_are_found_in_any_order(elements in Just(elements()).prop_shuffle()) {
        let body = json!({ "Response": elements }).to_string().into_bytes();

        let made = NewInstallation::read(Verified { body: body.into(), response_id: None }).unwrap();

        prop_assert_eq!(u64::from(made.id), 7);
        prop_assert_eq!(made.token.expose(), "ab".repeat(32));
        prop_assert_eq!(made.server_public_key, "-----BEGIN PUBLIC KEY-----");
    }

    #[test]
    fn no_bytes_make_it_panic(bytes: Vec<u8>) {
        read_every_way(&bytes);
    }

    #[test]
    fn no_json_makes_it_panic(value in any_json()) {
        read_every_way(value.to_string().as_bytes());
    }

    #[test]
    fn a_body_cut_anywhere_is_no_envelope(length in 0_usize..1000) {
        let body = json!({ "Response": elements() }).to_string();
        let cut = &body.as_bytes()[..length % body.len()];

        prop_assert_eq!(Envelope::parse(cut).unwrap_err(), DecodeError::NotAnEnvelope);
        prop_assert_eq!(Envelope::check(cut).unwrap_err(), DecodeError::NotAnEnvelope);
    }
}

/// Generates JSON from the words of an envelope.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    let key = prop_oneof![
        Just("Response".to_owned()),
        Just("Error".to_owned()),
        Just("Id".to_owned()),
        Just("id".to_owned()),
        Just("error_description".to_owned()),
        ".{0,4}",
    ];
    leaf.prop_recursive(4, 32, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(key.clone(), inner, 0..4).prop_map(|map| map.into_iter().collect()),
        ]
    })
}

fn read_every_way(bytes: &[u8]) {
    let parsed = Envelope::parse(bytes);
    let _ = Envelope::error_texts(bytes, &SentCredentials::default());
    match &parsed {
        Ok(envelope) => {
            assert_eq!(Envelope::check(bytes), Ok(()), "what can be read can be passed on");
            let _ = envelope.find::<Id>("Id");
            let _ = envelope.find_optional::<Id>("Id");
            let _ = envelope.all::<Id>("Id");
        }
        Err(DecodeError::ErrorInSuccess | DecodeError::NotAnEnvelope) => {}
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn elements_that_nobody_asked_for_are_passed_over() {
    let envelope = parse(&json!({ "Response": elements(), "SomethingElse": { "Response": 3 } })).unwrap();

    assert_eq!(envelope.find::<Id>("Id").unwrap(), Id { id: 7 });
    assert_eq!(envelope.all::<Id>("Id").unwrap(), [Id { id: 7 }], "what is deeper is not an element");
}

#[test]
fn all_elements_of_a_type_come_in_the_banks_order() {
    let envelope = parse(&json!({ "Response": [
        { "Id": { "id": 3 } }, { "Uuid": { "uuid": "x" } }, { "Id": { "id": 1 } }, { "Id": { "id": 2 } },
    ] }))
    .unwrap();

    assert_eq!(envelope.all::<Id>("Id").unwrap(), [Id { id: 3 }, Id { id: 1 }, Id { id: 2 }]);
    assert_eq!(envelope.find::<Id>("Id").unwrap(), Id { id: 3 }, "the first where one is asked for");
    assert_eq!(envelope.all::<Id>("Nothing").unwrap(), []);
}

#[test]
fn pages_are_read_like_anything_else() {
    let pagination = json!({ "future_url": null, "newer_url": null, "older_url": "/v1/user/1/x?older_id=2" });
    let body = json!({ "Response": [{ "Id": { "id": 5 } }], "Pagination": pagination });

    assert_eq!(parse(&body).unwrap().find::<Id>("Id").unwrap(), Id { id: 5 });
    assert_eq!(Envelope::check(body.to_string().as_bytes()), Ok(()));
}

#[test]
fn an_empty_list_is_a_success() {
    let body = json!({ "Response": [], "Pagination": { "older_url": null } });

    assert_eq!(parse(&body).unwrap().all::<Id>("Id").unwrap(), []);
    assert_eq!(Envelope::check(body.to_string().as_bytes()), Ok(()));
}

#[test]
fn an_error_where_success_was_announced_is_an_error() {
    let error = json!({ "error_description": "No.", "error_description_translated": "Nee." });
    for body in [json!({ "Error": [error] }), json!({ "Error": [] }), json!({ "Response": [], "Error": [error] })] {
        assert_eq!(parse(&body).unwrap_err(), DecodeError::ErrorInSuccess, "{body}");
        assert_eq!(Envelope::check(body.to_string().as_bytes()), Err(DecodeError::ErrorInSuccess), "{body}");
    }
}

#[test]
fn what_is_not_an_envelope_is_said_to_be_none() {
    for text in
        ["", "oops", "<html>", "null", "7", "[]", "{}", "{\"Response\":null}", "{\"Response\":{}}", "\u{feff}{}"]
    {
        assert_eq!(Envelope::parse(text.as_bytes()).unwrap_err(), DecodeError::NotAnEnvelope, "{text}");
        assert_eq!(Envelope::check(text.as_bytes()), Err(DecodeError::NotAnEnvelope), "{text}");
        assert!(Envelope::error_texts(text.as_bytes(), &SentCredentials::default()).is_empty(), "{text}");
    }
}

#[test]
fn what_is_missing_and_what_is_misshapen_are_told_apart() {
    let envelope = parse(&json!({ "Response": [{ "Id": { "id": "seven" } }] })).unwrap();

    let misshapen = DecodeError::Shape("Id.id".to_owned());

    assert_eq!(envelope.find::<Id>("Id").unwrap_err(), misshapen);
    assert_eq!(envelope.find_optional::<Id>("Id").unwrap_err(), misshapen);
    assert_eq!(envelope.all::<Id>("Id").unwrap_err(), misshapen);
    assert_eq!(envelope.find::<Id>("Token").unwrap_err(), DecodeError::Missing("Token"));
    assert_eq!(envelope.find_optional::<Id>("Token").unwrap(), None);
}

#[test]
fn a_misshapen_answer_is_described_by_its_path_and_never_by_its_values() {
    #[derive(Debug, Deserialize)]
    struct Account {
        #[expect(dead_code, reason = "only its shape is looked at")]
        alias: Vec<Id>,
    }
    let secret = "NL00BUNQ0123456789";
    let account = json!({ "description": secret, "alias": [{ "id": 7 }, { "id": secret }] });
    let envelope = parse(&json!({ "Response": [{ "Account": account }] })).unwrap();

    let error = envelope.find::<Account>("Account").unwrap_err();

    assert_eq!(error.to_string(), "the answer's Account.alias[1].id has another shape");
    assert!(!format!("{error:?}").contains(secret));
}

#[test]
fn every_text_of_a_failed_answer_is_kept() {
    let body = json!({ "Error": [
        { "error_description": "Superfluous field \"x\".", "error_description_translated": "Overbodig." },
        { "error_description": "Superfluous field \"y\".", "error_additional_parameter": [{ "url": "https://x" }] },
        {},
    ] });

    let texts = Envelope::error_texts(body.to_string().as_bytes(), &SentCredentials::default());

    let english: Vec<_> = texts.iter().map(|text| text.error_description.as_str()).collect();
    assert_eq!(english, ["Superfluous field \"x\".", "Superfluous field \"y\".", ""]);
    assert_eq!(texts[0].error_description_translated, "Overbodig.");
}
