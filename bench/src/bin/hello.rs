//! The reference of all process figures: the least that a function with lambda_http and axum can be.

use axum::Router;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    lambda_http::run(Router::new().fallback(async || "hello")).await
}
