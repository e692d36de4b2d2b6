//! Access for functions in Docker containers to the AWS and the bank of this machine. In a container, 127.0.0.1 is the
//! container itself.

use std::net::{IpAddr, Ipv4Addr};

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
};

use crate::error::LocalError;

/// Forwards connections from this address, such as that of Docker's bridge, to the same port on loopback until the
/// process ends.
///
/// # Errors
/// [`LocalError::Docker`] if the address or the port cannot be bound.
pub(crate) async fn pass_on(address: IpAddr, port: u16) -> Result<(), LocalError> {
    let bound = TcpListener::bind((address, port)).await;
    let listener = bound.map_err(|source| LocalError::Docker { address, port, source })?;
    tokio::spawn(async move {
        while let Ok((mut from, _)) = listener.accept().await {
            tokio::spawn(async move {
                if let Ok(mut to) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await {
                    // An error closes both connections, which is all that either end needs.
                    let _ = copy_bidirectional(&mut from, &mut to).await;
                }
            });
        }
    });
    Ok(())
}
