//! A busy process whose memory of secrets and keys has become a minute old.

use std::time::Duration;

use crate::{
    Failure, Setting,
    contender::Who,
    process::Process,
    progress,
    report::Row,
    series::{Series, Unit},
    stage::Stage,
};

/// The requests in between, which keep the connections open: their number, and the time between two of them.
const BUSY: (u64, Duration) = (5, Duration::from_secs(10));
/// After them, what was read at the start is a minute and a second old.
const REST: Duration = Duration::from_secs(11);

/// Measures the first request after a minute.
pub(crate) async fn measure(setting: &Setting, stage: &Stage) -> Result<Vec<Row>, Failure> {
    stage.set_distance([5, 10, 40].map(Duration::from_millis));
    let place = "busy for a minute, at a distance with TLS";
    let mut rows = [
        Row::new(format!("next request, {place}"), Unit::Milliseconds),
        Row::new(format!("the request after it, {place}"), Unit::Milliseconds),
        Row::new("calls to DynamoDB in the next request", Unit::Count),
        Row::new("calls to Secrets Manager in the next request", Unit::Count),
    ];
    // One after the other: each has a minute of its own, because the use of an API key is noted once in a while only.
    for contender in setting.contenders.iter().filter(|it| it.who != Who::Hello) {
        let mut process = Process::start(&contender.program, &stage.far, None).await?;
        process.succeed(&stage.event).await?;
        progress("waiting for 61 seconds");
        for _ in 0..BUSY.0 {
            tokio::time::sleep(BUSY.1).await;
            process.succeed(&stage.event).await?;
        }
        tokio::time::sleep(REST).await;
        stage.take_calls().await?;
        let first = process.succeed(&stage.event).await?;
        let calls = stage.take_calls().await?;
        let second = process.succeed(&stage.event).await?;
        rows = add(rows, contender.who, [first, second, calls.tables, calls.secrets]);
    }
    Ok(rows.into())
}

fn add<const N: usize>(rows: [Row; N], who: Who, values: [i64; N]) -> [Row; N] {
    let mut values = values.into_iter();
    rows.map(|row| row.of(who, values.next().into_iter().collect::<Series>()))
}
