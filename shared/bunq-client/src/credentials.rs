//! The credentials of a call.

use crate::{
    signing::{InstallationKey, PublicKey},
    types::{
        ids::{BunqUserId, InstallationId},
        secret::{InstallationToken, SessionToken},
    },
};

/// The result of POST /installation: our key pair, the bank's key, and the token that identifies both.
#[derive(Clone, Debug)]
pub struct Installation {
    /// The id of the installation.
    pub id: InstallationId,
    /// The token that identifies the installation to the bank.
    pub token: InstallationToken,
    /// The key that signs our requests.
    pub key: InstallationKey,
    /// The key that verifies the bank's answers.
    pub server_key: PublicKey,
}

/// The identity with which a call is made.
#[derive(Clone, Copy, Debug)]
pub enum Credentials<'a> {
    /// No identity, for POST /installation. Its answer contains the key that verifies later answers.
    Anonymous,
    /// An installation, until a session exists.
    Installation(&'a Installation),
    /// The owner of a session.
    Session(Session<'a>),
}

/// An open session at the bank.
#[derive(Clone, Copy, Debug)]
pub struct Session<'a> {
    /// The installation that the session was opened with.
    pub installation: &'a Installation,
    /// The session's token.
    pub token: &'a SessionToken,
    /// The user id in the path of calls with the session.
    pub user: BunqUserId,
}

impl<'a> Credentials<'a> {
    pub(crate) const fn installation(self) -> Option<&'a Installation> {
        match self {
            Self::Anonymous => None,
            Self::Installation(installation) | Self::Session(Session { installation, .. }) => Some(installation),
        }
    }
}
