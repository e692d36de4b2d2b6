//! Lists the accounts of a customer of the simulated bank. Start it first: `cargo run -p bunq-simulator`.

#![expect(clippy::print_stdout, reason = "an example shows what it did")]

mod support;

use std::error::Error;

use bunq_client::{
    Envelope, Installation, NewId, One, Page, Resource as _, Session,
    calls::{CallbackUrls, CreateSession, MonetaryAccounts, NewSession, OauthClient, OauthClients},
    types::{
        ids::MonetaryAccountId,
        secret::{AccessToken, AuthorizationCode, OauthState, Secret as _},
    },
};
use serde_json::json;
use support::{bank, onboard, soon};
use url::Url;

const CALLBACK: &str = "https://tpp.example/callback";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let bank = bank()?;
    let (installation, own) = onboard(&bank).await?;

    let access_token = consent(&bank, &installation, &own).await?;
    let customer =
        bank.call_without_session(Some(&installation), &CreateSession { secret: access_token }, soon()).await?;
    let list = MonetaryAccounts::list((), Page::LARGEST);
    let listed = bank.call(session(&installation, &customer), &list, soon()).await?;

    for account in Envelope::parse(&listed.body)?.objects() {
        let NewId { id } = serde_json::from_value::<NewId<MonetaryAccountId>>(account.clone())?;
        println!("{id} {}", account["status"].as_str().unwrap_or("?"));
    }
    Ok(())
}

fn session<'a>(installation: &'a Installation, new: &'a NewSession) -> Session<'a> {
    Session { installation, token: &new.token, user: new.user.path_id() }
}

/// Registers an app, and has the simulated customer `person` consent to it.
async fn consent(
    bank: &bunq_client::Bank,
    installation: &Installation,
    own: &NewSession,
) -> Result<AccessToken, Box<dyn Error>> {
    let own = session(installation, own);
    let create = OauthClients::create((), &json!({ "status": "ACTIVE" }));
    let made = bank.call(own, &create, soon()).await?;
    let One(app) = bank.call(own, &OauthClients::find((), made.id).reading::<One<OauthClient>>(), soon()).await?;
    bank.call(own, &CallbackUrls::create(app.id, &json!({ "url": CALLBACK })), soon()).await?;

    let state = OauthState::random();
    let mut page = bank.urls().authorize.clone();
    page.query_pairs_mut()
        .append_pair("response_type", "code")
        .append_pair("client_id", app.client_id.expose())
        .append_pair("redirect_uri", CALLBACK)
        .append_pair("state", state.expose());
    let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
    let answer = browser.get(page).header("X-Simulator-Approve", "person").send().await?;
    let location = answer.headers().get("location").ok_or("the bank did not send the browser back")?;
    let back = Url::parse(location.to_str()?)?;
    let code = back.query_pairs().find(|(name, _)| name == "code").ok_or("no code")?.1.into_owned();

    let code = AuthorizationCode::parse(code)?;
    let redirect = Url::parse(CALLBACK)?;
    Ok(bank.exchange_code((&code, &state), &redirect, (&app.client_id, &app.secret), soon()).await?)
}
