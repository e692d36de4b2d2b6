//! The state of the routers that serve a deployment.

use std::sync::Arc;

use super::layers::Deployed;
use crate::tpp::Tpp;

/// The state of the routers that serve a deployment.
#[derive(Clone, Debug)]
pub struct App {
    /// The services of the deployment.
    pub tpp: Arc<Tpp>,
}

impl Deployed for App {
    fn is_over_https(&self) -> bool {
        self.tpp.config.public_url.scheme() == "https"
    }

    fn max_concurrent_requests(&self) -> usize {
        self.tpp.config.max_concurrent_requests.get().into()
    }
}
