//! The door for callbacks of the bank. It believes nothing of a callback: it checks the address, and puts a hint into a
//! queue. It reaches no table, no customer's data and not the bank.

mod callback;

use shared::http::{App, routes};

routes! {
    /// The routes of the group.
    pub fn router() -> Router<App> {
        callback::receive_callback,
    }
}
