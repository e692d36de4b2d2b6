//! Functions as Lambda runs them: an event goes in, an answer comes out. Only the process and the runtime's own HTTP
//! are omitted.

use std::time::Duration;

use axum::Router;
use lambda_http::{Adapter, Context, LambdaEvent};
use serde_json::{Value, json};
use shared::{
    config::Config,
    http::{App, Deployed, service},
    lambda::{compose, read_event},
    types::deadline::Deadline,
};
use testkit::TestApp;
use tower::ServiceExt as _;

/// The functions, by folder. `users` is last, because its events end with the deletion of the customer.
pub(crate) const GROUPS: [&str; 11] =
    ["oauth", "payments", "psd2", "credential-ip", "events", "deliver", "hooks", "worker", "setup", "docs", "users"];

/// One process of a deployment, which can run any function.
pub(crate) struct Process(App);

impl Process {
    /// Starts a process that finds AWS at this address.
    pub(crate) async fn start(app: &TestApp, aws: &str) -> Self {
        let config = Config::parse(|name| app.variables().get(name).cloned()).unwrap();
        Self(compose(config, &app.aws_at(aws), app.clock.clock()).unwrap())
    }

    /// Returns a function's answer to an event, for API Gateway or for a direct invocation. If the function fails,
    /// returns the error's type.
    pub(crate) async fn invoke(&self, group: &str, event: Value) -> Result<Value, String> {
        let app = self.0.clone();
        // `shared::lambda::serve_direct` distinguishes them in the same way.
        if group == "setup" && event.get("requestContext").is_none() {
            return setup::invoke(app, event).await.map_err(|problem| problem.code().as_str().to_owned());
        }
        Ok(match group {
            "oauth" => answer(oauth::router(), app, event).await,
            "users" => answer(users::router(), app, event).await,
            "payments" => answer(payments::router(), app, event).await,
            "psd2" => answer(psd2::router(), app, event).await,
            "credential-ip" => answer(credential_ip::router(), app, event).await,
            // As `shared::lambda::serve_schedule` runs it.
            "deliver" => {
                let run = deliver::run(app, Deadline::after(Duration::from_secs(60))).await;
                run.map_err(|problem| problem.code().as_str().to_owned())?
            }
            "events" => answer(::events::router(), app, event).await,
            "hooks" => answer(hooks::router(), app, event).await,
            // As `shared::lambda::serve_queue` runs it.
            "worker" => {
                let run = worker::run(app, event, Deadline::after(Duration::from_secs(29))).await;
                run.map_err(|problem| problem.code().as_str().to_owned())?
            }
            "setup" => answer(setup::router(), app, event).await,
            "docs" => answer(docs::router(&app.tpp.config.provider), (), event).await,
            group => panic!("no function {group}"),
        })
    }
}

async fn answer<S: Deployed + Clone + Send + Sync + 'static>(router: Router<S>, state: S, event: Value) -> Value {
    let request = read_event(event).unwrap();
    let mut context = Context::default();
    let in_half_a_minute = jiff::Timestamp::now().as_millisecond() + 30_000;
    context.deadline = u64::try_from(in_half_a_minute).unwrap();
    let response = Adapter::from(service(router, state)).oneshot(LambdaEvent::new(request, context)).await.unwrap();
    json!(response)
}
