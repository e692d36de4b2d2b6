//! Deadlines: no wait continues past one, and no wait starts that would end too late.

use std::time::Duration;

use shared::types::deadline::{Deadline, TooLate};

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn what_is_left_is_at_most_what_was_given() {
    let left = Deadline::after(HOUR).left();

    assert!(left <= HOUR && left > HOUR / 2, "{left:?}");
}

#[tokio::test]
async fn nothing_is_left_of_a_deadline_that_has_passed() {
    let deadline = Deadline::after(Duration::ZERO);

    assert_eq!(deadline.left(), Duration::ZERO);
    assert_eq!(deadline.wait(Duration::ZERO).await, Err(TooLate));
}

#[tokio::test]
async fn of_two_deadlines_the_earlier_counts_in_either_order() {
    let (early, late) = (Deadline::after(HOUR), Deadline::after(HOUR * 10));

    for deadline in [early.earlier(late), late.earlier(early)] {
        assert!(deadline.left() <= HOUR);
    }
}

#[tokio::test]
async fn a_wait_that_would_end_too_late_does_not_begin() {
    let waited = tokio::time::timeout(Duration::from_secs(20), Deadline::after(HOUR).wait(HOUR)).await;

    assert_eq!(waited, Ok(Err(TooLate)));
}

#[tokio::test]
async fn a_wait_within_the_deadline_is_waited() {
    let wait = Duration::from_millis(2);
    let started = tokio::time::Instant::now();

    assert_eq!(Deadline::after(HOUR).wait(wait).await, Ok(()));
    assert!(started.elapsed() >= wait);
}
