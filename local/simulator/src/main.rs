//! The simulator as a program.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use bunq_simulator::{CustomersText, Options, SettingReference, Settings, Simulator, StartError};
use clap::Parser;
use loopback::Name;
use serde_json::{Map, Value};

/// A bunq bank on this machine, for development and tests.
///
/// It checks real RSA signatures, and signs its answers. Its customers and their money are invented. It needs no
/// network and no account at bunq.
#[derive(Parser)]
#[command(version, after_help = after_help())]
struct Arguments {
    /// The loopback address to listen on; port 0 selects a free port
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:4100", help_heading = "Server")]
    listen: SocketAddr,
    /// Also answer requests for this host name, such as `host.docker.internal`; by default only those for this machine
    #[arg(long = "name", value_name = "HOST", help_heading = "Server")]
    names: Vec<Name>,
    /// The file that keeps the state of the bank; without it the state is lost at the end
    #[arg(long, value_name = "FILE", help_heading = "Bank")]
    state_file: Option<PathBuf>,
    /// A JSON file with customers besides the built-in ones; `GET /_simulator/customers/schema` shows its format
    #[arg(long, value_name = "FILE", help_heading = "Bank")]
    customers: Option<PathBuf>,
    /// A JSON file with settings; `GET /_simulator/settings` shows all of them
    #[arg(long, value_name = "FILE", help_heading = "Settings")]
    settings: Option<PathBuf>,
    /// One setting, such as `--set rate_limits=classic`; it overrides the file. May be repeated
    #[arg(long = "set", value_name = "NAME=VALUE", help_heading = "Settings")]
    set: Vec<String>,
    /// Print every setting with its default, meaning, values and sources, and exit
    #[arg(long, help_heading = "Settings")]
    list_settings: bool,
}

#[derive(Debug, thiserror::Error)]
enum RunError {
    #[error("cannot read {}", path.display())]
    Unreadable {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("{0} is not understood")]
    Settings(String, #[source] serde_json::Error),
    #[error("--set takes NAME=VALUE, not {0}")]
    NoValue(String),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("cannot write to the terminal")]
    Terminal(#[from] io::Error),
}

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt().with_writer(io::stderr).with_target(false).init();
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // If this fails, nothing can report it.
            let _ = writeln!(io::stderr(), "{}", line(&error));
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), RunError> {
    if arguments.list_settings {
        io::stdout().write_all(listed_settings().as_bytes())?;
        return Ok(());
    }
    let settings = settings(&arguments)?;
    let customers = arguments.customers.map(customers).transpose()?;
    let Arguments { listen, names, state_file, .. } = arguments;
    let options = Options { listen, names, state_file, customers, settings };
    let simulator = Simulator::start(options).await?;
    let mut out = io::stdout();
    writeln!(out, "A bunq bank listens on {}", simulator.url())?;
    writeln!(out, "  API        {}", simulator.api_url())?;
    writeln!(out, "  authorize  {}", simulator.authorize_url())?;
    writeln!(out, "  token      {}", simulator.token_url())?;
    writeln!(out, "  pay        {}", simulator.pay_url())?;
    writeln!(out, "Ctrl-C stops it.")?;
    out.flush()?;
    tokio::signal::ctrl_c().await?;
    simulator.stop().await;
    Ok(())
}

fn settings(arguments: &Arguments) -> Result<Settings, RunError> {
    let mut settings = Settings::default();
    if let Some(path) = &arguments.settings {
        let text = fs::read(path).map_err(|source| RunError::Unreadable { path: path.clone(), source })?;
        let read = serde_json::from_slice(&text).and_then(|changes| settings.merged(&changes));
        settings = read.map_err(|source| RunError::Settings(path.display().to_string(), source))?;
    }
    for pair in &arguments.set {
        let (name, value) = pair.split_once('=').ok_or_else(|| RunError::NoValue(pair.clone()))?;
        // A value that is not JSON is text, so that the shell needs no inner quotes.
        let value = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
        let changes = Value::Object(Map::from_iter([(name.to_owned(), value)]));
        settings = settings.merged(&changes).map_err(|source| RunError::Settings(pair.clone(), source))?;
    }
    Ok(settings)
}

fn customers(path: PathBuf) -> Result<CustomersText, RunError> {
    let name = path.display().to_string();
    let json = fs::read_to_string(&path).map_err(|source| RunError::Unreadable { path, source })?;
    Ok(CustomersText { name, json })
}

/// The end of the help: an example, the pages, and all settings with their defaults.
fn after_help() -> String {
    let line = |setting: SettingReference| format!("  {}={}", setting.name, bare(&setting.default.to_string()));
    let settings: Vec<String> = Settings::reference().into_iter().map(line).collect();
    format!(
        "Example:\n  \
         bunq-simulator --state-file bank.json --set rate_limits=classic --set denial=stay\n\n\
         Pages:\n  \
         /            what this bank offers\n  \
         /app         be a customer: accounts, payments, drafts, requests\n  \
         /_simulator  settings and faults, explained\n\n\
         Names and defaults of all settings, which --list-settings explains:\n{}",
        settings.join("\n")
    )
}

/// A value in JSON as `--set` takes it.
fn bare(value: &str) -> &str {
    value.trim_matches('"')
}

/// The settings for a terminal.
fn listed_settings() -> String {
    let mut text = String::new();
    for SettingReference { name, meaning, values, kind, default, sources } in Settings::reference() {
        text += &format!("{name}={}\n    {meaning}\n", bare(&default.to_string()));
        if values.is_empty() {
            text += &format!("    Values: {kind}\n");
        }
        for (value, meaning) in &values {
            text += &format!("      {}: {meaning}\n", bare(value));
        }
        text += &format!("    Sources: {sources}\n\n");
    }
    text
}

/// An error and its causes on one line.
fn line(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        // Writing to a string cannot fail.
        let _ = write!(text, ": {cause}");
        source = cause.source();
    }
    text
}
