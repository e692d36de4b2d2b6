//! The consent of the customer, in a browser.

use reqwest::header::LOCATION;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

use super::{
    answer::{Answer, SignatureState},
    ask::Ask,
    finding::Stop,
    owners::{CALLBACK, Connection, OauthApp},
    target::BankName,
    world::World,
};

/// Who consents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Consent {
    /// No one: questions about consents are skipped.
    Missing,
    /// The simulator, by a header.
    Simulator,
    /// A person with the bunq sandbox app, who pastes the address at which the browser arrived.
    Person,
}

impl Consent {
    /// Returns who consents at a bank. `asks` is whether a person is at the terminal who can.
    pub(crate) const fn at(bank: BankName, asks: bool) -> Self {
        match bank {
            BankName::Loopback => Self::Simulator,
            BankName::Sandbox | BankName::Production if asks => Self::Person,
            BankName::Sandbox | BankName::Production => Self::Missing,
        }
    }
}

/// What the customer does on the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    Accept,
    Decline,
}

/// Where the browser arrived.
#[derive(Clone, Debug)]
pub(super) enum Arrival {
    /// At the application, with a code.
    Code(SecretString),
    /// At the application, with an error of OAuth.
    Error,
    /// Nowhere: the page of the bank stayed.
    Page,
}

impl World {
    /// Returns the provider's OAuth client, with the callback URL of the walk.
    pub(super) async fn oauth_app(&mut self) -> Result<OauthApp, Stop> {
        if let Some(app) = &self.app {
            return Ok(app.clone());
        }
        let session = self.provider().await?.session;
        // A bank can have a client of this provider already, and bunq allows one.
        let listed = self.send(Ask::get("user/{}/oauth-client", &[&session.user]).by(&session)).await?;
        let known = listed.element("OauthClient").and_then(|client| client.get("id")?.as_u64());
        let id = match known {
            Some(id) => id,
            None => {
                let create = Ask::post("user/{}/oauth-client", &[&session.user], &json!({ "status": "ACTIVE" }));
                let made = self.send(create.by(&session)).await?;
                made.new_id().ok_or(Stop::Failed("the bank made no OAuth client"))?
            }
        };
        let find = Ask::get("user/{}/oauth-client/{}", &[&session.user, &id]).by(&session);
        let found = self.send(find).await?;
        let client = found.element("OauthClient").cloned().unwrap_or_default();
        let text = |name: &str| client.get(name).and_then(Value::as_str).map(str::to_owned);
        let (client_id, secret) =
            text("client_id").zip(text("secret")).ok_or(Stop::Failed("the OAuth client has no secret"))?;
        let urls = client.get("callback_url").and_then(Value::as_array).into_iter().flatten();
        if !urls.into_iter().any(|url| url.get("url").and_then(Value::as_str) == Some(CALLBACK)) {
            let route = "user/{}/oauth-client/{}/callback-url";
            let create = Ask::post(route, &[&session.user, &id], &json!({ "url": CALLBACK })).by(&session);
            self.send(create).await?;
        }
        self.known.secret(&client_id);
        let app = OauthApp { client_id, secret: self.secret(&secret) };
        self.app = Some(app.clone());
        Ok(app)
    }

    /// Sends the customer to the bank's page.
    pub(super) async fn visit(&mut self, decision: Decision) -> Result<Arrival, Stop> {
        let app = self.oauth_app().await?;
        let state = Uuid::new_v4().to_string();
        self.known.secret(&state);
        let page = self.page(&app.client_id, CALLBACK, &state);
        let arrived = match self.consent {
            Consent::Missing => return Err(Stop::Needs("it needs a customer's consent; see --consent")),
            Consent::Simulator => self.visit_simulator(page, decision).await?,
            Consent::Person => {
                let (page, phone) = (page.to_string(), self.way_into_the_app().await?);
                let asked = tokio::task::spawn_blocking(move || ask_person(&page, &phone, decision));
                asked.await.ok().flatten()
            }
        };
        let Some(url) = arrived.as_deref().and_then(|text| Url::parse(text.trim()).ok()) else {
            return Ok(Arrival::Page);
        };
        let parameter =
            |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        if parameter("state").as_deref() != Some(&state) {
            return Err(Stop::Failed("the browser came back with another state"));
        }
        Ok(match parameter("code") {
            Some(code) => Arrival::Code(self.secret(&code)),
            None => Arrival::Error,
        })
    }

    /// Returns the page on which the customer consents.
    fn page(&self, client_id: &str, redirect: &str, state: &str) -> Url {
        let mut page = self.target.authorize.clone();
        page.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", client_id)
            .append_pair("redirect_uri", redirect)
            .append_pair("state", state);
        page
    }

    async fn visit_simulator(&mut self, page: Url, decision: Decision) -> Result<Option<String>, Stop> {
        let customer = format!("sandbox-{}", self.customer().await?.session.user);
        let (header, note) = match decision {
            Decision::Accept => ("X-Simulator-Approve", "the customer accepts"),
            Decision::Decline => ("X-Simulator-Deny", "the customer declines"),
        };
        let response = self.http.get(page).header(header, customer).send().await;
        let response = response.map_err(|_| Stop::Failed("the bank's page did not answer"))?;
        let headers = response.headers().clone();
        let location = headers.get(LOCATION).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let answer =
            Answer { status: response.status().as_u16(), headers, json: None, signature: SignatureState::Absent };
        self.note_browser(note, &answer);
        Ok(location)
    }

    /// Visits the bank's page with a redirect URI that is not registered.
    pub(super) async fn visit_unregistered(&mut self) -> Result<Answer, Stop> {
        let app = self.oauth_app().await?;
        let page = self.page(&app.client_id, "https://tpp.example/another", "state");
        let response = self.http.get(page).send().await.map_err(|_| Stop::Failed("the bank's page did not answer"))?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let answer = Answer { status, headers, json: None, signature: SignatureState::Absent };
        self.note_browser("with a redirect URI that is not registered", &answer);
        Ok(answer)
    }

    /// Returns how a person signs in to the sandbox app as the customer: a telephone number or mail address.
    async fn way_into_the_app(&mut self) -> Result<String, Stop> {
        let customer = self.customer().await?;
        let aliases = customer.user.get("alias").and_then(Value::as_array).into_iter().flatten();
        let shown = aliases.filter_map(|alias| alias.get("value")?.as_str());
        Ok(shown.collect::<Vec<_>>().join(" or "))
    }

    /// Exchanges a code for an access token.
    pub(super) async fn access_token(&mut self, code: &SecretString) -> Result<SecretString, Stop> {
        let app = self.oauth_app().await?;
        let answer = self.exchange_code(&exchange(&app, code.expose_secret()), "").await?;
        let token = answer.at("/access_token").and_then(Value::as_str).map(str::to_owned);
        Ok(self.secret(&token.ok_or(Stop::Failed("the bank issued no access token"))?))
    }

    /// Gets a new access token by a new consent.
    pub(super) async fn new_access_token(&mut self) -> Result<SecretString, Stop> {
        match self.visit(Decision::Accept).await? {
            Arrival::Code(code) => self.access_token(&code).await,
            Arrival::Error | Arrival::Page => Err(Stop::Failed("the customer did not consent")),
        }
    }

    /// Returns the connection of the walk.
    pub(super) async fn connection(&mut self) -> Result<Connection, Stop> {
        if let Some(connection) = &self.connection {
            return Ok(connection.clone());
        }
        let installed = self.provider().await?.installed;
        let access_token = self.new_access_token().await?;
        let first = self.ask_session(&installed, &access_token).await?;
        let opened = self.session_in(&installed, &first);
        let needed_device = opened.is_none();
        let (session, user, _) = match opened {
            Some(opened) => opened,
            None => {
                self.device(&installed, &access_token, None).await?;
                self.open_session(&installed, &access_token).await?
            }
        };
        let connection = Connection { access_token, session, user, needed_device };
        self.connection = Some(connection.clone());
        Ok(connection)
    }
}

/// Returns the parameters that exchange a code.
pub(super) fn exchange(app: &OauthApp, code: &str) -> Vec<(&'static str, String)> {
    vec![
        ("grant_type", "authorization_code".to_owned()),
        ("code", code.to_owned()),
        ("redirect_uri", CALLBACK.to_owned()),
        ("client_id", app.client_id.clone()),
        ("client_secret", app.secret.expose_secret().to_owned()),
    ]
}

/// Asks the person at the terminal to consent, and returns the address at which the browser arrived.
#[expect(clippy::print_stderr, reason = "it talks to a person")]
fn ask_person(page: &str, customer: &str, decision: Decision) -> Option<String> {
    let what = match decision {
        Decision::Accept => "accept everything",
        Decision::Decline => "decline",
    };
    eprintln!("\nSign in to the bunq sandbox app as {customer}. Open this page, scan it, and {what}:\n\n{page}\n");
    eprintln!("Then paste the address that the browser shows, which begins with {CALLBACK}.");
    eprintln!("If the browser stays on the bank's page, press Enter:");
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).ok()?;
    Some(line).filter(|line| !line.trim().is_empty())
}
