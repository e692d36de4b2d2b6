//! Examples of problems that fit their operation: each names a field or parameter, the scope and the bank object of
//! that operation. They are derived from the operation, so a new operation needs no texts of its own.

use std::collections::BTreeSet;

use serde_json::Value;
use shared::{
    http::{
        CUSTOMER_ADDRESS, Place, Problem,
        openapi::{
            problems::{component, example},
            refused,
        },
    },
    tpp::{AccessError, TppError},
    types::{
        ids::{IdError, OwnIdError},
        scope::Scope,
        webhook::WebhookEndpointIdError,
    },
};
use utoipa::openapi::{Components, Ref, RefOr, path::Operation};

const PROBLEM: &str = "application/problem+json";

/// Replaces shared examples of an operation with examples that fit it.
pub(super) fn own(operation: &mut Operation, components: &Components) {
    let facts = Facts::of(operation, components);
    let own = facts.problems();
    for response in operation.responses.responses.values_mut() {
        let RefOr::T(response) = response else { continue };
        let Some(RefOr::T(content)) = response.content.get_mut(PROBLEM) else { continue };
        for problem in &own {
            if let Some(shared) = content.examples.get_mut(&component(problem)) {
                *shared = RefOr::T(example(problem));
            }
        }
    }
}

/// Removes the shared examples to which no operation refers.
pub(super) fn drop_unused<'a>(operations: impl Iterator<Item = &'a Operation>, components: &mut Components) {
    let mut used = BTreeSet::new();
    for operation in operations {
        for response in operation.responses.responses.values() {
            let RefOr::T(response) = response else { continue };
            let contents = response.content.values().filter_map(|content| match content {
                RefOr::T(content) => Some(content),
                RefOr::Ref(_) => None,
            });
            let examples = contents.flat_map(|content| content.examples.values());
            used.extend(examples.filter_map(|example| match example {
                RefOr::Ref(Ref { ref_location, .. }) => ref_location.rsplit('/').next().map(str::to_owned),
                RefOr::T(_) => None,
            }));
        }
    }
    components.examples.retain(|name, _| used.contains(name));
}

/// The facts about an operation that its examples need.
struct Facts {
    scope: Option<Scope>,
    parameters: Vec<Value>,
    /// The JSON Pointer of the first required field of the body.
    field: Option<String>,
}

impl Facts {
    fn of(operation: &Operation, components: &Components) -> Self {
        let operation = serde_json::to_value(operation).unwrap_or_default();
        let components = serde_json::to_value(components).unwrap_or_default();
        let scope = operation.pointer("/security/0/api_key/0").and_then(Value::as_str);
        let schema = operation.pointer("/requestBody/content/application~1json/schema");
        Self {
            scope: scope.and_then(|scope| scope.parse().ok()),
            parameters: operation["parameters"].as_array().cloned().unwrap_or_default(),
            field: schema.and_then(|schema| first_required(&components, schema)),
        }
    }

    fn problems(&self) -> Vec<Problem> {
        let scope = self.scope.map(|scope| Problem::from(AccessError::Scope(scope)));
        // The operations without an API key define their own reasons.
        let invalid = self.scope.and_then(|_| self.wrong()).map(|(place, detail)| Problem::invalid(place, &detail));
        let not_found = self.missing().map(|text| Problem::from(TppError::from(refused(404, &text))));
        [scope, invalid, not_found].into_iter().flatten().collect()
    }

    fn named(&self, place: &str) -> impl DoubleEndedIterator<Item = (&str, &Value)> {
        let here = self.parameters.iter().filter(move |parameter| parameter["in"] == place);
        here.filter_map(|parameter| Some((parameter["name"].as_str()?, parameter)))
    }

    /// Returns an invalid place of the request and the reason: in the body, otherwise in the path, otherwise in the
    /// query or a header.
    fn wrong(&self) -> Option<(Place<'_>, String)> {
        if let Some(field) = &self.field {
            return Some((Place::Body(field), "is required".to_owned()));
        }
        if let Some((name, _)) = self.named("path").next_back() {
            let must = match name {
                "user_id" => OwnIdError::NotUserId.to_string(),
                "consent_id" => OwnIdError::NotConsentId.to_string(),
                "endpoint_id" => WebhookEndpointIdError.to_string(),
                "public_id" => IdError::NotUuid.to_string(),
                _ => IdError::NotNumber.to_string(),
            };
            return Some((Place::Parameter(name), must));
        }
        let count = self.named("query").find(|(name, _)| *name == "count");
        if let Some((name, parameter)) = count {
            return Some((Place::Parameter(name), format!("must be 1 to {}", parameter["schema"]["maximum"])));
        }
        // Every operation with an API key accepts this header.
        Some((Place::Parameter(CUSTOMER_ADDRESS), "must be one IPv4 or IPv6 address".to_owned()))
    }

    /// Returns the text with which bunq reports a missing object.
    fn missing(&self) -> Option<String> {
        let field = self.field.as_deref().filter(|field| *field == "/monetary_account_id");
        let in_path = self.named("path").next_back().map(|(name, parameter)| (name, &parameter["example"]));
        let (name, id) = match (field, in_path) {
            (Some(_), _) => ("monetary_account_id", "60199".to_owned()),
            // The id of the customer at the bank differs from our `user_id`.
            (None, Some(("user_id", _)) | None) => ("user_id", "50101".to_owned()),
            (None, Some((name, id))) => (name, id.as_str().map_or_else(|| id.to_string(), str::to_owned)),
        };
        let thing = name.trim_end_matches("_id").replace('_', " ");
        let thing: String =
            thing.chars().enumerate().map(|(at, c)| if at == 0 { c.to_ascii_uppercase() } else { c }).collect();
        Some(format!("{thing} for id \"{id}\" not found."))
    }
}

/// Returns the JSON Pointer of the first required field of an object schema, or `None` if there is none.
fn first_required(components: &Value, schema: &Value) -> Option<String> {
    let schema = match schema["$ref"].as_str() {
        Some(reference) => components.pointer(reference.strip_prefix("#/components")?)?,
        None => schema,
    };
    if let Some(variants) = schema["oneOf"].as_array() {
        return first_required(components, variants.first()?);
    }
    let name = schema["required"].get(0)?.as_str()?;
    Some(format!("/{name}"))
}
