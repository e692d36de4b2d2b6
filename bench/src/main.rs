//! Measures the release bootstraps of the functions beside a hello-world, and beside an earlier version.
//!
//! `cargo run --release -p bench` builds the bootstraps, measures, prints one table and writes `docs/PERFORMANCE.md`.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program of the command line")]

mod cgroup;
mod cold;
mod contender;
mod crowd;
mod direct;
mod document;
mod growth;
mod large;
mod minute;
mod primitives;
mod process;
mod proxy;
mod report;
mod runtime;
mod scale;
mod series;
mod signer;
mod stage;
mod warm;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Parser;

use contender::Contender;
use report::{Row, table};
use stage::Stage;

/// Why a measurement ended.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Measures the release bootstraps, prints one table and writes docs/PERFORMANCE.md.
#[derive(Debug, Parser)]
struct Options {
    /// A folder with an earlier release bootstrap named `users`, to be measured in the same run
    #[arg(long, value_name = "DIR")]
    before: Option<PathBuf>,
    /// The number of starts of each bootstrap
    #[arg(long, default_value_t = 20)]
    runs: u32,
    /// Few runs, to see that everything works; writes no file
    #[arg(long)]
    quick: bool,
    /// Measures only this part, and writes no file; can be repeated
    #[arg(long, value_name = "PART")]
    only: Vec<Part>,
    /// Uses the bootstraps that an earlier run has built
    #[arg(long)]
    no_build: bool,
    /// Starts this number of processes at once at a bank with the classic limits, and nothing else; can be repeated
    #[arg(long, value_name = "PROCESSES")]
    crowd: Vec<usize>,
    /// Simulates days of deployments of different sizes, writes docs/SCALING.md, and measures nothing else
    #[arg(long)]
    scale: bool,
    /// A folder with the bootstraps `users` and `hello` of this version, in place of those that were built
    #[arg(long, value_name = "DIR", conflicts_with = "no_build")]
    now: Option<PathBuf>,
}

/// A part of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// Starts and first requests
    Cold,
    /// Requests to a process that has served before, its processor time and its memory
    Warm,
    /// A process that is busy for a minute
    Minute,
    /// Large answers of the bank
    Large,
    /// Many connections in the table
    Growth,
    /// Cryptography
    Primitives,
}

/// What is measured, and how often.
#[derive(Clone, Debug)]
pub(crate) struct Setting {
    pub(crate) contenders: Vec<Contender>,
    pub(crate) runs: u32,
    pub(crate) is_quick: bool,
}

/// Reports what happens now.
pub(crate) fn progress(what: &str) {
    eprintln!("bench: {what}");
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> Result<(), Failure> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize()?;
    if options.scale {
        return scale::measure(&root);
    }
    let now = match options.now {
        Some(folder) => folder,
        None if options.no_build => contender::own_folder()?,
        None => contender::build(&root)?,
    };
    if !options.crowd.is_empty() {
        let program = now.join("users").canonicalize()?;
        for processes in options.crowd {
            println!("{}", crowd::measure(&program.to_string_lossy(), processes).await?);
        }
        return Ok(());
    }
    let setting = Setting {
        contenders: contender::contenders(&now, options.before.as_deref())?,
        runs: if options.quick { 2 } else { options.runs.max(1) },
        is_quick: options.quick,
    };
    let wanted = |part| options.only.is_empty() || options.only.contains(&part);
    let mut rows: Vec<Row> = Vec::new();
    let stage = Stage::start().await?;
    if wanted(Part::Cold) {
        rows.extend(cold::measure(&setting, &stage).await?);
    }
    if wanted(Part::Warm) {
        rows.extend(warm::measure(&setting, &stage).await?);
    }
    // A minute is long for a test of this program.
    if wanted(Part::Minute) && !setting.is_quick {
        rows.extend(minute::measure(&setting, &stage).await?);
    }
    if wanted(Part::Large) {
        rows.extend(large::measure(&setting).await?);
    }
    if wanted(Part::Primitives) {
        rows.extend(primitives::measure(&setting).await?);
    }
    // Last, because the table stays full.
    if wanted(Part::Growth) {
        rows.extend(growth::measure(&setting, &stage).await?);
    }
    let table = table(&rows, options.before.is_some());
    println!("{table}");
    if !options.quick && options.only.is_empty() {
        std::fs::write(root.join("docs/PERFORMANCE.md"), document::text(&table, setting.runs)?)?;
    }
    Ok(())
}
