//! The protocol without any resource: how a call arrives, how its body is read, and how it is answered or refused.

pub(crate) mod answer;
pub(crate) mod call;
pub(crate) mod fields;
pub(crate) mod object;
pub(crate) mod rate_limit;
pub(crate) mod refusal;
pub(crate) mod web_address;
