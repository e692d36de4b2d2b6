//! Bodies of the bank, as every call reads them.

use std::fmt::Debug;

use shared::{
    bunq::{
        Created, DecodeError, Envelope, FromAnswer, NewId, One, SentCredentials, UserElement, Verified,
        calls::{CallbackUrl, NewInstallation, NewSession, OauthClient, PermittedIp, PspCredential},
    },
    types::{ids::DeviceServerId, secret::Secret as _},
};

use crate::harness::{Corpus, Limits, fuzz};

/// An error is logged, so it is as long as one that a person wrote.
const LONGEST_ERROR: usize = 300;
/// A shorter secret also occurs by chance.
const LEAST_SECRET: usize = 8;

fn read<T: FromAnswer>(body: &[u8]) -> Result<T, DecodeError> {
    let answer = Verified { body: body.to_vec().into(), response_id: None };
    let read = T::read(answer);
    if let Err(error) = &read {
        assert!(error.to_string().len() < LONGEST_ERROR, "{error}");
    }
    read
}

fn assert_hides(shown: &impl Debug, secret: &str) {
    let text = format!("{shown:?}");
    assert!(secret.len() < LEAST_SECRET || !text.contains(secret), "{text}");
}

#[test]
fn an_envelope_is_read_or_refused() {
    fuzz("envelope", 3_000, &Corpus::of("envelope"), Limits::PURE, |body| {
        let (parsed, checked) = (Envelope::parse(body), Envelope::check(body));
        assert!(checked.is_ok() || parsed.is_err(), "what is read is also passed on");
        let texts = Envelope::error_texts(body, &SentCredentials::new(["a-credential-of-the-call"]));
        assert!(texts.len() <= 20 && texts.iter().all(|text| text.text().chars().count() <= 1000));
        assert!(!Envelope::is_refusal(body) || !texts.is_empty());

        let mut accepted = read::<Verified>(body).is_ok();
        if let Ok(made) = read::<NewInstallation>(body) {
            // An input can have the token as its public key, which is shown.
            if !made.server_public_key.contains(made.token.expose()) {
                assert_hides(&made, made.token.expose());
            }
            accepted = true;
        }
        if let Ok(One(made)) = read::<One<PspCredential>>(body) {
            assert_hides(&made, made.api_key.expose());
        }
        if let Ok(made) = read::<NewSession>(body) {
            assert_hides(&made, made.token.expose());
            if let UserElement::Customer(customer) = &made.user {
                customer.display_name.iter().for_each(|name| assert_hides(&made, name.expose()));
            }
        }
        for client in read::<Vec<OauthClient>>(body).into_iter().flatten() {
            assert_hides(&client, client.secret.expose());
        }
        let _ = read::<Vec<CallbackUrl>>(body);
        let _ = read::<Vec<PermittedIp>>(body);
        let created = read::<Created<DeviceServerId>>(body).map(|created| u64::from(created.id));
        assert_eq!(created.ok(), read::<NewId<DeviceServerId>>(body).ok().map(|id| u64::from(id.id)));
        accepted
    });
}
