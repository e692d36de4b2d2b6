//! Functions of Chromium's driver beyond WebDriver: the emulated screen, and the console.
//! <https://chromium.googlesource.com/chromium/src/+/main/chrome/test/chromedriver>

use std::{env, fs, path::Path};

use fantoccini::wd::WebDriverCompatibleCommand;
use reqwest::Method;
use serde_json::{Value, json};
use url::{ParseError, Url};

use crate::driver::Browser;

/// A screen: its size, and the palette that its user prefers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Screen {
    width: u32,
    height: u32,
    scheme: &'static str,
}

/// A phone and a desktop, in the light and the dark palette.
pub(crate) const SCREENS: [Screen; 4] = [
    Screen { width: 390, height: 844, scheme: "light" },
    Screen { width: 390, height: 844, scheme: "dark" },
    Screen { width: 1280, height: 800, scheme: "light" },
    Screen { width: 1280, height: 800, scheme: "dark" },
];

/// A command of the driver: its path below the session, and its body.
#[derive(Debug)]
struct Command(&'static str, Value);

impl WebDriverCompatibleCommand for Command {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.0))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.1.to_string()))
    }
}

impl Browser {
    async fn devtools(&self, command: &str, parameters: Value) -> Value {
        let command = Command("goog/cdp/execute", json!({ "cmd": command, "params": parameters }));
        self.client.issue_cmd(command).await.unwrap()
    }

    /// Emulates a screen, for this page and the following ones.
    pub(crate) async fn use_screen(&self, screen: Screen) {
        let Screen { width, height, scheme } = screen;
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.devtools("Emulation.setDeviceMetricsOverride", size).await;
        let scheme = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.devtools("Emulation.setEmulatedMedia", scheme).await;
    }

    /// Checks that the current page needs no horizontal scrolling. Stores a screenshot if the environment names a
    /// folder for it.
    #[expect(clippy::disallowed_methods, reason = "who runs the test chooses a folder")]
    pub(crate) async fn fits(&self, screen: Screen, name: &str) {
        let Screen { width, scheme, .. } = screen;
        let script = "const page = document.scrollingElement; \
                      return [page.scrollWidth, window.innerWidth, \
                              matchMedia('(prefers-color-scheme: dark)').matches]";
        let seen = self.client.execute(script, vec![]).await.unwrap();
        let (needed, width) = (seen[0].as_u64().unwrap(), u64::from(width));
        // If the page does not fit, a phone shows more of it in a smaller size.
        assert!(needed <= width && seen[1] == width, "{name} needs {needed} of {width} pixels: {seen}");
        assert_eq!(seen[2], scheme == "dark", "{name}");
        if let Some(folder) = env::var_os("SCREENSHOTS") {
            // The path is relative to the workspace, where the user who set it expects it.
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder);
            fs::create_dir_all(&folder).unwrap();
            let picture = self.client.screenshot().await.unwrap();
            fs::write(folder.join(format!("{name}-{width}-{scheme}.png")), picture).unwrap();
        }
    }

    /// Checks that an element is visible without scrolling, except on a phone.
    pub(crate) async fn begins_on_the_first_screen(&self, screen: Screen, selector: &str) {
        if screen.width < 600 {
            return;
        }
        let script = "return document.querySelector(arguments[0]).getBoundingClientRect().top + window.scrollY";
        let top = self.client.execute(script, vec![json!(selector)]).await.unwrap();
        assert!(top.as_f64().unwrap() < f64::from(screen.height), "{selector} begins at {top} of {}", screen.height);
    }

    /// Checks that no line break separates an amount from its currency.
    pub(crate) async fn keeps_amounts_together(&self) {
        let script = "return [...document.querySelectorAll('.amount, .balance')].map(it => it.getClientRects().length)";
        let lines = self.client.execute(script, vec![]).await.unwrap();
        let lines = lines.as_array().unwrap();
        assert!(!lines.is_empty() && lines.iter().all(|count| *count == 1), "{lines:?}");
    }

    /// Checks that the console is empty: no script failed, nothing was missing, no policy was violated.
    pub(crate) async fn has_a_silent_console(&self) {
        let lines = self.client.issue_cmd(Command("se/log", json!({ "type": "browser" }))).await.unwrap();
        assert_eq!(lines, json!([]));
    }
}
