//! A deployment and a client: it sends the given headers, and reads the answer as bytes.

use std::io::Read as _;

use flate2::read::GzDecoder;
use reqwest::{
    Method,
    header::{ACCEPT_ENCODING, HeaderMap},
};
use testkit::TestApp;

/// A deployment without a setup: the group needs none.
pub(crate) async fn deployment() -> TestApp {
    TestApp::builder().not_onboarded().start().await
}

/// An answer as it was sent over the network.
#[derive(Debug)]
pub(crate) struct Raw {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Raw {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

pub(crate) async fn ask(app: &TestApp, method: Method, path: &str, headers: &[(&str, &str)]) -> Raw {
    let request =
        headers.iter().fold(app.request(method, path), |request, (name, value)| request.header(*name, *value));
    let answer = request.send().await.unwrap();
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    Raw { status, headers, body: answer.bytes().await.unwrap().to_vec() }
}

pub(crate) async fn get(app: &TestApp, path: &str) -> Raw {
    ask(app, Method::GET, path, &[]).await
}

pub(crate) async fn get_gzip(app: &TestApp, path: &str, accepted: &str) -> Raw {
    ask(app, Method::GET, path, &[(ACCEPT_ENCODING.as_str(), accepted)]).await
}

pub(crate) fn gunzip(bytes: &[u8]) -> Vec<u8> {
    let mut content = Vec::new();
    GzDecoder::new(bytes).read_to_end(&mut content).unwrap();
    content
}
