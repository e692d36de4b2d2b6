//! Fuzzing: parsers of what others wrote get inputs that are changed at random. A target must not panic, must end
//! quickly, must not allocate without bound, and must keep its invariants. `CONTRIBUTING.md` has the command that runs
//! a million inputs.
//!
//! Each target is one test. `corpus/<target>/` has its valid inputs, one a file; a target may add others.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a failed expectation is a failed test")]

mod harness;
mod targets;

/// Counts the memory of this process, so that each input is charged with what it allocates.
#[global_allocator]
static MEMORY: peak_alloc::PeakAlloc = peak_alloc::PeakAlloc;
