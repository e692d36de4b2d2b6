//! What no log may hold.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs::File,
    io::{BufRead as _, BufReader, Seek as _, SeekFrom},
    sync::Mutex,
};

use serde_json::Value;
use shared::{
    secrets::SealingSecret,
    types::{
        sealing::Place,
        secret::{AccessToken, Secret as _},
    },
};
use testkit::TestApp;
use url::Url;

use crate::{customers::SURNAME, orders::DESCRIPTION, reads::PRESENT, world::World};

/// Shorter texts occur in any log by chance.
const LONG_ENOUGH: usize = 12;

/// Secrets, each with its kind.
#[derive(Default)]
pub(crate) struct Markers(Mutex<BTreeMap<String, String>>);

fn is_of_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_' || letter == '-'
}

impl Markers {
    pub(crate) fn add(&self, kind: &str, text: &str) {
        // A word can be looked up in a set, and neither JSON nor a URL encodes any of its letters.
        let longest = text.split(|letter| !is_of_word(letter)).max_by_key(|word| word.len()).unwrap_or_default();
        if longest.len() >= LONG_ENOUGH {
            self.0.lock().unwrap().insert(longest.to_owned(), kind.to_owned());
        }
    }

    /// Adds a parameter of a URL.
    pub(crate) fn add_parameter(&self, url: &Url, name: &str) {
        let value = url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        value.iter().for_each(|value| self.add(name, value));
    }

    /// Adds every text of a secret, line by line.
    fn add_leaves(&self, kind: &str, value: &Value, public: &[&str]) {
        match value {
            Value::String(text) => {
                text.lines().filter(|line| !line.starts_with('-')).for_each(|line| self.add(kind, line))
            }
            Value::Array(values) => values.iter().for_each(|value| self.add_leaves(kind, value, public)),
            Value::Object(fields) => fields
                .iter()
                .filter(|(name, _)| !public.contains(&name.as_str()))
                .for_each(|(name, value)| self.add_leaves(&format!("{kind}.{name}"), value, public)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// Adds what is in the stores now: the secrets, and the sealed tokens with what they seal.
    pub(crate) async fn add_stored(&self, app: &TestApp) {
        let public = ["server_public_key", "certificate", "chain", "environment", "created_at", "callback_url"];
        for (name, secret) in app.secrets().await {
            self.add_leaves(&name, &secret, &public);
        }
        let sealing: SealingSecret = serde_json::from_value(app.read_secret("sealing-key").await).unwrap();
        let keys = sealing.keys().unwrap();
        for item in [app.scan("connections").await, app.scan("ephemera").await].concat() {
            for attribute in ["token", "access_token"] {
                let (Some(pk), Some(sealed)) = (item["pk"]["S"].as_str(), item[attribute]["S"].as_str()) else {
                    continue;
                };
                self.add(&format!("sealed {attribute}"), sealed);
                let opened: Option<AccessToken> = keys.open(Place { item: pk, attribute }, sealed).ok();
                opened.iter().for_each(|token| self.add(attribute, token.expose()));
            }
        }
    }

    /// The kinds of secrets in a log, each with a line.
    fn seen_in(&self, log: &mut File) -> BTreeMap<String, String> {
        log.seek(SeekFrom::Start(0)).unwrap();
        let words: HashMap<String, String> = self.0.lock().unwrap().clone().into_iter().collect();
        let texts = [SURNAME, DESCRIPTION, PRESENT];
        let mut seen = BTreeMap::new();
        for line in BufReader::new(log).split(b'\n') {
            let line = String::from_utf8_lossy(&line.unwrap()).into_owned();
            let in_words = line.split(|letter| !is_of_word(letter)).filter_map(|word| words.get(word));
            let in_texts = texts.iter().filter(|text| line.contains(**text)).map(|text| (*text).to_owned());
            let kinds: BTreeSet<String> = in_words.cloned().chain(in_texts).collect();
            for kind in kinds {
                seen.entry(kind).or_insert_with(|| line.clone());
            }
        }
        seen
    }
}

/// Checks that the log holds no secret. Returns its size.
pub(crate) async fn check(world: &World) -> u64 {
    world.markers.add("the first API key", &world.app.api_key);
    for customer in &world.customers {
        let accounts = world.app.get(&format!("/user/{}/accounts", customer.user_id())).await.json();
        for account in accounts["Response"].as_array().into_iter().flatten() {
            let account = account.as_object().and_then(|account| account.values().next()).unwrap();
            for alias in account["alias"].as_array().into_iter().flatten() {
                world.markers.add("an alias", alias["value"].as_str().unwrap_or_default());
            }
        }
    }
    world.markers.add_stored(&world.app).await;
    let mut log = world.log();
    let count = world.markers.0.lock().unwrap().len();
    assert!(count > 100, "only {count} secrets are looked for");
    for (kind, line) in world.markers.seen_in(&mut log) {
        // The line itself is kept out of other logs.
        world.tally.mistake(format!("a log line holds {kind}; it has {} bytes and begins {:.80}", line.len(), line));
    }
    log.metadata().unwrap().len()
}

#[test]
fn the_search_finds_what_is_hidden() {
    let markers = Markers::default();
    markers.add("a key", "tpp_0123456789abcdef");
    markers.add("a token", "0123+456789abcdefghijkl/=");
    markers.add("short", "abc");
    let mut log = tempfile::tempfile().unwrap();
    let lines =
        ["{\"key\":\"tpp_0123456789abcdef\"}", "token=0123+456789abcdefghijkl/=", "abc", "geheim doel 7", "else"];
    std::io::Write::write_all(&mut log, lines.join("\n").as_bytes()).unwrap();

    let seen: Vec<_> = markers.seen_in(&mut log).into_keys().collect();

    assert_eq!(seen, ["a key", "a token", DESCRIPTION]);
}
