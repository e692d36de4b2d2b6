//! A process of `local`, and its output.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read},
    os::unix::process::ExitStatusExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Output, Stdio},
    sync::{
        Arc, Mutex, PoisonError, Weak,
        mpsc::{self, Receiver},
    },
    thread,
    time::Duration,
};

use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_local");

/// The last line of the welcome.
const WELCOMED: &str = "Ctrl-C stops everything.";

/// The timeout for every wait. No wait here normally takes a tenth of it.
const PATIENCE: Duration = Duration::from_secs(60);

/// The program on free ports, without the variables of this machine's environment that configure it.
pub(crate) fn program(state_dir: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    command.args(["--aws-port", "0", "--simulator-port", "0", "--state-dir"]).arg(state_dir).args(arguments);
    if !arguments.contains(&"--port") {
        command.args(["--port", "0"]);
    }
    for name in
        ["BUNQ_ENVIRONMENT", "BUNQ_API_URL", "BUNQ_AUTHORIZE_URL", "BUNQ_TOKEN_URL", "TPP_NAME", "PERMITTED_IPS"]
    {
        command.env_remove(name);
    }
    command
}

/// A running `local`. Dropping this value ends it.
pub(crate) struct Local {
    child: Child,
    lines: Receiver<String>,
    errors: Receiver<String>,
    said: Vec<String>,
}

impl Local {
    /// Starts a `local` in this folder and waits for its welcome.
    pub(crate) fn start(state_dir: &Path, arguments: &[&str]) -> Self {
        Self::run(program(state_dir, arguments))
    }

    pub(crate) fn run(command: Command) -> Self {
        Self::run_until(command, WELCOMED)
    }

    /// Starts a `local` and waits for a line with this beginning.
    pub(crate) fn run_until(mut command: Command, beginning: &str) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = read_lines(child.stdout.take().unwrap());
        let errors = read_lines(child.stderr.take().unwrap());
        let mut local = Self { child, lines, errors, said: Vec::new() };
        while !local.said.last().is_some_and(|line| line.trim_start().starts_with(beginning)) {
            match local.lines.recv_timeout(PATIENCE) {
                Ok(line) => local.said.push(line),
                Err(gone) => panic!("{gone}: {:#?} {:#?}", local.said, local.errors.iter().collect::<Vec<_>>()),
            }
        }
        local
    }

    /// The output up to the welcome.
    pub(crate) fn text(&self) -> String {
        self.said.join("\n")
    }

    fn word_after(&self, label: &str) -> &str {
        let line = self.said.iter().find_map(|line| line.trim_start().strip_prefix(label)).map(str::trim_start);
        line.and_then(|line| line.split_whitespace().next()).unwrap_or_else(|| panic!("no {label}: {}", self.text()))
    }

    /// The URL of the API, without a trailing slash.
    pub(crate) fn url(&self) -> &str {
        self.word_after("API  ")
    }

    pub(crate) fn bank_url(&self) -> &str {
        self.word_after("bank  ")
    }

    pub(crate) fn aws_url(&self) -> &str {
        self.word_after("AWS  ")
    }

    pub(crate) fn api_key(&self) -> &str {
        self.word_after("API key")
    }

    /// The state of each step of the onboarding, such as `made`, and the text of the step.
    pub(crate) fn steps(&self) -> Vec<(String, String)> {
        let steps = self.said.iter().skip(1).take_while(|line| !line.is_empty());
        steps
            .map(|line| line.trim_start().split_once(' ').unwrap())
            .map(|(mark, words)| (mark.to_owned(), words.trim_start().to_owned()))
            .collect()
    }

    /// The commands that the welcome shows, in order.
    pub(crate) fn commands(&self) -> Vec<&str> {
        let commands = self.said.iter().map(|line| line.trim_start());
        commands.filter(|line| line.starts_with("USER_ID=") || line.starts_with("curl ")).collect()
    }

    /// The next line on standard output with this beginning.
    pub(crate) fn line(&mut self, beginning: &str) -> String {
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) if line.starts_with(beginning) => return line,
                Ok(line) => self.said.push(line),
                Err(gone) => panic!("{gone}: no {beginning} in {:#?}", self.said),
            }
        }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Kills the process and returns its log.
    pub(crate) fn log(mut self) -> String {
        signal(self.child.id(), "KILL");
        wait(&mut self.child);
        self.errors.iter().collect::<Vec<_>>().join("\n")
    }

    /// Sends a signal by name and waits for the end of the process.
    pub(crate) fn signal(mut self, name: &str) -> ExitStatus {
        signal(self.child.id(), name);
        wait(&mut self.child)
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn signal(pid: u32, name: &str) {
    let sent = Command::new("kill").args([format!("-{name}"), pid.to_string()]).status().unwrap();
    assert!(sent.success(), "kill -{name}: {sent}");
}

/// Waits for the end of a process, and kills it after the timeout.
fn wait(child: &mut Child) -> ExitStatus {
    let (ended, end) = mpsc::channel::<()>();
    let pid = child.id();
    let watch = thread::spawn(move || {
        if end.recv_timeout(PATIENCE) == Err(mpsc::RecvTimeoutError::Timeout) {
            signal(pid, "KILL");
        }
    });
    let status = child.wait().unwrap();
    drop(ended);
    watch.join().unwrap();
    status
}

fn read_lines(stream: impl Read + Send + 'static) -> Receiver<String> {
    let (send, lines) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            if send.send(line).is_err() {
                return;
            }
        }
    });
    lines
}

/// Runs the program until it ends by itself.
pub(crate) fn run_to_end(mut command: Command) -> Output {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (stdout, stderr) = (read_lines(child.stdout.take().unwrap()), read_lines(child.stderr.take().unwrap()));
    let status = wait(&mut child);
    assert_eq!(status.signal(), None, "it did not end by itself");
    let text = |lines: Receiver<String>| lines.iter().map(|line| line + "\n").collect::<String>().into_bytes();
    Output { status, stdout: text(stdout), stderr: text(stderr) }
}

/// The line in which the program reports why it does not start.
#[track_caller]
pub(crate) fn refusal(command: Command) -> String {
    let output = run_to_end(command);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    // Without the log, whose lines are JSON.
    let lines: Vec<_> = said.lines().filter(|line| !line.starts_with('{')).collect();
    assert_eq!(lines.len(), 1, "one line: {said}");
    let line = lines[0].strip_prefix("local: ").unwrap_or_else(|| panic!("{said}"));
    assert!(!line.contains("Error") && !line.contains(" { "), "words, not Rust: {line}");
    line.to_owned()
}

/// The access key in a state folder: the id and the secret.
pub(crate) fn access_key(state_dir: &Path) -> (String, String) {
    let file = fs::read_to_string(state_dir.join("aws-credentials")).unwrap();
    let find =
        |name: &str| file.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(" = ")).unwrap().to_owned();
    (find("aws_access_key_id"), find("aws_secret_access_key"))
}

/// A state folder inside a temporary one. The program creates it.
pub(crate) struct Folder {
    outer: TempDir,
    _copied_from: Option<Arc<Self>>,
}

impl Folder {
    pub(crate) fn new() -> Self {
        Self { outer: tempfile::tempdir().unwrap(), _copied_from: None }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.outer.path().join("state")
    }

    /// A copy of the state folder of an onboarded run. All copies that exist at one time share that run.
    pub(crate) fn onboarded() -> Self {
        static LEFT: Mutex<Weak<Folder>> = Mutex::new(Weak::new());
        let mut left = LEFT.lock().unwrap_or_else(PoisonError::into_inner);
        let first = left.upgrade().unwrap_or_else(|| {
            let folder = Self::new();
            drop(Local::start(&folder.path(), &[]));
            Arc::new(folder)
        });
        *left = Arc::downgrade(&first);
        let outer = tempfile::tempdir().unwrap();
        copy(&first.path(), &outer.path().join("state"));
        Self { outer, _copied_from: Some(first) }
    }
}

/// Copies a folder with its file modes.
fn copy(from: &Path, to: &Path) {
    let copied = Command::new("cp").arg("-a").args([from, to]).status().unwrap();
    assert!(copied.success(), "{copied}");
    assert!(fs::exists(to.join("api-key")).unwrap());
}
