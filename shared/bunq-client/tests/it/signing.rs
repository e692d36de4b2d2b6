//! Signatures, checked by an independent program: openssl verifies what we sign, and we verify what openssl signs.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bunq_client::{
    InstallationKey, KeyError, PublicKey, credential_proof, sign,
    types::secret::{InstallationToken, PrivateKeyPem, Secret as _},
};
use tokio::sync::OnceCell;

use crate::openssl::Openssl;

/// Returns a key pair that all tests share. Making one takes longer than every test here.
async fn key() -> &'static InstallationKey {
    static KEY: OnceCell<InstallationKey> = OnceCell::const_new();
    KEY.get_or_init(|| async { InstallationKey::generate().await.unwrap() }).await
}

const BODIES: [&[u8]; 4] = [b"", b"{\"secret\":\"x\"}", "{\"naam\":\"Zo\u{eb}\"}\n".as_bytes(), &[0, 255, 10, 13]];

#[tokio::test]
async fn openssl_verifies_what_an_installation_signs() {
    let (key, openssl) = (key().await, Openssl::new());
    let public = key.public_pem().unwrap();

    for body in BODIES {
        let signature = key.sign(body).unwrap();

        assert!(openssl.verifies(&public, body, &signature), "{body:?}");
        assert!(!openssl.verifies(&public, &[body, b" "].concat(), &signature), "{body:?} and a space");
    }
}

#[test]
fn what_openssl_signs_is_accepted() {
    let openssl = Openssl::with_key();
    let public = PublicKey::from_pem(&openssl.read("public.pem")).unwrap();

    for body in BODIES {
        assert!(public.verifies(body, &openssl.sign(body)), "{body:?}");
    }
}

#[test]
fn another_body_or_another_signature_is_refused() {
    let (openssl, other) = (Openssl::with_key(), Openssl::with_key());
    let public = PublicKey::from_pem(&openssl.read("public.pem")).unwrap();
    let body = b"{\"Response\":[]}";
    let signature = openssl.sign(body);

    for altered in [&b""[..], b"{\"Response\":[]} ", b"{\"Response\":[]}\n", b"{\"response\":[]}"] {
        assert!(!public.verifies(altered, &signature), "{altered:?}");
    }
    assert!(!public.verifies(body, &openssl.sign(b"another")), "a signature of another body");
    assert!(!public.verifies(body, &other.sign(body)), "a signature by another key");
    assert!(public.verifies(body, &signature), "and the right one is still right");
}

#[test]
fn a_signature_with_any_flipped_byte_is_refused() {
    let openssl = Openssl::with_key();
    let public = PublicKey::from_pem(&openssl.read("public.pem")).unwrap();
    let signature = STANDARD.decode(openssl.sign(b"body")).unwrap();

    for place in 0..signature.len() {
        let mut flipped = signature.clone();
        flipped[place] ^= 1;
        assert!(!public.verifies(b"body", &STANDARD.encode(flipped)), "byte {place}");
    }
}

#[test]
fn what_is_not_a_signature_at_all_is_refused() {
    let openssl = Openssl::with_key();
    let public = PublicKey::from_pem(&openssl.read("public.pem")).unwrap();
    let good = openssl.sign(b"body");
    let garbage = [
        String::new(),
        "=".to_owned(),
        "not base64!".to_owned(),
        "\u{eb}".to_owned(),
        STANDARD.encode([0; 256]),
        STANDARD.encode([255; 256]),
        STANDARD.encode(&STANDARD.decode(&good).unwrap()[1..]),
        STANDARD.encode([&STANDARD.decode(&good).unwrap()[..], b"x"].concat()),
        format!("{good}\n"),
        format!(" {good}"),
        good.trim_end_matches('=').to_owned(),
    ];

    for text in garbage {
        assert!(!public.verifies(b"body", &text), "{text:?}");
    }
}

#[tokio::test]
async fn a_signature_is_one_line_of_344_characters() {
    for body in BODIES {
        let signature = key().await.sign(body).unwrap();

        assert_eq!(signature.len(), 344);
        assert!(signature.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte)), "{signature}");
    }
}

#[tokio::test]
async fn the_same_body_always_has_the_same_signature() {
    let key = key().await;

    assert_eq!(key.sign(b"body").unwrap(), key.sign(b"body").unwrap());
}

#[tokio::test]
async fn the_public_key_is_spki_of_2048_bits_in_64_columns_with_one_final_line_feed() {
    let (public, openssl) = (key().await.public_pem().unwrap(), Openssl::new());
    let lines: Vec<&str> = public.strip_suffix('\n').unwrap().split('\n').collect();
    let (first, last) = (lines[0], lines[lines.len() - 1]);
    let body = &lines[1..lines.len() - 1];

    assert_eq!((first, last), ("-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----"));
    assert!(body[..body.len() - 1].iter().all(|line| line.len() == 64), "{public}");
    assert!((1..=64).contains(&body[body.len() - 1].len()), "{public}");
    assert_eq!(public, openssl.rewrite_public_key(&public), "openssl writes it in the same bytes");
    assert!(openssl.describe_public_key(&public).contains("2048 bit"));
}

#[tokio::test]
async fn a_stored_pair_is_the_same_pair() {
    let key = key().await;

    let read = InstallationKey::from_pem(&key.to_pem()).unwrap();

    assert_eq!(read.public_pem().unwrap(), key.public_pem().unwrap());
    assert_eq!(read.sign(b"body").unwrap(), key.sign(b"body").unwrap());
}

#[tokio::test]
async fn two_pairs_differ() {
    let other = InstallationKey::generate().await.unwrap();

    assert_ne!(other.public_pem().unwrap(), key().await.public_pem().unwrap());
}

#[tokio::test]
async fn the_credential_proof_is_over_the_public_key_and_the_token_and_nothing_else() {
    let (key, certificate) = (key().await, Openssl::with_key());
    let certificate_key = PrivateKeyPem::new(certificate.read("private.pem"));
    let token = InstallationToken::parse("0123456789abcdef".repeat(4)).unwrap();

    let proof = credential_proof(&certificate_key, key, &token).unwrap();

    let (public, token) = (key.public_pem().unwrap(), token.expose());
    let verifies = |text: String| certificate.verifies(&certificate.read("public.pem"), text.as_bytes(), &proof);
    assert!(verifies(format!("{public}{token}")));
    assert!(!verifies(format!("{public}{token}\n")), "no line feed at the end");
    assert!(!verifies(format!("{}{token}", public.trim_end())), "one line feed in the middle");
    assert!(!verifies(format!("{token}{public}")));
}

#[test]
fn any_pkcs8_key_signs_and_the_signature_is_what_openssl_makes() {
    let openssl = Openssl::with_key();
    let pem = PrivateKeyPem::new(openssl.read("private.pem"));

    assert_eq!(sign(&pem, b"body").unwrap(), openssl.sign(b"body"));
}

#[test]
fn what_is_not_an_rsa_key_is_refused_without_being_repeated() {
    for text in ["", "secretsecret", "-----BEGIN PRIVATE KEY-----\nc2VjcmV0c2VjcmV0\n-----END PRIVATE KEY-----\n"] {
        let pem = PrivateKeyPem::new(text.to_owned());

        assert_eq!(InstallationKey::from_pem(&pem).unwrap_err(), KeyError::NotRsa, "{text}");
        assert_eq!(sign(&pem, b"body").unwrap_err(), KeyError::NotRsa, "{text}");
        assert_eq!(PublicKey::from_pem(text).unwrap_err(), KeyError::NotRsa, "{text}");
        assert_eq!(PublicKey::from_der(text.as_bytes()).unwrap_err(), KeyError::NotRsa, "{text}");
    }
    assert_eq!(KeyError::NotRsa.to_string(), "not an RSA key");
}
