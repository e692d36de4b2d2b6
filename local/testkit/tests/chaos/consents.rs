//! Connections that are made, made again, deleted and revoked.

use rand::rngs::StdRng;
use reqwest::header;
use serde_json::json;
use testkit::{Answer, JsonBody as _};
use url::Url;

use crate::{
    customers::{Customer, Standing},
    tally::code,
    world::World,
};

/// How often a browser loads the same address.
const RELOADS: usize = 8;

/// Lets a customer consent, unless another task changes the connection.
pub(crate) async fn connect(world: &World, random: &mut StdRng, customer: &Customer) {
    let Ok(_alone) = customer.change.try_lock() else { return };
    customer.changing();
    let before = customer.user_id();
    match consent(world, random, customer).await {
        Some(user_id) => {
            if user_id != before {
                for receiver in &customer.receivers {
                    receiver.lock().await.forget();
                }
            }
            if user_id != before && customer.standing() == Standing::Connected {
                let name = &customer.name;
                world.tally.mistake(format!("{name} was connected as {before}, and a consent made {user_id}"));
            }
            customer.connected(&user_id);
        }
        // What was connected stays so, whether the consent succeeded or not.
        None if customer.standing() == Standing::Connected => {}
        None => customer.set(Standing::Unknown),
    }
    customer.changing();
}

/// Deletes a customer's connection, unless another task changes it.
pub(crate) async fn delete(world: &World, random: &mut StdRng, customer: &Customer) {
    let Ok(_alone) = customer.change.try_lock() else { return };
    if customer.standing() != Standing::Connected {
        return;
    }
    customer.changing();
    customer.set(Standing::Unknown);
    let path = format!("/user/{}", customer.user_id());
    if let Some(answer) = world.send(random, "delete_user", &path, |request| request).await
        && answer.status == 204
    {
        customer.set(Standing::Deleted);
    }
    customer.changing();
}

/// Lets a customer revoke the consent at the bank, unless a task changes the connection. Returns whether it did.
pub(crate) async fn revoke(world: &World, customer: &Customer) -> bool {
    let Ok(_alone) = customer.change.try_lock() else { return false };
    customer.changing();
    world.app.bank.revoke(&customer.name).await;
    if customer.standing() == Standing::Connected {
        customer.set(Standing::Revoked);
    }
    customer.changing();
    true
}

/// The whole way through a browser. Returns the `user_id` if every step succeeded.
async fn consent(world: &World, random: &mut StdRng, customer: &Customer) -> Option<String> {
    let body = json!({ "reference": customer.name });
    let asked = world.send(random, "create_consent", "/consents", |request| request.json_body(&body)).await?;
    let url = Url::parse(asked.json()["url"].as_str()?).unwrap();
    world.markers.add_parameter(&url, "ticket");
    let path = format!("{}?{}", url.path(), url.query().unwrap_or_default());
    let opened = reload(world, random, "begin_consent", &path, "").await?;
    let cookie = opened.header("set-cookie").split(';').next()?.to_owned();
    world.markers.add("a cookie", cookie.split_once('=')?.1);
    let page = Url::parse(opened.header("location")).ok()?;
    world.markers.add_parameter(&page, "state");
    let callback = approve(world, &page, &customer.name).await?;
    world.markers.add_parameter(&callback, "code");
    let path = format!("{}?{}", callback.path(), callback.query()?);
    let answer = reload(world, random, "complete_consent", &path, &cookie).await?;
    Some(answer.json()["new_user_id"].as_str()?.to_owned())
}

/// Loads an address as a browser does, again and again while the failure may pass.
async fn reload(world: &World, random: &mut StdRng, id: &'static str, path: &str, cookie: &str) -> Option<Answer> {
    for _ in 0..RELOADS {
        let answer = world.send_as(random, id, path, |request| request.header(header::COOKIE, cookie)).await;
        match answer {
            Some(answer) if answer.status < 400 => return Some(answer),
            Some(answer) if answer.status < 500 && code(&answer) != "request_in_flight" => return None,
            Some(_) | None => {}
        }
    }
    None
}

/// The customer's decision at the bank's page, which the bank's faults disturb too.
async fn approve(world: &World, page: &Url, customer: &str) -> Option<Url> {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
    for _ in 0..RELOADS {
        let request = client.get(page.clone()).header("X-Simulator-Approve", customer);
        let Ok(answer) = request.send().await else { continue };
        let there = answer.headers().get(header::LOCATION).and_then(|url| Url::parse(url.to_str().ok()?).ok());
        if let Some(there) = there {
            return Some(there).filter(|url| url.path() == "/callback");
        }
    }
    world.tally.disturbed("(a customer gave up at the bank's page)");
    None
}
