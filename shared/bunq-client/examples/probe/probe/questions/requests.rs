//! Headers, limits and pages.

use serde_json::{Value, json};
use uuid::Uuid;

use super::questions;
use crate::probe::{
    answer::Answer,
    ask::{Ask, Identity},
    finding::{Finding, Stop},
    world::World,
};

questions! {
    Sandbox "repeated-request-id" ["duplicate_request_ids"]
        "What happens to a second call with the same request id?",
        "Empty a new customer's list of notification filters twice, with one request id." => repeated_request_id;
    Sandbox "repeated-request-id-on-get" ["get_request_id"]
        "Does the bank refuse a GET with a used request id?",
        "Empty a new customer's list of notification filters, and read the user with the same request id."
        => repeated_on_get;
    Sandbox "content-type" ["json_content_type"]
        "Does a JSON body need a Content-Type?",
        "Empty a new customer's list of notification filters, without the header." => content_type;
    Sandbox "rate-limit" ["rate_limits"]
        "Which limit has a GET, and which has session-server?",
        "Read the user of a new customer twelve times at once, and open two sessions." => rate_limit;
    Sandbox "large-count" []
        "What does count=201 return?",
        "List the payments of a new customer with count=201." => large_count;
    Sandbox "newer-id" []
        "Does newer_id=X&count=1 return the payment next to X, or the newest?",
        "Pay in three times, and list one payment that is newer than the first." => newer_id;
}

/// Empties the list of notification filters of a customer who has none: a POST that changes nothing.
fn emptied(session: &Identity) -> Ask {
    let body = json!({ "notification_filters": [] });
    Ask::post("user/{}/notification-filter-url", &[&session.user], &body).by(session)
}

fn needs_success(answer: &Answer) -> Result<(), Stop> {
    if answer.is_success() { Ok(()) } else { Err(Stop::Failed("the first call was refused")) }
}

async fn repeated_request_id(world: &mut World) -> Result<Finding, Stop> {
    let session = world.customer().await?.session;
    let id = Uuid::new_v4().to_string();
    needs_success(&world.send(emptied(&session).with_request_id(&id, "with a new request id")).await?)?;
    let again = world.send(emptied(&session).with_request_id(&id, "with the same request id")).await?;
    Ok(Finding::of_success("duplicate_request_ids", &again, (json!("ignore"), json!("refuse"))))
}

async fn repeated_on_get(world: &mut World) -> Result<Finding, Stop> {
    let session = world.customer().await?.session;
    let id = Uuid::new_v4().to_string();
    needs_success(&world.send(emptied(&session).with_request_id(&id, "with a new request id")).await?)?;
    let read = Ask::get("user/{}", &[&session.user]).by(&session);
    let again = world.send(read.with_request_id(&id, "with the request id of the POST")).await?;
    Ok(Finding::of_success("get_request_id", &again, (json!("ignore"), json!("check"))))
}

async fn content_type(world: &mut World) -> Result<Finding, Stop> {
    let session = world.customer().await?.session;
    let answer = world.send(emptied(&session).without_content_type()).await?;
    Ok(Finding::of_success("json_content_type", &answer, (json!("optional"), json!("required"))))
}

async fn rate_limit(world: &mut World) -> Result<Finding, Stop> {
    const READS: u8 = 12;
    let customer = world.customer().await?;
    let read = Ask::get("user/{}", &[&customer.session.user]).by(&customer.session).at_once();
    let mut limited = None;
    for done in 0..READS {
        let answer = world.send(read.clone()).await?;
        if answer.status == 429 {
            limited = Some((done, answer.limit()));
            break;
        }
    }
    let secret = json!({ "secret": secrecy::ExposeSecret::expose_secret(&customer.api_key) });
    let open = Ask::post("session-server", &[], &secret).by(&customer.installed.identity).at_once();
    let mut opened = world.send(open.clone()).await?;
    if opened.status != 429 {
        opened = world.send(open).await?;
    }
    let shown = |limit: Option<(u64, u64)>| {
        limit.map_or(Value::Null, |(calls, seconds)| json!({ "calls": calls, "seconds": seconds }))
    };
    let finding = match limited {
        Some((_, Some((3, 3)))) => Finding::reading("rate_limits", "classic"),
        Some(_) => Finding::unclear("the limit is another than 3 calls in 3 seconds"),
        None if opened.status == 429 => Finding::unclear("only session-server is limited"),
        None => Finding::reading("rate_limits", "off"),
    };
    let (reads, limit) = limited.map_or((READS, None), |(reads, limit)| (reads, limit));
    let finding = finding.fact("reads", reads).fact("limit_of_get", shown(limit));
    Ok(finding.fact("limit_of_session_server", shown(opened.limit())))
}

async fn large_count(world: &mut World) -> Result<Finding, Stop> {
    let customer = world.customer().await?;
    let route = "user/{}/monetary-account/{}/payment";
    let list = Ask::get(route, &[&customer.session.user, &customer.account]).by(&customer.session);
    let answer = world.send(list.with_query("count", 201).noting("with count=201")).await?;
    Ok(Finding::default().fact("status", answer.status).fact("elements", answer.elements().count()))
}

async fn newer_id(world: &mut World) -> Result<Finding, Stop> {
    let customer = world.customer().await?;
    for _ in 0..3 {
        world.pay_in(&customer, "1.00").await?;
    }
    let route = "user/{}/monetary-account/{}/payment";
    let list = Ask::get(route, &[&customer.session.user, &customer.account]).by(&customer.session);
    let all = world.send(list.clone()).await?;
    let ids = |answer: &Answer| -> Vec<u64> {
        answer.elements().filter_map(|(_, payment)| payment.get("id")?.as_u64()).collect()
    };
    let mut known = ids(&all);
    known.sort_unstable();
    let [first, second, .., last] = known.as_slice() else {
        return Ok(Finding::unclear("the bank shows fewer than three payments"));
    };
    let page = list.with_query("newer_id", first).with_query("count", 1).noting("with newer_id and count=1");
    let page = world.send(page).await?;
    Ok(match ids(&page).as_slice() {
        [id] if id == second => Finding::default().fact("returns", "the payment next to newer_id"),
        [id] if id == last => Finding::default().fact("returns", "the newest payment"),
        _ => Finding::unclear("the page has another payment, or not one"),
    })
}
