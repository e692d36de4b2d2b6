//! The routes that anyone may open: the pages, their assets, and the description of the API.

#![expect(
    clippy::unwrap_used,
    clippy::float_arithmetic,
    reason = "a failed expectation is a failed test; light is measured in floats"
)]

mod bootstrap;
mod contrast;
mod files;
mod fixture;
mod pages;
