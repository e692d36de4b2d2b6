//! The macros that define request bodies.

/// Returns the JSON name of a field. Its Rust name can be a raw identifier.
#[doc(hidden)]
#[must_use]
pub fn field_name(identifier: &str) -> &str {
    identifier.strip_prefix("r#").unwrap_or(identifier)
}

/// Defines a body: the struct, its reader ([`Body`](crate::http::Body)) and its schema (`utoipa::ToSchema`).
///
/// A field is `required`, `optional` (an `Option`) or a `group` of fields
/// ([`FieldGroup`](crate::http::FieldGroup)). Doc comments become descriptions in the document. `check` receives
/// each field as an `Option`, and rejects fields that contradict each other. Its errors are reported together with all
/// others. A check that needs other data names the type of a context; such a body is read by
/// [`JsonBody::read_with`](crate::http::JsonBody::read_with).
///
/// ```ignore
/// body! {
///     /// When a payment runs, and how often.
///     pub(crate) struct NewSchedule {
///         /// The first time; not in the past.
///         required time_start: BankTime,
///         /// The last time, after `time_start`.
///         optional time_end: BankTime,
///     }
///     check(fields) {
///         if time_end.zip(time_start).is_some_and(|(end, start)| end <= start) {
///             fields.refuse("time_end", "must be after time_start");
///         }
///     }
/// }
/// ```
#[macro_export]
macro_rules! body {
    (
        $(#[doc = $about:expr])+
        $(#[derive($($derived:ident),+)])?
        $vis:vis struct $name:ident $(titled $title:literal)? {
            $($(#[doc = $doc:expr])* $kind:ident $field:ident: $type:ty),* $(,)?
        }
        $(check($fields:ident $(, $context:ident: $of:ty)?) $check:block)?
    ) => {
        $(#[doc = $about])+
        $(#[derive($($derived),+)])?
        $vis struct $name {
            $($(#[doc = $doc])* $vis $field: $crate::body!(@type $kind $type)),*
        }

        impl $crate::http::Body for $name {
            type Context = $crate::body!(@context $($($of)?)?);

            fn read(_fields: &mut $crate::http::Fields, _context: &Self::Context) -> Option<Self> {
                $(
                    let $field: Option<$type> =
                        $crate::body!(@read $kind _fields $crate::http::body::field_name(stringify!($field)));
                )*
                $({
                    let $fields = &mut *_fields;
                    $(let $context = _context;)?
                    $check
                })?
                Some(Self { $($field: $crate::body!(@value $kind $field)),* })
            }

            fn shape() -> $crate::http::Shape {
                let shape = $crate::http::Shape::new(&[$($about),+]);
                $(let shape = shape.titled($title);)?
                $(
                    let name = $crate::http::body::field_name(stringify!($field));
                    let shape = $crate::body!(@shape $kind shape name $type, [$($doc),*]);
                )*
                shape
            }
        }

        $crate::body!(@schema $name);

        impl ::utoipa::ToSchema for $name {
            fn schemas(_schemas: &mut $crate::http::NamedSchemas) {
                $($crate::body!(@register $kind _schemas $type);)*
            }
        }
    };

    (@type optional $type:ty) => { Option<$type> };
    (@type $kind:ident $type:ty) => { $type };

    (@context) => { () };
    (@context $of:ty) => { $of };

    (@read required $fields:ident $name:expr) => { $fields.required($name) };
    (@read optional $fields:ident $name:expr) => { $crate::http::BodyField::take($fields, $name) };
    (@read group $fields:ident $name:expr) => { $crate::http::FieldGroup::take($fields) };

    (@value optional $field:ident) => { $field };
    (@value $kind:ident $field:ident) => { $field? };

    (@shape required $shape:ident $name:ident $type:ty, $doc:tt) => { $shape.required::<$type>($name, &$doc) };
    (@shape optional $shape:ident $name:ident $type:ty, $doc:tt) => { $shape.optional::<$type>($name, &$doc) };
    (@shape group $shape:ident $name:ident $type:ty, $doc:tt) => { $shape.group::<$type>() };

    (@register group $schemas:ident $type:ty) => { <$type as $crate::http::FieldGroup>::register($schemas) };
    (@register $kind:ident $schemas:ident $type:ty) => { <$type as $crate::http::BodyField>::register($schemas) };

    (@schema $name:ident) => {
        impl ::utoipa::PartialSchema for $name {
            fn schema() -> ::utoipa::openapi::RefOr<::utoipa::openapi::Schema> {
                <Self as $crate::http::Body>::shape().into_schema()
            }
        }
    };
}

/// Defines a body that has one of several forms: an enum of bodies defined by [`body!`](crate::body). The value of one
/// field selects the form. Without that field, the first form is selected. No field can be null.
///
/// ```ignore
/// tagged! {
///     /// What to do.
///     pub enum Command by "action" {
///         Run = "run",
///         RevokeApiKey = "revoke_api_key",
///     }
/// }
/// ```
#[macro_export]
macro_rules! tagged {
    (
        $(#[doc = $about:expr])+
        $(#[derive($($derived:ident),+)])?
        $vis:vis enum $name:ident by $tag:literal { $($variant:ident = $text:literal),+ $(,)? }
    ) => {
        $(#[doc = $about])+
        $(#[derive($($derived),+)])?
        $vis enum $name {
            $(#[doc = concat!("`", $text, "`")] $variant($variant)),+
        }

        impl $crate::http::Body for $name {
            type Context = ();

            fn read(fields: &mut $crate::http::Fields, _: &()) -> Option<Self> {
                match fields.tag($tag, &[$($text),+])? {
                    $($text => $crate::http::Body::read(fields, &()).map(Self::$variant),)+
                    _ => None,
                }
            }

            fn shape() -> $crate::http::Shape {
                $crate::http::Shape::new(&[$($about),+])
                    $(.variant(stringify!($variant), ($tag, $text), <$variant as $crate::http::Body>::shape()))+
            }
        }

        $crate::body!(@schema $name);

        impl ::utoipa::ToSchema for $name {
            fn schemas(schemas: &mut $crate::http::NamedSchemas) {
                $(<$variant as ::utoipa::ToSchema>::schemas(schemas);)+
            }
        }
    };
}
