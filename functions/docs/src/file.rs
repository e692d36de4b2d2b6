//! A file that is part of this program, and how it is answered: compressed to who takes that, and not at all to who has
//! it already.

use std::{borrow::Cow, io::Write as _};

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use flate2::{Compression, write::GzEncoder};
use sha2::{Digest as _, Sha256};

/// A file, plain and compressed.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(crate) name: &'static str,
    pub(crate) content_type: &'static str,
    pub(crate) plain: Form,
    pub(crate) gzip: Form,
}

/// Bytes, and the strong entity tag that names them.
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

/// A file by the name that the build gave it.
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

/// Ask each time; the entity tag makes it cheap.
pub(crate) const ASK_EACH_TIME: HeaderValue = HeaderValue::from_static("no-cache");
/// Keep it for an hour, then ask.
pub(crate) const KEEP_AN_HOUR: HeaderValue = HeaderValue::from_static("public, max-age=3600");

impl File {
    /// A file that depends on the deployment, made once at the start.
    pub(crate) fn new(name: &'static str, content_type: &'static str, content: String) -> Self {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        // Memory takes whatever is written; otherwise the plain form stands for both.
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
            // This header also has the Lambda runtime send the body as bytes, in base64.
            response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        response
    }
}

/// The elements of a header that is a list.
fn list(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    headers
        .get_all(name)
        .into_iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|list| list.split(','))
        .map(str::trim)
}

/// RFC 9110 section 12.5.3: named, and not with a weight of nothing.
fn takes_gzip(headers: &HeaderMap) -> bool {
    list(headers, header::ACCEPT_ENCODING).any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, "q=1"));
        let weight = weight.trim().trim_start_matches(['q', 'Q']).trim_start_matches('=');
        name.trim().eq_ignore_ascii_case("gzip") && weight.contains(|digit| matches!(digit, '1'..='9'))
    })
}

/// RFC 9110 section 13.1.2, which compares weakly.
fn has_already(headers: &HeaderMap, etag: &str) -> bool {
    list(headers, header::IF_NONE_MATCH).any(|tag| tag == "*" || tag.trim_start_matches("W/") == etag)
}
