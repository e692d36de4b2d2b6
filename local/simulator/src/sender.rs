//! Sends callbacks to the targets of notification filters.
//!
//! A callback is a POST without redirects. Each answer with a status 2xx is a success. All else is a failure: the bank
//! tries six times, one minute apart, and then stores a failure record.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, Url};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;
use url::Host;

use crate::desk::SharedDesk;
use crate::desk::callbacks::DueTry;
use crate::records::notification::TryFailure;

/// The source address of callbacks, in the header [`SOURCE`]. It is one of the bank's.
const BANK_SOURCE: &str = "185.40.108.10";

/// The address of a foreign source, from the range for documentation.
const FOREIGN_SOURCE: &str = "203.0.113.66";

/// The loopback address of a foreign source.
const FOREIGN_LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 66));

/// The header that tells a receiver on this machine which source to assume.
const SOURCE: &str = "x-simulator-source-ip";

/// How long the sender sleeps while there are no filters. A change of the books wakes it.
const LONG: Duration = Duration::from_secs(3600);

/// How often the outcomes of tries are saved, since the file holds all books. After a crash, the tries since then are
/// made again.
const BETWEEN_SAVES: Duration = Duration::from_secs(1);

/// Sends callbacks until `stop` changes.
pub(crate) async fn run(desk: SharedDesk, mut stop: watch::Receiver<()>) {
    let mut tries = JoinSet::new();
    let mut saved = Instant::now();
    let clients = Arc::new(Clients::default());
    loop {
        let (due, sleep) = desk.take_due();
        for due in due {
            let (desk, clients) = (desk.clone(), Arc::clone(&clients));
            tries.spawn(async move {
                let outcome = attempt(&desk, &clients, &due).await;
                desk.tried(&due, outcome);
            });
        }
        tokio::select! {
            () = desk.changed() => {}
            () = tokio::time::sleep(sleep.unwrap_or(LONG)) => {}
            Some(_) = tries.join_next() => {}
            // An error means that the sender was dropped, which is a stop, too.
            _ = stop.changed() => break,
        }
        if saved.elapsed() >= BETWEEN_SAVES {
            desk.save();
            saved = Instant::now();
        }
    }
    tries.shutdown().await;
    desk.save();
}

/// The HTTP clients, made when the first callback needs them.
#[derive(Default)]
struct Clients {
    bank: OnceLock<Client>,
    foreign: OnceLock<Client>,
}

impl Clients {
    fn of(&self, is_foreign: bool) -> Result<&Client, reqwest::Error> {
        let place = if is_foreign { &self.foreign } else { &self.bank };
        if let Some(client) = place.get() {
            return Ok(client);
        }
        // Without kept connections, a receiver that restarts meets no stale one.
        let builder = Client::builder().no_proxy().redirect(Policy::none()).pool_max_idle_per_host(0);
        let address = is_foreign.then_some(FOREIGN_LOOPBACK);
        let client = builder.local_address(address).user_agent("bunq-simulator").build()?;
        Ok(place.get_or_init(|| client))
    }
}

async fn attempt(desk: &SharedDesk, clients: &Clients, due: &DueTry) -> Result<(), TryFailure> {
    let failure = |message: &str, status| TryFailure { message: message.to_owned(), status };
    if due.disturbance.is_dropped {
        return Err(failure("Simulator: the try was lost on its way.", None));
    }
    let target: Url = due.target.parse().map_err(|_| failure("Simulator: the target is not a URL.", None))?;
    let client = clients.of(due.disturbance.is_foreign && is_ipv4_of_this_machine(&target));
    let client = client.map_err(|_| failure("Simulator: no HTTP client can be made.", None))?;
    let source = if due.disturbance.is_foreign { FOREIGN_SOURCE } else { BANK_SOURCE };
    let mut request =
        client.post(target).timeout(due.timeout).header("content-type", "application/json").header(SOURCE, source);
    if let Some(key) = desk.callback_key() {
        request = request.header("x-bunq-server-signature", key.sign(due.body.as_bytes()));
    }
    match request.body(due.body.clone()).send().await {
        Ok(_) if due.disturbance.loses_answer => Err(failure("Simulator: the answer was lost on its way.", None)),
        Ok(answer) if answer.status().is_success() => Ok(()),
        Ok(answer) => {
            let status = answer.status().as_u16();
            Err(failure(&format!("Simulator: the receiver answered {status}."), Some(status)))
        }
        Err(error) if error.is_timeout() => {
            Err(failure(&format!("Connection timeout after {} seconds", due.timeout.as_secs()), None))
        }
        Err(_) => Err(failure("Simulator: no connection to the receiver.", None)),
    }
}

/// Whether a connection to this target may come from [`FOREIGN_LOOPBACK`].
fn is_ipv4_of_this_machine(target: &Url) -> bool {
    match target.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv6(_)) | None => false,
    }
}
