//! The Lambda function of the group.

#[tokio::main]
async fn main() -> Result<(), lambda_http::Error> {
    shared::lambda::serve(payments::router()).await
}
