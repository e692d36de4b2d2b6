//! The service of consents. Its methods are in the modules beside this one.

use std::sync::Arc;

use crate::tpp::parts::Parts;

/// Runs the consents of customers: asked for with an API key, begun and completed by a browser, and claimed.
pub struct Consents {
    pub(in crate::tpp) parts: Arc<Parts>,
}
