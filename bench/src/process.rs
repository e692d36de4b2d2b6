//! One process of a function, as Lambda starts it: its start, its answers, its processor time and its memory.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use axum::body::Bytes;
use serde_json::Value;

use crate::{
    Failure,
    cgroup::{self, Group},
    runtime::RuntimeApi,
};

/// The environment of a function.
pub(crate) type Variables = BTreeMap<String, String>;

/// The shell joins the control groups and waits for a line. Then it becomes the bootstrap, so what it did before counts
/// neither as time nor as processor time of the bootstrap.
const ENTER: &str =
    r#"for door do echo $$ > "$door"; done; echo; read -r go; exec "$0" < /dev/null > /dev/null 2> /dev/null"#;
/// After its request for the next event, a process needs this long until all its threads sleep.
const SETTLE: Duration = Duration::from_millis(5);

/// A started process. It ends when this value is dropped.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    api: RuntimeApi,
    group: Option<Group>,
    /// The time from the start to the first request for an event, in nanoseconds.
    pub(crate) ready_ns: i64,
    /// The processor time of the start.
    pub(crate) ready_cpu_ns: Option<i64>,
    cpu_before_ns: i64,
}

/// A function's answer to an event.
#[derive(Debug)]
pub(crate) struct Answered {
    /// The time from giving the event to the end of the answer.
    pub(crate) ns: i64,
    /// What the function sent to the Runtime API.
    pub(crate) text: Bytes,
}

impl Process {
    /// Starts a bootstrap, with the processor share of this memory, or without a limit, and waits until it is ready.
    pub(crate) async fn start(program: &Path, variables: &Variables, memory: Option<u32>) -> Result<Self, Failure> {
        let api = RuntimeApi::start().await?;
        let group = match Group::new(memory) {
            Ok(group) => Some(group),
            Err(error) if memory.is_some() => return Err(format!("no control group: {error}").into()),
            Err(_) => None,
        };
        let doors = group.as_ref().map(Group::doors).unwrap_or_default();
        let mut child = Command::new("/bin/sh")
            .args(["-c", ENTER])
            .arg(program)
            .args(doors)
            .env_clear()
            .envs(variables)
            .env("AWS_LAMBDA_FUNCTION_NAME", "bench")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", memory.unwrap_or(512).to_string())
            .env("AWS_LAMBDA_HTTP_IGNORE_STAGE_IN_PATH", "1")
            .env("AWS_LAMBDA_RUNTIME_API", api.address.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()?;
        let (input, output) = (child.stdin.take(), child.stdout.take());
        let (Some(mut input), Some(output)) = (input, output) else { return Err("no pipes".into()) };
        let mut process = Self { child, api, group, ready_ns: 0, ready_cpu_ns: None, cpu_before_ns: 0 };
        BufReader::new(output).read_line(&mut String::new())?;
        tokio::time::sleep(SETTLE).await;
        process.cpu_before_ns = process.group.as_ref().and_then(Group::cpu_ns).unwrap_or(0);
        let started = Instant::now();
        input.write_all(b"\n")?;
        let ready = process.api.ready().await?;
        process.ready_ns = nanoseconds(ready.duration_since(started));
        process.ready_cpu_ns = process.cpu_ns_at_rest().await;
        Ok(process)
    }

    /// Waits until all threads sleep, and returns the processor time since the start.
    pub(crate) async fn cpu_ns_at_rest(&self) -> Option<i64> {
        tokio::time::sleep(SETTLE).await;
        self.cpu_ns()
    }

    /// Returns the processor time since the start.
    pub(crate) fn cpu_ns(&self) -> Option<i64> {
        let used = match &self.group {
            Some(group) => group.cpu_ns(),
            None => cgroup::cpu_ns_of(self.child.id()),
        };
        used.map(|used| used - self.cpu_before_ns)
    }

    /// Gives an event to the function and waits for its answer.
    pub(crate) async fn invoke(&mut self, event: &str) -> Result<Answered, Failure> {
        self.api.invoke(event).await
    }

    /// Does the same, and checks that the answer has the status 200. Returns the time only.
    pub(crate) async fn succeed(&mut self, event: &str) -> Result<i64, Failure> {
        let answered = self.invoke(event).await?;
        // Reading a large answer would take time of the processor.
        if answered.text.starts_with(br#"{"statusCode":200,"#) {
            return Ok(answered.ns);
        }
        let answer: Value = serde_json::from_slice(&answered.text)?;
        if answer["statusCode"] == 200 { Ok(answered.ns) } else { Err(format!("refused: {answer}").into()) }
    }

    /// Returns the largest memory that the process has used so far, in bytes.
    pub(crate) fn peak_bytes(&self) -> Result<i64, Failure> {
        let text = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
        let kilobytes: i64 = line.trim().trim_end_matches("kB").trim().parse()?;
        Ok(kilobytes * 1024)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Returns a duration in nanoseconds.
pub(crate) fn nanoseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)
}
