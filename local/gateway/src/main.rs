//! `cargo run -p local`: all of it on one machine, with one command.

use std::{
    io::{self, Write as _, stderr, stdout},
    process::ExitCode,
    time::Duration,
};

use clap::Parser as _;
use local::{LocalError, Options, Stack, StepLine, Welcome};
use shared::telemetry;
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
};

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
    // Before anything starts: a signal must not fall between two listeners.
    let interrupted = interrupted();
    let wait = async |mut interrupted: watch::Receiver<bool>| {
        // The sender lives as long as its task, which ends with the signal.
        let _ = interrupted.wait_for(|interrupted| *interrupted).await;
    };
    let progress = |step, state| {
        let _ = writeln!(stdout(), "{}", StepLine(step, state));
    };
    let _ = writeln!(stdout(), "Onboarding at the bank ({}):", options.bunq.as_str());
    let stack = tokio::select! {
        started = Stack::start(options, &progress) => started?,
        () = wait(interrupted.clone()) => return Ok(()),
    };
    let _ = writeln!(stdout(), "{}", Welcome(&stack, options));
    let stopped = wait(interrupted.clone());
    tokio::select! {
        served = stack.serve(stopped) => served,
        () = async { wait(interrupted).await; tokio::time::sleep(LAST_WORDS).await } => Ok(()),
    }
}

/// Turns true with Ctrl-C, or SIGTERM from whatever started us.
fn interrupted() -> watch::Receiver<bool> {
    let (send, interrupted) = watch::channel(false);
    let signals = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
    tokio::spawn(async move {
        let heard = async |signal: io::Result<Signal>| match signal {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        };
        tokio::select! {
            () = heard(signals.0) => {}
            () = heard(signals.1) => {}
        }
        let _ = send.send(true);
    });
    interrupted
}
