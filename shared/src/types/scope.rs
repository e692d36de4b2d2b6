//! What an API key of ours allows.

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
            /// Every scope there is.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// Its name on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }
        }
    };
}

scopes! {
    /// Read what customers granted at the bank: profiles, accounts, payments. Changes nothing.
    Accounts = "accounts",
    /// List, read and end connections.
    Connections = "connections",
    /// Start payments for customers.
    Payments = "payments",
    /// The TPP's own issuer transactions.
    Psd2 = "psd2",
    /// The addresses from which the bank takes our calls.
    Credentials = "credentials",
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// There is no scope of that name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be one of accounts, connections, payments, psd2, credentials")]
pub struct UnknownScope;

impl FromStr for Scope {
    type Err = UnknownScope;

    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        Self::ALL.iter().copied().find(|scope| scope.as_str() == text).ok_or(UnknownScope)
    }
}
