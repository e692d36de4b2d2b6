//! The memory of this process, from the kernel.

use std::fs;

/// Linux's page on the machines that run this test.
const PAGE_KIB: u64 = 4;

/// The resident set in MiB: the processes of the test, the simulated bank and the embedded AWS together.
pub(crate) fn resident_mib() -> u64 {
    let statm = fs::read_to_string("/proc/self/statm").unwrap();
    let pages: u64 = statm.split(' ').nth(1).unwrap().parse().unwrap();
    pages * PAGE_KIB / 1024
}
