//! The routes of a group of handlers, and the group's part of the API's document, from one list.

use axum::routing::MethodFilter;
use utoipa::{Path, openapi::HttpMethod};

/// Makes two functions from the handlers of a group, each `module::handler` with a `#[utoipa::path]`: the router, and
/// `document`, which describes the same handlers. The router takes nothing but the path and the method of each, so a
/// function that starts builds no part of the document.
#[macro_export]
macro_rules! routes {
    (
        $(#[$doc:meta])*
        $visibility:vis fn $router:ident() -> Router<$state:ty> {
            $($module:ident::$handler:ident),+ $(,)?
        }
    ) => {
        $(#[$doc])*
        $visibility fn $router() -> ::axum::Router<$state> {
            let router = ::axum::Router::new();
            $(
                let router = $crate::http::paste! {
                    router.route(
                        &<$module::[<__path_ $handler>] as ::utoipa::Path>::path(),
                        ::axum::routing::on(
                            $crate::http::methods::<$module::[<__path_ $handler>]>(),
                            $module::$handler,
                        ),
                    )
                };
            )+
            router
        }

        /// The OpenAPI document of these routes alone, for tests and tools.
        #[must_use]
        pub fn document() -> ::utoipa::openapi::OpenApi {
            #[derive(::utoipa::OpenApi)]
            #[openapi(paths($($module::$handler),+))]
            struct Group;
            <Group as ::utoipa::OpenApi>::openapi()
        }
    };
}

/// The methods of an operation, as axum names them.
#[doc(hidden)]
#[must_use]
pub fn methods<P: Path>() -> MethodFilter {
    let methods = P::methods().into_iter().map(|method| match method {
        HttpMethod::Get => MethodFilter::GET,
        HttpMethod::Put => MethodFilter::PUT,
        HttpMethod::Post => MethodFilter::POST,
        HttpMethod::Delete => MethodFilter::DELETE,
        HttpMethod::Options => MethodFilter::OPTIONS,
        HttpMethod::Head => MethodFilter::HEAD,
        HttpMethod::Patch => MethodFilter::PATCH,
        HttpMethod::Trace => MethodFilter::TRACE,
    });
    methods.reduce(MethodFilter::or).unwrap_or(MethodFilter::GET)
}
