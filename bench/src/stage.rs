//! What surrounds the measured processes: a deployment with one customer, and the stand-ins of AWS and the bank, near
//! by and at a distance.

use std::{net::SocketAddr, time::Duration};

use secrecy::ExposeSecret as _;
use serde_json::Value;
use testkit::{TestApp, lambda::http_event};
use url::Url;

use crate::{
    Failure,
    process::Variables,
    proxy::{Authority, Proxy},
};

/// The round trips to DynamoDB, to Secrets Manager and to the bank.
pub(crate) type Distance = [Duration; 3];

/// The calls and connections to the stand-ins since the last count.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Calls {
    /// Calls to DynamoDB.
    pub(crate) tables: i64,
    /// Calls to Secrets Manager.
    pub(crate) secrets: i64,
    /// Calls to the bank.
    pub(crate) bank: i64,
    /// New connections, by way of the proxies.
    pub(crate) connections: i64,
}

/// The deployment and its proxies.
pub(crate) struct Stage {
    /// The deployment.
    pub(crate) app: TestApp,
    /// The event of a request for the customer's accounts.
    pub(crate) event: String,
    /// The environment of a function next to the stand-ins, without TLS.
    pub(crate) near: Variables,
    /// The environment of a function that reaches the stand-ins by TLS over the proxies.
    pub(crate) far: Variables,
    proxies: [Proxy; 3],
    http: reqwest::Client,
    _authority: tempfile::NamedTempFile,
}

impl Stage {
    /// Starts an onboarded deployment and connects a customer.
    pub(crate) async fn start() -> Result<Self, Failure> {
        let app = TestApp::start().await;
        Self::of(app).await
    }

    /// Connects a customer of an onboarded deployment.
    pub(crate) async fn of(app: TestApp) -> Result<Self, Failure> {
        let user_id = app.connect("person").await;
        let authorization = format!("Bearer {}", app.api_key);
        let path = format!("/user/{user_id}/accounts");
        let event = http_event("GET", &path, &[("Authorization", &authorization)]).to_string();

        let authority = Authority::new()?;
        let file = tempfile::NamedTempFile::new()?;
        std::fs::write(file.path(), &authority.pem)?;
        let bank = socket(&app.bank.url())?;
        let proxies = [
            Proxy::start(app.aws.address(), Some(&authority)).await?,
            Proxy::start(app.aws.address(), Some(&authority)).await?,
            Proxy::start(bank, Some(&authority)).await?,
        ];
        let near = near(&app);
        let mut far = near.clone();
        let [tables, secrets, bank] = &proxies;
        for (name, proxy) in [("AWS_ENDPOINT_URL_DYNAMODB", tables), ("AWS_ENDPOINT_URL_SECRETS_MANAGER", secrets)] {
            far.insert(name.to_owned(), format!("https://{}", proxy.address));
        }
        for name in ["BUNQ_API_URL", "BUNQ_AUTHORIZE_URL", "BUNQ_TOKEN_URL", "BUNQ_PAY_URL"] {
            let url = Url::parse(near.get(name).ok_or("no URL of the bank")?)?;
            far.insert(name.to_owned(), format!("https://{}{}", bank.address, url.path()));
        }
        let path = file.path().display().to_string();
        far.insert("EXTRA_CA_FILE".to_owned(), path.clone());
        // For versions that read the certificates of the machine.
        far.insert("SSL_CERT_FILE".to_owned(), path);
        far.insert("SSL_CERT_DIR".to_owned(), "/etc/ssl/certs".to_owned());
        let http = reqwest::Client::builder().no_proxy().build()?;
        Ok(Self { app, event, near, far, proxies, http, _authority: file })
    }

    /// Sets the distances of the proxies.
    pub(crate) fn set_distance(&self, distance: Distance) {
        for (proxy, round_trip) in self.proxies.iter().zip(distance) {
            proxy.set_round_trip(round_trip);
        }
    }

    /// Returns the calls since the last time, and forgets them.
    pub(crate) async fn take_calls(&self) -> Result<Calls, Failure> {
        let url = format!("{}/_local/calls", self.app.aws.url());
        let counts: Value = serde_json::from_str(&self.http.get(&url).send().await?.text().await?)?;
        self.http.delete(&url).send().await?;
        let bank = i64::try_from(self.app.bank.total().await)?;
        self.app.bank.forget_calls().await;
        let connections: u64 = self.proxies.iter().map(Proxy::take_connections).sum();
        let sum = |service: &str| {
            let counts = counts.as_object().into_iter().flatten();
            counts.filter(|(target, _)| target.starts_with(service)).filter_map(|(_, count)| count.as_i64()).sum()
        };
        Ok(Calls {
            tables: sum("DynamoDB"),
            secrets: sum("secretsmanager"),
            bank,
            connections: i64::try_from(connections)?,
        })
    }
}

/// Returns the socket address of a stand-in.
pub(crate) fn socket(url: &Url) -> Result<SocketAddr, Failure> {
    Ok(*url.socket_addrs(|| None)?.first().ok_or("no address")?)
}

fn near(app: &TestApp) -> Variables {
    let mut variables: Variables =
        app.variables().iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let (url, key) = (app.aws.url(), app.aws.access_key());
    for (name, value) in [
        ("AWS_ENDPOINT_URL_DYNAMODB", url.clone()),
        ("AWS_ENDPOINT_URL_SECRETS_MANAGER", url),
        ("AWS_REGION", "eu-central-1".to_owned()),
        ("AWS_ACCESS_KEY_ID", key.id().to_owned()),
        ("AWS_SECRET_ACCESS_KEY", key.secret().expose_secret().to_owned()),
    ] {
        variables.insert(name.to_owned(), value);
    }
    variables
}
