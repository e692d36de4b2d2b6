//! Keys in PEM, and signatures of the bank.

use std::time::Duration;

use shared::{
    bunq::{InstallationKey, PublicKey},
    types::secret::PrivateKeyPem,
};
use tokio::runtime::Runtime;

use crate::harness::{Corpus, Limits, fuzz, prepare};

const BODY: &[u8] = br#"{"Response":[{"Id":{"id":1561}}]}"#;

/// AWS-LC checks the numbers of a key before it signs.
const LIMITS: Limits = Limits { time: Duration::from_secs(30), ..Limits::PURE };

fn key() -> InstallationKey {
    prepare(|| Runtime::new().unwrap().block_on(InstallationKey::generate()).unwrap())
}

#[test]
fn only_the_signature_of_the_body_is_valid() {
    let key = key();
    let public = PublicKey::from_pem(&key.public_pem().unwrap()).unwrap();
    let signature = key.sign(BODY).unwrap();
    let corpus = Corpus::new(vec![signature.clone().into_bytes()]);
    fuzz("signature", 3_000, &corpus, LIMITS, |input| {
        let Ok(text) = std::str::from_utf8(input) else { return false };
        let valid = public.verifies(BODY, text);
        assert_eq!(valid, text == signature);
        valid
    });
    fuzz("signed_body", 2_000, &Corpus::of("envelope").and([BODY.to_vec()]), LIMITS, |body| {
        let valid = public.verifies(body, &signature);
        assert_eq!(valid, body == BODY);
        valid
    });
}

#[test]
fn a_public_key_is_rsa_or_refused() {
    let key = key();
    let pem = key.public_pem().unwrap();
    let signature = key.sign(BODY).unwrap();
    let other = self::key().public_pem().unwrap();
    let crlf = pem.replace('\n', "\r\n").into_bytes();
    fuzz("public_key", 3_000, &Corpus::new(vec![pem.clone().into(), crlf, other.into()]), LIMITS, |input| {
        let _ = PublicKey::from_der(input);
        let Ok(read) = std::str::from_utf8(input).map(PublicKey::from_pem) else { return false };
        let Ok(read) = read else { return false };
        let _ = read.verifies(BODY, &signature);
        true
    });
}

#[test]
fn a_private_key_signs_or_is_refused() {
    let pem = key().to_pem().expose().to_owned();
    let corpus = Corpus::new(vec![pem.clone().into_bytes()]);
    fuzz("private_key", 300, &corpus, LIMITS, |input| {
        let Ok(text) = std::str::from_utf8(input) else { return false };
        let read = InstallationKey::from_pem(&PrivateKeyPem::new(text.to_owned()));
        let Ok(read) = read.inspect_err(|error| assert_eq!(error.to_string(), "not an RSA key")) else { return false };
        assert_eq!(format!("{read:?}"), "InstallationKey([redacted])");
        assert_eq!(read.to_pem().expose(), text);
        let public = read.public_pem().map(|public| PublicKey::from_pem(&public));
        match (read.sign(BODY), public) {
            (Ok(signature), Ok(Ok(public))) => public.verifies(BODY, &signature),
            (Ok(_), public) => panic!("it signs, and is {public:?}"),
            (Err(_), _) => false,
        }
    });
}
