//! Secrets, each under the protocol's own word. None can be printed: `Debug` says `AccessToken([redacted])`, there is
//! no `Display`, and `Serialize` does not exist; what must be stored goes through [`super::sealing`] or Secrets Manager
//! by name.

use std::fmt;

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Deserializer, de};
use sha2::{Digest as _, Sha256};

/// The text cannot be a secret of this kind. Says nothing of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to 4096 visible ASCII characters")]
pub struct SecretError;

/// What all secret texts can do. The name says where a reader of the code has to look twice.
pub trait Secret: Sized {
    /// Takes a text.
    ///
    /// # Errors
    /// [`SecretError`] unless it is 1 to 4096 visible ASCII characters (anything else cannot travel in a header).
    fn parse(text: String) -> Result<Self, SecretError>;

    /// The text itself: only for the wire, a seal, or a secret's own store.
    fn expose(&self) -> &str;

    /// SHA-256 in lower-case hex: a name for the secret that does not give it away.
    fn fingerprint(&self) -> String {
        sha256_hex(self.expose().as_bytes())
    }
}

/// SHA-256.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// SHA-256 in lower-case hex.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    use fmt::Write as _;
    sha256(bytes).iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// 256 random bits, base64url without padding (43 characters).
fn random_text() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

macro_rules! secrets {
    ($($(#[$doc:meta])+ $name:ident),+ $(,)?) => {
        $(
            $(#[$doc])+
            #[derive(Clone)]
            pub struct $name(SecretString);

            impl Secret for $name {
                fn parse(text: String) -> Result<Self, SecretError> {
                    let fits = (1..=4096).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
                    if fits { Ok(Self(text.into())) } else { Err(SecretError) }
                }

                fn expose(&self) -> &str {
                    self.0.expose_secret()
                }
            }

            impl fmt::Debug for $name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str(concat!(stringify!($name), "([redacted])"))
                }
            }

            impl<'de> Deserialize<'de> for $name {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    Self::parse(String::deserialize(deserializer)?).map_err(de::Error::custom)
                }
            }
        )+

        /// How each kind of secret prints itself when it holds `text`. One test walks them all.
        #[must_use]
        pub fn debug_forms(text: &str) -> Vec<(&'static str, String)> {
            vec![$((
                stringify!($name),
                $name::parse(text.to_owned()).map(|secret| format!("{secret:?}")).unwrap_or_default(),
            )),+]
        }
    };
}

secrets! {
    /// Names an installation to the bank (`Token` of POST /installation); used until a session exists.
    InstallationToken,
    /// Names a session to the bank (`Token` of POST /session-server).
    SessionToken,
    /// The TPP's own API key (`token_value` of POST /payment-service-provider-credential).
    PspApiKey,
    /// A customer's consent (OAuth `access_token`); behaves as an API key.
    AccessToken,
    /// What the bank hands the browser after a consent (RFC 6749 section 4.1.2); single use.
    AuthorizationCode,
    /// The OAuth client's public name at the bank. Not secret by the RFC, but nobody's business.
    ClientId,
    /// The OAuth client's password at the bank.
    ClientSecret,
    /// What binds an answer from the bank to our question (RFC 6749 section 10.12).
    OauthState,
    /// What binds a browser to the consent it began; lives in its cookie only.
    BrowserSecret,
    /// What opens a consent that an API key asked for; works in one browser.
    ConsentTicket,
    /// What an application shows for the consent that it started; works once.
    ClaimProof,
    /// A key that seals tokens in the tables: base64 of 32 bytes.
    SealingKey,
    /// What a caller of our API shows (`Authorization: Bearer`).
    ApiKey,
}

macro_rules! made_by_us {
    ($($name:ident),+ $(,)?) => {$(
        impl $name {
            /// A new one, 256 random bits.
            #[must_use]
            pub fn random() -> Self {
                Self(random_text().into())
            }

            /// Takes a text that has the form of those that [`Self::random`] makes: any other was never one of ours.
            #[must_use]
            pub fn of_our_form(text: &str) -> Option<Self> {
                let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
                (bytes.len() == 32).then(|| Self(text.to_owned().into()))
            }
        }
    )+};
}
made_by_us!(OauthState, BrowserSecret, ConsentTicket, ClaimProof);

impl SealingKey {
    /// A new one, 256 random bits.
    #[must_use]
    pub fn random() -> Self {
        Self(STANDARD.encode(rand::random::<[u8; 32]>()).into())
    }
}

impl ApiKey {
    /// A new one, 256 random bits, with a prefix by which scanners for leaked secrets know it.
    #[must_use]
    pub fn random() -> Self {
        Self(format!("tpp_{}", random_text()).into())
    }
}

/// A private key in PKCS#8 PEM: many lines, so not one of the texts above.
#[derive(Clone)]
pub struct PrivateKeyPem(SecretString);

impl PrivateKeyPem {
    /// Takes a PEM text as it is; whoever parses it says whether it is a key.
    #[must_use]
    pub fn new(pem: String) -> Self {
        Self(pem.into())
    }

    /// The PEM itself: only for parsing and for Secrets Manager.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for PrivateKeyPem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKeyPem([redacted])")
    }
}

impl<'de> Deserialize<'de> for PrivateKeyPem {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}
