//! Becomes a TPP of the simulated bank. Start it first: `cargo run -p bunq-simulator`.

#![expect(clippy::print_stdout, reason = "an example shows what it did")]

mod support;

use std::error::Error;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let bank = support::bank()?;

    let (installation, session) = support::onboard(&bank).await?;

    println!("installation {}", installation.id);
    println!("user {}", session.user.path_id());
    Ok(())
}
