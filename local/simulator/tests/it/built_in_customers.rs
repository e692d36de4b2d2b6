//! The built-in customers never change: clients and their tests rely on the ids and amounts.

use std::fmt::Write as _;

use bunq_simulator::Settings;
use sha2::{Digest as _, Sha256};

use crate::setup::{App, Connection};

/// The digest of all that the API shows about the built-in customers.
const DIGEST: &str = "6e078cc98aab9e65a44a85f6776df2aa0416503fde293659e86cd49a2ad1e936";

/// The users, accounts and payments of a connection, as the API shows them.
async fn dump(app: &App, connection: &Connection) -> String {
    let get = async |path: &str| app.bank().get(path).token(&connection.session).send().await.ok().json();
    let mut text = connection.user["granted_by_user"].to_string();
    let accounts = get(&format!("/v1/user/{}/monetary-account?count=200", connection.id)).await;
    text.push_str(&accounts["Response"].to_string());
    for account in accounts["Response"].as_array().unwrap() {
        let account = account.as_object().unwrap().values().next().unwrap()["id"].as_u64().unwrap();
        let mut path = Some(format!("/v1/user/{}/monetary-account/{account}/payment?count=200", connection.id));
        while let Some(next) = path {
            let page = get(&next).await;
            text.push_str(&page["Response"].to_string());
            path = page["Pagination"]["older_url"].as_str().map(str::to_owned);
        }
    }
    text
}

#[tokio::test]
async fn the_built_in_customers_are_the_same_in_every_version() {
    let app = App::new(Settings::default()).await;
    let mut text = String::new();
    for customer in ["person", "company", "empty", "strange"] {
        let connection = app.connect(customer).await;
        text.push_str(&dump(&app, &connection).await);
    }

    let mut digest = String::new();
    Sha256::digest(text.as_bytes()).iter().for_each(|byte| write!(digest, "{byte:02x}").unwrap());

    assert_eq!(digest, DIGEST, "{} characters", text.len());
}
