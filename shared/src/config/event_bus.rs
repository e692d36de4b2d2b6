//! The event bus of EventBridge.

use super::error::{ConfigError, invalid};

/// The maximum length of a name or ARN, in characters:
/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html>.
const LONGEST: usize = 1600;

/// The name or ARN of an event bus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventBusName(String);

impl EventBusName {
    pub(super) fn parse(text: &str) -> Result<Self, ConfigError> {
        let name = match text.strip_prefix("arn:") {
            Some(rest) => {
                rest.split_once(":event-bus/").filter(|(bus, _)| bus.contains(":events:")).map(|(_, name)| name)
            }
            None => Some(text),
        };
        let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || b"._-/".contains(&byte);
        let fits = |name: &str| !name.is_empty() && name.bytes().all(is_of_name);
        if text.len() <= LONGEST && name.is_some_and(fits) {
            Ok(Self(text.to_owned()))
        } else {
            Err(invalid("EVENT_BUS", "must be the name or the ARN of an event bus"))
        }
    }

    /// Returns the name or ARN.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
