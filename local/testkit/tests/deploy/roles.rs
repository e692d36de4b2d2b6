//! Each function's role allows what the function does, and almost nothing else.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Map, Value, json};
use testkit::{Journey, TestApp};

use crate::{
    aws_log::{Access, AwsLog},
    deployment::{GROUPS, Process},
    events, template,
};

/// One permission: an action on a resource, for items whose keys begin with a prefix. If it names attributes, it is for
/// these attributes only.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Grant {
    sid: String,
    pub(crate) action: String,
    pub(crate) resource: String,
    pub(crate) keys: Vec<String>,
    pub(crate) attributes: Vec<String>,
}

impl Grant {
    pub(crate) fn allows(&self, access: &Access) -> bool {
        let key = |key: &String| {
            self.keys.iter().any(|pattern| match pattern.strip_suffix('*') {
                Some(beginning) => key.starts_with(beginning),
                None => key == pattern,
            })
        };
        let attributes =
            self.attributes.is_empty() || access.attributes.iter().all(|one| self.attributes.contains(one));
        let resource = self.action == access.action && self.resource == access.resource;
        resource && attributes && access.keys.iter().all(key)
    }
}

/// The permissions that Lambda's event source uses for a function.
const OF_EVENT_SOURCE: &str = "TakeHints";

/// The event bus of a test's deployment.
const EVENT_BUS: &str = "bunq-tpp";

/// Returns what a function's role allows with tables, secrets, queues and the event bus, in the names of a test's
/// deployment.
pub(crate) fn grants(resources: &Map<String, Value>, group: &str) -> Vec<Grant> {
    let role: String = group.split('-').map(|word| word[..1].to_uppercase() + &word[1..]).collect();
    let statements = &resources[&format!("{role}Role")]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"];
    let mut grants = Vec::new();
    for statement in statements.as_array().unwrap() {
        // As in the sandbox, and as if the owner had set a key.
        let statement = statement.pointer("/Fn::If/1").unwrap_or(statement);
        let keys = &statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"];
        let attributes = &statement["Condition"]["ForAllValues:StringEquals"]["dynamodb:Attributes"];
        for action in listed(&statement["Action"]) {
            let action = action.as_str().unwrap();
            let is_data =
                ["dynamodb:", "secretsmanager:", "sqs:", "events:"].iter().any(|service| action.starts_with(service));
            if !is_data || statement["Sid"] == OF_EVENT_SOURCE {
                continue;
            }
            for resource in listed(&statement["Resource"]) {
                grants.push(Grant {
                    sid: statement["Sid"].as_str().unwrap().to_owned(),
                    action: action.to_owned(),
                    resource: named(resources, resource),
                    keys: texts(keys),
                    attributes: texts(attributes),
                });
            }
        }
    }
    grants
}

fn texts(value: &Value) -> Vec<String> {
    listed(value).iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn listed(value: &Value) -> &[Value] {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice)
}

/// Returns a resource by the name that it has in a test.
fn named(resources: &Map<String, Value>, resource: &Value) -> String {
    // As if the stack had its own event bus.
    let resource = resource.pointer("/Fn::If/1").unwrap_or(resource);
    let table = |id: &str| match id {
        "OwnEventBus" => EVENT_BUS.to_owned(),
        "HintsQueue" => "bunq-tpp-hints.fifo".to_owned(),
        id => id.strip_suffix("Table").unwrap().to_lowercase(),
    };
    if let Some(secret) = resource["Ref"].as_str() {
        let name = resources[secret]["Properties"]["Name"]["Fn::Sub"].as_str().unwrap();
        return name.replace("${AWS::StackName}", "test");
    }
    if let Some(sub) = resource["Fn::Sub"].as_str() {
        let (id, index) = sub.strip_prefix("${").unwrap().split_once(".Arn}").unwrap();
        return table(id) + index;
    }
    assert_eq!(resource["Fn::GetAtt"][1], "Arn", "{resource}");
    table(resource["Fn::GetAtt"][0].as_str().unwrap())
}

/// Returns the secrets as the template makes them: existing and empty.
async fn make_secrets(app: &TestApp, resources: &Map<String, Value>) {
    for (id, _) in resources.iter().filter(|(_, resource)| resource["Type"] == "AWS::SecretsManager::Secret") {
        app.aws_call("secretsmanager.CreateSecret", json!({ "Name": named(resources, &json!({ "Ref": id })) })).await;
    }
}

fn check(resources: &Map<String, Value>, group: &str, seen: &BTreeSet<Access>) -> BTreeSet<(String, String)> {
    let grants = grants(resources, group);
    let mut used = BTreeSet::new();
    for access in seen {
        let allowed: Vec<_> = grants.iter().filter(|grant| grant.allows(access)).collect();
        assert!(!allowed.is_empty(), "{group} may not: {access:?}");
        used.extend(allowed.into_iter().map(|grant| (grant.sid.clone(), grant.action.clone())));
    }
    used
}

#[tokio::test]
async fn no_function_does_what_its_role_forbids_and_hardly_any_permission_is_idle() {
    let resources = template::resources();
    let mut journey = events::prepared().await;
    // The functions take turns in the store.
    journey.app.set_variable("BANK_LIMITS", "newer");
    journey.app.set_variable("EVENT_BUS", EVENT_BUS);
    for group in GROUPS {
        let log = AwsLog::start(journey.app.aws.url()).await;
        // Runs twice, so that starts are repeated. The second time, memory is empty, and the bank has ended every
        // session. Each run is two hours later, because the use of a key and of a customer is recorded once an hour.
        for _ in 0..2 {
            journey.app.advance(7200).await;
            let process = Process::start(&journey.app, &log.url).await;
            let mut events = events::of(group);
            // Comes first, before a preparation uses the key in another process and records that use.
            events.sort_by_key(|event| event.name != "list_consents");
            for event in events {
                event.prepare(&mut journey).await;
                if group == "deliver" {
                    // Something to cancel, because its endpoint was deleted after the event had its number.
                    let app = &journey.app;
                    let deleted = app.create_endpoint("http://127.0.0.1:9/", &["*"]).await;
                    app.connect("person").await;
                    app.get("/webhook-events").await;
                    let path = format!("/webhook-endpoints/{}", deleted["id"].as_str().unwrap());
                    let delete = app.request(Method::DELETE, &path).bearer_auth(&app.api_key);
                    assert_eq!(app.send(delete).await.status, 204);
                    // Something to number, and to send to the endpoint of the journey.
                    app.connect("person").await;
                }
                if group == "worker" {
                    // Something to read.
                    journey.app.bank.pay("person", 60101, 1).await;
                    cancel_a_transaction(&journey.app).await;
                }
                if event.name == "delete_user" {
                    keep_version(&journey).await;
                }
                if event.name == "delete_user.reference" {
                    // Removes one of two references, so the connection stays.
                    journey.app.connect_as("person", "customer-17").await;
                    let user_id = journey.app.connect_as("person", "customer-18").await;
                    journey.places.insert("USER_ID".to_owned(), user_id);
                }
                // Each session has a turn.
                journey.app.advance(60).await;
                let _ = process.invoke(group, event.filled(&journey.places)).await;
            }
            journey.app.bank.expire_sessions().await;
        }
        refuse_a_consent(&mut journey, group, &log).await;
        revoke_a_consent(&mut journey, group, &log).await;

        let used = check(&resources, group, &log.seen());

        let granted = grants(&resources, group).into_iter().map(|grant| (grant.sid, grant.action));
        // An earlier version uses it, and still serves during a gradual deployment.
        let is_earlier = |sid: &str, action: &str| sid.starts_with("CheckCallersKey") && action == "dynamodb:GetItem";
        let granted: BTreeSet<_> = granted.filter(|(sid, action)| !is_earlier(sid, action)).collect();
        let idle: BTreeSet<_> = granted.difference(&used).collect();
        // Other tests cover this function: an onboarding from the beginning, and a rotation of the sealing key.
        let expected = if group == "setup" {
            let elsewhere = |sid: &str| ["Keep", "Reseal", "LeaseOwnSession"].iter().any(|word| sid.starts_with(word));
            idle.iter().filter(|(sid, _)| elsewhere(sid)).count()
        } else {
            0
        };
        assert_eq!(idle.len(), expected, "{group} needs not: {idle:?}");
    }
}

/// Creates an issuer transaction and cancels it, which is read by no request afterwards.
async fn cancel_a_transaction(app: &TestApp) {
    let path = "/psd2/payment-service-provider-issuer-transaction";
    let body = json!({
        "counterparty_alias": { "type": "IBAN", "value": "NL91ABNA0417164300", "name": "J. Jansen" },
        "amount": { "value": "1.00", "currency": "EUR" },
        "description": "order 1042",
        "url_redirect": "https://shop.example/thanks",
    });
    let created = app.post(path, &body).await;
    let cancelled = app.put(created.header("location"), &json!({ "status": "CANCELLED" })).await;
    assert_eq!((created.status, cancelled.status), (201, 200), "{created:?} {cancelled:?}");
}

/// Lets the bank refuse a token that it has just issued, so that the function opens the TPP's own session.
async fn refuse_a_consent(journey: &mut Journey, group: &'static str, log: &AwsLog) {
    if group != "oauth" {
        return;
    }
    let text = "User credentials are incorrect. Incorrect API key or IP address.";
    let body = json!({ "Error": [{ "error_description": text, "error_description_translated": text }] });
    // Two sessions at once, for which the bank's limit has no turns.
    journey.app.set_variable("BANK_LIMITS", "off");
    let process = Process::start(&journey.app, &log.url).await;
    journey.app.set_variable("BANK_LIMITS", "newer");
    let complete = events::of(group).into_iter().find(|event| event.name == "complete_consent").unwrap();
    complete.prepare(journey).await;
    let bank = &journey.app.bank;
    bank.expire_sessions().await;
    bank.fault(json!({ "endpoint": "POST session-server", "times": 1, "status": 400, "body": body })).await;
    let answer = process.invoke(group, complete.filled(&journey.places)).await.unwrap();
    bank.clear_faults().await;
    assert_eq!(answer["statusCode"], 403, "{answer}");
}

/// Keeps the version of an object of the customer, which a deletion of the customer deletes.
async fn keep_version(journey: &Journey) {
    let pk = format!("SEEN#{}", journey.places["USER_ID"]);
    let item = json!({ "pk": { "S": pk }, "sk": { "S": "Payment#60101.0000000000000000001" } });
    let put = json!({ "TableName": "events", "Item": item });
    journey.app.aws_call("DynamoDB_20120810.PutItem", put).await;
}

/// Lets a customer revoke the consent at the bank, so that the function notices it. The customer consents again.
async fn revoke_a_consent(journey: &mut Journey, group: &'static str, log: &AwsLog) {
    let name = match group {
        "payments" => "list_payments",
        "worker" => "direct.consent",
        _ => return,
    };
    journey.app.bank.revoke("person").await;
    // As above: the TPP's own session shows whether the bank refuses only this customer.
    journey.app.set_variable("BANK_LIMITS", "off");
    let process = Process::start(&journey.app, &log.url).await;
    journey.app.set_variable("BANK_LIMITS", "newer");
    let read = events::of(group).into_iter().find(|event| event.name == name).unwrap();
    let answer = process.invoke(group, read.filled(&journey.places)).await.unwrap();
    let expected = if group == "payments" { json!(403) } else { json!(null) };
    assert_eq!((&answer["statusCode"], answer["batchItemFailures"].get(0)), (&expected, None), "{answer}");
    journey.app.advance(60).await;
    assert_eq!(journey.app.connect("person").await, journey.places["USER_ID"]);
}

#[tokio::test]
async fn the_setup_onboards_from_nothing_with_what_its_role_allows() {
    let resources = template::resources();
    let mut app = TestApp::builder().without_seed().not_onboarded().start().await;
    app.set_variable("EGRESS_IP_URL", app.bank.egress_url());
    make_secrets(&app, &resources).await;
    let log = AwsLog::start(app.aws.url()).await;
    let process = Process::start(&app, &log.url).await;

    let before = process.invoke("setup", json!({ "action": "status" })).await.unwrap();
    let report = process.invoke("setup", json!({})).await.unwrap();
    app.advance(7200).await;
    app.bank.expire_sessions().await;
    let process = Process::start(&app, &log.url).await;
    let after = process.invoke("setup", json!({ "action": "status" })).await.unwrap();

    assert_eq!(after["egress"]["agrees"], true, "{after}");
    assert_eq!((&before["onboarded"], &report["onboarded"]), (&json!(false), &json!(true)), "{report}");
    let used = check(&resources, "setup", &log.seen());
    // What a run of an onboarded deployment does not need.
    for (sid, action) in [
        ("KeepProgress", "secretsmanager:PutSecretValue"),
        ("KeepCertificate", "secretsmanager:PutSecretValue"),
        ("KeepOwnSession", "dynamodb:PutItem"),
        ("LeaseOwnSession", "dynamodb:UpdateItem"),
    ] {
        assert!(used.contains(&(sid.to_owned(), action.to_owned())), "{sid}: {used:?}");
    }
}

#[tokio::test]
async fn the_setup_seals_again_with_what_its_role_allows() {
    let resources = template::resources();
    // With every kind of sealed value, in records of customers and of the TPP.
    let mut journey = events::prepared().await;
    for operation in ["complete_consent", "claim_consent"] {
        journey.renew(&testkit::operation(operation)).await;
    }
    for operation in ["create_draft_payment", "create_issuer_transaction"].map(testkit::operation) {
        let mut body = journey.body(&operation);
        body["reference"] = json!("invoice-17");
        assert_eq!(journey.send_body(&operation, &body).await.status, 201);
    }
    let kept = json!({ "TableName": "ephemera", "Item": {
        "pk": { "S": "STATE#kept" }, "access_token": { "S": "k0.AAAA" },
    } });
    journey.app.aws_call("DynamoDB_20120810.PutItem", kept).await;
    journey.app.create_endpoint("http://127.0.0.1:9/", &["*"]).await;
    let log = AwsLog::start(journey.app.aws.url()).await;
    let process = Process::start(&journey.app, &log.url).await;
    let send = async |payload: Value| process.invoke("setup", payload).await.unwrap();
    let invoke = async |action: &str| send(json!({ "action": action })).await;
    let of_endpoints = async |action: &str| send(json!({ "action": action, "secret": "delivery-key" })).await;

    let old = invoke("rotate_sealing_key").await["current"].clone();
    let old_of_endpoints = of_endpoints("rotate_sealing_key").await["current"].clone();
    journey.app.advance(720).await;
    invoke("rotate_sealing_key").await;
    of_endpoints("rotate_sealing_key").await;
    let report = invoke("reseal").await;
    assert_eq!(of_endpoints("reseal").await["finished"], true);
    journey.app.advance(720).await;
    let remove = json!({ "action": "remove_sealing_key", "secret": "delivery-key", "id": old_of_endpoints });
    assert_eq!(send(remove).await["removed"], true);
    let removed = send(json!({ "action": "remove_sealing_key", "id": old })).await;

    assert_eq!((&report["left"], &report["unreadable"]), (&json!(1), &json!(1)), "the token that opens nowhere");
    assert_eq!(removed["removed"], true);
    let used = check(&resources, "setup", &log.seen());
    for sid in ["ResealConnections", "ResealEphemera", "ResealEndpoints"] {
        assert!(used.contains(&(sid.to_owned(), "dynamodb:UpdateItem".to_owned())), "{sid}: {used:?}");
    }
    let kinds: Vec<_> = journey.app.scan("ephemera").await.iter().map(|item| item["pk"]["S"].to_string()).collect();
    for kind in ["SESSION#", "UNCLAIMED#", "IDEMPOTENCY#", "ORDER#"] {
        assert!(kinds.iter().any(|pk| pk.starts_with(&format!("\"{kind}"))), "{kind}: {kinds:?}");
    }
    let texts = json!([journey.app.scan("connections").await, journey.app.scan("ephemera").await]).to_string();
    assert!(!texts.contains(&format!("\"{}.", old.as_str().unwrap())), "nothing is left under the old key");
}
