//! The routes that anyone may open: the pages, their assets, and the description of the API.

mod contrast;
mod files;
mod fixture;
mod pages;
#[path = "../../../../../functions/docs/tests/it/served.rs"]
mod served;
