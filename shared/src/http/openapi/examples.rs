//! Examples of problems that belong to their operation: they name its own field or parameter, its own scope, and what
//! it asks the bank for. They are made from the operation, so that a new one needs no words of its own.

use std::collections::BTreeSet;

use serde_json::Value;
use utoipa::openapi::{Components, Ref, RefOr, path::Operation};

use super::problems::{component, example, refused};
use crate::{
    http::{Place, Problem, audit::CUSTOMER_ADDRESS},
    tpp::{AccessError, TppError},
    types::{
        ids::{IdError, OwnIdError},
        scope::Scope,
    },
};

const PROBLEM: &str = "application/problem+json";

/// Puts an operation's own examples in place of the shared ones that are about something else.
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

/// Drops the shared examples that no operation refers to any more.
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

/// What the examples need to know of an operation.
struct Facts {
    scope: Option<Scope>,
    parameters: Vec<Value>,
    /// The first field that a body must have.
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
        // The others, which have no key, name their own reasons.
        let invalid = self.scope.and_then(|_| self.wrong()).map(|(place, detail)| Problem::invalid(place, &detail));
        let not_found = self.missing().map(|text| Problem::from(TppError::from(refused(404, &text))));
        [scope, invalid, not_found].into_iter().flatten().collect()
    }

    fn named(&self, place: &str) -> impl DoubleEndedIterator<Item = (&str, &Value)> {
        let here = self.parameters.iter().filter(move |parameter| parameter["in"] == place);
        here.filter_map(|parameter| Some((parameter["name"].as_str()?, parameter)))
    }

    /// What can be wrong with the request: its body, else its path, else its query.
    fn wrong(&self) -> Option<(Place<'_>, String)> {
        if let Some(field) = &self.field {
            return Some((Place::Body(field), "is required".to_owned()));
        }
        if let Some((name, _)) = self.named("path").next_back() {
            let must = match name {
                "user_id" => OwnIdError::NotUserId.to_string(),
                "consent_id" => OwnIdError::NotConsentId.to_string(),
                "public_id" => IdError::NotUuid.to_string(),
                _ => IdError::NotNumber.to_string(),
            };
            return Some((Place::Parameter(name), must));
        }
        let count = self.named("query").find(|(name, _)| *name == "count");
        if let Some((name, parameter)) = count {
            return Some((Place::Parameter(name), format!("must be 1 to {}", parameter["schema"]["maximum"])));
        }
        // Whoever shows an API key may send this header.
        Some((Place::Parameter(CUSTOMER_ADDRESS), "must be one IPv4 or IPv6 address".to_owned()))
    }

    /// What bunq does not find, in its words.
    fn missing(&self) -> Option<String> {
        let field = self.field.as_deref().filter(|field| *field == "/monetary_account_id");
        let in_path = self.named("path").next_back().map(|(name, parameter)| (name, &parameter["example"]));
        let (name, id) = match (field, in_path) {
            (Some(_), _) => ("monetary_account_id", "60199".to_owned()),
            // A customer has another name at the bank.
            (None, Some(("user_id", _)) | None) => ("user_id", "50101".to_owned()),
            (None, Some((name, id))) => (name, id.as_str().map_or_else(|| id.to_string(), str::to_owned)),
        };
        let thing = name.trim_end_matches("_id").replace('_', " ");
        let thing: String =
            thing.chars().enumerate().map(|(at, c)| if at == 0 { c.to_ascii_uppercase() } else { c }).collect();
        Some(format!("{thing} for id \"{id}\" not found."))
    }
}

/// The JSON Pointer of the first field that an object must have, if it is an object.
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
