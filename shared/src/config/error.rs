//! Why a configuration is invalid.

/// Why the environment is not a valid configuration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A required variable is missing or blank.
    #[error("the environment variable {0} is missing")]
    Missing(&'static str),
    /// A variable has an invalid value.
    #[error("the environment variable {name} {problem}")]
    Invalid {
        /// The name of the variable.
        name: &'static str,
        /// What is wrong with the value, as a phrase that follows the name.
        problem: &'static str,
    },
}

pub(super) const fn invalid(name: &'static str, problem: &'static str) -> ConfigError {
    ConfigError::Invalid { name, problem }
}
