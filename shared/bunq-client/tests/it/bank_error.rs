//! The meaning of the bank's refusals: by text if there is one, otherwise by status.

use std::time::Duration;

use bunq_client::{BankError, BankText, DecodeError, Failure, Refusal};

const BAD_KEY: &str = "User credentials are incorrect. Incorrect API key or IP address.";

/// The texts that mean that a session is over.
const DEAD: [&str; 5] = [
    "Insufficient authorisation.",
    "Onvoldoende autorisatie.",
    "Insufficient authentication.",
    "Onvoldoende authenticatie.",
    "Invalid hash \"false\".",
];

/// Texts that the bank has sent and that are not about a session or a key.
const OTHER: [&str; 9] = [
    "Authentication token already has a user session.",
    "The request signature is invalid.",
    "For this operation a request signature is required. Check the urls for more information.",
    "Too many requests. You can do a maximum of 3 calls per 3 second to this endpoint.",
    "Superfluous field \"x\".",
    "Invalid type for field \"x\" (expected ARRAY containing STRUCT).",
    "Monetary account for id \"1\" not found.",
    "Rekening met id \"1\" is niet gevonden.",
    "The item you requested could not be found",
];

const REFUSALS: [u16; 8] = [400, 401, 403, 404, 405, 409, 466, 490];

fn refusal(status: u16, texts: &[(&str, &str)]) -> Refusal {
    let text = |(english, translated): &(&str, &str)| BankText {
        error_description: (*english).to_owned(),
        error_description_translated: (*translated).to_owned(),
    };
    Refusal { status, texts: texts.iter().map(text).collect(), response_id: Some("response".to_owned()) }
}

fn refused(status: u16, text: &str) -> BankError {
    BankError::Refused(refusal(status, &[(text, text)]))
}

fn failed(text: &str) -> BankError {
    BankError::Failed(refusal(500, &[(text, text)]))
}

/// Makes a real error, because its variants cannot be built directly.
fn transport_error() -> reqwest::Error {
    reqwest::Client::new().get("http://[").build().unwrap_err()
}

/// Returns every variant that contains no text of the bank.
fn without_text() -> Vec<(BankError, bool, Failure)> {
    let wait = Duration::from_secs(30);
    vec![
        (BankError::RateLimited { wait, limit: None, response_id: None }, true, Failure::RateLimited(wait)),
        (BankError::Maintenance { response_id: None }, false, Failure::Unknown),
        (BankError::Signature { status: 200, response_id: None }, false, Failure::Garbled),
        (BankError::Undecodable { reason: DecodeError::NotAnEnvelope, response_id: None }, false, Failure::Garbled),
        (BankError::Unreachable(transport_error()), true, Failure::NotSent),
        (BankError::Interrupted(transport_error()), false, Failure::Unknown),
        (BankError::Timeout, false, Failure::Final),
        (BankError::TooLarge, false, Failure::Final),
        (BankError::Signing, true, Failure::Final),
    ]
}

#[test]
fn each_text_of_a_dead_session_is_one_in_any_status() {
    for text in DEAD {
        for status in REFUSALS {
            assert!(refused(status, text).is_dead_session(), "{status} {text}");
        }
        assert!(failed(text).is_dead_session(), "500 {text}");
    }
}

#[test]
fn a_dead_session_is_known_by_either_language_and_any_element() {
    for text in DEAD {
        let only_translated = BankError::Refused(refusal(400, &[("Something new.", text)]));
        let only_english = BankError::Refused(refusal(400, &[(text, "Iets nieuws.")]));
        let second = BankError::Refused(refusal(400, &[("Something new.", "Iets nieuws."), (text, text)]));

        for error in [only_translated, only_english, second] {
            assert!(error.is_dead_session(), "{error:?}");
        }
    }
}

#[test]
fn a_401_is_a_dead_session_whatever_it_says() {
    for text in OTHER {
        assert!(refused(401, text).is_dead_session(), "{text}");
    }
    assert!(BankError::Refused(refusal(401, &[])).is_dead_session(), "and where it says nothing");
}

#[test]
fn no_other_text_ends_a_session() {
    for text in OTHER {
        for status in REFUSALS.into_iter().filter(|status| *status != 401) {
            assert!(!refused(status, text).is_dead_session(), "{status} {text}");
        }
        assert!(!failed(text).is_dead_session(), "500 {text}");
    }
}

#[test]
fn a_refused_key_is_known_by_its_text_alone() {
    for status in REFUSALS {
        assert!(refused(status, BAD_KEY).is_bad_key(), "{status}");
        // The bank also refuses a call in a session with these words after the key of the session is gone.
        assert!(refused(status, BAD_KEY).is_dead_session(), "{status}");
        for text in DEAD.iter().chain(&OTHER) {
            assert!(!refused(status, text).is_bad_key(), "{status} {text}");
        }
    }
}

#[test]
fn a_bank_that_fails_has_not_refused_a_key() {
    assert!(!failed(BAD_KEY).is_bad_key());
}

#[test]
fn a_refusal_was_not_executed_and_a_failure_may_have_been() {
    for text in DEAD.iter().chain(&OTHER).chain([&BAD_KEY]) {
        for status in REFUSALS {
            assert!(refused(status, text).certainly_not_executed(), "{status} {text}");
        }
        assert!(!failed(text).certainly_not_executed(), "500 {text}");
    }
}

#[test]
fn whatever_has_no_text_is_about_neither_session_nor_key() {
    for (error, certainly_not_executed, failure) in without_text() {
        assert!(!error.is_dead_session(), "{error}");
        assert!(!error.is_bad_key(), "{error}");
        assert_eq!(error.certainly_not_executed(), certainly_not_executed, "{error}");
        assert_eq!(Failure::from(&error), failure, "{error}");
    }
}

#[test]
fn what_certainly_did_not_run_is_never_of_unknown_outcome() {
    let others = REFUSALS.into_iter().map(|status| refused(status, "No.")).chain([failed("No."), failed(DEAD[0])]);
    for error in without_text().into_iter().map(|(error, ..)| error).chain(others) {
        let unknown = Failure::from(&error) == Failure::Unknown;

        assert!(!(unknown && error.certainly_not_executed()), "{error}");
    }
}

#[test]
fn a_refusal_is_final_and_a_failure_is_unless_a_dead_session_hides_behind_it() {
    for status in REFUSALS {
        assert_eq!(Failure::from(&refused(status, "No.")), Failure::Final, "{status}");
    }
    assert_eq!(Failure::from(&failed("Something broke.")), Failure::Unknown);
    for text in DEAD {
        assert_eq!(Failure::from(&failed(text)), Failure::Final, "{text}");
    }
}

#[test]
fn the_banks_response_id_is_kept_where_there_was_an_answer() {
    let id = || Some("response".to_owned());
    let answered = [
        refused(400, "No."),
        failed("No."),
        BankError::RateLimited { wait: Duration::ZERO, limit: None, response_id: id() },
        BankError::Maintenance { response_id: id() },
        BankError::Signature { status: 200, response_id: id() },
        BankError::Undecodable { reason: DecodeError::ErrorInSuccess, response_id: id() },
    ];

    for error in answered {
        assert_eq!(error.response_id(), Some("response"), "{error}");
    }
    for error in [BankError::Timeout, BankError::TooLarge, BankError::Signing] {
        assert_eq!(error.response_id(), None, "{error}");
    }
}

#[test]
fn no_error_repeats_what_the_bank_said_in_its_own_line() {
    for error in [refused(400, "Rekening NL18BUNQ2025104049."), failed("Sanne de Vries")] {
        assert!(!error.to_string().contains("NL18"), "{error}");
        assert!(!error.to_string().contains("Sanne"), "{error}");
    }
}
