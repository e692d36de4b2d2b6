//! The owner of a new session: the TPP, a person, a company, or a kind that the bank adds later.

use bunq_client::{
    Customer, CustomerKind, DecodeError, FromAnswer as _, UserElement, Verified, calls::NewSession,
    types::secret::Secret as _,
};
use serde_json::{Value, json};

fn decode(user: &Value) -> Result<NewSession, DecodeError> {
    let token = json!({ "Token": { "id": 2, "token": "session-token" } });
    let body = json!({ "Response": [{ "Id": { "id": 1 } }, token, user] }).to_string();
    NewSession::read(Verified { body: body.into_bytes().into(), response_id: None })
}

fn customer(user_api_key: &Value) -> Customer {
    match decode(&json!({ "UserApiKey": user_api_key })).unwrap().user {
        UserElement::Customer(customer) => customer,
        UserElement::Psp(psp) => panic!("{psp:?}"),
    }
}

fn granted_by(kind: &str, fields: &Value) -> Value {
    json!({
        "id": 42,
        "requested_by_user": { "UserPaymentServiceProvider": { "id": 9, "session_timeout": 324_000 } },
        "granted_by_user": { kind: fields },
    })
}

#[test]
fn the_tpps_own_session_names_its_user() {
    let session = decode(&json!({ "UserPaymentServiceProvider": {
        "id": 9, "session_timeout": 324_000, "certificate_distinguished_name": "/CN=My App PISP AISP/C=NL",
        "alias": [{ "type": "CERTIFICATE_DISTINGUISHED_NAME" }],
    } }))
    .unwrap();

    assert_eq!(session.token.expose(), "session-token");
    assert!(matches!(&session.user, UserElement::Psp(psp) if u64::from(psp.id) == 9), "{session:?}");
    assert_eq!(u64::from(session.user.path_id()), 9);
    assert_eq!(session.user.session_timeout(), Some(324_000));
}

#[test]
fn a_person_is_known_by_the_key_and_by_their_own_id() {
    let user = granted_by("UserPerson", &json!({ "id": 7, "display_name": "x", "session_timeout": 604_800 }));

    let customer = customer(&user);

    assert_eq!(customer.kind, CustomerKind::Person);
    assert_eq!(u64::from(customer.api_key_id), 42);
    assert_eq!(customer.granted_id.map(u64::from), Some(7));
    let session = decode(&json!({ "UserApiKey": user })).unwrap();
    assert_eq!(u64::from(session.user.path_id()), 42, "the key's id stands in paths, not the person's");
}

#[test]
fn a_company_is_a_customer_like_a_person() {
    let customer = customer(&granted_by("UserCompany", &json!({ "id": 8 })));

    assert_eq!((customer.kind, customer.granted_id.map(u64::from)), (CustomerKind::Company, Some(8)));
}

#[test]
fn a_kind_of_user_that_nobody_knows_yet_works_too() {
    for kind in ["UserFoundation", "UserPaymentServiceProvider", "userperson", ""] {
        let customer = customer(&granted_by(kind, &json!({ "id": 8, "anything": [{}] })));

        assert_eq!((customer.kind, customer.granted_id.map(u64::from)), (CustomerKind::Other, Some(8)), "{kind}");
    }
}

#[test]
fn a_customer_whose_own_id_is_left_out_still_has_the_keys() {
    for fields in [json!({ "display_name": "x", "session_timeout": 300 }), json!({ "id": null }), json!({})] {
        let customer = customer(&granted_by("UserPerson", &fields));

        assert_eq!((u64::from(customer.api_key_id), customer.granted_id), (42, None), "{fields}");
    }
}

#[test]
fn of_two_timeouts_the_shorter_counts() {
    for (requested, granted, expected) in [
        (json!(324_000), json!(604_800), Some(324_000)),
        (json!(604_800), json!(300), Some(300)),
        (json!(300), json!(null), Some(300)),
        (json!(null), json!(300), Some(300)),
        (json!(0), json!(300), Some(0)),
        (json!(null), json!(null), None),
    ] {
        let user = json!({
            "id": 42,
            "requested_by_user": { "UserPaymentServiceProvider": { "id": 9, "session_timeout": requested } },
            "granted_by_user": { "UserPerson": { "id": 7, "session_timeout": granted } },
        });

        assert_eq!(customer(&user).session_timeout, expected, "{requested} {granted}");
    }
}

#[test]
fn a_session_without_any_timeout_is_still_one() {
    let nobody_asked = json!({ "id": 42, "granted_by_user": { "UserPerson": {} } });

    assert_eq!(customer(&nobody_asked).session_timeout, None);
    assert_eq!(customer(&granted_by("UserPerson", &json!({}))).session_timeout, Some(324_000), "the requester's");
    let psp = decode(&json!({ "UserPaymentServiceProvider": { "id": 9 } })).unwrap();
    assert_eq!(psp.user.session_timeout(), None);
}

#[test]
fn a_consent_that_nobody_gave_is_misshapen() {
    for (user, path) in [
        (json!({ "id": 42, "granted_by_user": {} }), "UserApiKey.granted_by_user"),
        (json!({ "id": 42 }), "UserApiKey"),
        (json!({ "id": 0, "granted_by_user": { "UserPerson": {} } }), "UserApiKey.id"),
        (json!({ "granted_by_user": { "UserPerson": {} } }), "UserApiKey"),
        (
            json!({ "id": 42, "granted_by_user": { "UserPerson": { "id": -1 } } }),
            "UserApiKey.granted_by_user.UserPerson.id",
        ),
        (json!({ "id": 42, "granted_by_user": { "J. Doe": { "id": -1 } } }), "UserApiKey.granted_by_user.?.id"),
        (json!({ "id": 42, "granted_by_user": { "U".repeat(65): { "id": -1 } } }), "UserApiKey.granted_by_user.?.id"),
    ] {
        let error = decode(&json!({ "UserApiKey": user })).unwrap_err();

        assert_eq!(error, DecodeError::Shape(path.to_owned()), "{user}");
    }
}

#[test]
fn a_session_of_an_ordinary_user_is_not_one_of_a_tpp_or_its_customer() {
    for kind in ["UserPerson", "UserCompany"] {
        let error = decode(&json!({ kind: { "id": 7, "session_timeout": 604_800 } })).unwrap_err();

        assert_eq!(error, DecodeError::Missing("UserApiKey"), "{kind}");
    }
}

#[test]
fn a_session_without_a_token_is_none() {
    let body = json!({ "Response": [{ "Id": { "id": 1 } }, { "UserPaymentServiceProvider": { "id": 9 } }] });

    let decoded = NewSession::read(Verified { body: body.to_string().into_bytes().into(), response_id: None });

    assert_eq!(decoded.unwrap_err(), DecodeError::Missing("Token"));
}

#[test]
fn a_timeout_is_read_however_it_is_written_and_null_siblings_are_passed_over() {
    let timeouts = [
        (json!("3600"), Some(3600)),
        (json!(3600.0), Some(3600)),
        (json!(3600.9), Some(3600)),
        (json!(-1), None),
        (json!("soon"), None),
        (json!(null), None),
        (json!({ "seconds": 1 }), None),
    ];
    for (timeout, expected) in timeouts {
        let person = json!({ "id": 7, "display_name": "A", "session_timeout": timeout });
        let body = json!({ "Response": [
            { "Id": { "id": 1 } },
            { "Token": { "token": "0".repeat(64) } },
            { "UserApiKey": {
                "id": 9,
                "requested_by_user": { "UserPaymentServiceProvider": null },
                "granted_by_user": { "UserCompany": null, "UserPerson": person, "UserPaymentServiceProvider": null },
            } },
        ] });
        let answer = Verified { body: body.to_string().into(), response_id: None };

        let session = NewSession::read(answer).unwrap();

        assert_eq!(session.user.session_timeout(), expected, "{timeout}");
        assert!(matches!(session.user, UserElement::Customer(customer) if customer.kind == CustomerKind::Person));
    }
}
