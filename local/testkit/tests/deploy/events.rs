//! Every event of `events/` gets the answer that `events/expected.json` promises, and every operation has an event.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::{Command, Output},
};

use serde_json::{Value, json};
use testkit::TestApp;

use crate::{
    deployment::{GROUPS, Process},
    same::assert_same,
    template::{self, read},
};

/// The words in events that stand for something of a deployment.
const PLACES: [&str; 18] = [
    "API_KEY",
    "USER_ID",
    "MONETARY_ACCOUNT_ID",
    "PAYMENT_ID",
    "REQUEST_INQUIRY_ID",
    "DRAFT_PAYMENT_ID",
    "TRANSACTION_ID",
    "PUBLIC_ID",
    "CREDENTIAL_PASSWORD_IP_ID",
    "ITEM_ID",
    "KEY_ID",
    "STATE",
    "CODE",
    "BROWSER",
    "CONSENT_ID",
    "PENDING_CONSENT_ID",
    "TICKET",
    "PROOF",
];

/// An event: its function and its name, which is an operation's id with a word on what is particular.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) group: &'static str,
    pub(crate) name: String,
}

impl Event {
    fn path(&self) -> String {
        format!("{}/{}.json", self.group, self.name)
    }

    pub(crate) fn operation(&self) -> &str {
        self.name.split('.').next().unwrap()
    }

    /// The event with its placeholders filled in, as `events/fill` does it.
    pub(crate) fn filled(&self, places: &BTreeMap<&'static str, String>) -> Value {
        let text = read(&format!("events/{}", self.path()));
        let mut filled = String::new();
        for word in text.split_inclusive(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_')) {
            let end = word.trim_end_matches(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_')).len();
            let (name, rest) = word.split_at(end);
            filled.push_str(places.get(name).map_or(name, String::as_str));
            filled.push_str(rest);
        }
        serde_json::from_str(&filled).unwrap_or_else(|error| panic!("{}: {error}", self.path()))
    }
}

/// All of a function's events; what ends something comes last.
pub(crate) fn of(group: &'static str) -> Vec<Event> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events").join(group);
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut events: Vec<_> =
        files.map(|file| Event { group, name: file.strip_suffix(".json").unwrap().to_owned() }).collect();
    let ends = |event: &Event| ["update_", "delete_", "direct.revoke"].iter().any(|word| event.name.starts_with(word));
    events.sort_by_key(|event| (ends(event), event.name.clone()));
    events
}

/// A deployment with something behind every placeholder.
pub(crate) async fn prepared() -> (TestApp, BTreeMap<&'static str, String>) {
    let app = TestApp::start().await;
    let user_id = app.connect("person").await;
    let (key_id, _) = app.create_api_key(&["accounts"]).await;
    let mut places = BTreeMap::from([
        ("API_KEY", app.api_key.clone()),
        ("USER_ID", user_id.clone()),
        ("MONETARY_ACCOUNT_ID", "60101".to_owned()),
        ("KEY_ID", key_id),
    ]);
    let order = json!({
        "monetary_account_id": 60101, "amount": "1.00", "currency": "EUR", "description": "Before", "receiver_type": "IBAN",
        "receiver_value": "NL91ABNA0417164300", "receiver_name": "J. Jansen",
    });
    let transaction = json!({
        "counterparty_alias": { "type": "IBAN", "value": "NL91ABNA0417164300", "name": "J. Jansen" },
        "amount": { "value": "1.00", "currency": "EUR" }, "description": "Before", "url_redirect": "https://shop.example/thanks",
    });
    let psd2 = "/psd2/payment-service-provider-issuer-transaction";
    for (place, path, body) in [
        ("REQUEST_INQUIRY_ID", format!("/user/{user_id}/request-inquiry"), &order),
        ("DRAFT_PAYMENT_ID", format!("/user/{user_id}/draft-payment"), &order),
        ("TRANSACTION_ID", psd2.to_owned(), &transaction),
    ] {
        let answer = app.post(&path, body).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        places.insert(place, answer.json()["Response"][0]["Id"]["id"].to_string());
    }
    let found = async |path: &str, pointer: &str| {
        let answer = app.get(path).await.json();
        let found = answer.pointer(pointer).unwrap_or_else(|| panic!("no {pointer}: {answer}"));
        found.as_str().map_or_else(|| found.to_string(), str::to_owned)
    };
    let payments = format!("/user/{user_id}/payments/60101");
    places.insert("PAYMENT_ID", found(&payments, "/Response/0/Payment/id").await);
    let transaction = format!("{psd2}/{}", places["TRANSACTION_ID"]);
    let public = "/Response/0/PaymentServiceProviderIssuerTransaction/public_uuid";
    places.insert("PUBLIC_ID", found(&transaction, public).await);
    let credential = app.read_secret("tpp").await["psp"]["credential_id"].to_string();
    let ips = format!("/credential-password-ip/{credential}/ip");
    places.insert("ITEM_ID", found(&ips, "/Response/0/PermittedIp/id").await);
    places.insert("CREDENTIAL_PASSWORD_IP_ID", credential);
    // Those of a consent are added where one is begun.
    assert!(places.keys().all(|name| PLACES.contains(name)), "PLACES lacks one of {places:?}");
    (app, places)
}

/// Asks for a consent: its id and its ticket.
async fn ask(app: &TestApp, body: &Value) -> (String, String) {
    let asked = app.ask_consent(body).await;
    let ticket = asked["url"].as_str().unwrap().rsplit_once("ticket=").unwrap().1.to_owned();
    (asked["consent_id"].as_str().unwrap().to_owned(), ticket)
}

/// Begins a consent where an event ends one: it works once.
pub(crate) async fn begin(app: &TestApp, event: &Event, places: &mut BTreeMap<&'static str, String>) {
    match event.operation() {
        "begin_consent" => {
            places.insert("TICKET", ask(app, &json!({})).await.1);
            return;
        }
        "find_consent" | "delete_consent" => {
            let (id, _) = ask(app, &json!({})).await;
            places.insert("CONSENT_ID", id.clone());
            places.insert("PENDING_CONSENT_ID", id);
            return;
        }
        "claim_consent" => {
            let (id, ticket) = ask(app, &json!({ "return_url": "https://app.example/bank" })).await;
            let (cookie, page) = app.open_consent(&format!("/auth?ticket={ticket}")).await;
            let path = app.approve(&page, "company").await;
            let back = app.callback(&path, &cookie).await;
            places.insert("PROOF", back.header("location").rsplit_once("proof=").unwrap().1.to_owned());
            places.insert("CONSENT_ID", id);
            return;
        }
        "complete_consent" => {}
        _ => return,
    }
    let (cookie, page) = app.begin_consent().await;
    let callback = app.url.join(&app.approve(&page, "company").await).unwrap();
    let query: BTreeMap<_, _> = callback.query_pairs().into_owned().collect();
    places.insert("STATE", query["state"].clone());
    places.insert("CODE", query["code"].clone());
    places.insert("BROWSER", cookie.split_once('=').unwrap().1.to_owned());
}

#[tokio::test]
async fn every_event_is_answered_as_promised() {
    let expected: BTreeMap<String, Value> = serde_json::from_str(&read("events/expected.json")).unwrap();
    let (app, mut places) = prepared().await;
    let mut answered = BTreeMap::new();

    for group in GROUPS {
        let process = Process::start(&app, &app.aws.url()).await;
        for event in of(group) {
            begin(&app, &event, &mut places).await;
            let answer = match process.invoke(group, event.filled(&places)).await {
                Ok(answer) if answer["statusCode"].is_null() => json!("answers"),
                Ok(answer) => answer["statusCode"].clone(),
                Err(error) => json!(error),
            };
            answered.insert(event.path(), answer);
        }
    }

    let promised = |path: &String| expected.get(path).unwrap_or(&Value::Null).clone();
    let wrong: Vec<_> = answered.iter().filter(|(path, answer)| **answer != promised(path)).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    let names = |answers: &BTreeMap<String, Value>| answers.keys().cloned().collect();
    assert_same("events/", names(&answered), "events/expected.json", names(&expected));
}

#[test]
fn every_operation_has_an_event_and_every_event_an_operation() {
    let resources = template::resources();
    let routes = resources.values().filter(|resource| resource["Type"] == "AWS::ApiGatewayV2::Route");
    // The route of everything else has no operation.
    let operations: BTreeSet<_> =
        routes.filter_map(|route| Some(route["Properties"]["OperationName"].as_str()?.to_owned())).collect();

    let events: Vec<_> = GROUPS.into_iter().flat_map(of).collect();

    let plain = events.iter().filter(|event| event.name == event.operation() && event.operation() != "direct");
    let plain = plain.map(|event| event.name.clone()).collect();
    assert_same("events/", plain, "template.yaml", operations.clone());
    for event in &events {
        assert!(event.operation() == "direct" || operations.contains(event.operation()), "{event:?}");
    }
    for action in ["run", "status", "create_api_key", "list_api_keys", "rotate_api_key", "revoke_api_key"] {
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
        let known = resources.values().any(|resource| resource["Properties"]["RouteKey"] == says);
        assert!(known || event.name.ends_with(".wrong-method"), "{event:?}: {says}");
    }
}

/// Runs `events/fill` with nothing but these variables.
fn fill(event: &Event, variables: &BTreeMap<&'static str, String>) -> Output {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut command = Command::new(root.join("events/fill"));
    command.arg(event.path().trim_end_matches(".json")).env_clear().env("PATH", path).envs(variables);
    command.output().unwrap()
}

#[test]
fn the_script_fills_every_placeholder_or_fails_and_names_it() {
    let places: BTreeMap<&'static str, String> = PLACES.iter().map(|name| (*name, format!("a&b|c\\{name}"))).collect();
    for event in GROUPS.into_iter().flat_map(of) {
        let text = read(&format!("events/{}", event.path()));
        let words: BTreeSet<_> =
            text.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_')).collect();
        let needed: Vec<_> = PLACES.into_iter().filter(|name| words.contains(name)).collect();
        // A value may hold whatever a replacement could misread, but no name of a placeholder.
        let values = places.iter().map(|(name, value)| (*name, value.to_lowercase())).collect();

        let filled = fill(&event, &values);
        let unfilled = fill(&event, &BTreeMap::new());

        assert!(filled.status.success(), "{event:?}: {filled:?}");
        let filled = String::from_utf8(filled.stdout).unwrap();
        for name in &needed {
            assert!(filled.contains(&values[name]), "{event:?}: {name} is not filled in");
        }
        let said = String::from_utf8(unfilled.stderr).unwrap();
        assert_eq!(unfilled.status.success(), needed.is_empty(), "{event:?}: {said}");
        assert!(needed.iter().all(|name| said.contains(name)), "{event:?}: {said}");
    }
}
