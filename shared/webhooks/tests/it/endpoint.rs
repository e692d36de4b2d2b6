//! Which URLs may be called.

use EndpointUrlError::{Fragment, Host, IpAddress, NotAUrl, Port, Scheme, TooLong, UserInfo};
use proptest::prelude::*;
use webhooks::{EndpointUrl, EndpointUrlError, Ports, Receivers};

fn parse(text: &str, receivers: Receivers) -> Result<String, EndpointUrlError> {
    EndpointUrl::parse(text, receivers).map(|url| url.as_str().to_owned())
}

#[test]
fn public_urls_are_accepted_in_normal_form() {
    for (text, expected) in [
        ("https://shop.example/hooks", "https://shop.example/hooks"),
        ("https://shop.example", "https://shop.example/"),
        ("HTTPS://Shop.EXAMPLE/Hooks", "https://shop.example/Hooks"),
        ("https://shop.example:443/hooks", "https://shop.example/hooks"),
        ("https://shop.example/a/../hooks?key=1&b=%20", "https://shop.example/hooks?key=1&b=%20"),
        ("https://shop.example/é", "https://shop.example/%C3%A9"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://shop。example/", "https://shop.example/"),
        ("https://a.b.c.d.e.example/", "https://a.b.c.d.e.example/"),
        ("https://1.shop.example/", "https://1.shop.example/"),
        ("https://hooks_1.shop.example/", "https://hooks_1.shop.example/"),
        ("https://shop.example/@user", "https://shop.example/@user"),
        ("https://shop.example/?to=http://127.0.0.1", "https://shop.example/?to=http://127.0.0.1"),
        ("https://localhost.example/", "https://localhost.example/"),
        ("https://mylocal.example/", "https://mylocal.example/"),
        ("https://notinternal/", ""),
        ("https://127.0.0.1.nip.example/", "https://127.0.0.1.nip.example/"),
    ] {
        let expected = if expected.is_empty() { Err(Host) } else { Ok(expected.to_owned()) };
        assert_eq!(parse(text, Receivers::PUBLIC), expected, "{text}");
    }
}

#[test]
fn other_urls_are_refused() {
    for (text, expected) in [
        ("", NotAUrl),
        ("shop.example", NotAUrl),
        ("//shop.example/", NotAUrl),
        ("https:shop.example", NotAUrl),
        ("https:/shop.example", NotAUrl),
        ("https:///shop.example", NotAUrl),
        ("https://", NotAUrl),
        ("https://?a", NotAUrl),
        (" https://shop.example", NotAUrl),
        ("https://shop.example\n", NotAUrl),
        ("\0https://shop.example", NotAUrl),
        ("https://shop.example/\u{7f}", NotAUrl),
        ("https://shop.exa\tmple", NotAUrl),
        ("https://shop.example/a b", NotAUrl),
        ("https:\\\\shop.example\\", NotAUrl),
        ("https://shop.example\\@127.0.0.1/", NotAUrl),
        ("https://[::1", NotAUrl),
        ("https://shop.example:99999/", NotAUrl),
        ("https://shop.example:-1/", NotAUrl),
        ("https://a%00b.example/", NotAUrl),
        ("https://a|b.example/", NotAUrl),
        ("https://256.256.256.256/", NotAUrl),
        ("https://1.2.3.4.5/", NotAUrl),
        ("https://0x100000000/", NotAUrl),
        ("http://shop.example/", Scheme),
        ("ftp://shop.example/", Scheme),
        ("file:///etc/passwd", NotAUrl),
        ("gopher://shop.example/", Scheme),
        ("javascript://shop.example/%0aalert(1)", Scheme),
        ("wss://shop.example/", Scheme),
        ("https://user@shop.example/", UserInfo),
        ("https://user:password@shop.example/", UserInfo),
        ("https://:password@shop.example/", UserInfo),
        ("https://@shop.example/", UserInfo),
        ("https://shop.example@127.0.0.1/", UserInfo),
        ("https://127.0.0.1@shop.example/", UserInfo),
        ("https://shop.example/#part", Fragment),
        ("https://shop.example/#", Fragment),
        ("https://shop.example:80/", Port),
        ("https://shop.example:8443/", Port),
        ("https://shop.example:0/", Port),
        // Addresses, in all forms.
        ("https://93.184.216.34/", IpAddress),
        ("https://127.0.0.1/", IpAddress),
        ("https://127.1/", IpAddress),
        ("https://127.0.0.1./", IpAddress),
        ("https://2130706433/", IpAddress),
        ("https://017700000001/", IpAddress),
        ("https://0177.0.0.1/", IpAddress),
        ("https://0x7f000001/", IpAddress),
        ("https://0x7f.0.0.1/", IpAddress),
        ("https://0x7F.1/", IpAddress),
        ("https://0/", IpAddress),
        ("https://0.0.0.0/", IpAddress),
        ("https://169.254.169.254/latest/meta-data/", IpAddress),
        ("https://2852039166/", IpAddress),
        ("https://0xa9fea9fe/", IpAddress),
        ("https://%31%32%37.0.0.1/", IpAddress),
        ("https://１２７.０.０.１/", IpAddress),
        ("https://①②⑦.0.0.1/", IpAddress),
        ("https://127。0。0。1/", IpAddress),
        ("https://[::1]/", IpAddress),
        ("https://[::]/", IpAddress),
        ("https://[::ffff:127.0.0.1]/", IpAddress),
        ("https://[::ffff:7f00:1]/", IpAddress),
        ("https://[fd00:ec2::254]/", IpAddress),
        ("https://[2606:4700::1111]/", IpAddress),
        ("https://[64:ff9b::7f00:1]/", IpAddress),
        // Names that the public internet does not have.
        ("https://localhost/", Host),
        ("https://LOCALHOST/", Host),
        ("https://localhost./", Host),
        ("https://%6cocalhost/", Host),
        ("https://ｌocalhost/", Host),
        ("https://api.localhost/", Host),
        ("https://printer.local/", Host),
        ("https://printer.LOCAL/", Host),
        ("https://db.internal/", Host),
        ("https://ip-10-0-0-1.ec2.internal/", Host),
        ("https://metadata.google.internal/", Host),
        ("https://router.home.arpa/", Host),
        ("https://abc.onion/", Host),
        ("https://intranet/", Host),
        ("https://shop.example./", Host),
        ("https://.shop.example/", Host),
        ("https://shop..example/", Host),
        (&format!("https://{}.example/", "a".repeat(64)), Host),
        (&format!("https://{}example/", "a23456789.".repeat(25)), Host),
        (&format!("https://shop.example/{}", "a".repeat(1980)), TooLong),
        (&format!("https://shop.example/{}", "é".repeat(330)), TooLong),
    ] {
        assert_eq!(parse(text, Receivers::PUBLIC), Err(expected), "{text}");
        assert_eq!(parse(text, Receivers::Public(Ports::Any)).is_ok(), text.contains(":80") || text.contains(":84"));
    }
    assert!(parse(&format!("https://shop.example/{}", "a".repeat(1979)), Receivers::PUBLIC).is_ok());
}

#[test]
fn this_machine_is_permitted_by_the_setting_for_development_only() {
    for text in [
        "http://localhost:8080/hooks",
        "http://localhost/",
        "https://localhost:8443/",
        "http://api.localhost:3000/",
        "http://127.0.0.1:8080/",
        "http://127.9.9.9/",
        "https://[::1]:8443/",
        "http://2130706433:1/",
    ] {
        let url = EndpointUrl::parse(text, Receivers::Loopback).unwrap();
        assert!(url.is_permitted(Receivers::Loopback));
        for receivers in [Receivers::PUBLIC, Receivers::Public(Ports::Any)] {
            assert!(EndpointUrl::parse(text, receivers).is_err(), "{text}");
            assert!(!url.is_permitted(receivers), "{text}");
        }
    }
    for (text, expected) in [
        ("http://shop.example/", Scheme),
        ("https://shop.example:8443/", Port),
        ("http://10.0.0.1/", Scheme),
        ("https://10.0.0.1/", IpAddress),
        ("https://169.254.169.254/", IpAddress),
        ("https://[::ffff:127.0.0.1]/", IpAddress),
        ("https://printer.local/", Host),
        ("http://localhost:0/", Port),
        ("http://user@localhost/", UserInfo),
        ("ftp://localhost/", Scheme),
    ] {
        assert_eq!(parse(text, Receivers::Loopback), Err(expected), "{text}");
    }
    assert!(parse("https://shop.example/", Receivers::Loopback).is_ok());
}

#[test]
fn path_and_query_are_not_printed() {
    let url = EndpointUrl::parse("https://shop.example/services/T0ken?key=s3cret", Receivers::PUBLIC).unwrap();

    assert_eq!(format!("{url:?}"), "EndpointUrl(https://shop.example/[redacted])");
}

fn near_urls() -> impl Strategy<Value = String> {
    let host = "([a-z0-9x.\\[\\]:%@-]{0,20}|127\\.0\\.0\\.1|localhost|[a-z]{1,8}\\.(com|local|internal|example))";
    ("(https|http|HTTPS|ftp)", "(://|:/|:)", host, "(:[0-9]{0,6})?", "[ -~é]{0,20}")
        .prop_map(|(scheme, slashes, host, port, rest)| format!("{scheme}{slashes}{host}{port}/{rest}"))
}

proptest! {
    #[test]
    fn an_accepted_url_is_safe_to_call(text in prop_oneof![near_urls(), any::<String>()]) {
        if let Ok(url) = EndpointUrl::parse(&text, Receivers::PUBLIC) {
            let parts = url.as_url();
            prop_assert_eq!((parts.scheme(), parts.port(), parts.fragment()), ("https", None, None));
            prop_assert!(parts.username().is_empty() && parts.password().is_none());
            let name = parts.domain().unwrap();
            prop_assert!(name.contains('.') && !name.ends_with('.') && name.is_ascii(), "{}", name);
            prop_assert!(name.parse::<std::net::IpAddr>().is_err());
            prop_assert!(url.as_str().len() <= 2000 && url.is_permitted(Receivers::PUBLIC));
            prop_assert_eq!(&EndpointUrl::parse(url.as_str(), Receivers::PUBLIC).unwrap(), &url);
        }
    }
}
