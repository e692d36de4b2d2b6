//! A deployment whose functions answer events in this process, as Lambda runs them.

use axum::Router;
use lambda_http::{Adapter, Context, LambdaEvent};
use serde_json::{Value, json};
use shared::{
    config::Config,
    http::{App, service},
    lambda::{compose, read_event},
};
use testkit::{Journey, TestApp, logs};
use tokio::runtime::Runtime;
use tower::ServiceExt as _;

/// The largest answer to a request that is wrong, as `it/edge.rs` has it.
const LARGEST_PROBLEM: usize = 8 * 1024;

/// A deployment with a customer and one of each object.
pub(super) struct Deployment {
    pub(super) runtime: Runtime,
    pub(super) journey: Journey,
    router: Router,
}

impl Deployment {
    pub(super) fn start() -> Self {
        let runtime = Runtime::new().unwrap();
        let journey = runtime.block_on(async {
            let mut journey = Box::pin(Journey::start()).await;
            for operation in ["begin_consent", "complete_consent", "claim_consent"] {
                journey.renew(&testkit::operation(operation)).await;
            }
            journey
        });
        let router = runtime.block_on(process(&journey.app));
        Self { runtime, journey, router }
    }

    /// Starts another process, whose memory is empty.
    pub(super) fn restart(&mut self) {
        self.router = self.runtime.block_on(process(&self.journey.app));
    }

    /// Returns the answer to an event of API Gateway, or `None` if it is none.
    pub(super) fn answer(&self, event: Value) -> Option<Value> {
        let request = read_event(event).ok()?;
        let mut context = Context::default();
        let in_half_a_minute = jiff::Timestamp::now().as_millisecond() + 30_000;
        context.deadline = u64::try_from(in_half_a_minute).unwrap();
        let answer = async { Adapter::from(self.router.clone()).oneshot(LambdaEvent::new(request, context)).await };
        let answer = json!(self.runtime.block_on(answer).unwrap());
        self.check(&answer);
        Some(answer)
    }

    /// A refusal is a small problem, and no log line has the API key.
    fn check(&self, answer: &Value) {
        let status = answer["statusCode"].as_u64().unwrap();
        let header = |name: &str| answer["headers"][name].as_str().or(answer["multiValueHeaders"][name][0].as_str());
        let text = answer["body"].as_str().unwrap_or_default();
        assert!(header("x-request-id").is_some() && header("x-content-type-options").is_some(), "{answer}");
        if header("content-type").is_some_and(|kind| kind == "application/problem+json") {
            let problem: Value = serde_json::from_str(text).unwrap();
            assert_eq!(problem["status"], status, "{answer}");
            assert!(text.len() <= LARGEST_PROBLEM, "{} bytes: {answer}", text.len());
        } else {
            assert!(
                status < 400 || header("content-type").is_some_and(|kind| kind.starts_with("text/html")),
                "{answer}"
            );
        }
        let logged = logs::text();
        assert!(!logged.contains(&self.journey.app.api_key), "{logged}");
        logs::forget();
    }
}

async fn process(app: &TestApp) -> Router {
    let config = Config::parse(|name| app.variables().get(name).cloned()).unwrap();
    let app: App = compose(config, &app.aws_at(&app.aws.url()), app.clock.clock()).unwrap();
    let routes = docs::router(&app.tpp.config.provider)
        .with_state(())
        .merge(oauth::router())
        .merge(users::router())
        .merge(payments::router())
        .merge(psd2::router())
        .merge(credential_ip::router())
        .merge(events::router())
        .merge(hooks::router())
        .merge(setup::router());
    service(routes, app)
}
