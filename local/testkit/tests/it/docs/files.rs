//! How files are answered: with a type, named by their content, compressed for a client that accepts it, and not sent
//! again to a client that has the current version.

use reqwest::Method;
use testkit::Answer;

use super::fixture::{ask, deployment, get, get_gzip, gunzip};
use super::served::FILES;

#[tokio::test]
async fn each_file_has_its_type_and_a_name_of_its_content_and_says_how_long_it_keeps() {
    let app = deployment().await;

    for (path, content_type) in FILES {
        let file = get(&app, path).await;

        assert_eq!((file.status, file.header("content-type")), (200, content_type), "{path}");
        assert!(file.header("etag").starts_with('"') && file.header("etag").len() == 34, "{path}: strong");
        let keeps = if path.starts_with("/assets/") { "public, max-age=3600" } else { "no-cache" };
        assert_eq!(file.header("cache-control"), keeps, "{path}");
        assert_eq!(file.header("vary"), "accept-encoding", "{path}");
        assert_eq!(file.header("content-encoding"), "", "{path}: nobody asked for it");
        assert_eq!(file.header("x-content-type-options"), "nosniff", "{path}");
        assert!(!file.body.is_empty(), "{path}");
    }
}

#[tokio::test]
async fn who_takes_gzip_gets_the_same_content_in_fewer_bytes_under_another_name() {
    let app = deployment().await;

    for (path, content_type) in FILES {
        let plain = get(&app, path).await;
        let small = get_gzip(&app, path, "br, GZIP;q=0.5, *;q=0").await;

        assert_eq!((small.status, small.header("content-type")), (200, content_type), "{path}");
        assert_eq!(small.header("content-encoding"), "gzip", "{path}");
        assert_eq!(gunzip(&small.body), plain.body, "{path}");
        assert_ne!(small.header("etag"), plain.header("etag"), "{path}: other bytes, another strong tag");
    }
    let bundle = get_gzip(&app, "/assets/swagger-ui-bundle.js", "gzip").await;
    assert!(bundle.body.len() < 500_000, "{}", bundle.body.len());
}

#[tokio::test]
async fn who_does_not_take_gzip_gets_none() {
    let app = deployment().await;

    for accepted in ["", "br", "gzip;q=0", "gzip; q=0.000", "identity, gzip;q=0", "x-gzip-not", "*;q=0"] {
        let file = get_gzip(&app, "/assets/style.css", accepted).await;

        assert_eq!(file.header("content-encoding"), "", "{accepted}");
        assert!(file.text().contains(":root"), "{accepted}");
    }
}

#[tokio::test]
async fn who_has_a_file_already_is_not_sent_it_again() {
    let app = deployment().await;

    for (path, _) in FILES {
        for accepted in ["", "gzip"] {
            let first = get_gzip(&app, path, accepted).await;
            let etag = first.header("etag").to_owned();
            for held in [etag.clone(), format!("W/{etag}"), format!("\"other\", {etag}"), "*".to_owned()] {
                let headers = [("accept-encoding", accepted), ("if-none-match", held.as_str())];
                let again = ask(&app, Method::GET, path, &headers).await;

                assert_eq!(again.status, 304, "{path} {held}");
                assert!(again.body.is_empty(), "{path}");
                for name in ["etag", "cache-control", "vary", "content-security-policy"] {
                    assert_eq!(again.header(name), first.header(name), "{path}: {name}");
                }
            }
            let headers = [("accept-encoding", accepted), ("if-none-match", "\"0123456789abcdef0123456789abcdef\"")];
            assert_eq!(ask(&app, Method::GET, path, &headers).await.status, 200, "{path}");
        }
    }
}

#[tokio::test]
async fn head_answers_the_headers_of_get_and_no_body() {
    let app = deployment().await;

    for path in FILES.map(|(path, _)| path).into_iter().chain(["/health"]) {
        let get = get(&app, path).await;
        let head = ask(&app, Method::HEAD, path, &[]).await;

        assert_eq!(head.status, 200, "{path}");
        assert!(head.body.is_empty(), "{path}");
        for name in ["content-type", "etag", "cache-control", "content-security-policy"] {
            assert_eq!(head.header(name), get.header(name), "{path}: {name}");
        }
        assert_eq!(head.header("content-length"), get.body.len().to_string(), "{path}");
    }
}

#[tokio::test]
async fn no_other_file_is_found_whatever_it_is_called() {
    let app = deployment().await;
    let names = [
        "style.css.gz",
        "STYLE.CSS",
        "home.html",
        "docs.html",
        "openapi.json",
        "..%2Fstyle.css",
        "%2e%2e%2fCargo.toml",
        "%ff",
        "style.css%00",
        "etc%2Fpasswd",
        "%20",
    ];

    for name in names {
        let answer = app.send(app.request(Method::GET, &format!("/assets/{name}"))).await;

        answer.problem(404, "route_not_found");
    }
    for path in ["/assets", "/assets/", "/assets/a/b", "/docs/", "/favicon.ico"] {
        app.send(app.request(Method::GET, path)).await.problem(404, "route_not_found");
    }
}

#[tokio::test]
async fn nothing_here_takes_anything() {
    let app = deployment().await;

    for path in FILES.map(|(path, _)| path).into_iter().chain(["/health"]) {
        for method in [Method::POST, Method::PUT, Method::DELETE] {
            let answer: Answer = app.send(app.request(method, path)).await;

            answer.problem(405, "method_not_allowed");
        }
    }
}

#[tokio::test]
async fn the_document_is_the_one_in_the_repository() {
    let app = deployment().await;
    let committed = include_str!("../../../../../docs/openapi.json");

    let answer = get(&app, "/openapi.json").await;

    assert_eq!(answer.text(), committed);
    assert!(answer.body.len() * 4 / 3 < 6_000_000, "Lambda answers no more");
}
