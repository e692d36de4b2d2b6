//! The Lambda function of the group.

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::process::ExitCode {
    shared::lambda::serve(credential_ip::router()).await
}
