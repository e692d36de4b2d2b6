//! What Chromium's driver knows beyond WebDriver: the screen that is pretended, and the console.
//! <https://chromium.googlesource.com/chromium/src/+/main/chrome/test/chromedriver>

use std::{env, fs, path::Path};

use fantoccini::wd::WebDriverCompatibleCommand;
use reqwest::Method;
use serde_json::{Value, json};
use url::{ParseError, Url};

use crate::driver::Browser;

/// A screen: how large, and which of the two palettes its owner likes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Screen {
    width: u32,
    height: u32,
    scheme: &'static str,
}

/// A telephone and a desk, by day and by night.
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

    /// Pretends a screen, for this page and those that follow.
    pub(crate) async fn use_screen(&self, screen: Screen) {
        let Screen { width, height, scheme } = screen;
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.devtools("Emulation.setDeviceMetricsOverride", size).await;
        let scheme = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.devtools("Emulation.setEmulatedMedia", scheme).await;
    }

    /// Checks that the page that is there needs no sideways scrolling, and keeps a picture of it if the environment
    /// names a folder for them.
    pub(crate) async fn fits(&self, screen: Screen, name: &str) {
        let Screen { width, scheme, .. } = screen;
        let script = "const page = document.scrollingElement; \
                      return [page.scrollWidth, window.innerWidth, \
                              matchMedia('(prefers-color-scheme: dark)').matches]";
        let seen = self.client.execute(script, vec![]).await.unwrap();
        let (needed, width) = (seen[0].as_u64().unwrap(), u64::from(width));
        // What does not fit makes a telephone show more of the page, smaller.
        assert!(needed <= width && seen[1] == width, "{name} needs {needed} of {width} pixels: {seen}");
        assert_eq!(seen[2], scheme == "dark", "{name}");
        if let Some(folder) = env::var_os("SCREENSHOTS") {
            // Relative to the workspace, as whoever asked for it sees it.
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder);
            fs::create_dir_all(&folder).unwrap();
            let picture = self.client.screenshot().await.unwrap();
            fs::write(folder.join(format!("{name}-{width}-{scheme}.png")), picture).unwrap();
        }
    }

    /// Checks that nobody has to scroll for an element, except on a telephone.
    pub(crate) async fn begins_on_the_first_screen(&self, screen: Screen, selector: &str) {
        if screen.width < 600 {
            return;
        }
        let script = "return document.querySelector(arguments[0]).getBoundingClientRect().top + window.scrollY";
        let top = self.client.execute(script, vec![json!(selector)]).await.unwrap();
        assert!(top.as_f64().unwrap() < f64::from(screen.height), "{selector} begins at {top} of {}", screen.height);
    }

    /// Checks that no amount is torn from its currency at the end of a line.
    pub(crate) async fn keeps_amounts_together(&self) {
        let script = "return [...document.querySelectorAll('.amount, .balance')].map(it => it.getClientRects().length)";
        let lines = self.client.execute(script, vec![]).await.unwrap();
        let lines = lines.as_array().unwrap();
        assert!(!lines.is_empty() && lines.iter().all(|count| *count == 1), "{lines:?}");
    }

    /// Checks that the console has nothing to say: no script failed, nothing was missing, no policy was broken.
    pub(crate) async fn has_a_silent_console(&self) {
        let lines = self.client.issue_cmd(Command("se/log", json!({ "type": "browser" }))).await.unwrap();
        assert_eq!(lines, json!([]));
    }
}
