//! DELETE /session: ends the session that it is called in.

use crate::{Call, Request, types::ids::BunqUserId};

/// Ends the session that it is called in.
#[derive(Clone, Copy, Debug)]
pub struct EndSession;

impl Call for EndSession {
    type Output = ();

    fn build(&self, _: BunqUserId) -> Request {
        // bunq ignores the id. bunq's own libraries send 0.
        Request::delete("session/{id}", "session/0")
    }
}
