//! The log contains the cause when a store does not answer, because a developer needs it.

use shared::{config::Config, lambda::compose, types::clock::Clock};
use testkit::TestApp;
use tokio::net::TcpListener;

#[tokio::test]
async fn a_store_where_nobody_listens_is_named_with_the_cause() {
    let app = TestApp::start().await;
    let closed = {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let config = Config::parse(|name| app.variables().get(name).cloned()).unwrap();
    let process = compose(config, &app.aws_at(&closed), Clock::system()).unwrap();

    let error = process.tpp.access.list().await.unwrap_err().to_string();

    assert!(error.contains("refused"), "{error}");
}
