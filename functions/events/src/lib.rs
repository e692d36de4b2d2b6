//! `/webhook-events`: what changed, for the owner of the deployment. `/webhook-endpoints`: where this is sent. The bank
//! is not called.

mod endpoints;
mod feed;
mod log;
mod view;

use shared::http::{App, routes};

routes! {
    /// The routes of the group.
    pub fn router() -> Router<App> {
        endpoints::create_webhook_endpoint,
        endpoints::list_webhook_endpoints,
        endpoints::find_webhook_endpoint,
        endpoints::update_webhook_endpoint,
        endpoints::delete_webhook_endpoint,
        endpoints::rotate_webhook_secret,
        endpoints::test_webhook_endpoint,
        endpoints::replay_webhook_events,
        feed::list_webhook_events,
        log::find_webhook_event,
        log::redeliver_webhook_event,
    }
}
