//! `cargo run -p local`: all of it on one machine, with one command.

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

/// How long requests under way may take once Ctrl-C was pressed.
const LAST_WORDS: Duration = Duration::from_secs(3);

/// After how long without a word the start says that it goes on.
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

/// A line for the person at the terminal. Nothing can be done about one that is gone.
fn say(line: &dyn Display) {
    let _ = writeln!(stdout(), "{line}");
}

/// To standard error: a short line for each request where a person reads, JSON where a program does.
fn log(level: Option<LevelFilter>) {
    let (format, level) = match (stderr().is_terminal(), level) {
        (true, None) => (Format::Requests, LevelFilter::WARN),
        (true, Some(level)) => (Format::Text, level),
        (false, level) => (Format::Json, level.unwrap_or(LevelFilter::INFO)),
    };
    telemetry::init(format, level, stderr);
}

async fn run(options: &Options) -> Result<(), LocalError> {
    // Before anything starts: a signal must not fall between two listeners.
    let interrupted = interrupted();
    let wait = async |mut interrupted: watch::Receiver<bool>| {
        // The sender lives as long as its task, which ends with the signal.
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

/// Says that the start goes on, whenever it has been silent for a while. Never ends.
async fn break_silence(mut heard: watch::Receiver<()>) {
    loop {
        if tokio::time::timeout(SILENCE, heard.changed()).await.is_err() {
            say(&"  … still at it");
        }
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
