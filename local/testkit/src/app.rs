//! A whole deployment for one test.

use std::{collections::BTreeMap, net::Ipv4Addr};

use local_aws::LocalAws;
use reqwest::{Method, RequestBuilder, header};
use serde_json::{Value, json};
use shared::{
    config::{Aws, Config},
    http::App,
    lambda::compose,
};
use tokio::{net::TcpListener, task::JoinHandle};
use url::Url;

use crate::{Answer, TestBank, TestClock, logs, seed};

/// The options of a new deployment.
#[derive(Debug)]
pub struct TestAppBuilder {
    variables: BTreeMap<&'static str, String>,
    seeded: bool,
    onboarded: bool,
    has_callbacks: bool,
}

impl TestAppBuilder {
    /// Sets an environment variable.
    #[must_use]
    pub fn variable(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.variables.insert(name, value.into());
        self
    }

    /// Switches callbacks of the bank on, at this deployment and at the bank.
    #[must_use]
    pub fn with_callbacks(mut self) -> Self {
        self.has_callbacks = true;
        self
    }

    /// Leaves the onboarding to the test.
    #[must_use]
    pub fn not_onboarded(mut self) -> Self {
        self.onboarded = false;
        self
    }

    /// Lets the setup make its own certificate, which takes a second.
    #[must_use]
    pub fn without_seed(mut self) -> Self {
        self.seeded = false;
        self
    }

    /// Starts the deployment.
    pub async fn start(mut self) -> TestApp {
        logs::capture();
        let bank = TestBank::start().await;
        let aws = LocalAws::start(local_aws::Options::default()).await.expect("the embedded AWS starts");
        aws.create_tables(["connections", "ephemera", "events"]).await.expect("the tables are made");
        if self.seeded {
            let certificate = seed::certificate(certificate).await;
            let secret = json!({ "Name": "test/psd2-certificate", "SecretString": certificate });
            seed::secrets_manager(&aws, "CreateSecret", secret).await;
        }
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let url = Url::parse(&format!("http://{address}")).expect("a URL");

        let mut variables = BTreeMap::from([
            ("PUBLIC_URL", url.to_string()),
            ("CONNECTIONS_TABLE", "connections".to_owned()),
            ("EPHEMERA_TABLE", "ephemera".to_owned()),
            ("EVENTS_TABLE", "events".to_owned()),
            ("SECRET_PREFIX", "test".to_owned()),
            ("RETURN_ORIGINS", "https://app.example".to_owned()),
            // The simulator limits no calls unless a test says so.
            ("BANK_LIMITS", "off".to_owned()),
            // The receivers of tests are on this machine.
            ("WEBHOOK_RECEIVERS", "loopback".to_owned()),
        ]);
        variables.extend(bank.variables());
        if self.has_callbacks {
            variables.insert("HINTS_QUEUE", aws.queue_url("bunq-tpp-hints.fifo"));
            bank.settings(json!({ "callback_targets": "loopback" })).await;
        }
        variables.append(&mut self.variables);
        let mut app = TestApp {
            aws,
            bank,
            url,
            clock: TestClock::default(),
            variables,
            api_key: String::new(),
            http: http_client(),
            server: tokio::spawn(async {}),
        };
        app.restart_with(listener).await;
        if self.onboarded {
            let report = app.setup(json!({})).await.expect("the onboarding ends");
            app.api_key = report["api_key"].as_str().expect("the first key").to_owned();
            app.bank.forget_calls().await;
        }
        app
    }
}

/// A deployment: the API on a port of its own, with its own AWS and its own bank.
#[derive(Debug)]
pub struct TestApp {
    /// The AWS of the deployment.
    pub aws: LocalAws,
    /// The bank of the deployment.
    pub bank: TestBank,
    /// The API of the deployment.
    pub url: Url,
    /// The clock of the deployment.
    pub clock: TestClock,
    /// An API key with every scope.
    pub api_key: String,
    variables: BTreeMap<&'static str, String>,
    http: reqwest::Client,
    server: JoinHandle<()>,
}

/// Returns a new certificate. The setup of a deployment without a seed makes it.
async fn certificate() -> String {
    let app = Box::pin(TestApp::builder().without_seed().start()).await;
    app.read_secret("psd2-certificate").await.to_string()
}

fn http_client() -> reqwest::Client {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build();
    client.expect("an HTTP client")
}

impl TestApp {
    /// Returns the options of a new deployment.
    #[must_use]
    pub fn builder() -> TestAppBuilder {
        TestAppBuilder { variables: BTreeMap::new(), seeded: true, onboarded: true, has_callbacks: false }
    }

    /// Starts an onboarded deployment.
    pub async fn start() -> Self {
        Self::builder().start().await
    }

    /// Returns the environment of the deployment's functions, as in the cloud.
    #[must_use]
    pub fn variables(&self) -> &BTreeMap<&'static str, String> {
        &self.variables
    }

    /// Changes the environment of processes that start later, such as by [`Self::restart`].
    pub fn set_variable(&mut self, name: &'static str, value: impl Into<String>) {
        self.variables.insert(name, value.into());
    }

    /// Makes a new process with empty memory. Only the stores persist.
    pub async fn compose(&self) -> App {
        self.compose_with("", "").await
    }

    /// Makes a new process whose environment differs in one variable.
    pub(crate) async fn compose_with(&self, name: &'static str, value: &str) -> App {
        let variable = |asked| if asked == name { Some(value.to_owned()) } else { self.variables.get(asked).cloned() };
        let config = Config::parse(variable).expect("a configuration");
        compose(config, &self.aws_at(&self.aws.url()), self.clock.clock()).expect("the parts fit")
    }

    /// Returns the deployment's AWS as its functions find it at an address.
    #[must_use]
    pub fn aws_at(&self, url: &str) -> Aws {
        let access_key = self.aws.access_key();
        Aws::local(Url::parse(url).expect("a URL"), access_key.id(), access_key.secret().clone())
    }

    /// Stops the API and starts it again at the same address, with empty memory.
    pub async fn restart(&mut self) {
        self.server.abort();
        let address = (self.url.host_str().expect("a host"), self.url.port().expect("a port"));
        // The old listener holds the port until it is dropped, which the aborted task does as soon as it runs.
        let listener = loop {
            match TcpListener::bind(address).await {
                Ok(listener) => break listener,
                Err(_) => tokio::task::yield_now().await,
            }
        };
        self.http = http_client();
        self.restart_with(listener).await;
    }

    async fn restart_with(&mut self, listener: TcpListener) {
        let app = self.compose().await;
        self.server = self.serve(listener, app);
    }

    /// Serves the API as `local` does, until the task is aborted.
    pub(crate) fn serve(&self, listener: TcpListener, app: App) -> JoinHandle<()> {
        let access_key = self.aws.access_key().clone();
        tokio::spawn(async move {
            local::serve(listener, app, access_key, std::future::pending()).await.expect("the server runs");
        })
    }

    /// Invokes the setup directly, in a process with empty memory.
    ///
    /// # Errors
    /// Returns the problem's text if the setup refuses the command or fails.
    pub async fn setup(&self, payload: Value) -> Result<Value, String> {
        setup::invoke(self.compose().await, payload).await.map_err(|problem| problem.to_string())
    }

    /// Makes a request to the API, without a key.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, self.url.join(path).expect("a path"))
    }

    /// Sends a request.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let answer = request.send().await.expect("the API answers");
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Answer { status, headers, text: answer.text().await.expect("a text") }
    }

    /// Sends GET with a key.
    pub async fn get_with_key(&self, path: &str, key: &str) -> Answer {
        self.send(self.request(Method::GET, path).bearer_auth(key)).await
    }

    /// Sends GET with the key that has every scope.
    pub async fn get(&self, path: &str) -> Answer {
        self.get_with_key(path, &self.api_key).await
    }

    /// Makes an API key.
    pub async fn create_api_key(&self, scopes: &[&str]) -> (String, String) {
        let made = self.setup(json!({ "action": "create_api_key", "name": "test", "scopes": scopes })).await;
        let made = made.expect("a key is made");
        let text = |name: &str| made[name].as_str().expect("a text").to_owned();
        (text("id"), text("api_key"))
    }

    /// Sends a browser to /auth. Returns the cookie that the browser gets, and the bank's page that it is sent to.
    pub async fn begin_consent(&self) -> (String, Url) {
        let answer = self.send(self.request(Method::GET, "/auth")).await;
        assert_eq!(answer.status, 303, "{answer:?}");
        let cookie = answer.header("set-cookie").split(';').next().expect("a cookie").to_owned();
        (cookie, Url::parse(answer.header("location")).expect("the bank's page"))
    }

    /// Lets a customer approve at the bank's page. Returns the path of the callback that the bank sends the browser to.
    pub async fn approve(&self, authorize_url: &Url, customer: &str) -> String {
        self.decide(authorize_url, "X-Simulator-Approve", customer).await
    }

    /// Lets a customer refuse at the bank's page.
    pub async fn deny(&self, authorize_url: &Url) -> String {
        self.decide(authorize_url, "X-Simulator-Deny", "1").await
    }

    async fn decide(&self, authorize_url: &Url, header: &'static str, value: &str) -> String {
        let answer = self.send(self.http.get(authorize_url.clone()).header(header, value)).await;
        let callback = Url::parse(answer.header("location")).unwrap_or_else(|_| panic!("no redirect: {answer:?}"));
        assert_eq!(callback.path(), "/callback");
        format!("{}?{}", callback.path(), callback.query().expect("a query"))
    }

    /// Sends the browser to the callback.
    pub async fn callback(&self, path: &str, cookie: &str) -> Answer {
        self.send(self.request(Method::GET, path).header(header::COOKIE, cookie)).await
    }

    /// Connects a customer of the simulated bank and returns their `user_id`.
    pub async fn connect(&self, customer: &str) -> String {
        let (cookie, page) = self.begin_consent().await;
        let path = self.approve(&page, customer).await;
        let answer = self.callback(&path, &cookie).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.json()["message"], "OAuth success");
        answer.json()["new_user_id"].as_str().expect("a user_id").to_owned()
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.server.abort();
    }
}
