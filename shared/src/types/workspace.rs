//! Workspaces. A workspace is the part of a deployment that belongs to one application: its API keys, its customers and
//! its idempotency keys.

use std::str::FromStr;

use super::text_form::stored_as_text;

/// The text is not a valid name of a workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to 32 of a-z, 0-9 and dash")]
pub struct WorkspaceError;

/// The name of a workspace: 1 to 32 of `a-z 0-9 -`. An API key reaches the customers of its own workspace only.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Workspace(String);

impl Workspace {
    /// The maximum length of a name, in characters.
    pub const LONGEST: usize = 32;
    /// The name of the default workspace.
    pub const DEFAULT: &str = "default";

    /// Returns the name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Returns the workspace of API keys and consents for which none is given.
impl Default for Workspace {
    fn default() -> Self {
        Self(Self::DEFAULT.to_owned())
    }
}

impl FromStr for Workspace {
    type Err = WorkspaceError;

    fn from_str(text: &str) -> Result<Self, WorkspaceError> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let fits = (1..=Self::LONGEST).contains(&text.len()) && text.bytes().all(allowed);
        if fits { Ok(Self(text.to_owned())) } else { Err(WorkspaceError) }
    }
}

stored_as_text!(Workspace);
