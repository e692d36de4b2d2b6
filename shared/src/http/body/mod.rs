//! Request bodies: JSON in UTF-8.
//!
//! A body is one struct, defined with [`body!`](crate::body). The macro creates both the parser and the schema in the
//! OpenAPI document, so the two agree. The type of a field is a [`BodyField`], which defines how the field is read and
//! its schema.

mod field;
mod fields;
mod kinds;
mod macros;
mod shape;

pub use fields::{BodyField, Fields, NamedSchemas};
pub(crate) use kinds::{order_reference, uuid};
#[doc(hidden)]
pub use macros::field_name;
pub use shape::{FieldGroup, Shape, one_of, string, visible_text};

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
};
use http::header::CONTENT_TYPE;
use serde_json::{Value, value::RawValue};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{Ref, RefOr, Schema},
};

use super::{Place, Problem};

/// The maximum size of a body, in bytes. The longest field is the description of a payment, with 9000 characters.
const LARGEST_BODY: usize = 64 * 1024;

/// The body of a request, as a struct. [`body!`](crate::body) and [`tagged!`](crate::tagged) implement it.
pub trait Body: ToSchema + Sized {
    /// The data that the check needs besides the body.
    type Context: ?Sized;

    /// Reads the fields. Records every error. Returns `None` if a required field is missing or invalid.
    fn read(fields: &mut Fields, context: &Self::Context) -> Option<Self>;

    /// Returns the fields, for the document.
    fn shape() -> Shape;
}

/// A body can also be the type of a field, if its check needs no context.
impl<T: Body<Context = ()>> BodyField for T {
    fn take(fields: &mut Fields, name: &str) -> Option<Self> {
        fields.object(name, |inner| T::read(inner, &()))
    }

    fn schema() -> RefOr<Schema> {
        Ref::from_schema_name(T::name()).into()
    }

    fn register(schemas: &mut NamedSchemas) {
        schemas.push((T::name().into_owned(), <T as PartialSchema>::schema()));
        T::schemas(schemas);
    }
}

/// A JSON body that is not parsed yet.
#[derive(Debug)]
pub struct JsonBody(Bytes);

impl JsonBody {
    /// Creates a body from a JSON value, such as the payload of a direct invocation.
    #[must_use]
    pub fn of(value: &Value) -> Self {
        Self(Bytes::from(value.to_string()))
    }

    /// Returns whether the body is empty or only white space.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.trim_ascii().is_empty()
    }

    /// Parses the body. An empty body counts as `{}`.
    ///
    /// # Errors
    /// Returns `invalid_request` if the body is not a JSON object, or if any field is invalid. Contains the first
    /// twenty reasons.
    pub fn read<T: Body<Context = ()>>(&self) -> Result<T, Problem> {
        self.read_with(&())
    }

    /// Parses a body whose check needs a context. An empty body counts as `{}`.
    ///
    /// # Errors
    /// Returns `invalid_request` if the body is not a JSON object, or if any field is invalid. Contains the first
    /// twenty reasons.
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

/// Returns whether a content type names no character set other than UTF-8 and its subset ASCII.
fn says_utf8(kind: &str) -> bool {
    let parameters = kind.split(';').skip(1).filter_map(|parameter| parameter.split_once('='));
    let mut charsets = parameters.filter(|(name, _)| name.trim().eq_ignore_ascii_case("charset"));
    charsets.all(|(_, charset)| {
        let charset = charset.trim().trim_matches('"');
        ["utf-8", "utf8", "us-ascii"].iter().any(|known| charset.eq_ignore_ascii_case(known))
    })
}

/// Returns the body without a byte order mark (RFC 8259 section 8.1 lets a reader ignore one), or `None` if it is not
/// UTF-8. If the content type names another character set, only ASCII is accepted: its bytes are the same in the
/// character sets that clients use. In UTF-16 and UTF-32 they are not, but there ASCII has zero bytes.
fn in_utf8(body: Bytes, is_utf8: bool) -> Option<Bytes> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").map_or_else(|| body.clone(), |rest| body.slice_ref(rest));
    let text = std::str::from_utf8(&body).ok()?;
    (!text.contains('\0') && (is_utf8 || text.is_ascii())).then_some(body)
}
