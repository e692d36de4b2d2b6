//! `/user/{id}/credential-password-ip`: the TPP's API keys at the bank, and the addresses that may use each.

use serde::Deserialize;
use serde_json::json;

use crate::{
    bunq::{Call, Created, DecodeError, Envelope, LARGEST_PAGE, Page, Request, Verified, created},
    types::{
        ids::{BunqUserId, CredentialPasswordIpId, PermittedIpId},
        ip::{IpStatus, PermittedAddress},
    },
};

const KEYS: &str = "user/{id}/credential-password-ip";
const KEY: &str = "user/{id}/credential-password-ip/{id}";
const IPS: &str = "user/{id}/credential-password-ip/{id}/ip";
const IP: &str = "user/{id}/credential-password-ip/{id}/ip/{id}";

/// What can be read.
#[derive(Clone, Copy, Debug)]
pub enum Which {
    /// The keys.
    Keys(Page),
    /// One key.
    Key(CredentialPasswordIpId),
    /// The addresses of a key.
    Ips(CredentialPasswordIpId, Page),
    /// One address of a key.
    Ip(CredentialPasswordIpId, PermittedIpId),
}

/// Reads keys or addresses. **The answer can hold an API key** (`token_value`): it must not be passed on as it is.
#[derive(Clone, Copy, Debug)]
pub struct ReadCredentialPasswordIp {
    /// The TPP.
    pub user: BunqUserId,
    /// What to read.
    pub which: Which,
}

impl Call for ReadCredentialPasswordIp {
    type Output = Verified;

    fn build(&self) -> Request {
        let keys = format!("user/{}/credential-password-ip", self.user);
        match self.which {
            Which::Keys(page) => Request::get(KEYS, keys, page.query()),
            Which::Key(key) => Request::get(KEY, format!("{keys}/{key}"), Vec::new()),
            Which::Ips(key, page) => Request::get(IPS, format!("{keys}/{key}/ip"), page.query()),
            Which::Ip(key, ip) => Request::get(IP, format!("{keys}/{key}/ip/{ip}"), Vec::new()),
        }
    }

    fn decode(&self, answer: Verified) -> Result<Verified, DecodeError> {
        Envelope::check(&answer.body)?;
        Ok(answer)
    }
}

/// An address of a key.
#[derive(Clone, Debug, Deserialize)]
pub struct PermittedIp {
    /// The address, or `*`.
    pub ip: String,
    /// `ACTIVE` or `INACTIVE`.
    pub status: String,
}

/// Lists the addresses of a key.
#[derive(Clone, Copy, Debug)]
pub struct ListPermittedIps {
    /// The TPP.
    pub user: BunqUserId,
    /// The key.
    pub key: CredentialPasswordIpId,
}

impl Call for ListPermittedIps {
    type Output = Vec<PermittedIp>;

    fn build(&self) -> Request {
        let page = Page { count: LARGEST_PAGE, from: crate::bunq::From::Newest };
        ReadCredentialPasswordIp { user: self.user, which: Which::Ips(self.key, page) }.build()
    }

    fn decode(&self, answer: Verified) -> Result<Self::Output, DecodeError> {
        Envelope::parse(&answer.body)?.all("PermittedIp")
    }
}

/// Permits an address.
#[derive(Clone, Copy, Debug)]
pub struct CreatePermittedIp {
    /// The TPP.
    pub user: BunqUserId,
    /// The key.
    pub key: CredentialPasswordIpId,
    /// The address.
    pub ip: PermittedAddress,
    /// Whether it is permitted at once.
    pub status: IpStatus,
}

impl Call for CreatePermittedIp {
    type Output = Created;

    fn build(&self) -> Request {
        let body = json!({ "ip": self.ip.to_string(), "status": self.status.as_str() });
        Request::post(IPS, format!("user/{}/credential-password-ip/{}/ip", self.user, self.key), &body)
    }

    fn decode(&self, answer: Verified) -> Result<Created, DecodeError> {
        created(answer)
    }
}

/// Permits or no longer permits an address. Its value cannot be changed.
#[derive(Clone, Copy, Debug)]
pub struct UpdatePermittedIp {
    /// The TPP.
    pub user: BunqUserId,
    /// The key.
    pub key: CredentialPasswordIpId,
    /// The address.
    pub ip: PermittedIpId,
    /// What it is to be.
    pub status: IpStatus,
}

impl Call for UpdatePermittedIp {
    type Output = Verified;

    fn build(&self) -> Request {
        let path = format!("user/{}/credential-password-ip/{}/ip/{}", self.user, self.key, self.ip);
        Request::put(IP, path, &json!({ "status": self.status.as_str() }))
    }

    fn decode(&self, answer: Verified) -> Result<Verified, DecodeError> {
        Envelope::check(&answer.body)?;
        Ok(answer)
    }
}
