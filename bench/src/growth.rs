//! Whether a request takes longer with more connections in the table.

use serde_json::{Value, json};

use crate::{
    Failure, Setting,
    contender::Who,
    process::Process,
    progress,
    report::Row,
    series::{Series, Unit},
    stage::Stage,
};

/// DynamoDB writes at most this many items in one call.
const BATCH: usize = 25;
const WARM_REQUESTS: u32 = 50;

/// Fills the table in steps and measures after each.
pub(crate) async fn measure(setting: &Setting, stage: &Stage) -> Result<Vec<Row>, Failure> {
    let sizes: &[usize] = if setting.is_quick { &[10, 1_000] } else { &[10, 1_000, 100_000] };
    let items = stage.app.scan("connections").await;
    let sample = items.iter().find(|item| item["pk"]["S"].as_str().is_some_and(|pk| pk.starts_with("USER#")));
    let sample = sample.ok_or("no connection in the table")?;
    // The customer of the requests.
    let mut stored = 1;
    let mut rows = Vec::new();
    for size in sizes {
        progress(&format!("{size} connections"));
        while stored < *size {
            let count = BATCH.min(size - stored);
            store(stage, sample, count).await?;
            stored += count;
        }
        let mut first = Row::new(format!("first request, {size} connections"), Unit::Milliseconds);
        let mut warm = Row::new(format!("warm request, {size} connections"), Unit::Milliseconds);
        for contender in setting.contenders.iter().filter(|it| it.who != Who::Hello) {
            let (mut firsts, mut warms) = (Series::default(), Series::default());
            for _ in 0..setting.runs.min(5) {
                let mut process = Process::start(&contender.program, &stage.near, None).await?;
                firsts.push(process.succeed(&stage.event).await?);
                for _ in 0..WARM_REQUESTS {
                    warms.push(process.succeed(&stage.event).await?);
                }
            }
            (first, warm) = (first.of(contender.who, firsts), warm.of(contender.who, warms));
        }
        rows.extend([first, warm]);
    }
    Ok(rows)
}

/// Stores copies of a connection, each under an id of its own.
async fn store(stage: &Stage, sample: &Value, count: usize) -> Result<(), Failure> {
    let puts = (0..count).map(|_| {
        let mut item = sample.clone();
        item["pk"]["S"] = json!(format!("USER#{}", uuid::Uuid::new_v4()));
        json!({ "PutRequest": { "Item": item } })
    });
    let body = json!({ "RequestItems": { "connections": puts.collect::<Vec<_>>() } });
    let answer = stage.app.aws_call("DynamoDB_20120810.BatchWriteItem", body).await;
    let is_whole = answer["UnprocessedItems"].as_object().is_some_and(serde_json::Map::is_empty);
    if is_whole { Ok(()) } else { Err(format!("not stored: {answer}").into()) }
}
