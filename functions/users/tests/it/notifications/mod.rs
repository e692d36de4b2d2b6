//! The notifications of a customer: what bunq reports to this deployment.

mod background;
mod endings;
mod fixture;
mod lists;
mod news;
mod races;
mod states;
