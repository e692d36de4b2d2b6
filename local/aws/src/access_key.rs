//! The access key of this machine. It signs calls to the embedded AWS, and calls to `POST /setup` in place of an IAM
//! user's access key.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::Request;
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};

use crate::signature::{self, SignatureError};

/// The characters of an id, as in AWS's own access keys.
const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const ID_PREFIX: &str = "LOCAL";
const ID_LENGTH: usize = 20;
/// The length of AWS's own secrets.
const SHORTEST_SECRET: usize = 40;

/// An access key: an id that requests contain, and a secret that signs them.
#[derive(Clone, Debug)]
pub struct AccessKey {
    id: String,
    secret: SecretString,
}

/// Why a credentials file does not contain a valid access key. The texts quote nothing of the file, which may be
/// secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccessKeyError {
    /// A line of the profile is missing.
    #[error("has no `{0}` under [default]")]
    Missing(&'static str),
    /// The id has an invalid character or an invalid length.
    #[error("has an `aws_access_key_id` that is not 16 to 128 letters, digits or underscores")]
    Id,
    /// The secret is too short, or has a character that the file format does not allow.
    #[error("has an `aws_secret_access_key` of fewer than 40 characters, or with spaces")]
    Secret,
}

impl AccessKey {
    /// Generates a random access key. The secret has 240 random bits.
    #[must_use]
    pub fn generate() -> Self {
        let random = rand::random::<[u8; ID_LENGTH - ID_PREFIX.len()]>();
        let letters = random.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)]));
        let secret = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 30]>());
        Self { id: ID_PREFIX.chars().chain(letters).collect(), secret: secret.into() }
    }

    /// Reads the profile `default` of an [AWS credentials
    /// file](https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html).
    ///
    /// # Errors
    /// Returns [`AccessKeyError`] if the profile lacks the id or the secret, or if one of them is invalid.
    pub fn from_credentials_file(text: &str) -> Result<Self, AccessKeyError> {
        let lines = text.lines().map(str::trim);
        let profile = lines.skip_while(|line| *line != "[default]").skip(1).take_while(|line| !line.starts_with('['));
        let settings: Vec<_> =
            profile.filter_map(|line| line.split_once('=')).map(|(name, value)| (name.trim(), value.trim())).collect();
        let find = |name: &'static str| {
            let found = settings.iter().find(|setting| setting.0 == name).map(|setting| setting.1);
            found.ok_or(AccessKeyError::Missing(name))
        };
        let (id, secret) = (find("aws_access_key_id")?, find("aws_secret_access_key")?);
        if !(16..=128).contains(&id.len()) || !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            return Err(AccessKeyError::Id);
        }
        if secret.len() < SHORTEST_SECRET || !secret.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(AccessKeyError::Secret);
        }
        Ok(Self { id: id.to_owned(), secret: secret.into() })
    }

    /// The content of a file that [`Self::from_credentials_file`] reads.
    #[must_use]
    pub fn to_credentials_file(&self) -> SecretString {
        let (id, secret) = (&self.id, self.secret.expose_secret());
        format!("[default]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n").into()
    }

    /// Checks that this key signed the request for the service, such as `execute-api`, at most 15 minutes from `now`.
    ///
    /// # Errors
    /// Returns [`SignatureError`] if the signature is missing, incomplete, expired, or for another request, service or
    /// key. An answer should not tell the caller more than AWS does.
    pub fn verify(&self, service: &str, request: &Request<Bytes>, now: Timestamp) -> Result<(), SignatureError> {
        signature::verify((&self.id, &self.secret), service, request, now)
    }

    /// The id, which is not secret.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The secret.
    #[must_use]
    pub const fn secret(&self) -> &SecretString {
        &self.secret
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "0123456789012345678901234567890123456789";

    #[test]
    fn a_key_is_found_again_in_its_file_and_shown_nowhere() {
        let (one, other) = (AccessKey::generate(), AccessKey::generate());

        let again = AccessKey::from_credentials_file(one.to_credentials_file().expose_secret()).unwrap();

        assert_eq!((again.id(), again.secret().expose_secret()), (one.id(), one.secret().expose_secret()));
        assert_ne!((one.id(), one.secret().expose_secret()), (other.id(), other.secret().expose_secret()));
        assert_eq!(one.id().len(), 20);
        assert!(!format!("{one:?}").contains(one.secret().expose_secret()));
    }

    #[test]
    fn other_profiles_comments_and_settings_are_left_alone() {
        let id = "AKIAIOSFODNN7EXAMPLE";
        let text = format!(
            "# mine\n[work]\naws_access_key_id = AKIAWORKWORKWORKWORK\n\n[default]\nregion=eu-central-1\n; old\n  \
             aws_access_key_id={id}\r\naws_secret_access_key = {SECRET}\n[later]\naws_secret_access_key = x\n"
        );

        let key = AccessKey::from_credentials_file(&text).unwrap();

        assert_eq!((key.id(), key.secret().expose_secret()), (id, SECRET));
    }

    #[test]
    fn a_file_without_a_whole_key_says_what_is_missing_and_quotes_nothing() {
        let file =
            |id: &str, secret: &str| format!("[default]\naws_access_key_id = {id}\naws_secret_access_key = {secret}");
        for (text, error) in [
            (String::new(), AccessKeyError::Missing("aws_access_key_id")),
            ("nonsense".to_owned(), AccessKeyError::Missing("aws_access_key_id")),
            (
                file("AKIAIOSFODNN7EXAMPLE", SECRET).replace("default", "work"),
                AccessKeyError::Missing("aws_access_key_id"),
            ),
            ("[default]\naws_access_key_id = x".to_owned(), AccessKeyError::Missing("aws_secret_access_key")),
            (file("", SECRET), AccessKeyError::Id),
            (file("local", SECRET), AccessKeyError::Id),
            (file("AKIAIOSFODNN7/XAMPLE", SECRET), AccessKeyError::Id),
            (file("AKIAIOSFODNN7EXAMPLE", "local"), AccessKeyError::Secret),
            (file("AKIAIOSFODNN7EXAMPLE", &SECRET.replace('5', " ")), AccessKeyError::Secret),
        ] {
            assert_eq!(AccessKey::from_credentials_file(&text).err(), Some(error), "{text}");
        }
    }
}
