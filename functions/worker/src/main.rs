//! The Lambda function that a queue and a schedule invoke.

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::process::ExitCode {
    shared::lambda::serve_queue(worker::run).await
}
