//! Requests that several processes handle while something else happens.

use std::{
    future::Future,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
};

use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use testkit::{ACCOUNT, Answer, Sibling, TestApp};

/// How many more requests each loop sends afterwards.
const AFTERWARDS: usize = 3;

/// A draft of a payment.
pub(crate) fn draft(description: &str) -> Value {
    json!({
        "monetary_account_id": ACCOUNT, "amount": "5.00", "currency": "EUR", "description": description,
        "receiver_type": "IBAN", "receiver_value": "NL91ABNA0417164300", "receiver_name": "J. Jansen",
        "reference": description,
    })
}

/// Reads with the key that has every scope, in one of the processes.
pub(crate) async fn get(app: &TestApp, process: &Sibling, path: &str) -> Answer {
    let url = process.url.join(path).unwrap();
    app.send(app.request(Method::GET, url.as_str()).bearer_auth(&app.api_key)).await
}

/// Starts processes with empty memory, each of which has handled one request of the customer.
pub(crate) async fn processes(app: &TestApp, user_id: &str) -> Vec<Sibling> {
    let mut processes = Vec::new();
    for _ in 0..3 {
        let process = app.sibling("", "").await;
        assert_eq!(get(app, &process, &format!("/user/{user_id}/accounts")).await.status, 200);
        processes.push(process);
    }
    processes
}

/// Reads and drafts in every process while `work` runs and after it. None of these requests may fail.
pub(crate) async fn under_load<T>(
    app: &TestApp,
    processes: &[Sibling],
    user_id: &str,
    work: impl Future<Output = T>,
) -> T {
    let (is_over, drafts) = (AtomicBool::new(false), AtomicUsize::new(0));
    let work = async {
        let done = work.await;
        is_over.store(true, Ordering::SeqCst);
        done
    };
    let reading = processes.iter().map(async |process| {
        let mut afterwards = 0;
        while afterwards < AFTERWARDS {
            afterwards += usize::from(is_over.load(Ordering::SeqCst));
            let answer = get(app, process, &format!("/user/{user_id}/accounts")).await;
            assert_eq!(answer.status, 200, "{answer:?}");
        }
    });
    let writing = processes.iter().map(async |process| {
        let mut afterwards = 0;
        while afterwards < AFTERWARDS {
            afterwards += usize::from(is_over.load(Ordering::SeqCst));
            let name = format!("load-{}", drafts.fetch_add(1, Ordering::SeqCst));
            let path = format!("/user/{user_id}/draft-payment");
            let answer = process.post_once(app, &path, &name, &draft(&name)).await;
            assert_eq!(answer.status, 201, "{name}: {answer:?}");
        }
    });
    let (done, _, _) = tokio::join!(work, join_all(reading), join_all(writing));
    assert!(drafts.load(Ordering::SeqCst) >= AFTERWARDS * processes.len());
    done
}
