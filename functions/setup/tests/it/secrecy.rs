//! What the tables and the log contain.

use serde_json::{Value, json};
use shared::{
    secrets::SealingSecret,
    types::{
        sealing::{Place, SealError, SealingKeys},
        secret::{AccessToken, Secret as _, SessionToken},
    },
};
use testkit::{TestApp, logs};

use crate::support::{secret_texts, stored};

/// The sealed texts of the tables: the item's key, the name of the attribute, and its value.
async fn sealed(app: &TestApp) -> Vec<(String, &'static str, String)> {
    let items = [app.scan("connections").await, app.scan("ephemera").await].concat();
    let text = |item: &Value, name: &str| item[name]["S"].as_str().map(str::to_owned);
    let attribute = |item: &Value, name| Some((text(item, "pk")?, name, text(item, name)?));
    items.iter().flat_map(|item| ["token", "access_token"].map(|name| attribute(item, name))).flatten().collect()
}

fn keys(secret: &Value) -> SealingKeys {
    serde_json::from_value::<SealingSecret>(secret.clone()).unwrap().keys().unwrap()
}

/// The token behind a sealed text.
fn open(keys: &SealingKeys, item: &str, attribute: &str, text: &str) -> Result<String, SealError> {
    let place = Place { item, attribute };
    match attribute {
        "access_token" => keys.open::<AccessToken>(place, text).map(|token| token.expose().to_owned()),
        _ => keys.open::<SessionToken>(place, text).map(|token| token.expose().to_owned()),
    }
}

#[tokio::test]
async fn tokens_in_the_tables_are_sealed_and_open_with_the_key_in_the_secret_alone() {
    let app = TestApp::start().await;
    let user_id = app.connect("person").await;
    assert_eq!(app.get(&format!("/user/{user_id}/accounts")).await.status, 200);

    let sealed = sealed(&app).await;
    let secret = app.read_secret("sealing-key").await;

    let attributes: Vec<_> = sealed.iter().map(|(_, attribute, _)| *attribute).collect();
    let count = |name| attributes.iter().filter(|attribute| **attribute == name).count();
    assert_eq!((count("access_token"), count("token")), (1, 2), "{sealed:?}");
    let (keys, others) = (keys(&secret), SealingSecret::generate().keys().unwrap());
    let (connections, ephemera, _) = stored(&app).await;
    let tables = json!([connections, ephemera]).to_string();
    for (item, attribute, text) in &sealed {
        assert!(text.starts_with(&format!("{}.", secret["current"].as_str().unwrap())), "{text}");
        let token = open(&keys, item, attribute, text).unwrap();
        assert!(token.len() == 64 && token.bytes().all(|byte| byte.is_ascii_hexdigit()), "the shape of bunq's tokens");
        assert!(!tables.contains(&token));
        assert_eq!(open(&others, item, attribute, text), Err(SealError::KeyGone));
        assert_eq!(open(&keys, "USER#another", attribute, text), Err(SealError::Broken));
    }
}

#[tokio::test]
async fn sixty_four_hexadecimal_digits_in_the_tables_are_hashes_of_ours_and_no_tokens() {
    let app = TestApp::start().await;
    app.connect("person").await;

    let items = [app.scan("connections").await, app.scan("ephemera").await].concat();

    for item in items {
        for (name, value) in item.as_object().unwrap() {
            let text = value.to_string();
            let words = text.split(|character: char| !character.is_ascii_hexdigit());
            let hashes = words.filter(|word| word.len() == 64).count();
            let pk = item["pk"]["S"].as_str().unwrap();
            let of_api_key = pk.starts_with("APIKEY#") && name == "hash" || pk == "APIKEYS" && name == "keys";
            assert!(hashes == 0 || name == "pk" || name == "browser" || of_api_key, "{name} of {pk}");
        }
    }
}

#[tokio::test]
async fn no_secret_reaches_the_log() {
    let app = TestApp::start().await;
    app.connect("person").await;
    let (_, key) = app.create_api_key(&["accounts"]).await;
    let keys = keys(&app.read_secret("sealing-key").await);
    let tokens = sealed(&app).await.into_iter().map(|(item, name, text)| open(&keys, &item, name, &text).unwrap());

    let secrets = [secret_texts(&app).await, tokens.collect(), vec![key, app.api_key.clone()]].concat();

    let log = logs::text();
    assert!(log.contains("onboarding") && log.contains("bunq: call"), "something was logged");
    for secret in secrets {
        assert!(!log.contains(&secret), "{secret} was logged");
    }
}
