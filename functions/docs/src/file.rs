//! A file that is embedded in this program, and its answers: compressed if the client accepts that, and without a body
//! if the client has the current version.

use std::{borrow::Cow, io::Write as _};

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use flate2::{Compression, write::GzEncoder};
use sha2::{Digest as _, Sha256};

/// A file in two forms: plain and compressed.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(crate) name: &'static str,
    pub(crate) content_type: &'static str,
    pub(crate) plain: Form,
    pub(crate) gzip: Form,
}

/// The bytes of a form, and their strong entity tag.
#[derive(Clone, Debug)]
pub(crate) struct Form {
    pub(crate) bytes: Cow<'static, [u8]>,
    pub(crate) etag: Cow<'static, str>,
}

impl Form {
    fn new(bytes: Vec<u8>) -> Self {
        let hash: String = Sha256::digest(&bytes).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        Self { bytes: Cow::Owned(bytes), etag: Cow::Owned(format!("\"{hash}\"")) }
    }
}

/// An embedded file. The build script has written its forms under this name.
macro_rules! file {
    ($name:literal, $content_type:literal) => {
        $crate::file::File {
            name: $name,
            content_type: $content_type,
            plain: $crate::file::form!($name),
            gzip: $crate::file::form!($name, ".gz"),
        }
    };
}

macro_rules! form {
    ($($name:literal),+) => {
        $crate::file::Form {
            bytes: std::borrow::Cow::Borrowed(include_bytes!(concat!(env!("OUT_DIR"), "/", $($name),+))),
            etag: std::borrow::Cow::Borrowed(include_str!(concat!(env!("OUT_DIR"), "/", $($name),+, ".etag"))),
        }
    };
}

pub(crate) use {file, form};

/// A cache revalidates the file for each request; the entity tag makes that cheap.
pub(crate) const ASK_EACH_TIME: HeaderValue = HeaderValue::from_static("no-cache");
/// A cache keeps the file for an hour, then revalidates it.
pub(crate) const KEEP_AN_HOUR: HeaderValue = HeaderValue::from_static("public, max-age=3600");

impl File {
    /// Creates a file whose content depends on the deployment, once at the start.
    pub(crate) fn new(name: &'static str, content_type: &'static str, content: String) -> Self {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        // Writing to memory does not fail. If it did, the plain form would replace the compressed one.
        let compressed = encoder.write_all(content.as_bytes()).and_then(|()| encoder.finish());
        let plain = Form::new(content.into_bytes());
        let gzip = compressed.map_or_else(|_| plain.clone(), Form::new);
        Self { name, content_type, plain, gzip }
    }

    /// The answer to a request with these headers.
    pub(crate) fn answer(&self, request: &HeaderMap, cache_control: HeaderValue) -> Response {
        let gzip = takes_gzip(request);
        let form = if gzip { &self.gzip } else { &self.plain };
        let always = [
            (header::ETAG, HeaderValue::from_str(&form.etag).unwrap_or(HeaderValue::from_static(""))),
            (header::CACHE_CONTROL, cache_control),
            (header::VARY, HeaderValue::from_static("accept-encoding")),
        ];
        if has_already(request, &form.etag) {
            return (StatusCode::NOT_MODIFIED, always).into_response();
        }
        let content_type = [(header::CONTENT_TYPE, self.content_type)];
        let mut response = (always, content_type, form.bytes.clone()).into_response();
        if gzip {
            // Because of this header, the Lambda runtime encodes the body in base64.
            response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        response
    }
}

/// The elements of a list header.
fn list(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    headers
        .get_all(name)
        .into_iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|list| list.split(','))
        .map(str::trim)
}

/// Whether `Accept-Encoding` lists gzip with a quality value above 0 (RFC 9110 section 12.5.3).
fn takes_gzip(headers: &HeaderMap) -> bool {
    list(headers, header::ACCEPT_ENCODING).any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, "q=1"));
        let weight = weight.trim().trim_start_matches(['q', 'Q']).trim_start_matches('=');
        name.trim().eq_ignore_ascii_case("gzip") && weight.contains(|digit| matches!(digit, '1'..='9'))
    })
}

/// Whether `If-None-Match` matches the entity tag. The comparison is weak (RFC 9110 section 13.1.2).
fn has_already(headers: &HeaderMap, etag: &str) -> bool {
    list(headers, header::IF_NONE_MATCH).any(|tag| tag == "*" || tag.trim_start_matches("W/") == etag)
}
