//! The binary `local`: the whole stack on one machine, with one command.

use std::{
    fmt::Display,
    io::{self, IsTerminal as _, Write as _, stderr, stdout},
    process::ExitCode,
    time::Duration,
};

use clap::Parser as _;
use local::{LocalError, Options, Progress, Stack, Task, Welcome, ask, reset};
use shared::telemetry::{self, Format};
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
};
use tracing::level_filters::LevelFilter;

/// How long pending requests may take after Ctrl-C.
const LAST_WORDS: Duration = Duration::from_secs(3);

/// How long a start may print nothing before it prints that it is still running.
const SILENCE: Duration = Duration::from_secs(5);

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    let done = match &options.task {
        None => {
            log(options.log);
            run(&options).await
        }
        Some(Task::Reset { yes }) => reset(&options, *yes).map(|said| say(&said)),
        Some(task) => ask(&options, task).await.map(|answer| say(&format!("{answer:#}"))),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(stderr(), "local: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Prints a line on standard output. A closed standard output is ignored.
fn say(line: &dyn Display) {
    let _ = writeln!(stdout(), "{line}");
}

/// Logs to standard error: by default a short line per request on a terminal, and JSON elsewhere.
fn log(level: Option<LevelFilter>) {
    let (format, level) = match (stderr().is_terminal(), level) {
        (true, None) => (Format::Requests, LevelFilter::WARN),
        (true, Some(level)) => (Format::Text, level),
        (false, level) => (Format::Json, level.unwrap_or(LevelFilter::INFO)),
    };
    telemetry::init(format, level, stderr);
}

async fn run(options: &Options) -> Result<(), LocalError> {
    // Registered before anything starts, so that no signal is lost.
    let interrupted = interrupted();
    let wait = async |mut interrupted: watch::Receiver<bool>| {
        // An error means that the sender's task has ended, which is a stop as well.
        let _ = interrupted.wait_for(|interrupted| *interrupted).await;
    };
    let (spoken, heard) = watch::channel(());
    let progress = |progress: Progress| {
        say(&progress);
        let _ = spoken.send(());
    };
    let stack = tokio::select! {
        started = Stack::start(options, &progress) => started?,
        () = wait(interrupted.clone()) => return Ok(()),
        () = break_silence(heard) => return Ok(()),
    };
    say(&Welcome(&stack, options));
    let stopped = wait(interrupted.clone());
    tokio::select! {
        served = stack.serve(stopped) => served?,
        () = async { wait(interrupted).await; tokio::time::sleep(LAST_WORDS).await } => {}
    }
    say(&"Stopped.");
    Ok(())
}

/// Prints a line whenever a start has printed nothing for a while. Never returns.
async fn break_silence(mut heard: watch::Receiver<()>) {
    loop {
        if tokio::time::timeout(SILENCE, heard.changed()).await.is_err() {
            say(&"  … still at it");
        }
    }
}

/// Becomes true on Ctrl-C (SIGINT) or SIGTERM.
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
