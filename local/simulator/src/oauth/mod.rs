//! The bank's OAuth host: the page on which a customer consents, and the exchange of the code for an access token.

pub(crate) mod authorize;
pub(crate) mod consent_page;
pub(crate) mod token;
