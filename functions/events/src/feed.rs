//! The list of events, in an order that never changes. A request can wait for the next one.

use std::time::Duration;

use shared::{http::prelude::*, types::event::EventCursor};

use crate::view::EventsView;

/// How many events a page has by default, and at most.
const USUAL_PAGE: u8 = 50;
const LARGEST_PAGE: u8 = 100;
/// How many seconds a request waits for an event at most. It must end before API Gateway does.
const LONGEST_WAIT: u8 = 20;

/// List events
///
/// Scope `events`. Returns what changed in the API key's workspace, the oldest first: a customer connected
/// (`connection.created`) or consented again (`connection.renewed`), a consent expires in 30, 14, 7 days or one day
/// (`connection.expiring`) or has expired (`connection.expired`), bunq refuses a consent (`connection.revoked`: it is
/// noticed at the next call), or a connection was deleted (`connection.deleted`). There is exactly one event of each
/// change, kept for 30 days after the first request that could return it. The order never changes: with `after`, the
/// `next_cursor` of an answer, a request returns all later events and no earlier one.
///
/// With `wait`, a request without events is answered when one happens, or after this time with an empty page.
#[utoipa::path(
    get,
    path = "/webhook-events",
    params(
        ("after" = Option<String>, Query, description = "Where the answer before ended: its `next_cursor`. Without it: the oldest event that is kept.",
            pattern = "^(0|[0-9]{1,15}-[0-9a-f]{8})$"),
        ("count" = Option<u8>, Query, description = "1 to 100; 50 where it is not there.", minimum = 1, maximum = 100),
        ("wait" = Option<u8>, Query, description = "How many seconds to wait for an event, up to 20; 0 where it is not there.", minimum = 0, maximum = 20),
    ),
    security(("api_key" = ["events"])),
    responses(
        (status = 200, description = "A page of events.", body = EventsView),
        Problems<(WithKey, WrongRequest, WithCursor)>,
    )
)]
pub(crate) async fn list_webhook_events(
    caller: Caller<EventsScope>,
    State(app): State<App>,
    query: QueryParameters,
    RequestDeadline(deadline): RequestDeadline,
) -> Result<Json<EventsView>, Problem> {
    let (after, count, wait) = query.read(|parameters| {
        let after = parameters.parsed::<EventCursor>("after");
        let count = parameters.number("count", 1..=LARGEST_PAGE).unwrap_or(USUAL_PAGE);
        let wait = parameters.number("wait", 0..=LONGEST_WAIT).unwrap_or_default();
        (after, count, Duration::from_secs(wait.into()))
    })?;
    let page = app.tpp.events.read(&caller.workspace, after, count, wait, deadline).await?;
    Ok(Json(page.ok_or_else(Problem::cursor_invalid)?.into()))
}
