//! A request that does not arrive in time holds no resource.

use testkit::TestApp;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// The clock jumps to the server's deadline as soon as all tasks are idle.
#[tokio::test]
async fn a_request_that_does_not_end_is_not_waited_for() {
    let app = TestApp::start().await;
    let address = (app.url.host_str().unwrap(), app.url.port().unwrap());
    tokio::time::pause();

    for (text, beginning) in [
        ("GET /users HTTP/1.1\r\nX-Slow: ", ""),
        ("POST /setup HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{", "HTTP/1.1 408 "),
    ] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with(beginning) && answer.is_empty() == beginning.is_empty(), "{text}: {answer}");
    }
}
