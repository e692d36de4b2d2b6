//! New processes: their start and their first request.

use std::{collections::BTreeMap, time::Duration};

use crate::{
    Failure, Setting,
    contender::Who,
    process::Process,
    progress,
    report::{Row, Target},
    series::{Series, Unit},
    stage::{Calls, Distance, Stage},
};

/// The network distance of the runs with latency, as round trips in milliseconds: to DynamoDB, Secrets Manager and
/// the bank.
const DISTANCE: [u64; 3] = [5, 10, 40];
/// The network distance of the runs that count round trips, in milliseconds. It is longer than the noise of a start.
const EQUAL: u64 = 100;

/// What one new process did.
struct Start {
    ready_ns: i64,
    ready_cpu_ns: Option<i64>,
    first_ns: i64,
    first_cpu_ns: Option<i64>,
    calls: [Calls; 2],
}

type Starts = BTreeMap<Who, Vec<Start>>;
type Nanoseconds = fn(&Start) -> i64;

fn far(milliseconds: [u64; 3]) -> Distance {
    milliseconds.map(Duration::from_millis)
}

/// Measures starts without a limit, with the processor share of two memories, and at a distance.
pub(crate) async fn measure(setting: &Setting, stage: &Stage) -> Result<Vec<Row>, Failure> {
    let near = starts(setting, stage, None, None).await?;
    let mut rows = vec![
        row("CPU time from start to ready", &near, |it| it.ready_cpu_ns).target(Target::AtMost(3_000_000)),
        row("start to ready", &near, |it| Some(it.ready_ns)).target(Target::TenthsOfReference(20)),
        row("first request", &near, |it| Some(it.first_ns)),
        row("CPU time of the first request", &near, |it| it.first_cpu_ns),
    ];
    for memory in [512, 128] {
        match starts(setting, stage, None, Some(memory)).await {
            Ok(slow) => {
                let what = format!("start to ready, CPU share of {memory} MB");
                rows.push(row(what, &slow, |it| Some(it.ready_ns)).target(Target::TenthsOfReference(15)));
                rows.push(row(format!("first request, CPU share of {memory} MB"), &slow, |it| Some(it.first_ns)));
            }
            Err(error) => {
                let what = format!("CPU share of {memory} MB: not measured ({error})");
                rows.push(Row::new(what, Unit::Milliseconds));
            }
        }
    }
    let distant = starts(setting, stage, Some(far(DISTANCE)), None).await?;
    let [tables, secrets, bank] = DISTANCE;
    let place = format!("TLS, {tables}/{secrets}/{bank} ms to DynamoDB/Secrets Manager/bank");
    rows.push(row(format!("start to ready, {place}"), &distant, |it| Some(it.ready_ns)));
    rows.push(row(format!("first request, {place}"), &distant, |it| Some(it.first_ns)));
    rows.push(row(format!("start and first request, {place}"), &distant, |it| Some(it.ready_ns + it.first_ns)));
    for (index, part) in ["start", "first request"].into_iter().enumerate() {
        let count = |what: &str, of: fn(&Calls) -> i64| {
            row(format!("{what}, {part}"), &distant, |it| it.calls.get(index).map(of)).unit(Unit::Count)
        };
        rows.push(count("calls to DynamoDB", |it| it.tables));
        rows.push(count("calls to Secrets Manager", |it| it.secrets));
        rows.push(count("calls to the bank", |it| it.bank));
        rows.push(count("connections opened", |it| it.connections));
    }
    rows.extend(round_trips(setting, stage).await?);
    Ok(rows)
}

/// Counts the round trips one after another: how much longer it takes if each takes longer.
async fn round_trips(setting: &Setting, stage: &Stage) -> Result<Vec<Row>, Failure> {
    let setting = &Setting { runs: setting.runs.div_ceil(2), ..setting.clone() };
    let none = starts(setting, stage, Some(far([0; 3])), None).await?;
    let equal = starts(setting, stage, Some(far([EQUAL; 3])), None).await?;
    let parts: [(&str, Nanoseconds); 2] = [("start", |it| it.ready_ns), ("first request", |it| it.first_ns)];
    Ok(parts
        .into_iter()
        .map(|(part, of)| {
            let what = format!("round trips one after another, {part} (with TCP and TLS)");
            let whos = none.keys().filter(|who| **who != Who::Hello);
            whos.fold(Row::new(what, Unit::Tenths), |row, who| {
                let least = |starts: &Starts| {
                    let series: Series = starts.get(who).into_iter().flatten().map(of).collect();
                    series.minimum().unwrap_or(0)
                };
                let tenth_ns = i64::try_from(EQUAL).unwrap_or(1) * 100_000;
                let more = least(&equal) - least(&none);
                row.of(*who, [(more + tenth_ns / 2) / tenth_ns].into_iter().collect())
            })
        })
        .collect())
}

fn row(what: impl Into<String>, starts: &Starts, of: impl Fn(&Start) -> Option<i64>) -> Row {
    starts.iter().fold(Row::new(what, Unit::Milliseconds), |row, (who, starts)| {
        row.of(*who, starts.iter().filter_map(&of).collect())
    })
}

/// Starts each bootstrap in turn, many times, so that the noise of the machine affects all of them alike.
async fn starts(
    setting: &Setting,
    stage: &Stage,
    distance: Option<Distance>,
    memory: Option<u32>,
) -> Result<Starts, Failure> {
    progress(&format!("{} starts, distance {distance:?}, memory {memory:?}", setting.runs));
    stage.set_distance(distance.unwrap_or_default());
    let variables = if distance.is_some() { &stage.far } else { &stage.near };
    let mut starts = Starts::new();
    // The first round only warms up the machine.
    for run in 0..=setting.runs {
        for contender in &setting.contenders {
            stage.take_calls().await?;
            let mut process = Process::start(&contender.program, variables, memory).await?;
            let at_start = stage.take_calls().await?;
            let first_ns = process.succeed(&stage.event).await?;
            let first_cpu_ns = process.cpu_ns_at_rest().await.zip(process.ready_cpu_ns).map(|(all, start)| all - start);
            let start = Start {
                ready_ns: process.ready_ns,
                ready_cpu_ns: process.ready_cpu_ns,
                first_ns,
                first_cpu_ns,
                calls: [at_start, stage.take_calls().await?],
            };
            if run > 0 {
                starts.entry(contender.who).or_default().push(start);
            }
        }
    }
    Ok(starts)
}
