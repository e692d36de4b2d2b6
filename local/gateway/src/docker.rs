//! Lets functions in Docker containers, for whom 127.0.0.1 is the container itself, reach the AWS and the bank of this machine.

use std::net::{IpAddr, Ipv4Addr};

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
};

use crate::error::LocalError;

/// Passes on what arrives at this address, such as that of Docker's bridge, to the same port of this machine, until the process ends.
pub(crate) async fn pass_on(address: IpAddr, port: u16) -> Result<(), LocalError> {
    let bound = TcpListener::bind((address, port)).await;
    let listener = bound.map_err(|source| LocalError::Docker { address, port, source })?;
    tokio::spawn(async move {
        while let Ok((mut from, _)) = listener.accept().await {
            tokio::spawn(async move {
                if let Ok(mut to) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await {
                    // Whoever ends it first, both ends hear of it.
                    let _ = copy_bidirectional(&mut from, &mut to).await;
                }
            });
        }
    });
    Ok(())
}
