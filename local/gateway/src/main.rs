//! `cargo run -p local`: all of it on one machine, with one command.

use std::{
    io::{Write as _, stderr, stdout},
    process::ExitCode,
    time::Duration,
};

use clap::Parser as _;
use local::{LocalError, Options, Stack, StepLine, Welcome};
use shared::telemetry;

/// How long requests under way may take once Ctrl-C was pressed.
const LAST_WORDS: Duration = Duration::from_secs(3);

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    telemetry::init(telemetry::Format::Text, options.log);
    match run(&options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(stderr(), "local: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: &Options) -> Result<(), LocalError> {
    let progress = |step, state| {
        let _ = writeln!(stdout(), "{}", StepLine(step, state));
    };
    let _ = writeln!(stdout(), "Onboarding at the bank ({}):", options.bunq.as_str());
    let stack = tokio::select! {
        started = Stack::start(options, &progress) => started?,
        () = interrupted() => return Ok(()),
    };
    let _ = writeln!(stdout(), "{}", Welcome(&stack, options));
    tokio::select! {
        served = stack.serve(interrupted()) => served,
        () = async { interrupted().await; tokio::time::sleep(LAST_WORDS).await } => Ok(()),
    }
}

/// Ctrl-C, or SIGTERM from whatever started us.
async fn interrupted() {
    use tokio::signal::unix::{SignalKind, signal};
    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated => {}
    }
}
