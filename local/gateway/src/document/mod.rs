//! The API's OpenAPI document. Only tests and tools build it: the functions serve `docs/openapi.json`.

mod examples;
mod gateway;
mod headers;

use std::collections::BTreeMap;

use serde_json::json;
use shared::http::{
    CUSTOMER_ADDRESS,
    openapi::{self, GatewayError, ProblemAnswer, refer_to_header},
};
use utoipa::{
    Modify, OpenApi,
    openapi::{
        KnownFormat, ObjectBuilder, PathItem, RefOr, Required, Schema, SchemaFormat, Server, Type,
        extensions::ExtensionsBuilder,
        path::{Operation, Parameter, ParameterBuilder, ParameterIn},
        schema::AnyOfBuilder,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

/// The schemas of bunq's answers. `bank/schemas.py` generates them from bunq's own document and `bank/ours.toml`.
const BANK: &str = include_str!("../../bank/schemas.json");

#[derive(OpenApi)]
#[openapi(
    info(
        title = "bunq TPP",
        description = include_str!("description.md"),
        contact(name = "The operator of this deployment"),
    ),
    tags(
        (name = "oauth", description = "How a customer connects: a browser goes to bunq's consent page and comes back."),
        (name = "users", description = "Who connected, and the accounts that they granted."),
        (name = "payments", description = "What came in and went out of a connected customer's accounts; asking for money, and drafting payments."),
        (name = "psd2", description = "Issuer transactions: payments that a customer of bunq makes on bunq's own page, without having connected."),
        (name = "credential-ip", description = "The TPP's keys at bunq and the addresses that may use them."),
        (name = "events", description = "What changed in your workspace."),
        (name = "hooks", description = "Where bunq says that something may have changed."),
        (name = "docs", description = "This description, and pages for people. Nothing of it is secret."),
        (name = "setup", description = "The onboarding at bunq and this deployment's API keys, for its owner only."),
    ),
    components(schemas(ProblemAnswer, GatewayError)),
    modifiers(&Shared)
)]
struct Base;

struct Shared;

impl Modify for Shared {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        document.servers = Some(vec![Server::new("/")]);
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("api_key", bearer());
        components.add_security_scheme("iam", iam());
        components.headers = headers::all();
        components.examples = openapi::examples();
    }
}

fn bearer() -> SecurityScheme {
    let description = "An API key of this deployment, which the setup makes: `Authorization: Bearer <key>`. Each operation names the scope that it \
                       wants; a key may have several.";
    SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(description)).build())
}

fn iam() -> SecurityScheme {
    let mut value = ApiKeyValue::with_description(
        "Authorization",
        "AWS Signature Version 4 for `execute-api`, by an IAM user who may invoke the route. The local stack checks the header's form only.",
    );
    value.extensions = Some(ExtensionsBuilder::new().add("x-amazon-apigateway-authtype", "awsSigv4").build());
    SecurityScheme::ApiKey(ApiKey::Header(value))
}

/// Returns the description of the whole API: its operations, the schemas of bunq's answers, and the shared headers,
/// examples and security schemes. Also adds to each operation the header that every caller with an API key can send,
/// and the headers that every answer has.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    let groups = [
        docs::document(),
        oauth::document(),
        users::document(),
        payments::document(),
        psd2::document(),
        credential_ip::document(),
        events::document(),
        hooks::document(),
        setup::document(),
    ];
    let mut document = groups.into_iter().fold(Base::openapi(), utoipa::openapi::OpenApi::merge_from);
    let mut components = document.components.take().unwrap_or_default();
    // If the file is invalid, every reference to these schemas is broken, and a contract test fails. They replace the
    // references by name that a group contains.
    components.schemas.extend(serde_json::from_str::<BTreeMap<String, RefOr<Schema>>>(BANK).unwrap_or_default());
    for operation in document.paths.paths.values_mut().flat_map(operations) {
        // Set even if the operation needs no API key. Without it, tools report the missing security as a mistake.
        operation.security.get_or_insert_default();
        if wants_api_key(operation) {
            let parameters = operation.parameters.get_or_insert_default();
            parameters.extend([customer_address(), priority()].map(RefOr::T));
        }
        for response in operation.responses.responses.values_mut() {
            if let RefOr::T(response) = response {
                refer_to_header(response, "X-Request-Id");
            }
        }
        examples::own(operation, &components);
        gateway::add_to(operation);
    }
    examples::drop_unused(document.paths.paths.values_mut().flat_map(operations).map(|one| &*one), &mut components);
    document.components = Some(components);
    document
}

/// Returns the header `PSU-IP-Address`, which every operation with an API key accepts.
fn customer_address() -> Parameter {
    let address =
        |format| ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(format)));
    let schema = AnyOfBuilder::new().item(address(KnownFormat::Ipv4)).item(address(KnownFormat::Ipv6));
    let description = "The IP address of your customer, if they are waiting for the answer; leave it out if they are not. The audit log says so of each request, with a \
                       keyed hash in place of the address.";
    let parameter = ParameterBuilder::new().name(CUSTOMER_ADDRESS).parameter_in(ParameterIn::Header);
    let parameter = parameter.required(Required::False).description(Some(description)).schema(Some(schema));
    parameter.example(Some(json!("185.40.108.7"))).build()
}

/// Returns the header `Priority`, which every operation with an API key accepts.
fn priority() -> Parameter {
    let description = "How urgent the request is, as in RFC 9218. A request with `u=4` to `u=7` does not wait for bunq's limits: it is answered `bank_busy` at once where \
                       another request would wait. Without the header it is `u=3`. Other values are ignored.";
    let parameter = ParameterBuilder::new().name("Priority").parameter_in(ParameterIn::Header);
    let parameter = parameter.required(Required::False).description(Some(description));
    parameter.schema(Some(ObjectBuilder::new().schema_type(Type::String))).example(Some(json!("u=7"))).build()
}

fn wants_api_key(operation: &Operation) -> bool {
    let schemes = serde_json::to_value(&operation.security).unwrap_or_default();
    schemes.as_array().is_some_and(|schemes| schemes.iter().any(|scheme| scheme.get("api_key").is_some()))
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete].into_iter().flatten()
}
