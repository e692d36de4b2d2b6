//! Which addresses of a name are connected to.

use std::{net::IpAddr, sync::Arc};

use reqwest::dns::Resolve as _;
use rustls::{ClientConfig, RootCertStore, crypto::aws_lc_rs::default_provider};
use webhooks::{
    EndpointUrl, Failure, GuardedResolver, HmacSecret, LookupError, Outcome, Ports, Receivers, Sender, SignedMessage,
    Signer, Signers, SystemLookup,
};

use crate::receiver::{Answer, Names, Receiver};

const PUBLIC: &str = "93.184.216.34";

/// Returns the permitted addresses of a name that has `answer`. `None` means that all are refused.
async fn permitted(name: &str, answer: &[&str], receivers: Receivers) -> Option<Vec<String>> {
    let names = Names::of([answer]);
    match GuardedResolver::new(names, receivers).addresses(name).await {
        Ok(addresses) => Some(addresses.iter().map(IpAddr::to_string).collect()),
        Err(LookupError::RefusedAddress) => None,
        Err(error) => panic!("{error}"),
    }
}

fn message() -> SignedMessage {
    let signers = Signers::new(Signer::Hmac(HmacSecret::random()));
    signers.sign(&"evt_1".parse().unwrap(), 1_795_600_803, "{}".into()).unwrap()
}

/// Returns a sender to the public internet. No test lets it open a connection.
fn public_sender(names: Names) -> Sender {
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()));
    let config = config.with_safe_default_protocol_versions().unwrap();
    let config = config.with_root_certificates(RootCertStore::empty()).with_no_client_auth();
    Sender::new(config, Receivers::PUBLIC, names).unwrap()
}

fn shop() -> EndpointUrl {
    EndpointUrl::parse("https://shop.example/hooks", Receivers::PUBLIC).unwrap()
}

#[tokio::test]
async fn public_addresses_are_kept_in_their_order_and_others_dropped() {
    for (answer, expected) in [
        (&[PUBLIC][..], &[PUBLIC][..]),
        (&["2606:4700::1111", PUBLIC], &["2606:4700::1111", PUBLIC]),
        (&["10.0.0.1", PUBLIC], &[PUBLIC]),
        (&[PUBLIC, "169.254.169.254"], &[PUBLIC]),
        (&["fd00:ec2::254", "2606:4700::1111", "127.0.0.1", PUBLIC, "::1"], &["2606:4700::1111", PUBLIC]),
        (&["64:ff9b::a9fe:a9fe", "8.8.8.8"], &["8.8.8.8"]),
        (&["::ffff:8.8.8.8", "2a00::1"], &["2a00::1"]),
        (&["127.0.0.1"], &[]),
        (&["127.0.0.2", "::1"], &[]),
        (&["169.254.169.254"], &[]),
        (&["169.254.170.2"], &[]),
        (&["fd00:ec2::254"], &[]),
        (&["10.0.0.1", "172.16.0.1", "192.168.0.1"], &[]),
        (&["100.64.0.1"], &[]),
        (&["0.0.0.0"], &[]),
        (&["::"], &[]),
        (&["::ffff:127.0.0.1"], &[]),
        (&["::ffff:8.8.8.8"], &[]),
        (&["64:ff9b::7f00:1"], &[]),
        (&["2002:7f00:1::"], &[]),
        (&["2001::1"], &[]),
        (&["fe80::1"], &[]),
        (&["224.0.0.1", "ff02::1"], &[]),
        (&["255.255.255.255"], &[]),
        (&["198.18.0.1", "203.0.113.1", "192.0.2.1", "2001:db8::1"], &[]),
    ] {
        let expected: Vec<_> = expected.iter().map(|text| (*text).to_owned()).collect();
        let expected = (!expected.is_empty()).then_some(expected);
        for receivers in [Receivers::PUBLIC, Receivers::Public(Ports::Any), Receivers::Loopback] {
            assert_eq!(permitted("shop.example", answer, receivers).await, expected, "{answer:?}");
        }
    }
}

#[tokio::test]
async fn only_names_of_this_machine_may_have_loopback_addresses_and_only_in_development() {
    let answer = ["127.0.0.1", "::1", PUBLIC, "10.0.0.1"];
    for name in ["localhost", "api.localhost"] {
        let expected = vec!["127.0.0.1".to_owned(), "::1".to_owned()];
        assert_eq!(permitted(name, &answer, Receivers::Loopback).await, Some(expected));
        assert_eq!(permitted(name, &answer, Receivers::PUBLIC).await, None, "a public address of `localhost` is a lie");
    }
    for name in ["shop.example", "localhost.example", "notlocalhost"] {
        assert_eq!(permitted(name, &answer, Receivers::Loopback).await, Some(vec![PUBLIC.to_owned()]));
    }
}

#[tokio::test]
async fn a_name_without_addresses_is_an_error_of_its_own() {
    let unknown = GuardedResolver::new(Names::unknown(), Receivers::PUBLIC).addresses("shop.example").await;
    assert!(matches!(unknown, Err(LookupError::Dns(_))), "{unknown:?}");
    let empty = GuardedResolver::new(Names::of([&[]]), Receivers::PUBLIC).addresses("shop.example").await;
    assert!(matches!(empty, Err(LookupError::NoAddress)), "{empty:?}");

    for names in [Names::unknown(), Names::of([&[]])] {
        assert_eq!(public_sender(names).send(&shop(), message()).await, Outcome::Failed(Failure::Dns));
    }
    assert_eq!(public_sender(Names::unknown()).check(&shop()).await, Err(Failure::Dns));
}

#[tokio::test]
async fn the_client_gets_permitted_addresses_only() {
    let resolver = GuardedResolver::new(Names::of([&["10.0.0.1", PUBLIC]]), Receivers::PUBLIC);

    let addresses: Vec<_> = resolver.resolve("shop.example".parse().unwrap()).await.unwrap().collect();

    assert_eq!(addresses, [format!("{PUBLIC}:0").parse().unwrap()]);
}

#[tokio::test]
async fn a_name_that_becomes_private_after_its_registration_is_refused() {
    for private in ["169.254.169.254", "127.0.0.1", "::1", "10.0.0.1", "fd00:ec2::254", "::ffff:169.254.169.254"] {
        let names = Names::of([&[PUBLIC], &[private], &[private, private]]);
        let sender = public_sender(names.clone());

        assert_eq!(sender.check(&shop()).await, Ok(()));
        assert_eq!(sender.send(&shop(), message()).await, Outcome::Failed(Failure::RefusedAddress), "{private}");
        assert_eq!(sender.send(&shop(), message()).await, Outcome::Failed(Failure::RefusedAddress), "{private}");
        assert_eq!(names.asked(), ["shop.example"; 3]);
    }
    let names = Names::of([&["192.168.0.1"]]);
    assert_eq!(public_sender(names).check(&shop()).await, Err(Failure::RefusedAddress));
}

#[tokio::test]
async fn a_url_from_development_is_not_called_in_production() {
    let receiver = Receiver::http(Answer::Begin("")).await;
    let names = Names::always(receiver.address.ip());
    let sender = public_sender(names.clone());

    for host in ["127.0.0.1", "localhost"] {
        let url = receiver.url("https", host);
        assert_eq!(sender.send(&url, message()).await, Outcome::Failed(Failure::RefusedAddress));
        assert_eq!(sender.check(&url).await, Err(Failure::RefusedAddress));
    }

    assert_eq!((receiver.connections(), names.asked().len()), (0, 0));
}

#[tokio::test]
async fn the_system_resolves_names_of_this_machine() {
    let development = GuardedResolver::new(SystemLookup, Receivers::Loopback).addresses("localhost").await.unwrap();
    assert!(!development.is_empty() && development.iter().all(IpAddr::is_loopback), "{development:?}");

    let production = GuardedResolver::new(SystemLookup, Receivers::PUBLIC).addresses("localhost").await;
    assert!(matches!(production, Err(LookupError::RefusedAddress)), "{production:?}");
}
