//! The Lambda function of the group.

#[tokio::main]
async fn main() -> Result<(), lambda_http::Error> {
    shared::lambda::serve_public(docs::router).await
}
