//! The protocol itself, without any resource: how a call arrives, what is checked before it acts, how it is answered.

pub(crate) mod answer;
pub(crate) mod call;
pub(crate) mod fields;
pub(crate) mod gate;
pub(crate) mod object;
pub(crate) mod page;
pub(crate) mod pipeline;
pub(crate) mod rate_limit;
pub(crate) mod refusal;
pub(crate) mod routes;
pub(crate) mod web_address;
