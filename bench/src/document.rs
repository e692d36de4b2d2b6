//! The document with the table, and what the machine was.

use std::{fs, process::Command};

use crate::Failure;

/// Returns the text of `docs/PERFORMANCE.md`.
pub(crate) fn text(table: &str, runs: u32) -> Result<String, Failure> {
    let rustc = Command::new("rustc").arg("--version").output()?;
    let rustc = String::from_utf8(rustc.stdout)?;
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease")?;
    let cpu = fs::read_to_string("/proc/cpuinfo")?;
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or("unknown");
    let model = model.trim_start_matches(['\t', ' ', ':']);
    let cores = std::thread::available_parallelism()?;
    let date = jiff::Zoned::now().date();
    Ok(format!(
        "# Performance

`cargo run --release -p bench` measures the release bootstrap of `users`, and writes this file. With `--before DIR` it
also measures an earlier bootstrap, `DIR/users`, in the same run: the column \"before\". `--quick` is a short test of
the program, and `--only PART` measures a part; neither writes this file. Control groups need Linux and root.

Measured on {date}, with {} on {cores} processor cores ({model}), Linux {}. {runs} starts of each bootstrap.

Each value is minimum / **median** / maximum; a single value has no spread. A target is for the median.

{table}
## How it is measured

- The bootstraps run as processes that read events from a Runtime API on this machine. `hello` is a hello-world with
  lambda_http and axum, in the same release profile. The bootstraps take turns, so the noise of the machine affects all
  alike.
- AWS is the embedded one, and the bank is the simulator. Both run in the process of `bench`, on the same processor
  cores. AWS and the bank are slower, and a network adds its distance.
- \"Ready\" is the first request for an event. A start includes the calls that a function makes before that.
- The request is GET `/user/{{user_id}}/accounts`. API key, connection and session are stored.
- A CPU share is that of a Lambda function with this memory (1,769 MB are one vCPU), as a quota of a control group with
  periods of 20 ms.
- A distance is the round trip of a proxy that ends TLS 1.3 and delays bytes. A new connection costs one round trip for
  TCP and one for TLS. A proxy speaks HTTP/1.1.
- Round trips one after another: how much longer it takes if every round trip takes 100 ms longer, divided by
  100 ms. The fastest runs are compared.
- The bank's own time is that of the same call, sent to the simulated bank by a bare reqwest client.
- Cost is that of processor time only: a GB-second costs USD 0.0000166667 on x86 and USD 0.0000133334 on arm64. Lambda
  also charges the time in which a function waits, and each request.
- Large answers come from a server in front of the simulator. It enlarges the list of accounts and signs the answer
  with a key of its own. Their target is that a process needs at most twice the answer as extra memory.
- Signing, verifying, sealing and opening are measured in the process of `bench`.

## Where a target is missed

- The start of `users` executes six million instructions and `hello` 0.6 million, counted by callgrind without TLS. A
  quarter of them is AWS's SDKs parsing their table of regions, once for each service, which a client cannot switch
  off; a third signs and sends the two reads of secrets. The rest of the processor time is the kernel's, for a larger
  program and four connections.
- An answer is in memory twice at least: as the bank sent it, because its signature is over all bytes, and as text in
  the JSON that the Lambda runtime sends. The runtime lets the buffer of that JSON grow by doubling.
- A warm request verifies the bank's signature, reads the answer's JSON twice (is it an envelope, where is the next
  page) and writes it as text in JSON once.
",
        rustc.trim(),
        kernel.trim()
    ))
}
