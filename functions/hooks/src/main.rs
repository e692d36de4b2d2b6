//! The Lambda function of the group.

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::process::ExitCode {
    shared::lambda::serve_callbacks(hooks::router()).await
}
