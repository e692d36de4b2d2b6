//! `/consents`: the consents that the owner's application asks for. The application can create, list, read, withdraw
//! and claim a consent.

mod ask;
mod view;

use shared::{
    http::prelude::*,
    store::{AskedConsent, ConsentCursor},
    types::{
        ids::ConsentId,
        reference::Reference,
        secret::{ConsentTicket, Secret as _},
    },
};

use ask::{Claim, Lifetime, NewConsent, Proof};
use view::{Claimed, ConsentPage, ConsentView};

/// How many consents a page has by default, and at most.
const USUAL_PAGE: u8 = 50;
const LARGEST_PAGE: u8 = 100;

/// Ask for a customer's consent
///
/// Scope `connections`. Send the customer's browser to the `url` of the answer, once: its ticket works in one browser.
#[utoipa::path(
    post,
    path = "/consents",
    request_body(content = NewConsent, description = "Everything is optional.", example = json!({
        "reference": "customer-17", "return_url": "https://app.example/bank", "expires_in": 600
    })),
    security(("api_key" = ["connections"])),
    responses(
        (status = 201, description = "The consent.", body = ConsentView,
            headers(("Location" = String, description = "`/consents/{consent_id}`"))),
        Problems<(WithKey, WrongRequest, UnknownCustomer)>,
    )
)]
pub(crate) async fn create_consent(
    caller: Caller<ConnectionsScope>,
    State(app): State<App>,
    body: JsonBody,
) -> Result<Response, Problem> {
    let NewConsent { reference, return_url, user_id, expires_in } = body.read_with(&*app.tpp.config)?;
    let Lifetime(expires_in) = expires_in.unwrap_or_default();
    let asked = AskedConsent { workspace: caller.workspace.clone(), reference, return_url, user_id, expires_in };
    let (consent, ticket) = app.tpp.consents.ask(asked).await?;
    let location = app.tpp.config.public(&format!("consents/{}", consent.consent_id));
    let view = ConsentView::new(consent, app.tpp.clock.now()).with_url(address(&app, &ticket));
    let mut response = (StatusCode::CREATED, Json(view)).into_response();
    let location = HeaderValue::try_from(location.as_str()).map_err(|_| Problem::internal())?;
    response.headers_mut().insert(header::LOCATION, location);
    Ok(response)
}

/// The address that opens a consent. It contains the ticket, so it is sent to the caller only.
fn address(app: &App, ticket: &ConsentTicket) -> String {
    let mut url = app.tpp.config.public("auth");
    url.query_pairs_mut().append_pair("ticket", ticket.expose());
    url.into()
}

/// List consents
///
/// Scope `connections`. Returns the consents of the last 30 days, newest first. A new consent may be missing from the
/// list for a moment.
#[utoipa::path(
    get,
    path = "/consents",
    params(
        ("count" = Option<u8>, Query, description = "1 to 100; 50 by default.", minimum = 1, maximum = 100),
        ("cursor" = Option<String>, Query, description = "Where the page before ended: its `next_cursor`.", min_length = 1),
        ("reference" = Option<String>, Query, description = "Only those asked for with this reference.",
            min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9._-]+$"),
    ),
    security(("api_key" = ["connections"])),
    responses(
        (status = 200, description = "A page of consents.", body = ConsentPage,
            headers(("Link" = String, description = "The `next` page (RFC 8288), if there is one."))),
        Problems<(WithKey, WrongRequest)>,
    )
)]
pub(crate) async fn list_consents(
    caller: Caller<ConnectionsScope>,
    State(app): State<App>,
    query: QueryParameters,
) -> Result<Response, Problem> {
    let (count, cursor, reference) = query.read(|parameters| {
        let count = parameters.number("count", 1..=LARGEST_PAGE).unwrap_or(USUAL_PAGE);
        let cursor = parameters.optional::<ConsentCursor>("cursor", "must be as the page before returned it");
        (count, cursor, parameters.parsed::<Reference>("reference"))
    })?;
    let (consents, next) = app.tpp.consents.list(&caller.workspace, reference.as_ref(), count, cursor).await?;
    let now = app.tpp.clock.now();
    let consents = consents.into_iter().map(|consent| ConsentView::new(consent, now)).collect();
    let next_cursor = next.map(|next| next.to_string());
    let link = next_cursor.as_ref().map(|next| {
        let mut url = app.tpp.config.public("consents");
        url.query_pairs_mut().append_pair("count", &count.to_string()).append_pair("cursor", next);
        if let Some(reference) = &reference {
            url.query_pairs_mut().append_pair("reference", reference.as_str());
        }
        format!("<{url}>; rel=\"next\"")
    });
    let mut response = Json(ConsentPage { consents, next_cursor }).into_response();
    if let Some(link) = link.and_then(|link| HeaderValue::try_from(link).ok()) {
        response.headers_mut().insert(header::LINK, link);
    }
    Ok(response)
}

/// Read a consent
///
/// Scope `connections`.
#[utoipa::path(
    get,
    path = "/consents/{consent_id}",
    params(ConsentPath),
    security(("api_key" = ["connections"])),
    responses(
        (status = 200, description = "The consent.", body = ConsentView),
        Problems<(WithKey, WrongRequest, NoSuchConsent, NotReady)>,
    )
)]
pub(crate) async fn find_consent(
    caller: Caller<ConnectionsScope>,
    State(app): State<App>,
    PathId(id): PathId<ConsentId>,
    RequestDeadline(deadline): RequestDeadline,
) -> Result<Json<ConsentView>, Problem> {
    let consent = app.tpp.consents.find(&caller.workspace, id, deadline).await?;
    Ok(Json(ConsentView::new(consent, app.tpp.clock.now())))
}

/// Withdraw a consent
///
/// Scope `connections`. Only a consent whose address has not been opened can be withdrawn. A repeated call gets the
/// same answer.
#[utoipa::path(
    delete,
    path = "/consents/{consent_id}",
    params(ConsentPath),
    security(("api_key" = ["connections"])),
    responses(
        (status = 204, description = "Its address does not work any more."),
        Problems<(WithKey, WrongRequest, NoSuchConsent, Withdrawing, NotReady)>,
    )
)]
pub(crate) async fn delete_consent(
    caller: Caller<ConnectionsScope>,
    State(app): State<App>,
    PathId(id): PathId<ConsentId>,
    RequestDeadline(deadline): RequestDeadline,
) -> Result<StatusCode, Problem> {
    app.tpp.consents.withdraw(&caller.workspace, id, deadline).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Claim the connection of a consent
///
/// Scope `connections`. Claim only a consent that the customer's own session in your application asked for. This
/// prevents an attacker from connecting another person's account to their own. Before the claim there is no connection;
/// after ten minutes it can no longer be claimed.
#[utoipa::path(
    post,
    path = "/consents/{consent_id}/claim",
    params(ConsentPath),
    request_body(content = Claim, description = "What the browser brought back.", example = json!({
        "proof": "mO0hQkYq1Zs3Jt6vXw9yB2dF5gH8kL1nP4rT7uV0xZ3"
    })),
    security(("api_key" = ["connections"])),
    responses(
        (status = 200, description = "The connection.", body = Claimed),
        Problems<(WithKey, WrongRequest, NoSuchConsent, Claiming, NotReady)>,
    )
)]
pub(crate) async fn claim_consent(
    caller: Caller<ConnectionsScope>,
    State(app): State<App>,
    PathId(id): PathId<ConsentId>,
    RequestDeadline(deadline): RequestDeadline,
    body: JsonBody,
) -> Result<Json<Claimed>, Problem> {
    let Claim { proof: Proof(proof) } = body.read()?;
    let connection = app.tpp.consents.claim(&caller.workspace, id, &proof, deadline).await?;
    tracing::Span::current().record("user_id", tracing::field::display(connection.user_id));
    Ok(Json(connection.into()))
}
