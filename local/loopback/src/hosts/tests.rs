use http::Request;
use proptest::prelude::*;

use super::*;

fn hosts() -> Hosts {
    let docker = ["host.docker.internal".parse().unwrap(), "172.17.0.1".parse().unwrap()];
    Hosts::of(SocketAddr::from(([127, 0, 0, 2], 4100))).with(docker).behind("tpp.example".parse().unwrap(), PUBLIC)
}

const PUBLIC: &str = "https://tpp.example";

fn ask(method: &str, uri: &str, headers: &[(&str, &str)]) -> Result<(), Stranger> {
    let mut request = Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    hosts().check(&request.body(()).unwrap().into_parts().0)
}

#[test]
fn names_of_this_machine_are_answered_on_any_port() {
    for host in ["localhost", "LocalHost", "127.0.0.1", "[::1]", "127.0.0.2", "172.17.0.1", "host.docker.internal"] {
        for port in ["", ":4100", ":80"] {
            assert_eq!(ask("GET", "/", &[("host", &format!("{host}{port}"))]), Ok(()), "{host}{port}");
        }
    }
    assert_eq!(ask("GET", "/", &[("host", "tpp.example")]), Ok(()));
}

#[test]
fn any_other_name_is_another_server() {
    for host in [
        "",
        ":4100",
        "evil.example",
        "localhost.evil.example",
        "localhost.",
        "x.localhost",
        "127.0.0.1.evil.example",
        "0.0.0.0",
        "[::]",
        "[::1",
        "::1",
        "127.0.0.3",
        "evil.example@localhost",
        "localhost@evil.example",
        "localhost:evil",
        "localhost:99999",
        "localhost:1:2",
        "localhost, evil.example",
        "localhost/",
        "tpp.example.evil.example",
    ] {
        assert_eq!(ask("GET", "/", &[("host", host)]), Err(Stranger::Host), "{host}");
    }
    assert_eq!(ask("GET", "/", &[]), Err(Stranger::Host), "no host");
    assert_eq!(ask("GET", "/", &[("host", "localhost"), ("host", "localhost")]), Err(Stranger::Host), "two hosts");
}

#[test]
fn a_request_whose_line_names_another_server_than_its_host_is_refused() {
    let host = [("host", "localhost:4100")];

    assert_eq!(ask("GET", "http://localhost:4100/", &host), Ok(()));
    for uri in ["http://evil.example/", "http://evil.example:4100/", "http://localhost:3000/"] {
        assert_eq!(ask("GET", uri, &host), Err(Stranger::Host), "{uri}");
    }
}

#[test]
fn a_page_of_this_server_may_call_and_no_other() {
    for origin in ["http://localhost:4100", "https://localhost:4100", PUBLIC] {
        assert_eq!(ask("POST", "/", &[("host", "localhost:4100"), ("origin", origin)]), Ok(()), "{origin}");
    }
    assert_eq!(ask("POST", "/", &[("host", "tpp.example:443"), ("origin", PUBLIC)]), Ok(()));
    assert_eq!(ask("POST", "/", &[("host", "localhost:80"), ("origin", "http://localhost")]), Ok(()));
    for origin in [
        "null",
        "",
        "http://evil.example",
        "http://localhost",
        "http://localhost:3000",
        "http://127.0.0.1:4100",
        "http://tpp.example.evil.example",
        "ftp://localhost:4100",
        "localhost:4100",
        "file://",
    ] {
        for method in ["GET", "OPTIONS", "POST", "DELETE"] {
            let asked = ask(method, "/", &[("host", "localhost:4100"), ("origin", origin)]);
            assert_eq!(asked, Err(Stranger::Origin), "{method} {origin}");
        }
    }
    let two = [("host", "localhost:4100"), ("origin", "http://localhost:4100"), ("origin", "http://evil.example")];
    assert_eq!(ask("POST", "/", &two), Err(Stranger::Origin), "two origins");
}

#[test]
fn a_browser_may_follow_a_link_from_another_site_but_not_send_a_form() {
    for site in ["cross-site", "same-site", "none"] {
        let headers = [("host", "localhost"), ("sec-fetch-site", site)];
        assert_eq!(ask("GET", "/", &headers), Ok(()), "{site}");
        assert_eq!(ask("POST", "/", &headers), Err(Stranger::Origin), "{site}");
    }
    assert_eq!(ask("POST", "/", &[("host", "localhost"), ("sec-fetch-site", "same-origin")]), Ok(()));
}

#[test]
fn a_name_is_read_without_a_port_and_shown_as_a_url_has_it() {
    for text in ["localhost", "host.docker.internal", "172.17.0.1", "[::1]"] {
        assert_eq!(text.parse::<Name>().unwrap().to_string(), text);
    }
    for text in ["", "localhost:80", "http://localhost", "a b", "::1"] {
        assert_eq!(text.parse::<Name>(), Err(InvalidName), "{text}");
    }
}

proptest! {
    #[test]
    fn a_host_that_was_not_named_is_never_answered(host in "[a-z0-9.:@\\[\\]_-]{0,24}") {
        let known = ["localhost", "127.0.0.1", "127.0.0.2", "172.17.0.1", "host.docker.internal", "tpp.example", "["];
        prop_assume!(!known.iter().any(|name| host.starts_with(name)));
        prop_assert_eq!(ask("GET", "/", &[("host", &host)]), Err(Stranger::Host));
    }
}
