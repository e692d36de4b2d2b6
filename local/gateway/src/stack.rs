//! The start and the stop of the local stack.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use bunq_simulator::{CallbackTargets, Settings, Simulator};
use local_aws::{AccessKey, LocalAws};
use loopback::Name;
use shared::{
    config::Aws,
    http::{App, Problem},
    lambda::compose,
    store::NewApiKey,
    tpp::{CertificateError, OnboardingError},
    types::{cache::Trust, clock::Clock, deadline::Deadline, scope::Scope, secret::ApiKey},
};
use tokio::net::TcpListener;
use url::Url;

use crate::{
    callbacks, certificate, configuration, deliveries, docker,
    error::LocalError,
    functions_env,
    options::{BankChoice, Options},
    progress::Progress,
    serve::serve,
    state::StateDir,
};

/// From this size in bytes, reading the state takes noticeable time.
const LARGE_STATE: u64 = 20_000_000;

/// The deadline of the onboarding: bunq's rate limits may delay it by half a minute.
const ONBOARDING: Duration = Duration::from_secs(120);

/// The queue of hints in the embedded AWS.
const HINTS: &str = "bunq-tpp-hints.fifo";

/// The receiver of the events of a start.
type OnProgress<'a> = &'a (dyn Fn(Progress) + Sync);

/// The started stack. [`serve`](Self::serve) serves the API.
#[derive(Debug)]
pub struct Stack {
    /// The URL of the API.
    pub url: Url,
    /// The URL of the embedded AWS.
    pub aws_url: String,
    /// The URL of the simulated bank, if it is used.
    pub simulator_url: Option<Url>,
    /// The URL of the bank's API.
    pub bank_url: Url,
    /// An API key with every scope.
    pub api_key: ApiKey,
    /// The file with the API key.
    pub api_key_file: PathBuf,
    /// The file with the access key that signs calls to the embedded AWS and to `POST /setup`.
    pub aws_credentials_file: PathBuf,
    listener: TcpListener,
    app: App,
    access_key: AccessKey,
    aws: LocalAws,
    simulator: Option<Simulator>,
}

impl Stack {
    /// Starts everything except the server of the API, and onboards unless that was done. `progress` receives the
    /// events of the start.
    ///
    /// # Errors
    /// [`LocalError`] if an option is invalid, a port or the state folder cannot be used, or the onboarding fails.
    pub async fn start(options: &Options, progress: OnProgress<'_>) -> Result<Self, LocalError> {
        let certificate = options.certificate.as_ref().map(|file| certificate::read(file, options)).transpose()?;
        let listener = listen(options.port).await?;
        let port = listener.local_addr().map_err(LocalError::Serve)?.port();
        let state = StateDir::open(&options.state_dir, options.bunq)?;
        if options.fresh && options.bunq != BankChoice::Simulator && state.is_used() {
            return Err(state.not_without_yes(options));
        }
        if options.fresh {
            progress(Progress::Forgetting(state.path().to_owned()));
            state.forget()?;
        }
        let bytes = state.size();
        if bytes > LARGE_STATE {
            progress(Progress::Opening { path: state.path().to_owned(), bytes });
        }

        let access_key = state.access_key()?;
        let names = names(options.docker);
        let aws = local_aws::Options {
            listen: loopback(options.aws_port),
            state_dir: Some(state.aws()),
            access_key: access_key.clone(),
            names: names.clone(),
        };
        let aws = LocalAws::start(aws).await?;
        let simulator = match options.bunq {
            BankChoice::Simulator => Some(start_simulator(options.simulator_port, names, &state).await?),
            BankChoice::Sandbox | BankChoice::Production | BankChoice::Custom => None,
        };
        if let Some(address) = options.docker {
            let ports = [Some(aws.url()), simulator.as_ref().map(|simulator| simulator.url().to_string())];
            let ports = ports.into_iter().flatten().filter_map(|url| Url::parse(&url).ok()?.port());
            for port in ports {
                docker::pass_on(address, port).await?;
            }
        }
        let hints = aws.queue_url(HINTS);
        let (config, variables) = configuration::read(options, port, (&hints, simulator.as_ref()))?;
        aws.create_tables([&config.connections_table, &config.ephemera_table, &config.events_table]).await?;
        let (url, bank_url) = (config.public_url.clone(), config.bunq.api.clone());
        let aws_url = aws.url();
        let endpoint = Url::parse(&aws_url).map_err(|error| LocalError::Serve(io::Error::other(error)))?;
        let here = Aws::local(endpoint, access_key.id(), access_key.secret().clone());
        let app = compose(config, &here, Clock::system())?;
        if let Some(certificate) = certificate {
            let put = app.tpp.onboarding.put_certificate(&certificate).await;
            put.map_err(|error| LocalError::Certificate {
                problem: certificate::in_flags(&Problem::from(error).to_string()),
            })?;
        }
        state.write_functions_env(&functions_env::content(&variables, &aws_url, &access_key))?;

        progress(Progress::Onboarding(options.bunq));
        let api_key = onboard(&app, &state, progress).await?;
        Ok(Self {
            url,
            aws_url,
            bank_url,
            simulator_url: simulator.as_ref().map(Simulator::url),
            api_key,
            api_key_file: state.api_key(),
            aws_credentials_file: state.aws_credentials(),
            listener,
            app,
            access_key,
            aws,
            simulator,
        })
    }

    /// The address on which the API listens.
    #[must_use]
    pub fn address(&self) -> String {
        self.listener.local_addr().map_or_else(|_| "an unknown port".to_owned(), |address| format!("http://{address}"))
    }

    /// Serves the API until `shutdown` resolves, then stops everything.
    ///
    /// # Errors
    /// [`LocalError::Serve`] if the listener has no local address.
    pub async fn serve(self, shutdown: impl Future<Output = ()> + Send + 'static) -> Result<(), LocalError> {
        let deliveries = tokio::spawn(deliveries::run(self.app.clone()));
        let callbacks = tokio::spawn(callbacks::run(self.app.clone()));
        let served = serve(self.listener, self.app, self.access_key, shutdown).await;
        deliveries.abort();
        callbacks.abort();
        if let Some(simulator) = self.simulator {
            simulator.stop().await;
        }
        self.aws.stop().await;
        served.map_err(LocalError::Serve)
    }
}

/// The names of this machine for functions in containers. The name of Docker Desktop does not depend on `--docker`.
fn names(docker: Option<IpAddr>) -> Vec<Name> {
    let desktop = "host.docker.internal".parse::<Name>().ok();
    desktop.into_iter().chain(docker.map(Name::from)).collect()
}

fn loopback(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

async fn listen(port: u16) -> Result<TcpListener, LocalError> {
    TcpListener::bind(loopback(port)).await.map_err(|source| match source.kind() {
        io::ErrorKind::AddrInUse => LocalError::PortTaken { port, flag: "--port" },
        _ => LocalError::Listen { port, source },
    })
}

async fn start_simulator(port: u16, names: Vec<Name>, state: &StateDir) -> Result<Simulator, LocalError> {
    let options = bunq_simulator::Options {
        listen: loopback(port),
        names,
        state_file: Some(state.simulator()),
        // This deployment is a receiver of callbacks.
        settings: Settings { callback_targets: CallbackTargets::Loopback, ..Settings::default() },
        ..bunq_simulator::Options::default()
    };
    Ok(Simulator::start(options).await?)
}

/// Deletes the state at a bank and returns the text to print. Every bank except the simulated one requires `yes`.
///
/// # Errors
/// [`LocalError`] if a running `local` uses the state, a file cannot be deleted, or `yes` is missing.
pub fn reset(options: &Options, yes: bool) -> Result<String, LocalError> {
    let state = StateDir::at(&options.state_dir, options.bunq);
    let folder = state.path().display();
    if !state.is_used() {
        return Ok(format!("There is nothing to delete in {folder}."));
    }
    if !yes && options.bunq != BankChoice::Simulator {
        return Err(state.not_without_yes(options));
    }
    state.forget()?;
    Ok(format!("Deleted the state in {folder} ({}).", options.bunq.as_str()))
}

/// Onboards, and returns an API key for the operator: the one just created, the one in the state folder, or a new one.
async fn onboard(app: &App, state: &StateDir, progress: OnProgress<'_>) -> Result<ApiKey, LocalError> {
    let bank = app.tpp.config.bunq.api.to_string();
    let step = |step, state| progress(Progress::Step(step, state));
    let onboarded = app.tpp.onboarding.run(&step, Deadline::after(ONBOARDING)).await;
    let report = onboarded.map_err(|error| {
        let hint = match &error {
            OnboardingError::Certificate(CertificateError::Missing { .. }) => {
                "Give it with --certificate, --certificate-key and --certificate-chain. "
            }
            _ => "",
        };
        LocalError::Onboarding { bank, problem: Box::new(error.into()), hint }
    })?;
    if let Some(key) = report.api_key {
        state.write_api_key(&key)?;
        return Ok(key);
    }
    if let Some(key) = state.read_api_key()
        && app.tpp.access.authorise(&key, Scope::Accounts, Trust::Recent).await.is_ok()
    {
        return Ok(key);
    }
    let failed = |error| LocalError::ApiKey(Problem::from(error));
    let (key, _) = app.tpp.access.create(NewApiKey::with_every_scope("local")).await.map_err(failed)?;
    state.write_api_key(&key)?;
    Ok(key)
}
