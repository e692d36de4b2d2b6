//! Sends calls, and keeps what the report says of them.

use std::time::Duration;

use reqwest::{Client, Response, header, redirect::Policy};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{
    answer::{Answer, SignatureState},
    ask::{Ask, Signature},
    certificate::Certificate,
    consent::Consent,
    finding::Stop,
    owners::{Connection, Customer, Installed, OauthApp, Provider},
    receiver::Callbacks,
    scrub::Known,
    shape::shape,
    target::Target,
};

const USER_AGENT: &str = "bunq-tpp-probe/1";
/// The time for one call.
const TIMEOUT: Duration = Duration::from_secs(30);
/// A call above the bank's limit is sent at most this often.
const MOST_TRIES: u8 = 4;
/// The wait after a 429 whose text names no seconds, and the longest one.
const WAIT: u64 = 5;
const LONGEST_WAIT: u64 = 35;
/// Headers of limits, whose values are numbers.
const LIMIT_HEADERS: [&str; 2] = ["retry-after", "x-ratelimit"];

/// A call as the report shows it. Texts are scrubbed when the report is made.
#[derive(Debug)]
pub(super) struct Call {
    method: String,
    route: &'static str,
    note: &'static str,
    status: u16,
    headers: Vec<String>,
    limits: Map<String, Value>,
    content_type: Option<String>,
    signature: &'static str,
    texts: Vec<String>,
    body: Option<Value>,
    waited_seconds: u64,
}

impl Call {
    fn new(ask: &Ask, answer: &Answer, waited_seconds: u64) -> Self {
        let mut headers: Vec<_> = answer.headers.keys().map(|name| name.as_str().to_owned()).collect();
        headers.sort();
        let limits = answer.headers.iter().filter_map(|(name, value)| {
            let value = value.to_str().ok().filter(|value| value.bytes().all(|byte| byte.is_ascii_digit()))?;
            let is_limit = LIMIT_HEADERS.iter().any(|start| name.as_str().starts_with(start));
            is_limit.then(|| (name.as_str().to_owned(), json!(value)))
        });
        let content_type = answer.header("content-type").and_then(|text| text.split(';').next());
        Self {
            method: ask.method.to_string(),
            route: ask.route,
            note: ask.note,
            status: answer.status,
            headers,
            limits: limits.collect(),
            content_type: content_type.map(str::to_owned),
            signature: answer.signature.as_str(),
            texts: answer.texts(),
            body: answer.json.as_ref().map(|body| shape("", body)),
            waited_seconds,
        }
    }

    /// Returns the call as the report shows it.
    pub(super) fn to_json(&self, known: &Known) -> Value {
        let texts = self.texts.iter().map(|text| known.scrub(text));
        json!({
            "method": self.method,
            "route": self.route,
            "note": self.note,
            "status": self.status,
            "headers": self.headers,
            "limits": self.limits,
            "content_type": self.content_type.as_deref().map(|text| known.scrub(text)),
            "signature": self.signature,
            "texts": texts.collect::<Vec<_>>(),
            "body": self.body,
            "waited_seconds": self.waited_seconds,
        })
    }
}

/// The state of a walk: the bank, and what was made there so far. Each part is made when a question first needs it.
pub(super) struct World {
    pub(super) target: Target,
    pub(super) http: Client,
    pub(super) consent: Consent,
    pub(super) certificate: Option<Certificate>,
    pub(super) callbacks: Option<Callbacks>,
    pub(super) known: Known,
    pub(super) installed: Option<Installed>,
    pub(super) provider: Option<Provider>,
    pub(super) app: Option<OauthApp>,
    pub(super) customer: Option<Customer>,
    pub(super) connection: Option<Connection>,
    calls: Vec<Call>,
}

impl World {
    pub(super) fn new(
        target: Target,
        consent: Consent,
        certificate: Option<Certificate>,
        callbacks: Option<Callbacks>,
    ) -> Result<Self, reqwest::Error> {
        let http = Client::builder().user_agent(USER_AGENT).redirect(Policy::none()).timeout(TIMEOUT).build()?;
        Ok(Self {
            target,
            http,
            consent,
            certificate,
            callbacks,
            known: Known::default(),
            installed: None,
            provider: None,
            app: None,
            customer: None,
            connection: None,
            calls: Vec::new(),
        })
    }

    /// Returns the calls since the last time.
    pub(super) fn take_calls(&mut self) -> Vec<Call> {
        std::mem::take(&mut self.calls)
    }

    /// Sends a call. Waits and sends it again while it is above the bank's limit, unless the call says otherwise.
    ///
    /// # Errors
    /// Returns [`Stop::Failed`] if there is no answer.
    pub(super) async fn send(&mut self, ask: Ask) -> Result<Answer, Stop> {
        let (mut tries, mut waited) = (0, 0);
        loop {
            tries += 1;
            let answer = self.exchange(&ask).await?;
            if answer.status != 429 || !ask.waits || tries == MOST_TRIES {
                self.calls.push(Call::new(&ask, &answer, waited));
                return Ok(answer);
            }
            let seconds = answer.limit().map_or(WAIT, |(_, seconds)| seconds.saturating_add(1)).min(LONGEST_WAIT);
            waited += seconds;
            tokio::time::sleep(Duration::from_secs(seconds)).await;
        }
    }

    async fn exchange(&mut self, ask: &Ask) -> Result<Answer, Stop> {
        let mut url = self.target.api.clone();
        url.set_path(&format!("{}/{}", self.target.api.path().trim_end_matches('/'), ask.path));
        let request_id = ask.request_id.clone().unwrap_or_else(|| Uuid::new_v4().to_string());
        self.known.value(&request_id);
        let mut builder = self
            .http
            .request(ask.method.clone(), url)
            .query(&ask.query)
            .header("X-Bunq-Client-Request-Id", &request_id)
            .header("X-Bunq-Language", "en_US")
            .header("X-Bunq-Region", "en_US")
            .header("X-Bunq-Geolocation", "0 0 0 0 000")
            .header(header::CACHE_CONTROL, "no-cache");
        let body = ask.body.clone().unwrap_or_default();
        if let Some(identity) = &ask.identity {
            self.known.secret(identity.token.expose_secret());
            builder = builder.header("X-Bunq-Client-Authentication", identity.token.expose_secret());
            let signed: Option<&[u8]> = match ask.signature {
                Signature::Missing => None,
                Signature::Right => Some(&body),
                Signature::Wrong => Some(b"other bytes"),
            };
            if let Some(bytes) = signed {
                let signature = identity.key.sign(bytes).map_err(|_| Stop::Failed("this machine does not sign"))?;
                self.known.value(&signature);
                builder = builder.header("X-Bunq-Client-Signature", signature);
            }
        }
        if ask.body.is_some() {
            builder = builder.body(body);
            if ask.content_type {
                builder = builder.header(header::CONTENT_TYPE, "application/json");
            }
        }
        let response = builder.send().await.map_err(|_| Stop::Failed("the bank did not answer"))?;
        self.read(response, ask).await
    }

    async fn read(&mut self, response: Response, ask: &Ask) -> Result<Answer, Stop> {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.bytes().await.map_err(|_| Stop::Failed("the bank did not finish its answer"))?;
        let signature = headers.get("x-bunq-server-signature").and_then(|value| value.to_str().ok());
        let signature = match (signature, &ask.identity) {
            (None, _) => SignatureState::Absent,
            (Some(_), None) => SignatureState::Unchecked,
            (Some(signature), Some(identity)) if identity.server_key.verifies(&body, signature) => {
                SignatureState::Valid
            }
            (Some(_), Some(_)) => SignatureState::Invalid,
        };
        let json: Option<Value> = serde_json::from_slice(&body).ok();
        if let Some(json) = json.as_ref().filter(|_| status == 200) {
            self.known.texts_in("", json);
        }
        Ok(Answer { status, headers, json, signature })
    }

    /// Asks the token endpoint for an access token, which takes everything in the query.
    ///
    /// # Errors
    /// Returns [`Stop::Failed`] if there is no answer.
    pub(super) async fn exchange_code(
        &mut self,
        parameters: &[(&'static str, String)],
        note: &'static str,
    ) -> Result<Answer, Stop> {
        for (_, value) in parameters {
            self.known.secret(value);
        }
        let ask = Ask::post("oauth token", &[], &Value::Null).noting(note);
        let request = self.http.post(self.target.token.clone()).query(parameters).header(header::CONTENT_LENGTH, 0);
        let response = request.send().await.map_err(|_| Stop::Failed("the bank did not answer"))?;
        let answer = self.read(response, &ask).await?;
        self.calls.push(Call::new(&ask, &answer, 0));
        Ok(answer)
    }

    /// Keeps a step in a browser for the report.
    pub(super) fn note_browser(&mut self, note: &'static str, answer: &Answer) {
        self.calls.push(Call::new(&Ask::get("oauth auth", &[]).noting(note), answer, 0));
    }

    /// Keeps a text from an answer as a secret.
    pub(super) fn secret(&mut self, text: &str) -> SecretString {
        self.known.secret(text);
        SecretString::from(text)
    }
}
