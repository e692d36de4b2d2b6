//! The local stack: every group of routes on one port, in place of API Gateway, with the embedded AWS and the simulated
//! bank. It runs the same routers as the Lambda functions. It is never deployed.

mod callbacks;
mod certificate;
mod configuration;
mod deliveries;
mod docker;
mod document;
mod error;
mod functions_env;
mod gate;
mod options;
mod progress;
mod remote;
mod routes;
mod serve;
mod stack;
mod state;
mod welcome;

pub use callbacks::work_once;
pub use document::document;
pub use error::LocalError;
pub use options::{BankChoice, KeysTask, Options, Task};
pub use progress::Progress;
pub use remote::ask;
pub use routes::gateway;
pub use serve::serve;
pub use stack::{Stack, reset};
pub use welcome::Welcome;
