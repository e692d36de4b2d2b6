//! A process that has served before: its answers, its processor time and its memory.

use std::time::Instant;

use crate::{
    Failure, Setting,
    cgroup::MEGABYTES_OF_A_VCPU,
    contender::Who,
    direct::Direct,
    process::{Process, nanoseconds},
    progress,
    report::{Row, Target},
    series::{Series, Unit},
    stage::Stage,
};

/// The price of Lambda on x86 for a GB-second, in millionths of a millionth of a US dollar:
/// <https://aws.amazon.com/lambda/pricing/>, Europe (Frankfurt), first tier.
const PICODOLLARS_X86: i64 = 16_666_700;
/// The same on arm64.
const PICODOLLARS_ARM64: i64 = 13_333_400;
const MEGABYTES_OF_A_GIGABYTE: i64 = 1_024;
/// The requests after which memory is read.
const REQUESTS_OF_MEMORY: u32 = 200;

/// A process and what was measured of it.
struct Warm {
    who: Who,
    process: Process,
    ns: Series,
    beyond_bank_ns: Series,
}

/// Measures requests of a customer's accounts, one after another.
pub(crate) async fn measure(setting: &Setting, stage: &Stage) -> Result<Vec<Row>, Failure> {
    let requests = if setting.is_quick { 50 } else { 500 };
    progress(&format!("{requests} warm requests"));
    let direct = Direct::learn(setting, &stage.near, &stage.event).await?;
    let mut warm = Vec::new();
    for contender in &setting.contenders {
        let mut process = Process::start(&contender.program, &stage.near, None).await?;
        for _ in 0..20 {
            process.succeed(&stage.event).await?;
        }
        warm.push(Warm { who: contender.who, process, ns: Series::default(), beyond_bank_ns: Series::default() });
    }
    let mut bank_ns = Series::default();
    let mut bytes = 0;
    for _ in 0..requests {
        let (bank, length) = direct.call().await?;
        bank_ns.push(bank);
        bytes = length;
        for one in &mut warm {
            let ns = one.process.succeed(&stage.event).await?;
            one.ns.push(ns);
            one.beyond_bank_ns.push(ns - bank);
        }
    }
    let size = format!("answer of {bytes} bytes");
    let mut all = Row::new(format!("warm request, {size}"), Unit::Milliseconds).beside("bank directly", bank_ns);
    let mut beyond = Row::new("warm request without the bank's own time", Unit::Milliseconds);
    for one in &warm {
        all = all.of(one.who, one.ns.clone());
        // The reference does not call the bank.
        let own = if one.who == Who::Hello { &one.ns } else { &one.beyond_bank_ns };
        beyond = beyond.of(one.who, own.clone());
    }
    let mut rows = vec![all, beyond.target(Target::AtMost(400_000))];
    rows.extend(calls(stage, &mut warm).await?);
    rows.extend(throughput(stage, &mut warm, requests).await?);
    drop(warm);
    rows.extend(memory(setting, stage).await?);
    Ok(rows)
}

/// Counts the calls of one request.
async fn calls(stage: &Stage, warm: &mut [Warm]) -> Result<Vec<Row>, Failure> {
    let mut tables = Row::new("calls to DynamoDB, warm request", Unit::Count);
    let mut secrets = Row::new("calls to Secrets Manager, warm request", Unit::Count);
    let mut bank = Row::new("calls to the bank, warm request", Unit::Count);
    for one in warm {
        stage.take_calls().await?;
        one.process.succeed(&stage.event).await?;
        let calls = stage.take_calls().await?;
        let series = |value| [value].into_iter().collect();
        tables = tables.of(one.who, series(calls.tables));
        secrets = secrets.of(one.who, series(calls.secrets));
        bank = bank.of(one.who, series(calls.bank));
    }
    Ok(vec![tables, secrets, bank])
}

/// Measures many requests as fast as one process answers them.
async fn throughput(stage: &Stage, warm: &mut [Warm], requests: u32) -> Result<Vec<Row>, Failure> {
    let mut rates = Row::new("requests in a second, one after another", Unit::Count);
    let mut cpu = Row::new("CPU time of a warm request", Unit::Milliseconds);
    let mut x86 = Row::new("cost of a million warm requests, CPU time only, x86", Unit::Dollars);
    let mut arm = Row::new("the same CPU time at the price of arm64", Unit::Dollars);
    // In blocks of a tenth, so that all take turns.
    let block = i64::from(requests / 10).max(1);
    let (mut rate, mut used) = (vec![Series::default(); warm.len()], vec![Series::default(); warm.len()]);
    for _ in 0..10 {
        for ((one, rate), used) in warm.iter_mut().zip(&mut rate).zip(&mut used) {
            let (started, before) = (Instant::now(), one.process.cpu_ns());
            for _ in 0..block {
                one.process.succeed(&stage.event).await?;
            }
            rate.push(block * 1_000_000_000 / nanoseconds(started.elapsed()).max(1));
            let more = one.process.cpu_ns().zip(before).map(|(after, before)| (after - before) / block);
            more.into_iter().for_each(|ns| used.push(ns));
        }
    }
    for ((one, rate), used) in warm.iter().zip(rate).zip(used) {
        // A function of M MB has M / 1769 of a vCPU and costs M / 1024 GB-seconds in a second, so the memory cancels
        // out. A nanosecond of a request is a millisecond of a million requests.
        let cost = |picodollars: i64| {
            let of = |ns: i64| {
                let gigabyte_ms = ns * i64::from(MEGABYTES_OF_A_VCPU) / MEGABYTES_OF_A_GIGABYTE;
                gigabyte_ms * picodollars / 1_000 / 1_000_000
            };
            used.median().into_iter().map(of).collect::<Series>()
        };
        rates = rates.of(one.who, rate);
        (x86, arm) = (x86.of(one.who, cost(PICODOLLARS_X86)), arm.of(one.who, cost(PICODOLLARS_ARM64)));
        cpu = cpu.of(one.who, used);
    }
    Ok(vec![rates, cpu, x86, arm])
}

/// Measures the largest memory of new processes.
async fn memory(setting: &Setting, stage: &Stage) -> Result<Vec<Row>, Failure> {
    progress("memory");
    let mut at_start = Row::new("peak memory after the start", Unit::Mebibytes);
    let mut later = Row::new(format!("peak memory after {REQUESTS_OF_MEMORY} requests"), Unit::Mebibytes);
    for contender in &setting.contenders {
        let (mut first, mut last) = (Series::default(), Series::default());
        for _ in 0..3 {
            let mut process = Process::start(&contender.program, &stage.near, None).await?;
            first.push(process.peak_bytes()?);
            for _ in 0..REQUESTS_OF_MEMORY {
                process.succeed(&stage.event).await?;
            }
            last.push(process.peak_bytes()?);
        }
        (at_start, later) = (at_start.of(contender.who, first), later.of(contender.who, last));
    }
    let limit = Target::AtMost(10 * 1024 * 1024);
    Ok(vec![at_start.target(limit), later.target(limit)])
}
