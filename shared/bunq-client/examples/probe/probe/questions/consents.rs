//! A customer's consent: what its session contains and may do. These are last, since they need a consent.

use serde_json::{Value, json};

use super::{
    notifications::{clear, set},
    questions,
};
use crate::probe::{
    answer::Answer,
    ask::Ask,
    finding::{Finding, Stop},
    owners::{Connection, SUGAR_DADDY},
    world::World,
};

questions! {
    Sandbox "granted-id" ["granted_id"]
        "Does a UserApiKey contain the id of the customer?",
        "Open a session with an access token, and read granted_by_user." => granted_id;
    Sandbox "granted-id-in-paths" ["granted_id_lenient"]
        "Does the customer's id work in paths?",
        "List the accounts of a connection below the customer's id." => granted_id_in_paths;
    Sandbox "access-token-device" ["access_token_device"]
        "Does an access token need a device-server?",
        "Open a session with an access token, without one." => access_token_device;
    Sandbox "shared-filters" ["notification_filter_sets"]
        "Do the customer and a connection share their filters?",
        "Set a filter with the customer's own key, and list those of the connection." => shared_filters;
    Sandbox "failures-listed" []
        "Who may list failed callbacks?",
        "List them as the provider and as the connection." => failures_listed;
    Sandbox "reads" []
        "Which lists may a connection read?",
        "List events, schedules, cards and incoming requests." => reads;
    Sandbox "direct-payment" ["direct_payments"]
        "May a provider pay directly?",
        "Pay one cent from the customer's account." => direct_payment;
    Sandbox "own-draft" ["tpp_accepts_drafts"]
        "May a provider accept its own draft payment?",
        "Create a draft of one cent, and accept it." => own_draft;
    Sandbox "account-by-provider" ["tpp_writes"]
        "May a provider open an account of the customer?",
        "Open one." => account_by_provider;
    Sandbox "second-consent" ["reconsent_revokes", "fresh_api_key_id"]
        "Does a second consent end the first token, and has it a user of its own?",
        "Consent again, and open sessions with both tokens." => second_consent;
}

/// Returns the customer inside `granted_by_user`, a person or a company.
fn granted(connection: &Connection) -> Option<&Value> {
    connection.user.get("granted_by_user")?.as_object()?.values().next()
}

async fn granted_id(world: &mut World) -> Result<Finding, Stop> {
    let connection = world.connection().await?;
    Ok(match granted(&connection) {
        Some(user) if user.get("id").is_some_and(Value::is_number) => Finding::reading("granted_id", "present"),
        Some(_) => Finding::reading("granted_id", "missing"),
        None => Finding::unclear("the session has no granted_by_user"),
    })
}

async fn granted_id_in_paths(world: &mut World) -> Result<Finding, Stop> {
    let (connection, customer) = (world.connection().await?, world.customer().await?);
    let route = "user/{}/monetary-account";
    let ask = Ask::get(route, &[&customer.session.user]).by(&connection.session);
    let answer = world.send(ask.noting("below the customer's id")).await?;
    Ok(Finding::of_success("granted_id_lenient", &answer, (json!(true), json!(false))))
}

async fn access_token_device(world: &mut World) -> Result<Finding, Stop> {
    let connection = world.connection().await?;
    let reading = if connection.needed_device { "required" } else { "optional" };
    Ok(Finding::reading("access_token_device", reading))
}

async fn shared_filters(world: &mut World) -> Result<Finding, Stop> {
    const OWN: &str = "https://tpp.example/own-filter";
    let (connection, customer) = (world.connection().await?, world.customer().await?);
    let set = set(world, &customer.session, ("MUTATION", OWN), "with the customer's own key").await?;
    let list = Ask::get("user/{}/notification-filter-url", &[&connection.session.user]).by(&connection.session);
    let listed = world.send(list.noting("as the connection")).await?;
    clear(world, &customer.session).await?;
    if !set.is_success() || !listed.is_success() {
        return Ok(Finding::unclear("the filters could not be set or listed"));
    }
    let is_shared =
        listed.elements().any(|(_, filter)| filter.get("notification_target").and_then(Value::as_str) == Some(OWN));
    Ok(Finding::reading("notification_filter_sets", if is_shared { "shared" } else { "own" }))
}

async fn failures_listed(world: &mut World) -> Result<Finding, Stop> {
    let (provider, connection) = (world.provider().await?.session, world.connection().await?.session);
    let mut finding = Finding::default();
    for (name, session, note) in
        [("as_provider", provider, "as the provider"), ("as_connection", connection, "as the connection")]
    {
        let ask = Ask::get("user/{}/notification-filter-failure", &[&session.user]).by(&session).noting(note);
        finding = finding.fact(name, world.send(ask).await?.status);
    }
    Ok(finding)
}

async fn reads(world: &mut World) -> Result<Finding, Stop> {
    let (session, account) = (world.connection().await?.session, world.customer().await?.account);
    let mut finding = Finding::default();
    for (name, route) in [
        ("event", "user/{}/event"),
        ("schedule", "user/{}/schedule"),
        ("card", "user/{}/card"),
        ("request_response", "user/{}/monetary-account/{}/request-response"),
    ] {
        let answer = world.send(Ask::get(route, &[&session.user, &account]).by(&session)).await?;
        finding = finding.fact(name, answer.status);
    }
    Ok(finding)
}

/// Returns one cent to a person of the sandbox.
fn one_cent() -> Value {
    json!({
        "amount": { "value": "0.01", "currency": "EUR" },
        "counterparty_alias": { "type": "EMAIL", "value": SUGAR_DADDY, "name": "Sugar Daddy" },
        "description": "bunq-tpp probe",
    })
}

/// Names the reading of a permission. Only 403 is a refusal of the caller; another one concerns the request.
fn permission(setting: &'static str, answer: &Answer) -> Finding {
    match answer.status {
        200 => Finding::reading(setting, "allow"),
        403 => Finding::reading(setting, "refuse"),
        other => Finding::unclear("the call was neither executed nor forbidden").fact("status", other),
    }
}

async fn direct_payment(world: &mut World) -> Result<Finding, Stop> {
    let (session, customer) = (world.connection().await?.session, world.customer().await?);
    world.pay_in(&customer, "1.00").await?;
    let route = "user/{}/monetary-account/{}/payment";
    let answer = world.send(Ask::post(route, &[&session.user, &customer.account], &one_cent()).by(&session)).await?;
    Ok(permission("direct_payments", &answer))
}

async fn own_draft(world: &mut World) -> Result<Finding, Stop> {
    let (session, customer) = (world.connection().await?.session, world.customer().await?);
    world.pay_in(&customer, "1.00").await?;
    let route = "user/{}/monetary-account/{}/draft-payment";
    let body = json!({ "entries": [one_cent()], "number_of_required_accepts": 1 });
    let made = world.send(Ask::post(route, &[&session.user, &customer.account], &body).by(&session)).await?;
    let id = made.new_id().ok_or(Stop::Failed("the bank made no draft payment"))?;
    let one = "user/{}/monetary-account/{}/draft-payment/{}";
    let change = |status: &str| {
        Ask::put(one, &[&session.user, &customer.account, &id], &json!({ "status": status })).by(&session)
    };
    let answer = world.send(change("ACCEPTED").noting("accepts the own draft")).await?;
    if !answer.is_success() {
        world.send(change("CANCELLED").noting("cancels it")).await?;
    }
    Ok(permission("tpp_accepts_drafts", &answer))
}

async fn account_by_provider(world: &mut World) -> Result<Finding, Stop> {
    let session = world.connection().await?.session;
    let body = json!({ "currency": "EUR", "description": "bunq-tpp probe" });
    let answer = world.send(Ask::post("user/{}/monetary-account-bank", &[&session.user], &body).by(&session)).await?;
    Ok(permission("tpp_writes", &answer))
}

async fn second_consent(world: &mut World) -> Result<Finding, Stop> {
    let (provider, first) = (world.provider().await?, world.connection().await?);
    let token = world.new_access_token().await?;
    let answer = world.ask_session(&provider.installed, &token).await?;
    let second = match world.session_in(&provider.installed, &answer) {
        Some(opened) => opened,
        None => {
            world.device(&provider.installed, &token, None).await?;
            world.open_session(&provider.installed, &token).await?
        }
    };
    let old = world.ask_session(&provider.installed, &first.access_token).await?;
    // Later questions need a token that works.
    let (session, user, _) = second;
    let fresh = session.user != first.session.user;
    world.connection = Some(Connection { access_token: token, session, user, ..first });
    let finding = Finding::of_success("reconsent_revokes", &old, (json!(false), json!(true)));
    Ok(finding.and("fresh_api_key_id", fresh))
}
