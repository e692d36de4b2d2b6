//! Whom the walk acts as: an installation, a provider with its certificate, a customer of the sandbox, and a
//! connection, which is a provider with a customer's consent.

use std::time::Duration;

use bunq_client::{
    InstallationKey, PublicKey, credential_proof,
    types::secret::{InstallationToken, Secret as _},
};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};

use super::{
    answer::Answer,
    ask::{Ask, Identity},
    certificate::{Certificate, rsa_key},
    finding::Stop,
    target::BankName,
    world::World,
};

const NO_KEY: Stop = Stop::Failed("this machine makes no RSA key");
/// The address to which browsers return. The name is reserved, so no computer has it.
pub(super) const CALLBACK: &str = "https://tpp.example/callback";
/// The person of bunq's sandbox who pays every request for money up to 500 euros.
pub(super) const SUGAR_DADDY: &str = "sugardaddy@bunq.com";

/// How often a balance is read until it has changed, and the pause between two reads.
const LOOKS: u8 = 5;
const BETWEEN_LOOKS: Duration = Duration::from_secs(2);

/// An installation.
#[derive(Clone)]
pub(super) struct Installed {
    pub(super) identity: Identity,
    pub(super) server_pem: String,
}

/// A payment service provider with an open session.
#[derive(Clone)]
pub(super) struct Provider {
    pub(super) installed: Installed,
    pub(super) api_key: SecretString,
    /// The credential as the bank returned it.
    pub(super) credential: Value,
    pub(super) session: Identity,
    /// The user in the answer to session-server.
    pub(super) user: Value,
}

/// A customer of the sandbox with an API key of their own.
#[derive(Clone)]
pub(super) struct Customer {
    pub(super) installed: Installed,
    pub(super) api_key: SecretString,
    pub(super) session: Identity,
    pub(super) user: Value,
    pub(super) account: u64,
    pub(super) iban: String,
}

/// The provider's OAuth client.
#[derive(Clone)]
pub(super) struct OauthApp {
    pub(super) client_id: String,
    pub(super) secret: SecretString,
}

/// A consent of the customer to the provider, with an open session.
#[derive(Clone)]
pub(super) struct Connection {
    pub(super) access_token: SecretString,
    pub(super) session: Identity,
    /// The `UserApiKey`.
    pub(super) user: Value,
    /// Whether the access token needed a device-server first.
    pub(super) needed_device: bool,
}

impl World {
    /// Makes an installation.
    pub(super) async fn new_installation(&mut self) -> Result<Installed, Stop> {
        let key = tokio::task::spawn_blocking(rsa_key).await.ok().flatten().ok_or(NO_KEY)?;
        let key = InstallationKey::from_pem(&key).map_err(|_| NO_KEY)?;
        let public = key.public_pem().map_err(|_| NO_KEY)?;
        let made = self.send(Ask::post("installation", &[], &json!({ "client_public_key": public }))).await?;
        let text = |element: &str, field: &str| Some(made.element(element)?.get(field)?.as_str()?.to_owned());
        let (token, server_pem) = text("Token", "token")
            .zip(text("ServerPublicKey", "server_public_key"))
            .ok_or(Stop::Failed("the bank made no installation"))?;
        let server_key =
            PublicKey::from_pem(&server_pem).map_err(|_| Stop::Failed("the bank's public key is unusable"))?;
        let token = self.secret(&token);
        Ok(Installed { identity: Identity { token, key, server_key, user: 0 }, server_pem })
    }

    /// Returns the installation of the provider.
    pub(super) async fn installation(&mut self) -> Result<Installed, Stop> {
        if let Some(installed) = &self.installed {
            return Ok(installed.clone());
        }
        let installed = self.new_installation().await?;
        self.installed = Some(installed.clone());
        Ok(installed)
    }

    /// Registers a certificate, and returns the answer.
    pub(super) async fn register(
        &mut self,
        installed: &Installed,
        certificate: &Certificate,
        signs_right: bool,
    ) -> Result<Answer, Stop> {
        let token = InstallationToken::parse(installed.identity.token.expose_secret().to_owned());
        let token = token.map_err(|_| Stop::Failed("the installation's token is unusable"))?;
        let proof = if signs_right {
            credential_proof(&certificate.key, &installed.identity.key, &token)
        } else {
            bunq_client::sign(&certificate.key, b"other bytes")
        };
        let proof = proof.map_err(|_| Stop::Failed("the certificate's key does not sign"))?;
        self.known.secret(&proof);
        let body = json!({
            "client_payment_service_provider_certificate": certificate.certificate,
            "client_payment_service_provider_certificate_chain": certificate.chain,
            "client_public_key_signature": proof,
        });
        let route = "payment-service-provider-credential";
        let ask = Ask::post(route, &[], &body).by(&installed.identity);
        self.send(if signs_right { ask } else { ask.noting("with a proof over other bytes") }).await
    }

    /// Registers a provider with these roles, and opens its session.
    pub(super) async fn new_provider(&mut self, installed: Installed, roles: &str) -> Result<Provider, Stop> {
        let certificate = Certificate::self_signed(roles).ok_or(NO_KEY)?;
        self.provider_of(installed, &certificate).await
    }

    async fn provider_of(&mut self, installed: Installed, certificate: &Certificate) -> Result<Provider, Stop> {
        let made = self.register(&installed, certificate, true).await?;
        let credential = made.element("CredentialPasswordIp").cloned();
        let credential = credential.ok_or(Stop::Failed("the bank made no credential of the provider"))?;
        let api_key = credential.get("token_value").and_then(Value::as_str).map(|key| self.secret(key));
        let api_key = api_key.ok_or(Stop::Failed("the credential has no API key"))?;
        self.device(&installed, &api_key, None).await?;
        let (session, user, _) = self.open_session(&installed, &api_key).await?;
        Ok(Provider { installed, api_key, credential, session, user })
    }

    /// Returns the provider of the walk.
    pub(super) async fn provider(&mut self) -> Result<Provider, Stop> {
        if let Some(provider) = &self.provider {
            return Ok(provider.clone());
        }
        let installed = self.installation().await?;
        let provider = match self.certificate.take() {
            Some(certificate) => self.provider_of(installed, &certificate).await?,
            None => self.new_provider(installed, "PISP AISP").await?,
        };
        self.provider = Some(provider.clone());
        Ok(provider)
    }

    /// Registers a device for a key, from these addresses or from the present one.
    pub(super) async fn device(
        &mut self,
        installed: &Installed,
        api_key: &SecretString,
        addresses: Option<Value>,
    ) -> Result<Answer, Stop> {
        let mut body = json!({ "description": "bunq-tpp probe", "secret": api_key.expose_secret() });
        if let (Some(fields), Some(addresses)) = (body.as_object_mut(), addresses) {
            fields.insert("permitted_ips".to_owned(), addresses);
        }
        self.send(Ask::post("device-server", &[], &body).by(&installed.identity)).await
    }

    /// Opens a session with a key, and returns it with its user and its time.
    pub(super) async fn open_session(
        &mut self,
        installed: &Installed,
        api_key: &SecretString,
    ) -> Result<(Identity, Value, String), Stop> {
        let answer = self.ask_session(installed, api_key).await?;
        self.session_in(installed, &answer).ok_or(Stop::Failed("the bank opened no session"))
    }

    /// Calls session-server, and returns the answer.
    pub(super) async fn ask_session(&mut self, installed: &Installed, api_key: &SecretString) -> Result<Answer, Stop> {
        let body = json!({ "secret": api_key.expose_secret() });
        self.send(Ask::post("session-server", &[], &body).by(&installed.identity)).await
    }

    /// Reads the session in an answer to session-server.
    pub(super) fn session_in(&mut self, installed: &Installed, answer: &Answer) -> Option<(Identity, Value, String)> {
        let token = answer.element("Token")?;
        let opened = token.get("created").and_then(Value::as_str).unwrap_or_default().to_owned();
        let token = token.get("token")?.as_str()?.to_owned();
        let (_, user) = answer.elements().find(|(name, _)| name.starts_with("User"))?;
        let user = user.clone();
        let id = user.get("id")?.as_u64()?;
        let token = self.secret(&token);
        Some((Identity { token, user: id, ..installed.identity.clone() }, user, opened))
    }

    /// Makes a customer of the sandbox, and returns the API key.
    pub(super) async fn new_sandbox_key(&mut self) -> Result<SecretString, Stop> {
        let made = self.send(Ask::post("sandbox-user-person", &[], &json!({}))).await?;
        let key = made.element("ApiKey").and_then(|key| key.get("api_key")?.as_str()).map(str::to_owned);
        Ok(self.secret(&key.ok_or(Stop::Failed("the bank made no customer"))?))
    }

    /// Returns the customer of the walk.
    pub(super) async fn customer(&mut self) -> Result<Customer, Stop> {
        if let Some(customer) = &self.customer {
            return Ok(customer.clone());
        }
        let installed = self.new_installation().await?;
        let api_key = self.new_sandbox_key().await?;
        self.device(&installed, &api_key, None).await?;
        let (session, user, _) = self.open_session(&installed, &api_key).await?;
        let list = Ask::get("user/{}/monetary-account-bank", &[&session.user]).by(&session);
        let accounts = self.send(list).await?;
        let (account, iban) = accounts
            .elements()
            .find_map(|(_, account)| {
                let mut aliases = account.get("alias")?.as_array()?.iter();
                let iban = aliases.find(|alias| alias.get("type").and_then(Value::as_str) == Some("IBAN"))?;
                Some((account.get("id")?.as_u64()?, iban.get("value")?.as_str()?.to_owned()))
            })
            .ok_or(Stop::Failed("the customer has no account with an IBAN"))?;
        let customer = Customer { installed, api_key, session, user, account, iban };
        self.customer = Some(customer.clone());
        Ok(customer)
    }

    /// Gives the customer some euros of the sandbox, and waits until they have arrived.
    pub(super) async fn pay_in(&mut self, customer: &Customer, euros: &str) -> Result<(), Stop> {
        let before = self.balance(customer).await?;
        let body = json!({
            "amount_inquired": { "value": euros, "currency": "EUR" },
            "counterparty_alias": { "type": "EMAIL", "value": SUGAR_DADDY, "name": "Sugar Daddy" },
            "description": "bunq-tpp probe",
            "allow_bunqme": false,
        });
        let route = "user/{}/monetary-account/{}/request-inquiry";
        let ask = Ask::post(route, &[&customer.session.user, &customer.account], &body).by(&customer.session);
        self.send(ask).await?;
        if self.balance_after(customer, &before).await? == before {
            return Err(Stop::Failed("the sandbox paid nothing in"));
        }
        Ok(())
    }

    /// Returns the balance of the customer's account, as the bank writes it.
    pub(super) async fn balance(&mut self, customer: &Customer) -> Result<String, Stop> {
        let route = "user/{}/monetary-account-bank/{}";
        let ask = Ask::get(route, &[&customer.session.user, &customer.account]).by(&customer.session);
        let answer = self.send(ask).await?;
        let account = answer.element("MonetaryAccountBank");
        let value = account.and_then(|account| account.pointer("/balance/value")?.as_str());
        value.map(str::to_owned).ok_or(Stop::Failed("the account has no balance"))
    }

    /// Returns the balance once it differs from an earlier one, or after some seconds. The simulator books at once.
    pub(super) async fn balance_after(&mut self, customer: &Customer, before: &str) -> Result<String, Stop> {
        let looks = if self.target.name == BankName::Loopback { 1 } else { LOOKS };
        for _ in 1..looks {
            let now = self.balance(customer).await?;
            if now != before {
                return Ok(now);
            }
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
        self.balance(customer).await
    }
}
