//! A call as it arrived.

use std::net::IpAddr;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, header};
use url::form_urlencoded;

use crate::settings::Need;

/// More than any call of the protocol needs.
const LONGEST_BODY: usize = 1024 * 1024;

/// Lets a test call from another address than its own.
const CALLER_IP: &str = "x-simulator-caller-ip";

pub(crate) const SIGNATURE: &str = "x-bunq-client-signature";
pub(crate) const REQUEST_ID: &str = "x-bunq-client-request-id";

/// The address that a connection comes from.
#[derive(Clone, Copy)]
pub(crate) struct Peer(pub(crate) IpAddr);

pub(crate) struct Call {
    pub(crate) method: Method,
    /// What the path holds in the places of ids. It is empty until the endpoint is known.
    pub(crate) ids: Ids,
    /// Without the query, which may hold secrets.
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    pub(crate) ip: IpAddr,
    /// Whether a body in JSON must say so.
    pub(crate) json_content_type: Need,
}

/// What stands in a path where the template of its endpoint has names.
#[derive(Clone, Default)]
pub(crate) struct Ids {
    pub(crate) numbers: Vec<u64>,
    /// The one that is no number.
    pub(crate) uuid: String,
}

impl Call {
    /// `None` when the body is too long, or did not arrive whole.
    pub(crate) async fn read(
        request: Request<Body>,
        peer: IpAddr,
        egress: Option<IpAddr>,
        json_content_type: Need,
    ) -> Option<Self> {
        let (head, body) = request.into_parts();
        let body = to_bytes(body, LONGEST_BODY).await.ok()?.to_vec();
        Some(Self {
            ids: Ids::default(),
            method: head.method,
            query: head.uri.query().unwrap_or_default().to_owned(),
            path: head.uri.path().to_owned(),
            ip: address(&head.headers, peer, egress),
            headers: head.headers,
            body,
            json_content_type,
        })
    }

    /// A header's text; a header that is not text counts as absent.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// A header that was sent with something in it.
    pub(crate) fn filled_header(&self, name: &str) -> Option<&str> {
        self.header(name).filter(|value| !value.is_empty())
    }

    /// Whether it asks for a page, and not for a part of the API.
    pub(crate) fn is_browsers(&self) -> bool {
        !self.path.starts_with("/v1/") && takes_html(&self.headers)
    }

    pub(crate) fn query_value(&self, name: &str) -> Option<String> {
        value_of(self.query.as_bytes(), name)
    }

    /// The number in the path at this place, counted from 0. The routes let only numbers through.
    pub(crate) fn id(&self, place: usize) -> u64 {
        self.ids.numbers.get(place).copied().unwrap_or_default()
    }

    /// What ends a path that takes a UUID there; it may be any text.
    pub(crate) fn uuid(&self) -> &str {
        &self.ids.uuid
    }
}

/// Where a call seems to come from: where it says, where everybody seems to, or where its connection does.
pub(crate) fn address(headers: &HeaderMap, peer: IpAddr, egress: Option<IpAddr>) -> IpAddr {
    let said = headers.get(CALLER_IP).and_then(|ip| ip.to_str().ok()?.parse().ok());
    said.or(egress).unwrap_or(peer)
}

/// Whether the caller takes a page, as browsers say and programs do not.
pub(crate) fn takes_html(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}

/// The first value of a name in `a=1&b=2`, decoded.
pub(crate) fn value_of(form: &[u8], name: &str) -> Option<String> {
    form_urlencoded::parse(form).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}
