//! The body of a request: JSON in UTF-8.
//!
//! A body is one struct, defined with [`body!`](crate::body). The definition makes the reader and the schema in the
//! OpenAPI document, so the two agree. The type of a field is a [`BodyField`], which says both how the field is read
//! and what its schema is.

mod field;
mod fields;
mod kinds;
mod macros;
mod shape;

pub use field::{BodyField, NamedSchemas};
pub use fields::Fields;
pub(crate) use kinds::order_reference;
#[doc(hidden)]
pub use macros::field_name;
pub use shape::{FieldGroup, Form, Shape, one_of, string, visible_text};

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
};
use http::header::CONTENT_TYPE;
use serde_json::{Value, value::RawValue};

use super::{Place, Problem};

/// A payment's description takes 9000 characters; nothing else is long.
const LARGEST_BODY: usize = 64 * 1024;

/// What a request may say, as a struct. Implemented by [`body!`](crate::body) and [`tagged!`](crate::tagged).
pub trait Body: Sized {
    /// What the reader must know besides the body.
    type Context: ?Sized;

    /// Reads the fields. Notes every error; answers `None` if a field could not be read.
    fn read(fields: &mut Fields, context: &Self::Context) -> Option<Self>;

    /// The fields, for the document.
    fn shape() -> Shape;

    /// Adds the schemas that the fields refer to.
    fn register(schemas: &mut NamedSchemas);
}

/// A body whose text is JSON's, still to be read.
#[derive(Debug)]
pub struct JsonBody(Bytes);

impl JsonBody {
    /// The same of a value that was JSON, such as a function's payload.
    #[must_use]
    pub fn of(value: &Value) -> Self {
        Self(Bytes::from(value.to_string()))
    }

    /// Whether nothing was sent.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.trim_ascii().is_empty()
    }

    /// Reads the body.
    ///
    /// # Errors
    /// A [`Problem`] with the first reasons.
    pub fn read<T: Body<Context = ()>>(&self) -> Result<T, Problem> {
        self.read_with(&())
    }

    /// Reads a body whose check needs to know something else, too.
    ///
    /// # Errors
    /// A [`Problem`] with the first reasons.
    pub fn read_with<T: Body>(&self, context: &T::Context) -> Result<T, Problem> {
        let text = std::str::from_utf8(&self.0).ok().filter(|text| !text.trim_ascii().is_empty()).unwrap_or("{}");
        let invalid = |must: &str| Problem::invalid(Place::Body(""), must);
        let json = serde_json::from_str::<&RawValue>(text);
        json.map_err(|error| invalid(&format!("is not JSON: line {}, column {}", error.line(), error.column())))?;
        let mut fields = Fields::read("", text).map_err(invalid)?;
        let read = T::read(&mut fields, context);
        match (read, fields.close()) {
            (Some(read), reasons) if reasons.total() == 0 => Ok(read),
            (_, reasons) => Err(Problem::invalid_fields(reasons)),
        }
    }
}

impl<S: Send + Sync> FromRequest<S> for JsonBody {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if kind.split(';').next().is_none_or(|kind| !kind.trim().eq_ignore_ascii_case("application/json")) {
            return Err(Problem::invalid(Place::Parameter("Content-Type"), "must be application/json"));
        }
        let is_utf8 = says_utf8(kind);
        let body = Bytes::from_request(request, state).await.ok().filter(|body| body.len() <= LARGEST_BODY);
        let body = body.ok_or_else(|| Problem::invalid(Place::Body(""), "must be at most 64 KB, and arrive whole"))?;
        in_utf8(body, is_utf8).map(Self).ok_or_else(|| Problem::invalid(Place::Body(""), "must be UTF-8"))
    }
}

/// Whether a content type names no other character set than UTF-8 and its subset.
fn says_utf8(kind: &str) -> bool {
    let parameters = kind.split(';').skip(1).filter_map(|parameter| parameter.split_once('='));
    let mut charsets = parameters.filter(|(name, _)| name.trim().eq_ignore_ascii_case("charset"));
    charsets.all(|(_, charset)| {
        let charset = charset.trim().trim_matches('"');
        ["utf-8", "utf8", "us-ascii"].iter().any(|known| charset.eq_ignore_ascii_case(known))
    })
}

/// The bytes of a body if they are UTF-8, without a byte order mark (RFC 8259 section 8.1 lets a reader ignore one).
/// ASCII is the same in the other character sets that clients name, except in UTF-16 and UTF-32, whose ASCII has zeros.
fn in_utf8(body: Bytes, is_utf8: bool) -> Option<Bytes> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").map_or_else(|| body.clone(), |rest| body.slice_ref(rest));
    let text = std::str::from_utf8(&body).ok()?;
    (!text.contains('\0') && (is_utf8 || text.is_ascii())).then_some(body)
}
