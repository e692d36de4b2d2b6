//! Reads events of API Gateway, including headers with bytes beyond ASCII. An HTTP server passes such bytes on (RFC
//! 9110 section 5.5, `obs-text`). AWS's own types reject an event in which any header has such a byte, and drop every
//! cookie if one has.

use lambda_http::{
    http::{HeaderMap, HeaderName, HeaderValue, header::COOKIE},
    request::LambdaRequest,
};
use serde_json::Value;

/// Parses an event of API Gateway, of payload version 1.0 or 2.0, into a request. Headers with bytes beyond ASCII are
/// kept. A header whose name or value is invalid in HTTP is left out.
///
/// # Errors
/// Returns the parser's error if the event is not one that `lambda_http` knows.
pub fn read_event(mut event: Value) -> Result<LambdaRequest, serde_json::Error> {
    let mut headers = event.get_mut("headers").map_or_else(Vec::new, take_unusual);
    if let Some(cookies) = event.as_object_mut().and_then(|event| event.remove("cookies")) {
        let cookies: Vec<_> = cookies.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        if !cookies.is_empty() {
            headers.extend(HeaderValue::from_bytes(cookies.join("; ").as_bytes()).map(|all| (COOKIE, all)));
        }
    }
    let lists = event.get_mut("multiValueHeaders").map_or_else(Vec::new, take_unusual);
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
    Ok(request)
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
