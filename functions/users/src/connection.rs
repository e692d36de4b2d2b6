//! Connections, for the owner of the deployment: list, find, delete. The bank is called only to end a session.

use shared::{
    http::prelude::*,
    store::Cursor,
    types::{ids::UserId, reference::Reference},
};

use crate::view::{ConnectionPage, ConnectionView};

/// How many connections a page has by default, and at most.
const USUAL_PAGE: u8 = 50;
const LARGEST_PAGE: u8 = 100;

/// List connected customers
///
/// Scope `connections`. Returns the connections of the API key's workspace, newest first, including revoked ones. A new
/// connection may be missing from the list for a moment.
#[utoipa::path(
    get,
    path = "/users",
    params(
        ("count" = Option<u8>, Query, description = "1 to 100; 50 where it is not there.", minimum = 1, maximum = 100),
        ("cursor" = Option<String>, Query, description = "Where the page before ended: its `next_cursor`.", min_length = 1),
        ("reference" = Option<String>, Query, description = "Only those with this reference.",
            min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9._-]+$"),
    ),
    security(("api_key" = ["connections"])),
    responses(
        (status = 200, description = "A page of connections.", body = ConnectionPage,
            headers(("Link" = String, description = "The `next` page (RFC 8288), where there is one."))),
        Problems<(WithKey, WrongRequest, NotReady)>,
    )
)]
pub(crate) async fn list_users(
    caller: Caller<ConnectionsScope>,
    State(app): State<App>,
    query: QueryParameters,
) -> Result<Response, Problem> {
    let (count, cursor, reference) = query.read(|parameters| {
        let count = parameters.number("count", 1..=LARGEST_PAGE).unwrap_or(USUAL_PAGE);
        let cursor = parameters.optional::<Cursor>("cursor", "must be as the page before returned it");
        (count, cursor, parameters.parsed::<Reference>("reference"))
    })?;
    let (connections, next) = app.tpp.connections.list(&caller.workspace, reference.as_ref(), count, cursor).await?;
    let identity = app.tpp.identities.get().await?;
    let (now, limit) = (app.tpp.clock.now(), app.tpp.config.unattended_reads_per_day);
    let users = connections.iter().map(|one| ConnectionView::new(one, &identity.sealing, now, limit)).collect();
    let next_cursor = next.map(|next| next.to_string());
    let link = next_cursor.as_ref().map(|next| {
        let mut url = app.tpp.config.public("users");
        url.query_pairs_mut().append_pair("count", &count.to_string()).append_pair("cursor", next);
        if let Some(reference) = &reference {
            url.query_pairs_mut().append_pair("reference", reference.as_str());
        }
        format!("<{url}>; rel=\"next\"")
    });
    let mut response = Json(ConnectionPage { users, next_cursor }).into_response();
    if let Some(link) = link.and_then(|link| HeaderValue::try_from(link).ok()) {
        response.headers_mut().insert(header::LINK, link);
    }
    Ok(response)
}

/// Read a customer's connection
///
/// Scope `connections`. Also returns a connection that was revoked.
#[utoipa::path(
    get,
    path = "/user/{user_id}/connection",
    params(UserPath),
    security(("api_key" = ["connections"])),
    responses(
        (status = 200, description = "The connection.", body = ConnectionView),
        Problems<(WithKey, WrongRequest, UnknownCustomer, NotReady)>,
    )
)]
pub(crate) async fn find_connection(
    caller: Caller<ConnectionsScope>,
    State(app): State<App>,
    PathId(user_id): PathId<UserId>,
) -> Result<Json<ConnectionView>, Problem> {
    let connection = app.tpp.connections.find(&caller.workspace, user_id).await?;
    let identity = app.tpp.identities.get().await?;
    let (now, limit) = (app.tpp.clock.now(), app.tpp.config.unattended_reads_per_day);
    Ok(Json(ConnectionView::new(&connection, &identity.sealing, now, limit)))
}

/// Delete a customer's connection
///
/// Scope `connections`. Ends the session at bunq and erases the tokens and the customer's data. A record that the
/// connection existed is kept. A repeated call gets the same answer. bunq's app shows your app to the customer until
/// the customer removes it there. A later consent creates a new `user_id`.
///
/// With `reference`, deletes that reference only: the bunq customer may stand for other users of yours. The connection
/// ends with its last reference.
#[utoipa::path(
    delete,
    path = "/user/{user_id}",
    params(
        UserPath,
        ("reference" = Option<String>, Query, description = "Delete this reference; the connection only with its last.",
            min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9._-]+$"),
    ),
    security(("api_key" = ["connections"])),
    responses(
        (status = 204, description = "There is no such connection, or reference of it, any more."),
        Problems<(WithKey, WrongRequest, UnknownCustomer)>,
    )
)]
pub(crate) async fn delete_user(
    caller: Caller<ConnectionsScope>,
    State(app): State<App>,
    PathId(user_id): PathId<UserId>,
    query: QueryParameters,
    RequestDeadline(deadline): RequestDeadline,
) -> Result<StatusCode, Problem> {
    let reference = query.read(|parameters| parameters.parsed::<Reference>("reference"))?;
    app.tpp.deletions.delete(&caller.workspace, user_id, reference.as_ref(), deadline).await?;
    Ok(StatusCode::NO_CONTENT)
}
