//! Secrets, each named by the word of its protocol. None can be printed or serialized by accident: `Debug` writes
//! `AccessToken([redacted])`, and there is neither `Display` nor `Serialize`.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Deserializer};
use sha2::{Digest as _, Sha256};

/// The text is not a valid secret of its kind. Does not contain the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to 4096 visible ASCII characters")]
pub struct SecretError;

/// A secret text.
pub trait Secret: Sized {
    /// Parses a secret.
    ///
    /// # Errors
    /// Returns [`SecretError`] if the text does not have the form of this kind of secret. The secrets of this module
    /// are 1 to 4096 visible ASCII characters, because any other text cannot be sent in a header.
    fn parse(text: String) -> Result<Self, SecretError>;

    /// Returns the secret in plain text. Only to send or to store it. The name makes each such use easy to
    /// find in the code.
    fn expose(&self) -> &str;

    /// Returns SHA-256 of the secret in lower-case hex. It identifies the secret without revealing it.
    fn fingerprint(&self) -> String {
        sha256_hex(self.expose().as_bytes())
    }
}

/// Returns the SHA-256 of some bytes.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Returns the SHA-256 of some bytes in lower-case hex.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

/// Returns 256 random bits in base64url without padding (43 characters).
#[must_use]
pub fn random_text() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// What the macros of this module need from other crates.
#[doc(hidden)]
pub mod parts {
    pub use secrecy::{ExposeSecret, SecretString};
    pub use serde::{Deserialize, Deserializer, de};
}

/// Returns whether a text has the form of [`random_text`].
#[must_use]
pub fn is_random_text(text: &str) -> bool {
    URL_SAFE_NO_PAD.decode(text).is_ok_and(|bytes| bytes.len() == 32)
}

/// Gives types that must not be printed a `Debug` that shows their name only: `AccessToken([redacted])`.
#[macro_export]
macro_rules! redacted {
    ($($name:ident),+) => {$(
        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(concat!(stringify!($name), "([redacted])"))
            }
        }
    )+};
}

/// Declares kinds of secrets: a type with [`Secret`], `Deserialize`, and a `Debug` that prints nothing of the text.
/// Also declares `debug_forms`.
#[macro_export]
macro_rules! secrets {
    ($($(#[$doc:meta])+ $name:ident),+ $(,)?) => {
        $(
            $(#[$doc])+
            #[derive(Clone)]
            pub struct $name($crate::types::secret::parts::SecretString);

            impl $crate::types::secret::Secret for $name {
                fn parse(text: String) -> Result<Self, $crate::types::secret::SecretError> {
                    let fits = (1..=4096).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
                    if fits { Ok(Self(text.into())) } else { Err($crate::types::secret::SecretError) }
                }

                fn expose(&self) -> &str {
                    $crate::types::secret::parts::ExposeSecret::expose_secret(&self.0)
                }
            }

            $crate::redacted!($name);

            impl<'de> $crate::types::secret::parts::Deserialize<'de> for $name {
                fn deserialize<D: $crate::types::secret::parts::Deserializer<'de>>(
                    deserializer: D,
                ) -> Result<Self, D::Error> {
                    use $crate::types::secret::parts::de::Error as _;
                    let text = String::deserialize(deserializer)?;
                    $crate::types::secret::Secret::parse(text).map_err(D::Error::custom)
                }
            }
        )+

        /// Returns the name and the `Debug` output of each kind of secret that holds `text`, for a test that checks
        /// that none prints it.
        #[must_use]
        pub fn debug_forms(text: &str) -> Vec<(&'static str, String)> {
            vec![$((
                stringify!($name),
                <$name as $crate::types::secret::Secret>::parse(text.to_owned())
                    .map(|secret| format!("{secret:?}"))
                    .unwrap_or_default(),
            )),+]
        }
    };
}

/// Gives secrets that this program makes a constructor of random ones.
#[macro_export]
macro_rules! random_secrets {
    ($($name:ident),+ $(,)?) => {$(
        impl $name {
            /// Returns a new secret of 256 random bits.
            #[must_use]
            pub fn random() -> Self {
                Self($crate::types::secret::random_text().into())
            }

            /// Parses a text that has the form of a secret from [`Self::random`]. Returns `None` for any other text,
            /// which this program cannot have created.
            #[must_use]
            pub fn of_our_form(text: &str) -> Option<Self> {
                $crate::types::secret::is_random_text(text).then(|| Self(text.to_owned().into()))
            }
        }
    )+};
}

secrets! {
    /// The token of an installation at the bank (`Token` of POST /installation). Authenticates calls before a session
    /// exists.
    InstallationToken,
    /// The token of a session at the bank (`Token` of POST /session-server).
    SessionToken,
    /// The TPP's own API key at the bank (`token_value` of POST /payment-service-provider-credential).
    PspApiKey,
    /// The OAuth `access_token` of a customer's consent. The bank accepts it like an API key.
    AccessToken,
    /// The OAuth authorization code that the browser brings from the bank after a consent (RFC 6749 section 4.1.2). The
    /// bank accepts it once.
    AuthorizationCode,
    /// The OAuth `client_id` at the bank. RFC 6749 does not make it a secret, but this program does not publish it.
    ClientId,
    /// The OAuth `client_secret` at the bank.
    ClientSecret,
    /// The OAuth `state`, which binds the bank's answer to our request (RFC 6749 section 10.12).
    OauthState,
}

random_secrets!(OauthState);

/// A private key in PKCS#8 PEM. It has several lines, so it is not a [`Secret`].
#[derive(Clone)]
pub struct PrivateKeyPem(SecretString);

impl PrivateKeyPem {
    /// Wraps a PEM text without checking it. A text that is not a key fails when it is used.
    #[must_use]
    pub fn new(pem: String) -> Self {
        Self(pem.into())
    }

    /// Returns the PEM in plain text. Only to parse it, or to write it to Secrets Manager.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

crate::redacted!(PrivateKeyPem);

impl<'de> Deserialize<'de> for PrivateKeyPem {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

/// A customer's name at bunq: 1 to 200 characters without control characters. It is personal data: stored sealed,
/// deleted with the connection, and never logged.
#[derive(Clone)]
pub struct DisplayName(String);

/// A name is sealed like a secret. Unlike a secret, it is not limited to ASCII.
impl Secret for DisplayName {
    fn parse(text: String) -> Result<Self, SecretError> {
        let fits = (1..=200).contains(&text.chars().count()) && !text.chars().any(char::is_control);
        if fits { Ok(Self(text)) } else { Err(SecretError) }
    }

    fn expose(&self) -> &str {
        &self.0
    }
}

crate::redacted!(DisplayName);
