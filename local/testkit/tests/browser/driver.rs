//! A headless Chromium for one test.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
};

use fantoccini::{
    Client, ClientBuilder, Locator,
    actions::{InputSource as _, KeyAction, KeyActions},
    elements::Element,
    key::Key,
};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;

/// A browser without any state. Its driver ends when this value is dropped, and Chromium ends with its driver.
pub(crate) struct Browser {
    pub(crate) client: Client,
    driver: Child,
    _profile: tempfile::TempDir,
}

/// Starts a driver on a free port, which the driver prints. Returns `None` if the driver ends by itself.
fn start_driver() -> Option<(Child, u16)> {
    let driver = Command::new("chromedriver").arg("--port=0").stdout(Stdio::piped()).spawn();
    let mut driver = driver.unwrap_or_else(|error| panic!("chromedriver does not start: {error}"));
    let lines = BufReader::new(driver.stdout.take().unwrap()).lines();
    let port = lines.map_while(Result::ok).find_map(|line| {
        let (_, port) = line.split_once("started successfully on port ")?;
        port.trim_end_matches('.').parse::<u16>().ok()
    });
    if port.is_none() {
        let _ = driver.wait();
    }
    Some((driver, port?))
}

impl Browser {
    pub(crate) async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// Starts a browser with more arguments on Chromium's command line.
    pub(crate) async fn start_with(more: &[&str]) -> Self {
        // The driver looks for one port for IPv4 and IPv6, and ends if another process takes the second one meanwhile.
        let (driver, port) = (0..5).find_map(|_| start_driver()).unwrap();
        let profile = tempfile::tempdir().unwrap();
        // These flags prevent Chromium's own network calls, which would fail many times in a closed network.
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            &format!("--user-data-dir={}", profile.path().display()),
        ];
        let arguments: Vec<_> = arguments.iter().chain(more).collect();
        let capabilities = json!({
            "goog:chromeOptions": { "args": arguments },
            "goog:loggingPrefs": { "browser": "ALL" },
        });
        let capabilities = capabilities.as_object().unwrap().clone();
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let client = builder.capabilities(capabilities).connect(&format!("http://127.0.0.1:{port}")).await;
        Self { client: client.unwrap(), driver, _profile: profile }
    }

    pub(crate) async fn open(&self, url: &str) {
        self.client.goto(url).await.unwrap();
    }

    /// Waits for an element by XPath.
    async fn find(&self, path: &str) -> Element {
        let found = self.client.wait().for_element(Locator::XPath(path)).await;
        found.unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Waits for an element by XPath and clicks it.
    pub(crate) async fn click(&self, path: &str) {
        self.find(path).await.click().await.unwrap();
    }

    /// Waits until the page contains these words. A click only begins to change the page, so a test must wait for the
    /// new page before it reads.
    pub(crate) async fn see(&self, words: &str) {
        let path = format!("//main[contains(normalize-space(.), \"{words}\")]");
        if self.client.wait().for_element(Locator::XPath(&path)).await.is_err() {
            let (url, source) = (self.url().await, self.client.source().await.unwrap_or_default());
            panic!("{words} is not at {url}: {source}");
        }
    }

    /// Waits until the page has no button with this name.
    pub(crate) async fn see_no_button(&self, name: &str) {
        self.find(&format!("//main[not(.//button[normalize-space()=\"{name}\"])]")).await;
    }

    /// Returns the text of an element of the current page.
    pub(crate) async fn text(&self, path: &str) -> String {
        self.find(path).await.text().await.unwrap()
    }

    /// Scrolls until an element is at the top.
    pub(crate) async fn show(&self, path: &str) {
        let element = serde_json::to_value(self.find(path).await).unwrap();
        self.client.execute("arguments[0].scrollIntoView()", vec![element]).await.unwrap();
    }

    /// Returns the current address.
    pub(crate) async fn url(&self) -> String {
        self.client.current_url().await.unwrap().to_string()
    }

    /// Presses and releases a key.
    pub(crate) async fn press(&self, key: Key) {
        let value = key.into();
        let keys = KeyActions::new("keyboard".to_owned()).then(KeyAction::Down { value }).then(KeyAction::Up { value });
        self.client.perform_actions(keys).await.unwrap();
    }

    /// Gives an element the focus and presses a key.
    pub(crate) async fn press_on(&self, path: &str, key: Key) {
        self.find(path).await.send_keys(&char::from(key).to_string()).await.unwrap();
    }

    /// Presses Tab until the focused element contains these words. Checks that each focused element on the way is
    /// visible.
    pub(crate) async fn tab_to(&self, words: &str) {
        let script = "const at = document.activeElement, style = getComputedStyle(at); \
                      return [at.innerText, at.matches(':focus-visible') && style.outlineStyle !== 'none' \
                              && parseFloat(style.outlineWidth) >= 2]";
        for _ in 0..20 {
            self.press(Key::Tab).await;
            let focused = self.client.execute(script, vec![]).await.unwrap();
            assert_eq!(focused[1], true, "{focused}");
            if focused[0].as_str().unwrap().contains(words) {
                return;
            }
        }
        panic!("no Tab leads to {words}");
    }

    /// Writes into a field, replacing its content.
    pub(crate) async fn write(&self, path: &str, text: &str) {
        let (control, release) = (char::from(Key::Control), char::from(Key::Null));
        self.find(path).await.send_keys(&format!("{control}a{release}{text}")).await.unwrap();
    }

    pub(crate) async fn end(self) {
        self.client.clone().close().await.unwrap();
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
