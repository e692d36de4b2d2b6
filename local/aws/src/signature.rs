//! Verifies AWS's signatures, [version
//! 4](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html). AWS's own code
//! computes the signature of the received request, which is then compared.

use std::collections::BTreeSet;
use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use bytes::Bytes;
use http::header::{AUTHORIZATION, HeaderName};
use http::{HeaderMap, Request};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::hex::hex;

const ALGORITHM: &str = "AWS4-HMAC-SHA256 ";
const DATE: HeaderName = HeaderName::from_static("x-amz-date");
const CONTENT_SHA256: HeaderName = HeaderName::from_static("x-amz-content-sha256");
/// The format of `X-Amz-Date`.
const DATE_FORMAT: &str = "%Y%m%dT%H%M%SZ";
/// The largest accepted difference of the two clocks. A request can be replayed for as long.
const TOLERANCE: SignedDuration = SignedDuration::from_mins(15);

/// Why a signature is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// There is no signature in a header. A signature in the query (a presigned URL) is not accepted.
    #[error("the request is not signed")]
    Missing,
    /// `Authorization` or `X-Amz-Date` is malformed, or a header that must be signed is not signed.
    #[error("the signature is incomplete: {0}")]
    Incomplete(&'static str),
    /// The id is not that of this machine's access key.
    #[error("the access key is not the one of this machine")]
    UnknownKey,
    /// The signature is for another service, or for another day than that of `X-Amz-Date`.
    #[error("the signature is for another service or day")]
    Scope,
    /// The time of the signature is more than 15 minutes in the past or in the future.
    #[error("the signature has expired, or is not valid yet")]
    Time,
    /// The signature or the hash of the body does not match the request, or the secret is another one.
    #[error("the signature does not match")]
    Mismatch,
}

/// Checks the signature of a request, as [`AccessKey::verify`](crate::AccessKey::verify) describes.
pub(crate) fn verify(
    (id, secret): (&str, &SecretString),
    service: &str,
    request: &Request<Bytes>,
    now: Timestamp,
) -> Result<(), SignatureError> {
    let headers = request.headers();
    let given = Authorization::parse(only(headers, &AUTHORIZATION)?.ok_or(SignatureError::Missing)?)?;
    let date = only(headers, &DATE)?.ok_or(SignatureError::Incomplete("X-Amz-Date is missing"))?;
    let time = parse_date(date).ok_or(SignatureError::Incomplete("X-Amz-Date is not a date"))?;
    if given.key_id != id {
        return Err(SignatureError::UnknownKey);
    }
    if given.service != service || !date.starts_with(given.day) || given.day.len() != "20260101".len() {
        return Err(SignatureError::Scope);
    }
    if now.duration_since(time).abs() > TOLERANCE {
        return Err(SignatureError::Time);
    }
    given.covers(headers)?;
    if only(headers, &CONTENT_SHA256)?.is_some_and(|hash| hash != sha256_hex(request.body())) {
        return Err(SignatureError::Mismatch);
    }
    let credentials = Credentials::new(id, secret.expose_secret(), None, None, "local");
    let expected = signature(credentials, &given, request, time.into())?;
    let same = expected.as_bytes().ct_eq(given.signature.as_bytes());
    if bool::from(same) { Ok(()) } else { Err(SignatureError::Mismatch) }
}

/// Computes the signature of a request with AWS's code.
fn signature(
    credentials: Credentials,
    given: &Authorization<'_>,
    request: &Request<Bytes>,
    time: SystemTime,
) -> Result<String, SignatureError> {
    let mut settings = SigningSettings::default();
    // The request lists its signed headers.
    settings.excluded_headers = None;
    let identity = credentials.into();
    let parameters = SigningParams::builder().identity(&identity).region(given.region).name(given.service);
    let failed = |_| SignatureError::Mismatch;
    let parameters = parameters.time(time).settings(settings).build().map_err(|_| SignatureError::Mismatch)?.into();
    let mut signed = Vec::new();
    for (name, value) in request.headers() {
        if given.signed_headers.contains(name.as_str()) {
            let text = std::str::from_utf8(value.as_bytes());
            signed.push((name.as_str(), text.map_err(|_| SignatureError::Incomplete("a header is not text"))?));
        }
    }
    let (method, body) = (request.method().as_str(), SignableBody::Bytes(request.body()));
    let uri = request.uri().to_string();
    let signable = SignableRequest::new(method, uri, signed.into_iter(), body).map_err(failed)?;
    Ok(sign(signable, &parameters).map_err(failed)?.into_parts().1)
}

/// The parts of `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`.
#[derive(Debug)]
struct Authorization<'a> {
    key_id: &'a str,
    day: &'a str,
    region: &'a str,
    service: &'a str,
    signed_headers: BTreeSet<&'a str>,
    signature: &'a str,
}

impl<'a> Authorization<'a> {
    fn parse(text: &'a str) -> Result<Self, SignatureError> {
        let parts = text.strip_prefix(ALGORITHM).ok_or(SignatureError::Missing)?;
        let (mut credential, mut signed_headers, mut signature) = (None, None, None);
        for part in parts.split(',') {
            let (name, value) = part.trim().split_once('=').ok_or(SignatureError::Incomplete("a part has no name"))?;
            let place = match name {
                "Credential" => &mut credential,
                "SignedHeaders" => &mut signed_headers,
                "Signature" => &mut signature,
                _ => return Err(SignatureError::Incomplete("a part is unknown")),
            };
            if place.replace(value).is_some() {
                return Err(SignatureError::Incomplete("a part is repeated"));
            }
        }
        let (Some(credential), Some(signed_headers), Some(signature)) = (credential, signed_headers, signature) else {
            return Err(SignatureError::Incomplete("a part is missing"));
        };
        let scope: Vec<_> = credential.split('/').collect();
        let [key_id, day, region, service, "aws4_request"] = scope[..] else {
            return Err(SignatureError::Incomplete("Credential is malformed"));
        };
        Ok(Self { key_id, day, region, service, signed_headers: signed_headers.split(';').collect(), signature })
    }

    /// Checks that all headers are signed that AWS requires: `Host` and every `X-Amz-` header.
    fn covers(&self, headers: &HeaderMap) -> Result<(), SignatureError> {
        let all_there = self.signed_headers.iter().all(|name| headers.contains_key(*name));
        let aws = headers.keys().map(HeaderName::as_str).filter(|name| name.starts_with("x-amz-"));
        if all_there && aws.chain(["host"]).all(|name| self.signed_headers.contains(name)) {
            Ok(())
        } else {
            Err(SignatureError::Incomplete("a header is not signed, or signed but missing"))
        }
    }
}

/// The value of a header. A repeated header is an error.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, SignatureError> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(Some).map_err(|_| SignatureError::Incomplete("a header is not text")),
        (Some(_), Some(_)) => Err(SignatureError::Incomplete("a header is repeated")),
    }
}

fn parse_date(text: &str) -> Option<Timestamp> {
    let time = DateTime::strptime(DATE_FORMAT, text).ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp();
    // The signature covers the text, so only the canonical form is accepted.
    (time.strftime(DATE_FORMAT).to_string() == text).then_some(time)
}

fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}
