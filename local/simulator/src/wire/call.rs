//! Calls as they arrive.

use std::net::IpAddr;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, header};
use url::form_urlencoded;

use crate::settings::Need;

/// The longest body in bytes. No call of the protocol needs more.
const LONGEST_BODY: usize = 1024 * 1024;

/// The header by which a test sets the address of the caller.
const CALLER_IP: &str = "x-simulator-caller-ip";

pub(crate) const SIGNATURE: &str = "x-bunq-client-signature";
pub(crate) const REQUEST_ID: &str = "x-bunq-client-request-id";

/// The address of the other end of a connection.
#[derive(Clone, Copy)]
pub(crate) struct Peer(pub(crate) IpAddr);

pub(crate) struct Call {
    pub(crate) method: Method,
    /// The ids in the path. They are empty until the endpoint is found.
    pub(crate) ids: Ids,
    /// The path without the query, which may contain secrets.
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    pub(crate) ip: IpAddr,
    /// Whether a JSON body needs a `Content-Type`.
    pub(crate) json_content_type: Need,
}

/// The values of the placeholders in a path template.
#[derive(Clone, Default)]
pub(crate) struct Ids {
    pub(crate) numbers: Vec<u64>,
    /// The value of the placeholder for a UUID. It may be any text.
    pub(crate) uuid: String,
}

impl Call {
    /// Reads a request. `None` if the body is too long, or did not arrive completely.
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

    /// The text of a header. A header that is not text counts as absent.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The text of a header that is not empty.
    pub(crate) fn filled_header(&self, name: &str) -> Option<&str> {
        self.header(name).filter(|value| !value.is_empty())
    }

    /// Whether a browser asks for a page outside the API.
    pub(crate) fn is_browsers(&self) -> bool {
        !self.path.starts_with("/v1/") && takes_html(&self.headers)
    }

    pub(crate) fn query_value(&self, name: &str) -> Option<String> {
        value_of(self.query.as_bytes(), name)
    }

    /// The number in the path at this position, counted from 0. The routes accept only numbers there.
    pub(crate) fn id(&self, place: usize) -> u64 {
        self.ids.numbers.get(place).copied().unwrap_or_default()
    }

    /// The value of the placeholder for a UUID. It may be any text.
    pub(crate) fn uuid(&self) -> &str {
        &self.ids.uuid
    }
}

/// The address of the caller: that of its header, else that of the setting, else that of the connection.
pub(crate) fn address(headers: &HeaderMap, peer: IpAddr, egress: Option<IpAddr>) -> IpAddr {
    let said = headers.get(CALLER_IP).and_then(|ip| ip.to_str().ok()?.parse().ok());
    said.or(egress).unwrap_or(peer)
}

/// Whether the caller accepts HTML, as browsers do.
pub(crate) fn takes_html(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}

/// The first value of a name in a form such as `a=1&b=2`, decoded.
pub(crate) fn value_of(form: &[u8], name: &str) -> Option<String> {
    form_urlencoded::parse(form).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}
