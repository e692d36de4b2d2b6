//! Finds the endpoint of a call.

use crate::api::route::Route;
use crate::api::table::ROUTES;
use crate::wire::call::Call;

/// The endpoint that a method and a path lead to.
#[derive(Clone, Copy)]
pub(crate) enum Found {
    Route(&'static Route),
    WrongMethod(&'static Route),
    Nothing,
}

impl Found {
    /// The template of the endpoint; `unknown` if there is none.
    pub(crate) fn template(self) -> &'static str {
        match self {
            Self::Route(route) | Self::WrongMethod(route) => route.template,
            Self::Nothing => "unknown",
        }
    }
}

/// Finds the endpoint of a call, and stores the ids of the path in the call.
pub(crate) fn find(call: &mut Call) -> Found {
    // The real bank has the pay page at the root of its own host.
    let path = if call.path == "/" { "/pay" } else { call.path.as_str() };
    let mut wrong_method = None;
    for route in ROUTES {
        match route.ids(path) {
            Some(ids) if route.method == call.method => {
                call.ids = ids;
                return Found::Route(route);
            }
            Some(_) => wrong_method = Some(route),
            None => {}
        }
    }
    wrong_method.map_or(Found::Nothing, Found::WrongMethod)
}
