//! The PSD2 certificate: the sandbox's own certificate, and the owner's.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use rcgen::KeyPair;
use serde_json::{Value, json};
use shared::http::{Code, Problem};
use testkit::TestApp;
use x509_parser::{oid_registry::OID_PKCS1_SHA256WITHRSA, pem::Pem, public_key::PublicKey};

use crate::{
    qseal::{Qseal, TODAY, rsa_key, secret, self_signed},
    support::{assert_works, complete, invoke, states},
};

async fn production() -> TestApp {
    TestApp::builder().variable("BUNQ_ENVIRONMENT", "production").not_onboarded().start().await
}

/// Runs the setup with this secret, which must be refused before any call to the bank.
async fn refused(app: &TestApp, name: &str, certificate: &Value) -> Problem {
    app.write_secret("psd2-certificate", &certificate.to_string()).await;
    let problem = invoke(app, json!({})).await.expect_err(name);
    assert_eq!(app.bank.total().await, 0);
    assert!(!app.secrets().await.contains_key("test/tpp"));
    problem
}

/// Runs the setup with each of these secrets: all must be refused with this message.
async fn assert_refused(words: &str, secrets: &[(&str, Value)]) {
    let app = production().await;
    for (name, secret) in secrets {
        let problem = refused(&app, name, secret).await;

        assert_eq!((problem.code(), problem.status().as_u16()), (Code::CertificateInvalid, 422), "{name}: {problem}");
        assert_eq!(problem.to_string(), format!("{words}."), "{name}");
    }
}

#[tokio::test]
async fn production_without_a_certificate_names_the_secret_to_fill() {
    let app = production().await;
    app.delete_secret("psd2-certificate").await;

    let problem = invoke(&app, json!({})).await.unwrap_err();

    assert_eq!(problem.code(), Code::CertificateInvalid);
    assert!(problem.to_string().contains("/psd2-certificate"), "{problem}");
    assert_eq!(app.bank.total().await, 0);
    assert!(!app.secrets().await.contains_key("test/psd2-certificate"), "production makes none of its own");
}

#[tokio::test]
async fn a_secret_that_is_not_the_json_that_it_should_be_is_named() {
    let app = production().await;
    let good = Qseal::new(&rsa_key()).secret();
    let mut incomplete = good.clone();
    incomplete.as_object_mut().unwrap().remove("chain");
    for (name, content) in
        [("PEM", json!("-----BEGIN CERTIFICATE-----")), ("empty", json!({})), ("no chain", incomplete)]
    {
        let problem = refused(&app, name, &content).await;

        assert!(problem.to_string().contains("psd2-certificate"), "{name}: {problem}");
        assert!(!problem.to_string().contains("BEGIN"), "{problem}");
    }
}

#[tokio::test]
async fn a_certificate_that_is_not_valid_today_is_refused() {
    let (key, past, future) = (rsa_key(), (2010, 2020), (2089, 2090));
    let secret = |leaf, intermediate, root| Qseal::valid(&key, leaf, intermediate, root).secret();

    assert_refused(
        "the certificate or a member of its chain is not valid today",
        &[
            ("an expired leaf", secret(past, TODAY, TODAY)),
            ("a leaf of the future", secret(future, TODAY, TODAY)),
            ("an expired intermediate", secret(TODAY, past, TODAY)),
            ("an expired root", secret(TODAY, TODAY, past)),
            ("a root of the future", secret(TODAY, TODAY, future)),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_private_key_that_is_not_the_certificates_is_refused() {
    let (key, other, elliptic) = (rsa_key(), rsa_key(), KeyPair::generate().unwrap());
    let (good, on_curve) = (Qseal::new(&key), Qseal::new(&elliptic));
    let with_key = |key: &str| secret(key, &good.leaf, &good.chain());

    assert_refused(
        "`private_key` is not an RSA key in PKCS#8 PEM that belongs to the certificate",
        &[
            ("the key of another", with_key(&other.serialize_pem())),
            ("a key on a curve", with_key(&elliptic.serialize_pem())),
            ("key and certificate on a curve", on_curve.secret()),
            ("a certificate on a curve", secret(&good.key, &on_curve.leaf, &on_curve.chain())),
            ("no key", with_key("")),
            ("garbage", with_key("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")),
            ("the certificate in place of the key", with_key(&good.leaf)),
            ("the old form of a key", with_key(&good.key.replace("PRIVATE KEY", "RSA PRIVATE KEY"))),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_certificate_that_is_not_one_leaf_is_refused() {
    let good = Qseal::new(&rsa_key());
    let with_leaf = |leaf: &str| secret(&good.key, leaf, &good.chain());

    assert_refused(
        "`certificate` must hold the leaf and nothing else",
        &[
            ("the leaf twice", with_leaf(&good.leaf.repeat(2))),
            ("the whole chain", with_leaf(&format!("{}{}", good.leaf, good.chain()))),
            ("nothing", with_leaf("")),
            ("no PEM", with_leaf("my certificate")),
        ],
    )
    .await;
}

#[tokio::test]
async fn what_is_not_x509_is_refused() {
    let good = Qseal::new(&rsa_key());
    let garbage = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let torn: String = good.leaf.lines().take(5).collect::<Vec<_>>().join("\n");

    assert_refused(
        "the certificate or its chain is not X.509 in PEM",
        &[
            ("a garbage leaf", secret(&good.key, garbage, &good.chain())),
            ("a garbage chain", secret(&good.key, &good.leaf, garbage)),
            ("a garbage root", secret(&good.key, &good.leaf, &format!("{}{garbage}", good.intermediate))),
            ("the beginning of a leaf", secret(&good.key, &torn, &good.chain())),
            ("a key in place of the leaf", secret(&good.key, &good.key, &good.chain())),
        ],
    )
    .await;
}

const CHAIN_ORDER: &str =
    "`chain` must hold the issuer of the leaf, then that one's issuer, up to the root, without the leaf";

#[tokio::test]
async fn a_chain_out_of_order_is_refused() {
    let (good, stranger) = (Qseal::new(&rsa_key()), Qseal::new(&rsa_key()));
    let Qseal { key, leaf, intermediate, root } = &good;
    let with_chain = |chain: &[&str]| secret(key, leaf, &chain.concat());

    assert_refused(
        CHAIN_ORDER,
        &[
            ("an empty chain", with_chain(&[])),
            ("a chain that is no PEM", with_chain(&["none"])),
            ("the root first", with_chain(&[root, intermediate])),
            ("the leaf first", with_chain(&[leaf, intermediate, root])),
            ("the leaf last", with_chain(&[intermediate, root, leaf])),
            ("the leaf only", with_chain(&[leaf])),
            ("the root only", with_chain(&[root])),
            ("the leaf of a stranger", with_chain(&[&stranger.leaf, intermediate, root])),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_chain_that_does_not_reach_the_root_is_refused() {
    let good = Qseal::new(&rsa_key());

    assert_refused(CHAIN_ORDER, &[("no root", secret(&good.key, &good.leaf, &good.intermediate))]).await;
}

#[tokio::test]
async fn production_does_not_send_a_self_signed_certificate() {
    let key = rsa_key();
    let (leaf, other) = (self_signed(&key), Qseal::new(&key));

    assert_refused(
        "production needs a QSEAL certificate, and this one is self-signed",
        &[
            ("its own chain", secret(&other.key, &leaf, &leaf)),
            ("the chain of another", secret(&other.key, &leaf, &other.chain())),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_chain_of_three_onboards_in_production() {
    let app = production().await;
    let good = Qseal::new(&rsa_key());
    app.write_secret("psd2-certificate", &good.secret().to_string()).await;

    let report = complete(&app).await;

    assert_eq!(report["environment"], "production");
    assert_eq!(states(&report)[..3], ["now", "before", "now"]);
    assert_eq!(app.read_secret("psd2-certificate").await, good.secret(), "the owner's secret is left alone");
    assert_works(&app, "an onboarding in production").await;
}

#[tokio::test]
async fn a_certificate_is_good_until_our_clock_says_otherwise() {
    let app = production().await;
    let qseal = Qseal::valid(&rsa_key(), (2020, 2089), TODAY, TODAY);
    app.write_secret("psd2-certificate", &qseal.secret().to_string()).await;
    complete(&app).await;

    app.clock.advance(70 * 365 * 86_400);
    let problem = invoke(&app, json!({})).await.unwrap_err();

    assert_eq!(problem.code(), Code::CertificateInvalid);
}

/// The output of openssl for an input, or `None` if openssl is not installed.
fn openssl(arguments: &[&str], input: &str) -> Option<String> {
    let piped = Command::new("openssl").args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut child = piped.ok()?;
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "openssl {arguments:?}: {output:?}");
    Some(String::from_utf8(output.stdout).unwrap())
}

#[tokio::test]
async fn the_sandbox_makes_a_certificate_that_the_bank_and_openssl_can_read() {
    let app = TestApp::builder().without_seed().not_onboarded().start().await;

    let report = complete(&app).await;

    assert_eq!(states(&report), ["now"; 9]);
    let secret = app.read_secret("psd2-certificate").await;
    let leaf = secret["certificate"].as_str().unwrap();
    assert_eq!(secret["chain"], *leaf);
    let pems: Vec<_> = Pem::iter_from_buffer(leaf.as_bytes()).map(Result::unwrap).collect();
    let [pem] = pems.as_slice() else { panic!("one certificate: {leaf}") };
    let certificate = pem.parse_x509().unwrap();
    let subject = certificate.subject();
    let name = subject.iter_common_name().next().unwrap().as_str().unwrap();
    assert!(name.len() <= 64 && name.starts_with("bunq-tpp PISP AISP "), "{name}");
    assert_eq!(subject.iter_country().next().unwrap().as_str().unwrap(), "NL");
    assert_eq!(certificate.issuer(), subject);
    assert_eq!(certificate.signature_algorithm.algorithm, OID_PKCS1_SHA256WITHRSA);
    let PublicKey::RSA(key) = certificate.public_key().parsed().unwrap() else { panic!("not RSA") };
    assert_eq!(key.key_size(), 4096);
    assert!(certificate.validity().is_valid());
    if let Some(text) = openssl(&["x509", "-noout", "-subject", "-nameopt", "RFC2253"], leaf) {
        assert!(text.contains(name) && text.contains("C=NL"), "{text}");
        let modulus = |arguments: &[&str], field: &str| openssl(arguments, secret[field].as_str().unwrap()).unwrap();
        assert_eq!(
            modulus(&["rsa", "-noout", "-modulus"], "private_key"),
            modulus(&["x509", "-noout", "-modulus"], "certificate")
        );
    }
    assert_works(&app, "a certificate of its own").await;
}
