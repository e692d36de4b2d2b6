//! The queues of a deployment. On AWS, the deployment's template creates them.

/// The account in URLs and ARNs, which is also that of the embedded Secrets Manager.
pub(crate) const ACCOUNT: &str = "123456789012";
/// The region in ARNs, which is also that of the embedded Secrets Manager.
const REGION: &str = "us-east-1";

/// The end of the names of FIFO queues, and of no others.
const FIFO_SUFFIX: &str = ".fifo";

const FOUR_DAYS: i64 = 4 * 24 * 3600;
/// The longest time that SQS keeps a message.
const TWO_WEEKS: i64 = 14 * 24 * 3600;

/// The longest time from a receive until the message is visible again, in seconds.
pub(super) const LONGEST_VISIBILITY: i64 = 12 * 3600;

/// The configuration of a queue. Times are in seconds.
///
/// A FIFO queue is of the kind that AWS calls high throughput: a deduplication id counts within its message group.
#[derive(Clone, Copy, Debug)]
pub(super) struct Settings {
    pub(super) name: &'static str,
    /// How long a new message is hidden.
    pub(super) delay: i64,
    /// How long a received message is hidden by default.
    pub(super) visibility: i64,
    /// How long a message is kept.
    pub(super) retention: i64,
    pub(super) redrive: Option<Redrive>,
}

/// Where a message goes that was received too often.
#[derive(Clone, Copy, Debug)]
pub(super) struct Redrive {
    pub(super) dead_letter_queue: &'static str,
    pub(super) max_receive_count: u32,
}

/// All queues. A dead-letter queue is of the same type as its source.
pub(super) static QUEUES: [Settings; 4] = [
    queue("bunq-tpp-deliveries", 0, FOUR_DAYS, "bunq-tpp-deliveries-dlq"),
    dead_letter_queue("bunq-tpp-deliveries-dlq"),
    queue("bunq-tpp-hints.fifo", 2, TWO_WEEKS, "bunq-tpp-hints-dlq.fifo"),
    dead_letter_queue("bunq-tpp-hints-dlq.fifo"),
];

const fn queue(name: &'static str, delay: i64, retention: i64, dead_letter_queue: &'static str) -> Settings {
    let redrive = Some(Redrive { dead_letter_queue, max_receive_count: 10 });
    Settings { name, delay, visibility: 180, retention, redrive }
}

const fn dead_letter_queue(name: &'static str) -> Settings {
    Settings { name, delay: 0, visibility: 30, retention: TWO_WEEKS, redrive: None }
}

impl Settings {
    /// Whether the queue keeps the order of each message group.
    pub(super) fn is_fifo(&self) -> bool {
        self.name.ends_with(FIFO_SUFFIX)
    }

    /// The queue's ARN.
    pub(super) fn arn(&self) -> String {
        arn(self.name)
    }
}

/// The ARN of the queue with this name.
pub(super) fn arn(name: &str) -> String {
    format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dead_letter_queue_exists_and_has_the_type_of_its_source() {
        for source in QUEUES {
            let Some(redrive) = source.redrive else { continue };
            let target = QUEUES.iter().find(|queue| queue.name == redrive.dead_letter_queue).unwrap();
            assert_eq!(target.is_fifo(), source.is_fifo(), "{}", source.name);
            // AWS counts the time in both queues, except for FIFO queues: there it begins again.
            let least = source.retention + i64::from(!source.is_fifo());
            assert!(target.retention >= least, "{}", source.name);
        }
    }
}
