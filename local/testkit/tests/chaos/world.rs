//! Everything that the tasks of the test share.

use std::{
    fs::File,
    io::Write as _,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use rand::{RngExt as _, rngs::StdRng};
use reqwest::RequestBuilder;
use testkit::{Answer, TestApp, logs, operation};

use crate::{
    customers::{self, Customer},
    orders::Order,
    process::Process,
    secrets::Markers,
    tally::{Tally, code},
};

pub(crate) const PROCESSES: usize = 8;
pub(crate) const CUSTOMERS: usize = 20;

pub(crate) struct World {
    pub(crate) app: TestApp,
    pub(crate) processes: Vec<Process>,
    pub(crate) customers: Vec<Customer>,
    pub(crate) orders: Mutex<Vec<std::sync::Arc<Order>>>,
    pub(crate) revoked_keys: Mutex<Vec<String>>,
    pub(crate) tally: Tally,
    pub(crate) markers: Markers,
    /// Whether an answer said that the operator must run the setup.
    pub(crate) needs_setup: AtomicBool,
    pub(crate) is_over: AtomicBool,
    log: Mutex<File>,
}

impl World {
    /// A deployment with connected customers, whose processes keep the bank's limits if it has them.
    pub(crate) async fn start(has_rate_limits: bool) -> Self {
        let mut app = TestApp::start().await;
        app.bank.add_customers(customers::file()).await;
        let mut customers = Vec::new();
        for number in 0..CUSTOMERS {
            customers.push(Customer::new(number, app.connect(&customers::name(number)).await));
        }
        if has_rate_limits {
            app.set_variable("BANK_LIMITS", "classic");
        }
        let mut processes = Vec::new();
        for _ in 0..PROCESSES {
            processes.push(Process::start(&app).await);
        }
        Self {
            app,
            processes,
            customers,
            orders: Mutex::default(),
            revoked_keys: Mutex::default(),
            tally: Tally::default(),
            markers: Markers::default(),
            needs_setup: AtomicBool::new(false),
            is_over: AtomicBool::new(false),
            log: Mutex::new(tempfile::tempfile().unwrap()),
        }
    }

    pub(crate) fn is_over(&self) -> bool {
        self.is_over.load(Ordering::SeqCst)
    }

    pub(crate) fn customer(&self, random: &mut StdRng) -> &Customer {
        &self.customers[random.random_range(0..CUSTOMERS)]
    }

    /// Sends a request with the key that has every scope to one of the processes, as API Gateway would. `None` if the
    /// process was killed before it had answered.
    pub(crate) async fn send(
        &self,
        random: &mut StdRng,
        id: &'static str,
        path: &str,
        with: impl FnOnce(RequestBuilder) -> RequestBuilder,
    ) -> Option<Answer> {
        let key = self.app.api_key.clone();
        self.send_as(random, id, path, |request| with(request.bearer_auth(key))).await
    }

    /// Does the same without a key.
    pub(crate) async fn send_as(
        &self,
        random: &mut StdRng,
        id: &'static str,
        path: &str,
        with: impl FnOnce(RequestBuilder) -> RequestBuilder,
    ) -> Option<Answer> {
        let process = &self.processes[random.random_range(0..PROCESSES)];
        let (operation, kills) = (operation(id), process.kills());
        let request = with(process.request(operation.method(), path));
        self.tally.sent(id);
        let began = Instant::now();
        let answer = async {
            let answer = request.send().await?;
            let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
            Ok::<_, reqwest::Error>(Answer { status, headers, text: answer.text().await? })
        };
        match answer.await {
            Ok(answer) => {
                self.tally.answered(&operation, &answer, began.elapsed());
                if code(&answer) == "not_onboarded" {
                    self.needs_setup.store(true, Ordering::SeqCst);
                }
                Some(answer)
            }
            Err(_) if process.was_killed(kills) => {
                self.tally.killed();
                None
            }
            Err(error) => {
                self.tally.mistake(format!("{id} has no answer after {:?}: {error:?}", began.elapsed()));
                None
            }
        }
    }

    /// Moves what was logged from memory to a file.
    pub(crate) fn spool(&self) {
        self.log.lock().unwrap().write_all(logs::take().as_bytes()).unwrap();
    }

    /// Everything that was logged.
    pub(crate) fn log(&self) -> File {
        self.spool();
        self.log.lock().unwrap().try_clone().unwrap()
    }
}
