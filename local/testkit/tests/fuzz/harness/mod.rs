//! Runs a target with many inputs, and reports the first one that fails.

mod bytes;
mod inputs;
mod json;
mod random;

use std::{
    cell::Cell,
    env,
    fmt::Write as _,
    io::Write as _,
    panic::{self, AssertUnwindSafe},
    sync::{
        Mutex, Once, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

pub(crate) use inputs::Corpus;
pub(crate) use random::Random;

use crate::MEMORY;

/// What one input may cost.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    /// How long one input may take.
    pub(crate) time: Duration,
    /// How many bytes one input may allocate at the same time: this much, and as much for each byte of the input.
    pub(crate) memory: (usize, usize),
}

impl Limits {
    /// For a parser that does no input and output.
    pub(crate) const PURE: Self = Self { time: Duration::from_secs(10), memory: (1 << 20, 200) };
    /// For a request to a whole deployment, whose other tasks allocate, too.
    pub(crate) const WHOLE: Self = Self { time: Duration::from_secs(20), memory: (32 << 20, 400) };
}

/// One target runs at a time, because memory is counted for the whole process.
static ALONE: Mutex<()> = Mutex::new(());
/// The panics of all threads: those of a request's task do not reach the target.
static PANICS: AtomicUsize = AtomicUsize::new(0);
static QUIET: AtomicBool = AtomicBool::new(false);

fn count_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let print = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            PANICS.fetch_add(1, Ordering::SeqCst);
            if !QUIET.load(Ordering::SeqCst) {
                print(info);
            }
        }));
    });
}

fn variable(name: &str) -> Option<u64> {
    #[expect(clippy::disallowed_methods, reason = "the settings of a test are no configuration")]
    let text = env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} must be a number")))
}

/// Prepares what a target needs, while no other target runs.
pub(crate) fn prepare<T>(make: impl FnOnce() -> T) -> T {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    make()
}

/// Runs a target with `cases` inputs, or as many as `FUZZ_CASES` says. `FUZZ_SEED` repeats a failure. The target
/// returns whether it accepted the input.
///
/// # Panics
/// Panics if the target panics, if another thread panics meanwhile, or if an input costs more than `limits`.
pub(crate) fn fuzz(name: &str, cases: u64, corpus: &Corpus, limits: Limits, mut target: impl FnMut(&[u8]) -> bool) {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    count_panics();
    let now = SystemTime::UNIX_EPOCH.elapsed().map_or(0, |time| time.subsec_nanos());
    let seed = variable("FUZZ_SEED").unwrap_or_else(|| Random::new(now.into()).number() >> 16);
    let cases = variable("FUZZ_CASES").unwrap_or(cases);
    // Not `eprintln`, whose text is lost if the process ends, as it does when a stack overflows.
    let tell = |line: &str| drop(writeln!(std::io::stderr(), "fuzz {name}: {line}"));
    tell(&format!("{cases} inputs from FUZZ_SEED={seed}"));
    let (started, accepted) = (Instant::now(), Cell::new(0_u64));
    let (mut slowest, mut largest) = (Duration::ZERO, 0);
    for case in 0..cases {
        let seed = seed.wrapping_add(case);
        let input = corpus.input(seed);
        let mut counted = |input: &[u8]| accepted.set(accepted.get() + u64::from(target(input)));
        let mut outcome = run(&input, limits, &mut counted);
        // A busy machine can make any input slow once.
        for _ in 0..3 {
            if matches!(outcome, Err(Failure::Cost(_))) {
                outcome = run(&input, limits, &mut counted);
            }
        }
        let cost = match outcome {
            Ok(cost) => cost,
            Err(Failure::Cost(why) | Failure::Panic(why)) => {
                QUIET.store(true, Ordering::SeqCst);
                let mut again = |input: &[u8]| {
                    target(input);
                };
                let least = shrink(input, &mut |input| run(input, limits, &mut again).is_err());
                QUIET.store(false, Ordering::SeqCst);
                let line =
                    format!("{why}\nrepeat it: FUZZ_SEED={seed} FUZZ_CASES=1\nshortest input: {}", shown(&least));
                tell(&line);
                panic!("{name}: {line}");
            }
        };
        slowest = slowest.max(cost.time);
        largest = largest.max(cost.memory);
    }
    let seconds = started.elapsed().as_millis().max(1);
    tell(&format!(
        "{cases} inputs ({} accepted) in {}.{:03} s, {} a second, slowest {} µs, most memory {} KB",
        accepted.get(),
        seconds / 1000,
        seconds % 1000,
        u128::from(cases) * 1000 / seconds,
        slowest.as_micros(),
        largest / 1024,
    ));
    // Fewer inputs can all be refused by chance.
    assert!(accepted.get() > 0 || cases < 100, "{name}: no input was accepted, so nothing behind the parser was run");
}

struct Cost {
    time: Duration,
    memory: usize,
}

enum Failure {
    Cost(String),
    Panic(String),
}

fn run(input: &[u8], limits: Limits, target: &mut dyn FnMut(&[u8])) -> Result<Cost, Failure> {
    let panics = PANICS.load(Ordering::SeqCst);
    MEMORY.reset_peak_usage();
    let (before, started) = (MEMORY.current_usage(), Instant::now());
    let ended = panic::catch_unwind(AssertUnwindSafe(|| target(input)));
    let cost = Cost { time: started.elapsed(), memory: MEMORY.peak_usage().saturating_sub(before) };
    let (least, of_each) = limits.memory;
    if let Err(panic) = ended {
        let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
        return Err(Failure::Panic(format!("panicked: {}", text.unwrap_or("?"))));
    }
    match PANICS.load(Ordering::SeqCst) - panics {
        0 if cost.time > limits.time => Err(Failure::Cost(format!("took {:?}", cost.time))),
        0 if cost.memory > least + of_each * input.len() => {
            Err(Failure::Cost(format!("allocated {} bytes for {} bytes", cost.memory, input.len())))
        }
        0 => Ok(cost),
        _ => Err(Failure::Panic("another thread panicked".to_owned())),
    }
}

/// Removes parts of an input as long as it still fails.
fn shrink(mut input: Vec<u8>, fails: &mut dyn FnMut(&[u8]) -> bool) -> Vec<u8> {
    let (mut part, mut tries) = (input.len().div_ceil(2), 0);
    while part > 0 && tries < 1000 {
        let mut at = 0;
        while at < input.len() && tries < 1000 {
            let shorter = [&input[..at], &input[input.len().min(at + part)..]].concat();
            tries += 1;
            if fails(&shorter) { input = shorter } else { at += part }
        }
        part /= 2;
    }
    input
}

/// An input as a Rust literal.
fn shown(input: &[u8]) -> String {
    let mut text = format!("b\"{}\"", input.escape_ascii());
    if text.len() > 4000 {
        text.truncate(4000);
        let _ = write!(text, "… ({} bytes)", input.len());
    }
    text
}
