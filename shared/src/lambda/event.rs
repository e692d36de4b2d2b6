//! Reads events of API Gateway, including headers with bytes beyond ASCII. An HTTP server passes such bytes on (RFC
//! 9110 section 5.5, `obs-text`). AWS's own types reject an event in which any header has such a byte, and drop every
//! cookie if one has.
//!
//! `lambda_http` panics where the parts of an event make no URI. HTTP APIs decode the path, so `%3F` arrives as `?`,
//! and a query arrives as it was sent. Therefore, what a URI does not have is escaped here, and an event of which no
//! request can be made is an error.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use lambda_http::{
    http::{
        HeaderMap, HeaderName, HeaderValue, Uri,
        header::{COOKIE, HOST},
    },
    request::LambdaRequest,
};
use serde::de::Error as _;
use serde_json::Value;
use url::Url;

/// Parses an event of API Gateway, of payload version 1.0 or 2.0, into a request. Headers with bytes beyond ASCII are
/// kept. A header whose name or value is invalid in HTTP is left out. What a path or a query cannot have is
/// percent-encoded.
///
/// # Errors
/// Returns the parser's error if the event is not one that `lambda_http` knows, and an error of the same type if no
/// request can be made of it: its host, path and query are not a URI, or its body is not base64 although it says so.
pub fn read_event(mut event: Value) -> Result<LambdaRequest, serde_json::Error> {
    let mut headers = event.get_mut("headers").map_or_else(Vec::new, take_unusual);
    if let Some(cookies) = event.as_object_mut().and_then(|event| event.remove("cookies")) {
        let cookies: Vec<_> = cookies.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        if !cookies.is_empty() {
            headers.extend(HeaderValue::from_bytes(cookies.join("; ").as_bytes()).map(|all| (COOKIE, all)));
        }
    }
    let lists = event.get_mut("multiValueHeaders").map_or_else(Vec::new, take_unusual);
    escape(&mut event);
    // `lambda_http` panics at a parameter with an empty list of values.
    for name in ["multiValueQueryStringParameters", "queryStringParameters"] {
        if let Some(Value::Object(parameters)) = event.get_mut(name) {
            parameters.retain(|_, value| value.as_array().is_none_or(|values| !values.is_empty()));
        }
    }
    let mut request: LambdaRequest = serde_json::from_value(event)?;
    match &mut request {
        LambdaRequest::ApiGatewayV2(request) => append(&mut request.headers, headers),
        LambdaRequest::ApiGatewayV1(request) => {
            // If an event has both forms, the lists take precedence, so the headers go to both.
            append(&mut request.headers, headers);
            append(&mut request.multi_value_headers, lists);
        }
        _ => {}
    }
    if is_request(&request) {
        Ok(request)
    } else {
        Err(serde_json::Error::custom("no request can be made of this event"))
    }
}

/// Escapes what would end the path or the query of a URI, or is not allowed in it.
fn escape(event: &mut Value) {
    let in_path = |sign: char| !matches!(sign, '?' | '#' | '\\');
    let in_query = |sign: char| !matches!(sign, '"' | '#' | '<' | '>' | ' ') && !sign.is_ascii_control();
    escape_field(event, "rawPath", in_path);
    escape_field(event, "path", in_path);
    escape_field(event, "rawQueryString", in_query);
}

fn escape_field(event: &mut Value, name: &str, is_allowed: impl Fn(char) -> bool) {
    let Some(Value::String(text)) = event.get_mut(name) else { return };
    if text.chars().all(&is_allowed) {
        return;
    }
    let escaped = |sign: char| if is_allowed(sign) { sign.to_string() } else { format!("%{:02X}", u32::from(sign)) };
    *text = text.chars().map(escaped).collect();
}

/// Returns whether `lambda_http` can make a request of an event.
fn is_request(request: &LambdaRequest) -> bool {
    let (path, stage, headers, domain, query, body) = match request {
        LambdaRequest::ApiGatewayV2(event) => {
            let (context, query) = (&event.request_context, event.raw_query_string.clone().unwrap_or_default());
            let body = event.body.as_ref().filter(|_| event.is_base64_encoded);
            (&event.raw_path, &context.stage, &event.headers, &context.domain_name, query, body)
        }
        LambdaRequest::ApiGatewayV1(event) => {
            let (lists, single) = (&event.multi_value_query_string_parameters, &event.query_string_parameters);
            let query = if lists.is_empty() { single.to_query_string() } else { lists.to_query_string() };
            let (context, body) = (&event.request_context, event.body.as_ref().filter(|_| event.is_base64_encoded));
            (&event.path, &context.stage, &event.headers, &context.domain_name, query, body)
        }
        _ => return true,
    };
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let host = text(&HOST).or(domain.as_deref()).unwrap_or("localhost");
    let scheme = text(&HeaderName::from_static("x-forwarded-proto")).unwrap_or("https");
    let (stage, path) = (stage.as_deref().unwrap_or_default(), path.as_deref().unwrap_or_default());
    // `lambda_http` puts the stage before the path, unless it is there or is the default.
    let is_url = |path: &str| {
        let url = Url::parse(&format!("{scheme}://{host}{path}")).ok();
        url.is_some_and(|url| Uri::try_from(format!("{url}?{query}")).is_ok())
    };
    is_url(path) && is_url(&format!("/{stage}{path}")) && body.is_none_or(|body| STANDARD.decode(body).is_ok())
}

fn append(headers: &mut HeaderMap, more: Vec<(HeaderName, HeaderValue)>) {
    for (name, value) in more {
        headers.append(name, value);
    }
}

/// Removes and returns the headers that AWS's types would reject. Removes invalid headers without returning them.
fn take_unusual(headers: &mut Value) -> Vec<(HeaderName, HeaderValue)> {
    let Some(headers) = headers.as_object_mut() else { return Vec::new() };
    let mut taken = Vec::new();
    headers.retain(|name, value| {
        let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        let is_usual = |value: &Value| value.as_str().is_none_or(|text| HeaderValue::from_str(text).is_ok());
        let name = HeaderName::from_bytes(name.as_bytes());
        if name.is_ok() && values.iter().all(is_usual) {
            return true;
        }
        if let Ok(name) = name {
            let values = values.iter().filter_map(Value::as_str);
            let values = values.filter_map(|text| HeaderValue::from_bytes(text.as_bytes()).ok());
            taken.extend(values.map(|value| (name.clone(), value)));
        }
        false
    });
    taken
}
