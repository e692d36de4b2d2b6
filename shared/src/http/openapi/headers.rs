//! Refers to the headers of answers.

use utoipa::openapi::{Ref, RefOr, Response};

/// Adds a reference to a header to an answer. The headers are described in the program that builds the document.
pub fn refer_to_header(response: &mut Response, component: &str) {
    // Two components describe the header `Link`, because it leads to different pages.
    let name = if component == "Link-Payment" { "Link" } else { component };
    let reference = Ref::new(format!("#/components/headers/{component}"));
    response.headers.insert(name.to_owned(), RefOr::Ref(reference));
}
