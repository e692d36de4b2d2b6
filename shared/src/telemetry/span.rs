//! The span of a request, and the id under which AWS X-Ray and API Gateway follow it through their services.

/// The name of the span.
pub(super) const REQUEST: &str = "request";

/// Returns the id of the whole trace in a header `X-Amzn-Trace-Id` (`Root=1-5759e988-bd862e3fe1be46a994272793;…`), or
/// `None` if it has none. A caller can send the header, too, so what has another form is not logged:
/// <https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader>.
#[must_use]
pub fn trace_id(header: &str) -> Option<&str> {
    let root = header.split(';').find_map(|part| part.trim().strip_prefix("Root="))?;
    let (time, random) = root.strip_prefix("1-")?.split_once('-')?;
    let is_hex = |text: &str, digits| text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_hex(time, 8) && is_hex(random, 24)).then_some(root)
}
