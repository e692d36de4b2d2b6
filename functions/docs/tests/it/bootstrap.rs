//! The bootstrap as Lambda starts it, with an empty environment: it must not need a variable that it does not get.

use std::io::Read as _;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use flate2::read::GzDecoder;
use local_lambda::{Function, http_event};
use serde_json::Value;

use crate::served::FILES;

const NO_VARIABLES: [(&str, &str); 0] = [];

/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
const LARGEST_ANSWER: usize = 6 * 1024 * 1024;

async fn ask(function: &Function, method: &str, path: &str, headers: &[(&str, &str)]) -> Value {
    let answer = function.invoke(http_event(method, path, headers)).await.unwrap();
    assert!(answer.to_string().len() < LARGEST_ANSWER, "{path}");
    answer
}

#[tokio::test]
async fn every_file_reaches_a_browser_through_api_gateway_as_it_is() {
    let function = Function::start(env!("CARGO_BIN_EXE_docs"), NO_VARIABLES).await;

    for (path, content_type) in FILES {
        let plain = ask(&function, "GET", path, &[]).await;
        let small = ask(&function, "GET", path, &[("accept-encoding", "gzip, deflate, br")]).await;

        assert_eq!((&plain["statusCode"], &small["statusCode"]), (&200.into(), &200.into()), "{path}");
        assert_eq!(plain["isBase64Encoded"], false, "{path}: text");
        assert_eq!(small["isBase64Encoded"], true, "{path}: bytes");
        assert_eq!(small["headers"]["content-encoding"], "gzip", "{path}");
        assert_eq!(small["headers"]["content-type"], content_type, "{path}");
        let bytes = STANDARD.decode(small["body"].as_str().unwrap()).unwrap();
        let mut content = String::new();
        GzDecoder::new(bytes.as_slice()).read_to_string(&mut content).unwrap();
        assert_eq!(content, plain["body"].as_str().unwrap(), "{path}");
    }
}

#[tokio::test]
async fn it_lives_answers_what_is_new_only_and_knows_nothing_else() {
    let function = Function::start(env!("CARGO_BIN_EXE_docs"), NO_VARIABLES).await;

    let health = ask(&function, "GET", "/health", &[]).await;
    let document = ask(&function, "GET", "/openapi.json", &[]).await;
    let etag = document["headers"]["etag"].as_str().unwrap();
    let again = ask(&function, "GET", "/openapi.json", &[("if-none-match", etag)]).await;
    let elsewhere = ask(&function, "GET", "/auth", &[]).await;

    assert_eq!((&health["statusCode"], &health["body"]), (&200.into(), &r#"{"status":"ok"}"#.into()));
    assert_eq!(again["statusCode"], 304);
    assert_eq!(elsewhere["statusCode"], 404);
    assert_eq!(elsewhere["headers"]["content-type"], "application/problem+json");
}
