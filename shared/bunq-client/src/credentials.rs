//! As whom a call is made.

use crate::{
    signing::{InstallationKey, PublicKey},
    types::{
        ids::{BunqUserId, InstallationId},
        secret::{InstallationToken, SessionToken},
    },
};

/// What POST /installation made: our key pair, the bank's key, and the token that names both.
#[derive(Clone, Debug)]
pub struct Installation {
    /// Its id.
    pub id: InstallationId,
    /// Names the installation to the bank.
    pub token: InstallationToken,
    /// Signs what we send.
    pub key: InstallationKey,
    /// Verifies what the bank answers.
    pub server_key: PublicKey,
}

/// As whom a call is made.
#[derive(Clone, Copy, Debug)]
pub enum Credentials<'a> {
    /// As nobody: POST /installation, whose answer brings the key that later answers are verified with.
    Anonymous,
    /// As an installation: until a session exists.
    Installation(&'a Installation),
    /// As the owner of a session.
    Session(Session<'a>),
}

/// An open session at the bank.
#[derive(Clone, Copy, Debug)]
pub struct Session<'a> {
    /// The installation that the session was opened with.
    pub installation: &'a Installation,
    /// The session's token.
    pub token: &'a SessionToken,
    /// The id in the path of calls with the session.
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
