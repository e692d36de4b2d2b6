//! The environment file for functions that run on this machine in other processes. `cargo lambda watch` reads it.

use std::collections::BTreeMap;

use local_aws::AccessKey;
use secrecy::{ExposeSecret as _, SecretString};

/// Every variable of a function, one per line. The text is a secret, because it contains the access key.
pub(crate) fn content(variables: &BTreeMap<&str, String>, aws_url: &str, access_key: &AccessKey) -> SecretString {
    let aws = [
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ENDPOINT_URL", aws_url),
        ("AWS_ACCESS_KEY_ID", access_key.id()),
        ("AWS_SECRET_ACCESS_KEY", access_key.secret().expose_secret()),
    ];
    let ours = variables.iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| (*name, value.as_str()));
    ours.chain(aws).map(|(name, value)| format!("{name}={value}\n")).collect::<String>().into()
}
