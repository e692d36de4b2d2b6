//! Asks a bank the open questions about bunq, and writes what it found to a file without secrets:
//!
//! ```sh
//! cargo run -p bunq-client --example probe -- --bunq sandbox
//! ```

#![expect(clippy::print_stdout, reason = "an example shows what it did")]

mod probe;

use std::{error::Error, fs, net::SocketAddr, path::PathBuf};

use bunq_client::types::secret::PrivateKeyPem;
use clap::Parser;
use jiff::Zoned;
use probe::{BankName, Callbacks, Certificate, Consent, Options, Outcome, Target, all};

/// Asks a bank the open questions about bunq. The result is a table, and a JSON file without secrets.
#[derive(Debug, Parser)]
struct Arguments {
    /// The bank: `sandbox`, `production`, or the http URL of a simulator on this machine.
    #[arg(long, value_name = "BANK")]
    bunq: String,
    /// Ask production, which has real customers. Questions that change anything are skipped there.
    #[arg(long)]
    i_know: bool,
    /// Say what would be asked, and send nothing.
    #[arg(long)]
    dry_run: bool,
    /// Ask this question only; can be repeated.
    #[arg(long, value_name = "ID")]
    only: Vec<String>,
    /// Ask you to consent as the customer, with the bunq sandbox app. The simulator needs no one.
    #[arg(long)]
    consent: bool,
    /// Receive a callback at this address of this machine.
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
    /// The public https URL that leads to --listen.
    #[arg(long, value_name = "URL", requires = "listen")]
    callback_url: Option<String>,
    /// The folder with the TPP's certificate: certificate.pem, chain.pem and key.pem. Sandboxes need none.
    #[arg(long, value_name = "FOLDER")]
    certificate: Option<PathBuf>,
    /// The file to write.
    #[arg(long, value_name = "FILE", default_value = "bunq-probe.json")]
    output: PathBuf,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let target = Target::parse(&arguments.bunq, arguments.i_know).map_err(|error| error.to_string())?;
    if let Some(unknown) = arguments.only.iter().find(|id| !all().any(|question| question.id == **id)) {
        return Err(format!("there is no question {unknown}; --dry-run lists them").into());
    }
    if arguments.dry_run {
        print!("{}", probe::plan(target.name, &arguments.only));
        return Ok(());
    }
    let certificate = arguments.certificate.map(certificate).transpose()?;
    if target.name == BankName::Production && certificate.is_none() {
        return Err("production needs --certificate".into());
    }
    let consent = Consent::at(target.name, arguments.consent);
    let callbacks = arguments.listen.map(|listen| Callbacks { listen, url: arguments.callback_url });
    let options = Options { target, consent, certificate, callbacks, only: arguments.only };

    let report = probe::run(options, |id| println!("asking {id}")).await?;

    let json = report.to_json(&Zoned::now().date().to_string());
    fs::write(&arguments.output, format!("{}\n", serde_json::to_string_pretty(&json)?))?;
    println!("\n{}\nwrote {}", report.table(), arguments.output.display());
    let failed = all().filter(|question| matches!(report.outcome(question.id), Some(Outcome::Failed(_)))).count();
    if failed > 0 { Err(format!("{failed} questions failed").into()) } else { Ok(()) }
}

/// Reads a certificate from its folder.
fn certificate(folder: PathBuf) -> Result<Certificate, Box<dyn Error>> {
    let read = |name: &str| fs::read_to_string(folder.join(name)).map_err(|error| format!("{name}: {error}"));
    Ok(Certificate {
        certificate: read("certificate.pem")?,
        chain: read("chain.pem")?,
        key: PrivateKeyPem::new(read("key.pem")?),
    })
}
