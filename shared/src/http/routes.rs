//! Defines the routes of a group of handlers, and the group's part of the OpenAPI document, from one list.

use axum::routing::MethodFilter;
use utoipa::{
    Path,
    openapi::{HttpMethod, OpenApi},
};

/// Defines two functions from the handlers of a group: the router, and `document`, which describes the same handlers.
/// Each handler is `module::handler`, with a `#[utoipa::path]`. The router uses only the path and the method of each
/// handler, so a function builds no part of the document when it starts. In the document, the operation has the name of
/// its handler, and the tag has the name of the package.
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

        /// Returns the OpenAPI document of these routes only, for tests and tools.
        #[must_use]
        pub fn document() -> ::utoipa::openapi::OpenApi {
            #[derive(::utoipa::OpenApi)]
            #[openapi(paths($($module::$handler),+))]
            struct Group;
            $crate::http::tagged(<Group as ::utoipa::OpenApi>::openapi(), env!("CARGO_PKG_NAME"))
        }
    };
}

/// Returns the methods of an operation as a filter of axum.
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

/// Returns the document of a group with this tag on each operation.
#[doc(hidden)]
#[must_use]
pub fn tagged(mut document: OpenApi, tag: &str) -> OpenApi {
    for path in document.paths.paths.values_mut() {
        let operations = [&mut path.get, &mut path.post, &mut path.put, &mut path.patch, &mut path.delete];
        for operation in operations.into_iter().flatten() {
            operation.tags = Some(vec![tag.to_owned()]);
        }
    }
    document
}
