//! The schemas of request bodies in the OpenAPI document.

use serde_json::Value;
use utoipa::openapi::{
    ObjectBuilder, OneOfBuilder, RefOr, Schema, SchemaFormat, Type,
    schema::{AdditionalProperties, SchemaType},
};

use super::{BodyField, NamedSchemas};

/// Several fields that are read together because they depend on each other. They have one of several forms.
pub trait FieldGroup: Sized {
    /// Reads the fields. Returns `None` if a field is invalid, and records the reason.
    fn take(fields: &mut super::Fields) -> Option<Self>;

    /// Returns the forms that the fields can have together: the end of the title of each, and its fields.
    fn forms() -> Vec<(&'static str, Shape)>;

    /// Adds the schemas that the forms refer to.
    fn register(schemas: &mut NamedSchemas);
}

#[derive(Clone)]
struct Property {
    name: String,
    schema: RefOr<Schema>,
    about: String,
    is_required: bool,
}

/// The structure of a body, from which its schema is created.
#[derive(Clone)]
pub struct Shape {
    about: String,
    title: Option<&'static str>,
    properties: Vec<Property>,
    forms: Vec<(&'static str, Self)>,
    variants: Vec<Self>,
    takes_nulls: bool,
}

impl Shape {
    /// Creates a shape without fields. The lines are its description.
    #[must_use]
    pub fn new(about: &[&str]) -> Self {
        Self {
            about: paragraph(about),
            title: None,
            properties: Vec::new(),
            forms: Vec::new(),
            variants: Vec::new(),
            takes_nulls: true,
        }
    }

    /// Sets the title. Code generators name types by it.
    #[must_use]
    pub fn titled(self, title: &'static str) -> Self {
        Self { title: Some(title), ..self }
    }

    /// Adds a required field.
    #[must_use]
    pub fn required<T: BodyField>(self, name: &str, about: &[&str]) -> Self {
        self.with(name, T::schema(), about, true)
    }

    /// Adds an optional field.
    #[must_use]
    pub fn optional<T: BodyField>(self, name: &str, about: &[&str]) -> Self {
        self.with(name, T::schema(), about, false)
    }

    /// Adds a field with the given schema.
    #[must_use]
    pub fn with(mut self, name: &str, schema: impl Into<RefOr<Schema>>, about: &[&str], is_required: bool) -> Self {
        self.properties.push(Property {
            name: name.to_owned(),
            schema: schema.into(),
            about: paragraph(about),
            is_required,
        });
        self
    }

    /// Sets the group of fields.
    #[must_use]
    pub fn group<G: FieldGroup>(self) -> Self {
        Self { forms: G::forms(), ..self }
    }

    /// Adds a form of the body. The field `tag` has the value `name` in this form. The fields of the form cannot be
    /// null.
    #[must_use]
    pub fn variant(mut self, title: &'static str, (tag, name): (&str, &str), shape: Self) -> Self {
        // Without the tag, the first form is selected, so its tag is optional.
        let is_required = !self.variants.is_empty();
        let shape = shape.titled(title).with(tag, one_of([name]), &[], is_required);
        self.variants.push(Self { takes_nulls: false, ..shape });
        self
    }

    /// Returns the schema.
    #[must_use]
    pub fn into_schema(self) -> RefOr<Schema> {
        let Self { about, title, properties, forms, variants, takes_nulls } = self;
        if !variants.is_empty() {
            return alternatives(&about, variants.into_iter().map(Self::into_schema));
        }
        if forms.is_empty() {
            return object(title.map(str::to_owned), &about, properties, takes_nulls).into();
        }
        let forms = forms.into_iter().map(|(end, form)| {
            let title = title.map(|title| format!("{title} {end}"));
            object(title, "", [properties.clone(), form.properties].concat(), takes_nulls).into()
        });
        alternatives(&about, forms)
    }
}

fn paragraph(lines: &[&str]) -> String {
    let lines: Vec<_> = lines.iter().map(|line| line.trim()).collect();
    lines.join("\n")
}

fn alternatives(about: &str, schemas: impl Iterator<Item = RefOr<Schema>>) -> RefOr<Schema> {
    schemas.fold(OneOfBuilder::new().description(Some(about)), OneOfBuilder::item).into()
}

/// Returns the schema of an object that allows no other fields.
fn object(title: Option<String>, about: &str, properties: Vec<Property>, takes_nulls: bool) -> ObjectBuilder {
    let object = ObjectBuilder::new().additional_properties(Some(AdditionalProperties::<Schema>::FreeForm(false)));
    let object = object.title(title).description((!about.is_empty()).then_some(about));
    properties.into_iter().fold(object, |object, Property { name, schema, about, is_required }| {
        let schema = if is_required || !takes_nulls { schema } else { or_null(schema) };
        let object = object.property(&name, described(schema, &about));
        if is_required { object.required(name) } else { object }
    })
}

fn described(mut schema: RefOr<Schema>, about: &str) -> RefOr<Schema> {
    if about.is_empty() {
        return schema;
    }
    match &mut schema {
        RefOr::Ref(reference) => about.clone_into(&mut reference.description),
        RefOr::T(Schema::Object(object)) => object.description = Some(about.to_owned()),
        RefOr::T(Schema::Array(array)) => array.description = Some(about.to_owned()),
        RefOr::T(Schema::OneOf(one_of)) => one_of.description = Some(about.to_owned()),
        RefOr::T(_) => {}
    }
    schema
}

/// Makes a schema nullable.
fn or_null(schema: RefOr<Schema>) -> RefOr<Schema> {
    let null = ObjectBuilder::new().schema_type(Type::Null);
    match schema {
        RefOr::T(Schema::Object(mut object)) if object.enum_values.is_none() => {
            if let SchemaType::Type(of) = object.schema_type {
                object.schema_type = SchemaType::Array(vec![of, Type::Null]);
            }
            object.into()
        }
        RefOr::T(Schema::OneOf(mut any)) => {
            any.items.push(null.into());
            RefOr::T(any.into())
        }
        schema => OneOfBuilder::new().item(schema).item(null).into(),
    }
}

/// Returns the schema of a string.
#[must_use]
pub fn string() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

/// Returns the schema of a string that is one of these texts.
#[must_use]
pub fn one_of(texts: impl IntoIterator<Item: Into<Value>>) -> ObjectBuilder {
    string().enum_values(Some(texts))
}

/// Returns the schema of a text that is shown to people: without control characters, line breaks and other invisible
/// characters.
#[must_use]
pub fn visible_text() -> ObjectBuilder {
    string().format(Some(SchemaFormat::Custom("visible-text".to_owned())))
}
