//! Implements [`BodyField`]: for lists, and by macros for types that are parsed from a string.

use utoipa::openapi::{ArrayBuilder, RefOr, Schema};

use super::fields::{BodyField, Fields, LONGEST_LIST, NamedSchemas};

impl<T: BodyField> BodyField for Vec<T> {
    fn take(fields: &mut Fields, name: &str) -> Option<Self> {
        fields.list(name)
    }

    fn schema() -> RefOr<Schema> {
        ArrayBuilder::new().items(T::schema()).max_items(Some(LONGEST_LIST)).into()
    }

    fn register(schemas: &mut NamedSchemas) {
        T::register(schemas);
    }
}

/// Implements [`BodyField`] for types that are parsed from a string (`FromStr`), with a schema.
/// `text` accepts a JSON string. `number` also accepts a JSON number, and parses its digits as they are written. A
/// schema with a name becomes a component of the document. A schema without a name is inlined.
///
/// ```ignore
/// field! {
///     Currency: text as "Currency" = string().examples(["EUR"]);
///     KeyName: text = visible_text().max_length(Some(100));
/// }
/// ```
#[macro_export]
macro_rules! field {
    ($($type:ty: $kind:ident $(as $name:literal)? = $schema:expr;)+) => {$(
        impl $crate::http::BodyField for $type {
            fn take(fields: &mut $crate::http::Fields, name: &str) -> Option<Self> {
                $crate::field!(@take $kind fields name)
            }

            $crate::field!(@schema $schema $(, $name)?);
        }
    )+};
    (@take text $fields:ident $name:ident) => { $fields.string($name) };
    (@take number $fields:ident $name:ident) => { $fields.number($name) };
    (@schema $schema:expr) => {
        fn schema() -> ::utoipa::openapi::RefOr<::utoipa::openapi::Schema> {
            ::utoipa::openapi::RefOr::from($schema)
        }
    };
    (@schema $schema:expr, $name:literal) => {
        fn schema() -> ::utoipa::openapi::RefOr<::utoipa::openapi::Schema> {
            ::utoipa::openapi::Ref::from_schema_name($name).into()
        }

        fn register(schemas: &mut $crate::http::NamedSchemas) {
            schemas.push(($name.to_owned(), ::utoipa::openapi::RefOr::from($schema)));
        }
    };
}

/// Defines an enum of fixed strings, with its parser and its schema. The doc comment becomes the description of the
/// schema.
///
/// ```ignore
/// words! {
///     /// `REVOKED` takes the request back.
///     enum Revocation { Revoked = "REVOKED" } else "must be REVOKED"
/// }
/// ```
#[macro_export]
macro_rules! words {
    (
        $(#[doc = $about:expr])+
        $vis:vis enum $name:ident { $($variant:ident = $text:literal),+ $(,)? } else $must:literal
    ) => {
        $(#[doc = $about])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        $vis enum $name {
            $(#[doc = concat!("`", $text, "`")] $variant),+
        }

        impl ::std::str::FromStr for $name {
            type Err = &'static str;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($text => Ok(Self::$variant),)+
                    _ => Err($must),
                }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(match self { $(Self::$variant => $text),+ })
            }
        }

        $crate::field! {
            $name: text = $crate::http::body::one_of([$($text),+]).description(Some([$($about.trim()),+].join("\n")));
        }
    };
}
