//! A client for tests. It sends what a test asks for, valid or not.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bunq_simulator::{Options, Settings, Simulator};
use reqwest::header::HeaderMap;
use reqwest::redirect::Policy;
use reqwest::{Client, Method};
use rsa::pkcs1v15::{Signature, SigningKey, VerifyingKey};
use rsa::pkcs8::{DecodePublicKey, EncodePrivateKey, EncodePublicKey, LineEnding};
use rsa::rand_core::OsRng;
use rsa::signature::{SignatureEncoding, Signer, Verifier};
use rsa::{RsaPrivateKey, RsaPublicKey};
use serde_json::{Value, json};
use sha2::Sha256;

pub(crate) const BAD_KEY_OR_IP: &str = "User credentials are incorrect. Incorrect API key or IP address.";

/// All tests share a few keys, since generating one is slow.
pub(crate) fn key(number: usize) -> &'static RsaPrivateKey {
    static KEYS: [OnceLock<RsaPrivateKey>; 3] = [const { OnceLock::new() }; 3];
    KEYS[number].get_or_init(|| RsaPrivateKey::new(&mut OsRng, 2048).unwrap())
}

pub(crate) fn public_pem(key: &RsaPrivateKey) -> String {
    key.to_public_key().to_public_key_pem(LineEnding::LF).unwrap()
}

pub(crate) fn sign(key: &RsaPrivateKey, message: &[u8]) -> String {
    STANDARD.encode(SigningKey::<Sha256>::new(key.clone()).sign(message).to_bytes())
}

/// A self-signed certificate with the third key.
pub(crate) fn certificate(common_name: &str) -> String {
    let pem = key(2).to_pkcs8_pem(LineEnding::LF).unwrap();
    let pair = rcgen::KeyPair::from_pem_and_sign_algo(&pem, &rcgen::PKCS_RSA_SHA256).unwrap();
    let mut parameters = rcgen::CertificateParams::default();
    parameters.distinguished_name = rcgen::DistinguishedName::new();
    parameters.distinguished_name.push(rcgen::DnType::CommonName, common_name);
    parameters.distinguished_name.push(rcgen::DnType::CountryName, "NL");
    parameters.self_signed(&pair).unwrap().pem()
}

pub(crate) async fn bank_with(settings: Settings) -> Bank {
    Bank::start(Options { settings, ..Options::default() }).await
}

pub(crate) async fn bank() -> Bank {
    bank_with(Settings::default()).await
}

/// A running bank and an HTTP client for it.
pub(crate) struct Bank {
    pub(crate) simulator: Simulator,
    pub(crate) http: Client,
    /// The headers of every call.
    pub(crate) headers: BTreeMap<&'static str, String>,
}

/// A call before it is sent.
pub(crate) struct Call<'a> {
    bank: &'a Bank,
    method: Method,
    path: String,
    headers: BTreeMap<&'static str, String>,
    body: String,
}

/// An answer of the bank.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Bank {
    pub(crate) async fn start(options: Options) -> Self {
        let simulator = Simulator::start(options).await.unwrap();
        let http = Client::builder().no_proxy().redirect(Policy::none()).build().unwrap();
        let headers = BTreeMap::from([("User-Agent", "tests".to_owned())]);
        Self { simulator, http, headers }
    }

    pub(crate) fn call(&self, method: &str, path: &str) -> Call<'_> {
        Call {
            bank: self,
            method: method.parse().unwrap(),
            path: path.to_owned(),
            headers: self.headers.clone(),
            body: String::new(),
        }
    }

    pub(crate) fn get(&self, path: &str) -> Call<'_> {
        self.call("GET", path)
    }

    pub(crate) fn post(&self, path: &str, body: Value) -> Call<'_> {
        self.call("POST", path).json(body)
    }

    /// Sends a form, as a browser does.
    pub(crate) fn form(&self, path: &str, fields: &[(&str, &str)]) -> Call<'_> {
        let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.call("POST", path).header("Content-Type", "application/x-www-form-urlencoded").body(form)
    }

    /// Calls a switch under `/_simulator`.
    pub(crate) async fn switch(&self, name: &str, body: Value) -> Reply {
        let reply = self.post(&format!("/_simulator/{name}"), body).send().await;
        assert!(reply.status < 300, "{reply:?}");
        reply
    }

    pub(crate) async fn overview(&self, name: &str) -> Value {
        self.get("/_simulator/overview").send().await.json()[name].clone()
    }

    /// Creates an installation with one of the shared keys, and returns its token.
    pub(crate) async fn install(&self, number: usize) -> String {
        let body = json!({"client_public_key": public_pem(key(number))});
        let reply = self.post("/v1/installation", body).send().await.ok();
        reply.response(1)["Token"]["token"].as_str().unwrap().to_owned()
    }

    pub(crate) fn credential_body(&self, installation: &str, common_name: &str) -> Value {
        let certificate = certificate(common_name);
        let signed = format!("{}{installation}", public_pem(key(0)));
        json!({
            "client_payment_service_provider_certificate": certificate,
            "client_payment_service_provider_certificate_chain": certificate,
            "client_public_key_signature": sign(key(2), signed.as_bytes()),
        })
    }

    /// The objects of one kind at the bank.
    pub(crate) async fn objects(&self, kind: &str) -> Vec<Value> {
        self.get("/_simulator/objects").send().await.ok().json()[kind].as_array().unwrap().clone()
    }

    /// Opens a session. The call is signed with the first key, the key of all installations of these helpers.
    pub(crate) fn session<'a>(&'a self, installation: &str, secret: &str) -> Call<'a> {
        self.post("/v1/session-server", json!({"secret": secret})).token(installation).signed(key(0))
    }
}

impl Call<'_> {
    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.insert(name, value.into());
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.remove(name);
        self
    }

    pub(crate) fn token(self, token: &str) -> Self {
        self.header("X-Bunq-Client-Authentication", token)
    }

    pub(crate) fn from(self, ip: &str) -> Self {
        self.header("X-Simulator-Caller-Ip", ip)
    }

    pub(crate) fn body(mut self, body: impl Into<String>) -> Self {
        self.body = body.into();
        self
    }

    pub(crate) fn json(self, body: Value) -> Self {
        self.header("Content-Type", "application/json").body(body.to_string())
    }

    pub(crate) fn signed(self, key: &RsaPrivateKey) -> Self {
        let signature = sign(key, self.body.as_bytes());
        self.header("X-Bunq-Client-Signature", signature)
    }

    pub(crate) async fn send(self) -> Reply {
        self.try_send().await.unwrap()
    }

    pub(crate) async fn try_send(self) -> Result<Reply, reqwest::Error> {
        let url = self.bank.simulator.url().join(&self.path).unwrap();
        let mut request = self.bank.http.request(self.method, url).body(self.body);
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Ok(Reply { status, headers, text: response.text().await? })
    }
}

impl Reply {
    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert_eq!(self.status, 200, "{}", self.text);
        self
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    /// One element of a success.
    #[track_caller]
    pub(crate) fn response(&self, place: usize) -> Value {
        self.json()["Response"][place].clone()
    }

    #[track_caller]
    pub(crate) fn id(&self) -> u64 {
        self.response(0)["Id"]["id"].as_u64().unwrap()
    }

    #[track_caller]
    pub(crate) fn refused(&self, status: u16, text: &str) {
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(self.json()["Error"][0]["error_description"], text);
    }

    /// Asserts a refusal whose text says that it is not the bank's.
    #[track_caller]
    pub(crate) fn refused_by_simulator(&self, status: u16, words: &str) {
        assert_eq!(self.status, status, "{}", self.text);
        let error = self.json()["Error"][0]["error_description"].clone();
        let text = error.as_str().unwrap();
        assert!(text.starts_with("Simulator: ") && text.contains(words), "{text}");
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub(crate) fn is_signed_by(&self, public_key: &str) -> bool {
        let Some(signature) = self.header("X-Bunq-Server-Signature") else { return false };
        let signature = STANDARD.decode(signature).unwrap();
        let key = RsaPublicKey::from_public_key_pem(public_key).unwrap();
        let signature = Signature::try_from(signature.as_slice()).unwrap();
        VerifyingKey::<Sha256>::new(key).verify(self.text.as_bytes(), &signature).is_ok()
    }
}
