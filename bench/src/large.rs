//! Large answers of the bank: how long a process takes to pass one on, and how much memory it needs for that.

use serde_json::json;
use testkit::TestApp;

use crate::{
    Failure, Setting,
    contender::Who,
    direct::Direct,
    process::Process,
    progress,
    report::{Row, Target},
    series::{Series, Unit},
    signer::Signer,
    stage::Stage,
};

const SIZES: [(&str, usize); 4] = [("10 kB", 10_000), ("100 kB", 100_000), ("1 MB", 1_000_000), ("5 MB", 5_000_000)];

/// Measures answers of each size, through a server that enlarges and signs the simulated bank's answers.
pub(crate) async fn measure(setting: &Setting) -> Result<Vec<Row>, Failure> {
    let signer = Signer::start().await?;
    let mut app = TestApp::builder().variable("BUNQ_API_URL", signer.api_url()).not_onboarded().start().await;
    signer.stand_before(app.bank.url())?;
    let report = app.setup(json!({})).await?;
    report["api_key"].as_str().ok_or("no API key")?.clone_into(&mut app.api_key);
    let stage = Stage::of(app).await?;
    let direct = Direct::learn(setting, &stage.near, &stage.event).await?;
    let times = if setting.is_quick { 2 } else { 10 };
    let mut rows = Vec::new();
    for (name, size) in SIZES {
        progress(&format!("answers of {name}"));
        let mut bank = Series::default();
        signer.set_size(size);
        for _ in 0..times {
            bank.push(direct.call().await?.0);
        }
        let what = format!("warm request, answer of {name}");
        let mut took = Row::new(what, Unit::Milliseconds).beside("bank directly", bank);
        let mut memory = Row::new(format!("extra peak memory for an answer of {name}"), Unit::Kibibytes);
        for contender in setting.contenders.iter().filter(|it| it.who != Who::Hello) {
            let (mut ns, mut bytes) = (Series::default(), Series::default());
            for _ in 0..setting.runs.min(3) {
                signer.set_size(0);
                let mut process = Process::start(&contender.program, &stage.near, None).await?;
                for _ in 0..5 {
                    process.succeed(&stage.event).await?;
                }
                let before = process.peak_bytes()?;
                signer.set_size(size);
                for _ in 0..times {
                    ns.push(process.succeed(&stage.event).await?);
                }
                bytes.push(process.peak_bytes()? - before);
            }
            (took, memory) = (took.of(contender.who, ns), memory.of(contender.who, bytes));
        }
        let most = i64::try_from(size * 2)?;
        rows.extend([took, memory.target(Target::AtMost(most))]);
    }
    Ok(rows)
}
