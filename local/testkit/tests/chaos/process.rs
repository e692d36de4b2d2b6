//! A process of the deployment: memory, connections and a thread of its own, over the stores that all processes share.
//! A killed one stops wherever it was, such as between the bank's answer and the store. It is not a process of the
//! operating system, because only the tests of a function's own crate know its bootstrap.

use std::{
    net::{Ipv4Addr, TcpListener},
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use reqwest::{Client, Method, RequestBuilder, redirect::Policy};
use shared::{config::Config, lambda::compose};
use testkit::{Link, TestApp};
use tokio::{
    runtime::{Builder, Runtime},
    task::spawn_blocking,
};
use url::Url;

/// API Gateway waits this long for an answer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// One process, always at the same address.
pub(crate) struct Process {
    url: Url,
    /// Stays open while the process starts again, so that no connection is refused.
    listener: TcpListener,
    /// The way to the bank.
    pub(crate) to_bank: Link,
    /// The way to AWS.
    pub(crate) to_aws: Link,
    running: Mutex<Running>,
    kills: AtomicU64,
}

struct Running {
    client: Client,
    /// `None` between two lives.
    runtime: Option<Runtime>,
}

impl Process {
    pub(crate) async fn start(app: &TestApp) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let to_bank = Link::to(&app.bank.url()).await;
        let to_aws = Link::to(&Url::parse(&app.aws.url()).unwrap()).await;
        let running = Mutex::new(Running { client: client(), runtime: None });
        let process = Self { url, listener, to_bank, to_aws, running, kills: AtomicU64::new(0) };
        process.run(app);
        process
    }

    fn run(&self, app: &TestApp) {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = self.listener.try_clone().unwrap();
        let bank = self.to_bank.url(&Url::parse(&app.variables()["BUNQ_API_URL"]).unwrap()).to_string();
        let token = self.to_bank.url(&Url::parse(&app.variables()["BUNQ_TOKEN_URL"]).unwrap()).to_string();
        let config = Config::parse(|name| match name {
            "BUNQ_API_URL" => Some(bank.clone()),
            "BUNQ_TOKEN_URL" => Some(token.clone()),
            _ => app.variables().get(name).cloned(),
        });
        let aws = self.to_aws.url(&Url::parse(&app.aws.url()).unwrap());
        let (config, aws, clock) = (config.unwrap(), app.aws_at(aws.as_str()), app.clock.clock());
        let access_key = app.aws.access_key().clone();
        runtime.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            let app = compose(config, &aws, clock).unwrap();
            local::serve(listener, app, access_key, std::future::pending()).await.unwrap();
        });
        *self.running.lock().unwrap() = Running { client: client(), runtime: Some(runtime) };
    }

    /// Kills the process and starts it again, with empty memory.
    pub(crate) async fn restart(&self, app: &TestApp) {
        self.kills.fetch_add(1, Ordering::SeqCst);
        let runtime = self.running.lock().unwrap().runtime.take();
        if let Some(runtime) = runtime {
            // Two processes at one address would share its connections.
            spawn_blocking(|| runtime.shutdown_timeout(Duration::from_secs(5))).await.unwrap();
        }
        self.run(app);
        self.kills.fetch_add(1, Ordering::SeqCst);
    }

    /// Grows when the process is killed, and when it has started again: an odd number is a process that is dying.
    pub(crate) fn kills(&self) -> u64 {
        self.kills.load(Ordering::SeqCst)
    }

    /// Whether it was killed since [`Self::kills`] was this, or was dying then.
    pub(crate) fn was_killed(&self, kills: u64) -> bool {
        !kills.is_multiple_of(2) || self.kills() != kills
    }

    /// A request to the process, which gives up when API Gateway would.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = self.url.join(path).unwrap();
        self.running.lock().unwrap().client.request(method, url).timeout(PATIENCE)
    }
}

impl Drop for Process {
    /// A runtime may not wait for its threads inside another one.
    fn drop(&mut self) {
        let running = self.running.get_mut().ok();
        running.and_then(|running| running.runtime.take()).into_iter().for_each(Runtime::shutdown_background);
    }
}

fn client() -> Client {
    Client::builder().redirect(Policy::none()).no_proxy().build().unwrap()
}
