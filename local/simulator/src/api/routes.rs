//! Which endpoint a call is for.

use crate::api::route::Route;
use crate::api::table::ROUTES;
use crate::wire::call::Call;

/// What a method and a path mean.
#[derive(Clone, Copy)]
pub(crate) enum Found {
    Route(&'static Route),
    WrongMethod(&'static Route),
    Nothing,
}

impl Found {
    /// The endpoint's name, without the ids.
    pub(crate) fn template(self) -> &'static str {
        match self {
            Self::Route(route) | Self::WrongMethod(route) => route.template,
            Self::Nothing => "unknown",
        }
    }
}

/// Finds the endpoint of a call, and notes the ids that its path holds.
pub(crate) fn find(call: &mut Call) -> Found {
    // The bank has its pay page at the root of a host of its own.
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
