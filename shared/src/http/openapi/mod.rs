//! Builds the OpenAPI document: its shared parts, and the building blocks with which handlers describe themselves.
//!
//! A handler lists its parameters ([`UserPath`], [`PageQuery`], …), its successful answer ([`Answered`], [`Paged`],
//! [`Created`]) and the groups of problems that it can return ([`Problems`]). The statuses, codes and examples are
//! derived from the problems.

mod answers;
mod examples;
mod gateway;
mod headers;
mod parameters;
mod problems;
pub mod schemas;

use utoipa::{
    Modify, OpenApi,
    openapi::{
        PathItem, RefOr, Schema, Server,
        extensions::ExtensionsBuilder,
        path::Operation,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

pub use answers::{Answered, AnsweredToPay, Created, CreatedToPay, Paged};
pub use gateway::GatewayError;
pub use parameters::{
    AccountPath, ConsentPath, CredentialPath, DraftPaymentPath, IdempotencyKeyHeader, LargePageQuery, OrderQuery,
    PageQuery, PaymentPath, PermittedIpPath, PublicIdPath, RequestInquiryPath, TransactionPath, UserPath, WalkQuery,
};
pub use problems::{
    AfterConsent, AtBank, BeforeConsent, Claiming, ForCustomer, InSetup, LooksAhead, NoSuchConsent, NotReady, OfStore,
    Once, ProblemGroup, Problems, UnknownCustomer, UnknownRoute, WithKey, Withdrawing, WrongRequest,
};

use super::problem::Wire;

/// The body of every problem.
pub type ProblemAnswer = Wire<'static>;

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
        (name = "docs", description = "This description, and pages for people. Nothing of it is secret."),
        (name = "setup", description = "The onboarding at bunq and this deployment's API keys, for its owner only."),
    ),
    components(schemas(Wire<'static>, GatewayError)),
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
        components.examples = problems::examples();
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

/// Returns the document of these groups of operations, with these schemas of bunq's answers. Adds the shared title,
/// schemas, headers, examples and security schemes. Also adds to each operation the header that every caller with an
/// API key can send, and the headers that every answer has.
pub fn document(
    groups: impl IntoIterator<Item = utoipa::openapi::OpenApi>,
    bank: impl IntoIterator<Item = (String, RefOr<Schema>)>,
) -> utoipa::openapi::OpenApi {
    let mut document = groups.into_iter().fold(Base::openapi(), utoipa::openapi::OpenApi::merge_from);
    let mut components = document.components.take().unwrap_or_default();
    // These replace the references by name that a group contains.
    components.schemas.extend(bank);
    for operation in document.paths.paths.values_mut().flat_map(operations) {
        // Set even if the operation needs no API key. Without it, tools report the missing security as a mistake.
        operation.security.get_or_insert_default();
        if wants_api_key(operation) {
            operation.parameters.get_or_insert_default().push(RefOr::T(parameters::customer_address()));
        }
        for response in operation.responses.responses.values_mut() {
            if let RefOr::T(response) = response {
                headers::REQUEST_ID.add_to(response);
            }
        }
        examples::own(operation, &components);
        gateway::add_to(operation);
    }
    examples::drop_unused(document.paths.paths.values_mut().flat_map(operations).map(|one| &*one), &mut components);
    document.components = Some(components);
    document
}

fn wants_api_key(operation: &Operation) -> bool {
    let schemes = serde_json::to_value(&operation.security).unwrap_or_default();
    schemes.as_array().is_some_and(|schemes| schemes.iter().any(|scheme| scheme.get("api_key").is_some()))
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.post, &mut item.put, &mut item.delete].into_iter().flatten()
}
