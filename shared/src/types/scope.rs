//! Scopes: what an API key of this API allows.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

macro_rules! scopes {
    ($(#[$doc:meta] $name:ident = $text:literal),+ $(,)?) => {
        /// One permission of an API key.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Scope {
            $(#[$doc] $name),+
        }

        impl Scope {
            /// All scopes.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// Returns the name of the scope, as callers and operators write it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }
        }
    };
}

scopes! {
    /// Allows reading what customers granted at the bank: profiles, accounts and payments. Allows no change.
    Accounts = "accounts",
    /// Allows listing, reading and ending connections.
    Connections = "connections",
    /// Allows starting payments for customers.
    Payments = "payments",
    /// Allows the use of the TPP's own issuer transactions.
    Psd2 = "psd2",
    /// Allows managing the IP addresses from which the bank accepts the TPP's calls.
    Credentials = "credentials",
    /// Allows changing at the bank what no role of PSD2 includes, such as accounts, if the deployment permits it.
    Writes = "writes",
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text is not the name of a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be one of accounts, connections, payments, psd2, credentials, writes")]
pub struct UnknownScope;

impl FromStr for Scope {
    type Err = UnknownScope;

    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        Self::ALL.iter().copied().find(|scope| scope.as_str() == text).ok_or(UnknownScope)
    }
}
