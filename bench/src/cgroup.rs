//! The share of a processor that a process gets, and the processor time that it has used. Both come from a control
//! group of Linux, in version 1 or 2.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

const ROOT: &str = "/sys/fs/cgroup";
/// The period of a quota. Lambda's is 20 ms, too: a function gets its share in each of them.
const PERIOD_US: u32 = 20_000;
/// The memory at which a function has one whole vCPU:
/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html>
pub(crate) const MEGABYTES_OF_A_VCPU: u32 = 1_769;

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// A control group for one process. It is removed when this value is dropped, after the process has ended.
#[derive(Debug)]
pub(crate) struct Group {
    folders: Vec<PathBuf>,
}

impl Group {
    /// Makes a group with the processor share of a function with this memory, or without a limit.
    pub(crate) fn new(memory: Option<u32>) -> io::Result<Self> {
        let root = Path::new(ROOT);
        let name = format!("bench-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let is_v2 = root.join("cgroup.controllers").exists();
        if is_v2 {
            fs::write(root.join("cgroup.subtree_control"), "+cpu")?;
        }
        let parents = if is_v2 { vec![root.to_owned()] } else { vec![root.join("cpu"), root.join("cpuacct")] };
        let folders: Vec<_> = parents.into_iter().map(|parent| parent.join(&name)).collect();
        // In version 1 both can be names of one folder.
        folders.iter().try_for_each(fs::create_dir_all)?;
        let group = Self { folders };
        if let Some(memory) = memory {
            let quota = PERIOD_US * memory / MEGABYTES_OF_A_VCPU;
            if is_v2 {
                fs::write(group.file("cpu.max"), format!("{quota} {PERIOD_US}"))?;
            } else {
                fs::write(group.file("cpu.cfs_period_us"), PERIOD_US.to_string())?;
                fs::write(group.file("cpu.cfs_quota_us"), quota.to_string())?;
            }
        }
        Ok(group)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folders.first().map(|folder| folder.join(name)).unwrap_or_default()
    }

    /// The files to which a process writes its id to join the group.
    pub(crate) fn doors(&self) -> Vec<PathBuf> {
        self.folders.iter().map(|folder| folder.join("cgroup.procs")).collect()
    }

    /// Returns the processor time of all threads of the group so far, also of ended ones, in nanoseconds.
    pub(crate) fn cpu_ns(&self) -> Option<i64> {
        if let Some(text) = self.folders.last().and_then(|it| fs::read_to_string(it.join("cpuacct.usage")).ok()) {
            return text.trim().parse().ok();
        }
        let text = fs::read_to_string(self.file("cpu.stat")).ok()?;
        let usage = text.lines().find_map(|line| line.strip_prefix("usage_usec "))?;
        usage.trim().parse::<i64>().ok().map(|microseconds| microseconds * 1_000)
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        for folder in &self.folders {
            // It is busy for a moment after the process has ended. An empty group that stays does no harm.
            for _ in 0..20 {
                if fs::remove_dir(folder).is_ok() || !folder.exists() {
                    break;
                }
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
        }
    }
}

/// Returns the processor time of the living threads of a process, in nanoseconds, for a machine without groups.
pub(crate) fn cpu_ns_of(process: u32) -> Option<i64> {
    let tasks = fs::read_dir(format!("/proc/{process}/task")).ok()?;
    let times = tasks.flatten().map(|task| {
        let text = fs::read_to_string(task.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse::<i64>().ok()
    });
    times.sum()
}
