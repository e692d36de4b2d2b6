//! The Lambda function of the group.

#[tokio::main]
async fn main() -> std::process::ExitCode {
    shared::lambda::serve_public(docs::router).await
}
