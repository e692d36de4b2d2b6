//! Every event of `events/` gets the expected answer: the operation's success, or the answer in `events/expected.json`.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::{Command, Output},
};

use serde_json::{Value, json};
use testkit::{Journey, events, every_operation, operation};

use crate::{
    deployment::{GROUPS, Process},
    same::assert_same,
    template::{self, read},
};

/// An event: its function and its name. The name is an operation's id, and may have a second word for a special case.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) group: &'static str,
    pub(crate) name: String,
}

impl Event {
    fn path(&self) -> String {
        format!("{}/{}.json", self.group, self.name)
    }

    fn text(&self) -> String {
        read(&format!("events/{}", self.path()))
    }

    /// Returns the operation's id, or `direct` for a direct invocation of the setup.
    pub(crate) fn operation(&self) -> &str {
        self.name.split('.').next().unwrap()
    }

    fn is_direct(&self) -> bool {
        self.operation() == "direct"
    }

    /// Returns the event with its placeholders filled in, as `events/fill` does.
    pub(crate) fn filled(&self, places: &BTreeMap<String, String>) -> Value {
        let filled = events::fill(&self.text(), places);
        serde_json::from_str(&filled).unwrap_or_else(|error| panic!("{}: {error}", self.path()))
    }

    /// Makes again what the event's operation can change only once.
    pub(crate) async fn prepare(&self, journey: &mut Journey) {
        if !self.is_direct() {
            journey.renew(&operation(self.operation())).await;
        }
    }
}

/// Returns all of a function's events. Those that end something come last.
pub(crate) fn of(group: &'static str) -> Vec<Event> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events").join(group);
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut events: Vec<_> =
        files.map(|file| Event { group, name: file.strip_suffix(".json").unwrap().to_owned() }).collect();
    let ends = |event: &Event| ["update_", "delete_", "direct.revoke"].iter().any(|word| event.name.starts_with(word));
    events.sort_by_key(|event| (ends(event), event.name.clone()));
    events
}

/// Makes a deployment with a value for every placeholder.
pub(crate) async fn prepared() -> Journey {
    let mut journey = Journey::start().await;
    let (key_id, _) = journey.app.create_api_key(&["accounts"]).await;
    journey.places.insert("KEY_ID".to_owned(), key_id);
    journey
}

/// Returns the answer that each event expects: a status, `"answers"`, or the type of a direct invocation's error.
fn promised() -> BTreeMap<String, Value> {
    let particular: BTreeMap<String, Value> = serde_json::from_str(&read("events/expected.json")).unwrap();
    let success =
        |one: &testkit::Operation<'_>| (format!("{}/{}.json", one.function(), one.id()), json!(one.success()));
    let mut promised: BTreeMap<_, _> = every_operation().iter().map(success).collect();
    for (path, answer) in particular {
        assert_ne!(promised.insert(path.clone(), answer.clone()), Some(answer), "{path} is as the document says");
    }
    promised
}

#[tokio::test]
async fn every_event_is_answered_as_promised() {
    let promised = promised();
    let mut journey = prepared().await;
    let mut answered = BTreeMap::new();

    for group in GROUPS {
        let process = Process::start(&journey.app, &journey.app.aws.url()).await;
        for event in of(group) {
            event.prepare(&mut journey).await;
            let answer = match process.invoke(group, event.filled(&journey.places)).await {
                Ok(answer) if answer["statusCode"].is_null() => json!("answers"),
                Ok(answer) => answer["statusCode"].clone(),
                Err(error) => json!(error),
            };
            answered.insert(event.path(), answer);
        }
    }

    let wrong: Vec<_> = answered.iter().filter(|(path, answer)| promised.get(*path) != Some(answer)).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    let names = |answers: &BTreeMap<String, Value>| answers.keys().cloned().collect();
    assert_same("events/", names(&answered), "the document with events/expected.json", names(&promised));
}

#[test]
fn every_operation_has_an_event_and_every_event_an_operation() {
    let resources = template::resources();
    let routes = resources.values().filter(|resource| resource["Type"] == "AWS::ApiGatewayV2::Route");
    // The route for all other requests has no operation.
    let operations: BTreeSet<_> =
        routes.filter_map(|route| Some(route["Properties"]["OperationName"].as_str()?.to_owned())).collect();

    let events: Vec<_> = GROUPS.into_iter().flat_map(of).collect();

    let plain = events.iter().filter(|event| event.name == event.operation() && !event.is_direct());
    let plain = plain.map(|event| event.name.clone()).collect();
    assert_same("events/", plain, "template.yaml", operations.clone());
    for event in &events {
        assert!(event.is_direct() || operations.contains(event.operation()), "{event:?}");
    }
    for action in [
        "run",
        "status",
        "create_api_key",
        "list_api_keys",
        "rotate_api_key",
        "revoke_api_key",
        "rotate_sealing_key",
        "reseal",
        "remove_sealing_key",
        "rotate_installation",
        "renew_certificate",
    ] {
        assert!(events.iter().any(|event| event.name == format!("direct.{action}")), "{action}");
    }
}

#[test]
fn every_event_says_its_route_as_the_template_does() {
    let resources = template::resources();
    for event in GROUPS.into_iter().flat_map(of) {
        let content = event.filled(&BTreeMap::new());
        if content.get("requestContext").is_none() {
            continue;
        }
        let says = match content["version"].as_str().unwrap() {
            "2.0" => content["routeKey"].as_str().unwrap().to_owned(),
            _ => format!("{} {}", content["httpMethod"].as_str().unwrap(), content["resource"].as_str().unwrap()),
        };
        let function: String = event.group.split('-').map(|word| word[..1].to_uppercase() + &word[1..]).collect();
        let target = format!("integrations/${{{function}Integration}}");
        let leads_here = |route: &Value| route["RouteKey"] == says && route["Target"]["Fn::Sub"] == target;
        let known = resources.values().any(|resource| leads_here(&resource["Properties"]));
        assert!(known || event.name.ends_with(".wrong-method"), "{event:?}: {says}");
    }
}

/// Runs `events/fill` with only these variables.
#[expect(clippy::disallowed_methods, reason = "the script needs the programs of this machine")]
fn fill(event: &Event, variables: &BTreeMap<String, String>) -> Output {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut command = Command::new(root.join("events/fill"));
    command.arg(event.path().trim_end_matches(".json")).env_clear().env("PATH", path).envs(variables);
    command.output().unwrap()
}

#[test]
fn the_script_fills_every_placeholder_or_fails_and_names_it() {
    for event in GROUPS.into_iter().flat_map(of) {
        let needed = events::places_in(&event.text());
        // A value may contain special characters of a replacement, but no name of a placeholder.
        let value = |name: &String| (name.clone(), format!("a&b|c\\{}", name.to_lowercase()));
        let values = needed.iter().map(value).collect();

        let filled = fill(&event, &values);
        let unfilled = fill(&event, &BTreeMap::new());

        assert!(filled.status.success(), "{event:?}: {filled:?}");
        let filled = String::from_utf8(filled.stdout).unwrap();
        assert_eq!(filled.trim_end(), events::fill(&event.text(), &values).trim_end(), "{event:?}");
        let said = String::from_utf8(unfilled.stderr).unwrap();
        assert_eq!(unfilled.status.success(), needed.is_empty(), "{event:?}: {said}");
        assert!(needed.iter().all(|name| said.contains(name)), "{event:?}: {said}");
    }
}
