//! Signatures, checked against published vectors and independent verifiers.

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;
use proptest::{collection::vec, prelude::*};
use standardwebhooks::Webhook;
use webhooks::{HmacSecret, MessageId, MessageIdError, SecretError, SignedMessage, Signer, Signers, SigningKey};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// The key pair of Svix's own test.
const KEY: &str = "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==";

fn headers(message: &SignedMessage) -> HeaderMap {
    let pairs = message.headers().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()));
    pairs.into_iter().collect::<HeaderMap<HeaderValue>>()
}

fn sign(signers: &Signers, id: &str, unix_seconds: i64, body: &str) -> SignedMessage {
    signers.sign(&id.parse().unwrap(), unix_seconds, body.to_owned().into()).unwrap()
}

fn signers(text: &str) -> Signers {
    Signers::new(text.parse().unwrap())
}

fn secret_of(length: usize) -> String {
    format!("whsec_{}", STANDARD.encode(vec![7; length]))
}

/// Verifies the only signature, which is a `v1a`.
fn verifies(key: &SigningKey, content: &str, signature: &str) -> bool {
    let signature = STANDARD.decode(signature.strip_prefix("v1a,").unwrap()).unwrap();
    UnparsedPublicKey::new(&ED25519, key.public_key().as_bytes()).verify(content.as_bytes(), &signature).is_ok()
}

#[test]
fn published_signatures_are_reproduced() {
    // The first two are from the tests of Svix and of the Rust library of Standard Webhooks. The third is from those of
    // Svix, and its signature is the example of the specification.
    for (secret, id, unix_seconds, body, expected) in [
        (
            SECRET,
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            r#"{"test": 2432232314}"#,
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        ),
        (
            "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
            "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk",
            1_649_367_553,
            r#"{"email":"test@example.com","username":"test_user"}"#,
            "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=",
        ),
        (
            KEY,
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            r#"{"test": 2432232314}"#,
            "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==",
        ),
    ] {
        let message = sign(&signers(secret), id, unix_seconds, body);

        assert_eq!(message.signature(), expected);
        assert_eq!(headers(&message)["webhook-id"], id);
        assert_eq!(headers(&message)["webhook-timestamp"], unix_seconds.to_string());
        assert_eq!(headers(&message)["webhook-signature"], expected);
    }
}

#[test]
fn either_secret_verifies_a_message_during_a_rotation() {
    let (new, old) = (HmacSecret::random(), HmacSecret::random());
    let key = SigningKey::random().unwrap();
    let signers = Signers::new(Signer::Hmac(new.clone()))
        .with_older(Signer::Hmac(old.clone()))
        .with_older(Signer::Ed25519(key.clone()));
    let now = Timestamp::now().as_second();

    let message = sign(&signers, "evt_1", now, "{}");

    for secret in [&new, &old] {
        Webhook::new(secret.expose()).unwrap().verify(b"{}", &headers(&message)).unwrap();
        assert!(Webhook::new(secret.expose()).unwrap().verify(b"{ }", &headers(&message)).is_err());
    }
    let stranger = HmacSecret::random();
    assert!(Webhook::new(stranger.expose()).unwrap().verify(b"{}", &headers(&message)).is_err());
    let parts: Vec<_> = message.signature().split(' ').collect();
    assert_eq!(parts.iter().map(|part| part.split(',').next().unwrap()).collect::<Vec<_>>(), ["v1", "v1", "v1a"]);
    assert!(verifies(&key, &format!("evt_1.{now}.{{}}"), parts[2]));
}

#[test]
fn an_altered_message_does_not_verify_with_the_public_key() {
    let key = SigningKey::random().unwrap();
    let other = SigningKey::random().unwrap();

    let message = sign(&Signers::new(Signer::Ed25519(key.clone())), "evt_1", 1_795_600_803, r#"{"n":1}"#);

    assert!(verifies(&key, r#"evt_1.1795600803.{"n":1}"#, message.signature()));
    for content in [r#"evt_1.1795600803.{"n":2}"#, r#"evt_1.1795600804.{"n":1}"#, r#"evt_2.1795600803.{"n":1}"#] {
        assert!(!verifies(&key, content, message.signature()), "{content}");
    }
    assert!(!verifies(&other, r#"evt_1.1795600803.{"n":1}"#, message.signature()));
}

#[test]
fn secrets_and_keys_are_read_and_written_in_one_form() {
    let key: SigningKey = KEY.parse().unwrap();
    assert_eq!(key.expose(), KEY);
    assert_eq!(key.public_key().to_string(), "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=");
    let seed: SigningKey = "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbc=".parse().unwrap();
    assert_eq!(seed.expose(), KEY, "a seed without its public key is the same key");

    let random = SigningKey::random().unwrap();
    assert_eq!(random.expose().parse::<SigningKey>().unwrap().public_key(), random.public_key());
    let secret = HmacSecret::random();
    assert_eq!(STANDARD.decode(&secret.expose()["whsec_".len()..]).unwrap().len(), 32);
    assert_ne!(secret.expose(), HmacSecret::random().expose());

    for text in [SECRET, &secret_of(64), secret.expose(), KEY, random.expose()] {
        assert_eq!(text.parse::<Signer>().unwrap().expose(), text);
    }
}

#[test]
fn texts_that_are_no_secrets_are_refused() {
    for (text, expected) in [
        ("", SecretError::Prefix),
        ("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", SecretError::Prefix),
        ("WHSEC_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", SecretError::Prefix),
        (" whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", SecretError::Prefix),
        ("whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=", SecretError::Prefix),
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS*", SecretError::Base64),
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n", SecretError::Base64),
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS_", SecretError::Base64),
        ("whsec_", SecretError::Length),
        (&secret_of(23), SecretError::Length),
        (&secret_of(65), SecretError::Length),
        (&secret_of(5000), SecretError::Length),
        ("whsk_", SecretError::Length),
        ("whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", SecretError::Length),
        (&KEY.replace("whsk_6Xb/", "whsk_6Xc/"), SecretError::Key),
    ] {
        assert_eq!(text.parse::<Signer>().unwrap_err(), expected, "{text}");
    }
    assert_eq!(KEY.parse::<HmacSecret>().unwrap_err(), SecretError::Prefix);
    assert_eq!(SECRET.parse::<SigningKey>().unwrap_err(), SecretError::Prefix);
}

#[test]
fn nothing_prints_a_secret() {
    let secrets = Signers::new(SECRET.parse().unwrap()).with_older(KEY.parse().unwrap());
    let message = sign(&secrets, "evt_1", 0, "a body");

    let printed = format!("{secrets:?} {message:?}");

    assert!(printed.contains("HmacSecret([redacted])") && printed.contains("SigningKey([redacted])"), "{printed}");
    for hidden in ["MfKQ", "6Xb/", "v1,", "a body", &message.signature()[3..13]] {
        assert!(!printed.contains(hidden), "{hidden}: {printed}");
    }
    let errors = ["whsec_MfKQ", "whsk_MfKQ", "MfKQ"].map(|text| text.parse::<Signer>().unwrap_err().to_string());
    assert!(errors.iter().all(|error| !error.contains("MfKQ")), "{errors:?}");
}

#[test]
fn ids_have_no_full_stop() {
    for id in ["evt_1", "a", "7d1c-9F", &"a".repeat(128)] {
        assert_eq!(id.parse::<MessageId>().unwrap().as_str(), id);
    }
    for id in ["", "a.b", "a b", "a\n", "é", "a,b", &"a".repeat(129)] {
        assert_eq!(id.parse::<MessageId>(), Err(MessageIdError), "{id}");
    }
}

proptest! {
    #[test]
    fn every_message_verifies(bytes in vec(any::<u8>(), 24..=64), id in "[A-Za-z0-9_-]{1,128}", body in any::<String>()) {
        let secret = format!("whsec_{}", STANDARD.encode(bytes));
        let now = Timestamp::now().as_second();

        let message = sign(&signers(&secret), &id, now, &body);

        prop_assert!(Webhook::new(&secret).unwrap().verify(body.as_bytes(), &headers(&message)).is_ok());
        let other = format!("{body}.");
        prop_assert!(Webhook::new(&secret).unwrap().verify(other.as_bytes(), &headers(&message)).is_err());
    }

    #[test]
    fn every_message_verifies_with_the_public_key(seed in any::<[u8; 32]>(), body in any::<String>(), now in any::<i64>()) {
        let key: SigningKey = format!("whsk_{}", STANDARD.encode(seed)).parse().unwrap();

        let message = sign(&Signers::new(Signer::Ed25519(key.clone())), "evt_1", now, &body);

        let content = format!("evt_1.{now}.{body}");
        prop_assert!(verifies(&key, &content, message.signature()));
        prop_assert!(!verifies(&key, &(content + " "), message.signature()));
    }

    #[test]
    fn any_text_is_a_secret_of_one_form_or_refused(text in "(whsec_|whsk_)?[A-Za-z0-9+/=_]{0,120}") {
        if let Ok(signer) = text.parse::<Signer>() {
            prop_assert!(signer.expose() == text || text.len() == "whsk_".len() + 44);
        }
    }
}
