//! Receives callbacks of the bank, to see their headers.

use std::{net::SocketAddr, time::Duration};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use super::{finding::Stop, shape::shape};

/// How long to wait for a callback.
const WAIT: Duration = Duration::from_secs(90);
/// The most bytes of a callback.
const LARGEST: usize = 256 * 1024;

/// Where callbacks arrive.
#[derive(Clone, Debug)]
pub(crate) struct Callbacks {
    /// The address to listen on. Port 0 is any free port.
    pub(crate) listen: SocketAddr,
    /// The public URL that leads there, or `None` for the listener's own, which only the simulator calls.
    pub(crate) url: Option<String>,
}

/// A receiver of one callback.
pub(super) struct Receiver {
    listener: TcpListener,
    pub(super) url: String,
}

/// A callback: the names of its headers, in order of the alphabet, and the shape of its body.
pub(super) struct Callback {
    pub(super) headers: Vec<String>,
    pub(super) body: Value,
}

impl Receiver {
    pub(super) async fn start(callbacks: &Callbacks) -> Result<Self, Stop> {
        let failed = |_| Stop::Failed("this machine cannot listen for callbacks");
        let listener = TcpListener::bind(callbacks.listen).await.map_err(failed)?;
        let own = listener.local_addr().map_err(failed)?;
        let url = callbacks.url.clone().unwrap_or_else(|| format!("http://{own}/callback"));
        Ok(Self { listener, url })
    }

    /// Waits for one callback and answers it. `None` if none came in time.
    pub(super) async fn receive(self) -> Option<Callback> {
        tokio::time::timeout(WAIT, self.accept()).await.ok().flatten()
    }

    async fn accept(self) -> Option<Callback> {
        let (mut stream, _) = self.listener.accept().await.ok()?;
        let mut bytes = Vec::new();
        let mut chunk = [0; 8192];
        loop {
            let read = stream.read(&mut chunk).await.ok()?;
            bytes.extend_from_slice(chunk.get(..read)?);
            let whole = whole(&bytes);
            if whole.is_some() || read == 0 || bytes.len() > LARGEST {
                let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
                stream.write_all(answer).await.ok()?;
                return whole;
            }
        }
    }
}

/// Reads a request that has arrived completely.
fn whole(bytes: &[u8]) -> Option<Callback> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = std::str::from_utf8(bytes.get(..end)?).ok()?;
    let mut headers: Vec<_> = head.lines().skip(1).filter_map(|line| line.split_once(':')).collect();
    let length = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let length: usize = length.map_or(Some(0), |(_, value)| value.trim().parse().ok())?;
    let body = bytes.get(end + 4..end + 4 + length)?;
    headers.sort();
    let body = serde_json::from_slice(body).map_or_else(|_| json!("not JSON"), |body: Value| shape("", &body));
    Some(Callback { headers: headers.into_iter().map(|(name, _)| name.to_ascii_lowercase()).collect(), body })
}
