//! The start of a process and its first request: how often they wait, counted in calls and connections.

use std::collections::BTreeMap;

use reqwest::Url;
use serde_json::{Value, json};
use testkit::{
    Link, TestApp,
    lambda::{Function, http_event},
};

use crate::fixture::{ACCOUNTS, connected};

const BOOTSTRAP: &str = env!("CARGO_BIN_EXE_users");

/// A process whose ways to AWS and to the bank are counted.
struct Counted {
    function: Function,
    dynamodb: Link,
    bank: Link,
}

impl Counted {
    async fn start(app: &TestApp) -> Self {
        let dynamodb = Link::to(&Url::parse(&app.aws.url()).unwrap()).await;
        let bank = Link::to(&app.bank.url()).await;
        let variables: BTreeMap<_, _> = app.bank.variables().into();
        let function = app
            .bootstrap_with(
                BOOTSTRAP,
                [
                    ("AWS_ENDPOINT_URL_DYNAMODB", dynamodb.url(&Url::parse(&app.aws.url()).unwrap()).to_string()),
                    ("BUNQ_API_URL", bank.url(&Url::parse(&variables["BUNQ_API_URL"]).unwrap()).to_string()),
                ],
            )
            .await;
        Self { function, dynamodb, bank }
    }

    fn connections(&self) -> [usize; 2] {
        [self.dynamodb.opened(), self.bank.opened()]
    }
}

fn read(app: &TestApp, path: &str) -> Value {
    http_event("GET", path, &[("Authorization", &format!("Bearer {}", app.api_key))])
}

#[tokio::test]
async fn a_start_opens_the_connections_and_reads_the_secrets_only() {
    let (app, _) = connected("person").await;
    app.forget_aws_calls().await;

    let process = Counted::start(&app).await;
    process.function.ready().await;

    assert_eq!(app.aws_calls().await, json!({ "secretsmanager.GetSecretValue": 2 }));
    assert_eq!(app.bank.total().await, 0, "a connection, and no call");
    assert_eq!(process.connections(), [1, 1]);
}

#[tokio::test]
async fn a_first_request_waits_for_one_read_of_ours_and_for_the_bank() {
    let (app, accounts) = connected("person").await;
    // This process notes that the key and the customer are in use, which others then need not do.
    assert_eq!(app.get(&accounts).await.status, 200);
    app.bank.forget_calls().await;
    let process = Counted::start(&app).await;
    process.function.ready().await;
    app.forget_aws_calls().await;

    let answer = process.function.invoke(read(&app, &accounts)).await.unwrap();

    assert_eq!(answer["statusCode"], 200, "{answer}");
    assert_eq!(app.aws_calls().await, json!({ "DynamoDB_20120810.BatchGetItem": 1 }));
    assert_eq!((app.bank.count(ACCOUNTS).await, app.bank.total().await), (1, 1));
    assert_eq!(process.connections(), [1, 1], "those that the start opened");

    let again = process.function.invoke(read(&app, &accounts)).await.unwrap();

    assert_eq!(again["statusCode"], 200, "{again}");
    assert_eq!(app.aws_calls().await, json!({ "DynamoDB_20120810.BatchGetItem": 1 }), "then it is in memory");
    assert_eq!((app.bank.total().await, process.connections()), (2, [1, 1]));
}

#[tokio::test]
async fn a_bank_and_a_store_that_are_away_delay_no_start() {
    let (app, accounts) = connected("person").await;
    let nobody = ("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:9".to_owned());
    let function = app.bootstrap_with(BOOTSTRAP, [nobody, ("BUNQ_API_URL", "http://127.0.0.1:9".to_owned())]).await;

    function.ready().await;
    let answer = function.invoke(read(&app, &accounts)).await.unwrap();

    assert_eq!(answer["statusCode"], 503, "{answer}");
}

/// Starts a process that finds AWS and the bank over TLS. `trusts` decides whether it trusts their certificates.
async fn over_tls(app: &TestApp, trusts: bool) -> (Function, [Link; 2]) {
    let (to_aws, to_bank) = (Url::parse(&app.aws.url()).unwrap(), app.bank.url());
    let ((aws, aws_authority), (bank, bank_authority)) =
        (Link::over_tls(&to_aws).await, Link::over_tls(&to_bank).await);
    let folder = tempfile::tempdir().unwrap();
    let authorities = folder.path().join("authorities.pem");
    std::fs::write(&authorities, aws_authority + &bank_authority).unwrap();
    let api: BTreeMap<_, _> = app.bank.variables().into();
    let changes = [
        ("AWS_ENDPOINT_URL_DYNAMODB", aws.url(&to_aws).to_string()),
        ("AWS_ENDPOINT_URL_SECRETS_MANAGER", aws.url(&to_aws).to_string()),
        ("BUNQ_API_URL", bank.url(&Url::parse(&api["BUNQ_API_URL"]).unwrap()).to_string()),
        ("EXTRA_CA_FILE", if trusts { authorities.to_str().unwrap().to_owned() } else { String::new() }),
    ];
    let function = app.bootstrap_with(BOOTSTRAP, changes).await;
    function.ready().await;
    (function, [aws, bank])
}

#[tokio::test]
async fn connections_over_tls_are_opened_by_the_start_too() {
    let (app, accounts) = connected("person").await;

    let (function, links) = over_tls(&app, true).await;
    let opened = || links.each_ref().map(Link::opened);
    let at_start = opened();
    let answer = function.invoke(read(&app, &accounts)).await.unwrap();

    assert_eq!(answer["statusCode"], 200, "{answer}");
    assert_eq!(at_start, [3, 1], "one to DynamoDB, two to Secrets Manager, one to the bank");
    assert_eq!(opened(), at_start);
}

#[tokio::test]
async fn a_certificate_of_an_unknown_authority_is_not_trusted() {
    let (app, accounts) = connected("person").await;

    let (function, _links) = over_tls(&app, false).await;
    let answer = function.invoke(read(&app, &accounts)).await.unwrap();

    assert_eq!(answer["statusCode"], 503, "{answer}");
    assert_eq!(app.bank.total().await, 0);
}
