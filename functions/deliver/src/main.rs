//! The Lambda function that a schedule invokes.

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::process::ExitCode {
    shared::lambda::serve_schedule(deliver::run_and_measure).await
}
