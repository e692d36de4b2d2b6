//! What a payment service provider orders in its own name.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{questions, sessions::seconds_between};
use crate::probe::{
    answer::Answer,
    ask::{Ask, Identity},
    consent::{Arrival, Decision},
    finding::{Finding, Stop},
    owners::{Customer, SUGAR_DADDY},
    world::World,
};

questions! {
    Sandbox "funds" ["confirmation_of_funds_answer"]
        "What does POST confirmation-of-funds answer?",
        "Ask about the account of a new customer." => funds;
    Sandbox "funds-elsewhere" ["confirmation_of_funds_unusable"]
        "What does it answer about an account at another bank?",
        "Ask about one." => funds_elsewhere;
    Sandbox "public-view" ["issuer_transaction_public_path"]
        "On which paths is the public view of an issuer transaction?",
        "Create one, and read it below the user, and at the root without a token." => public_view;
    Sandbox "issuer-transaction" []
        "Which status and lifetime has a new issuer transaction?",
        "Create one, and read it." => issuer_transaction;
    Sandbox "draft-envelope" ["psp_draft_payment_envelope"]
        "Is the answer to GET of one draft of a payment service provider an array?",
        "Create one from the account of a new customer, read it, and cancel it." => draft_envelope;
    Sandbox "draft-execution" ["psp_draft_payment_execution", "psp_draft_payment_completion"]
        "When does the money of such a draft move, and when is it COMPLETED?",
        "Create one, let the customer accept it, compare the balance, exchange the code, and read the status."
        => draft_execution;
    Sandbox "roles" ["psd2_roles"]
        "Do the roles in a certificate limit the calls?",
        "Register a provider with the role AISP only, and create a draft; ask for money in a customer's name."
        => roles;
}

const FUNDS: &str = "user/{}/confirmation-of-funds";
const ISSUER: &str = "user/{}/payment-service-provider-issuer-transaction";
const DRAFT: &str = "user/{}/payment-service-provider-draft-payment";
/// An IBAN from documents, at another bank.
const ELSEWHERE: &str = "NL91ABNA0417164300";

async fn ask_funds(world: &mut World, iban: &str, note: &'static str) -> Result<Answer, Stop> {
    let session = world.provider().await?.session;
    let body = json!({
        "pointer_iban": { "type": "IBAN", "value": iban, "name": "bunq-tpp probe" },
        "amount": { "value": "1.00", "currency": "EUR" },
    });
    world.send(Ask::post(FUNDS, &[&session.user], &body).by(&session).noting(note)).await
}

async fn funds(world: &mut World) -> Result<Finding, Stop> {
    let iban = world.customer().await?.iban;
    let answer = ask_funds(world, &iban, "about a customer's account").await?;
    let has_field = |element: &Value| element.get("has_sufficient_funds").is_some_and(Value::is_boolean);
    Ok(if answer.element("ConfirmationOfFunds").is_some_and(has_field) {
        Finding::reading("confirmation_of_funds_answer", "confirmation_of_funds")
    } else if answer.new_id().is_some() {
        Finding::reading("confirmation_of_funds_answer", "id")
    } else {
        Finding::unclear("the answer is neither a confirmation nor an id")
    })
}

async fn funds_elsewhere(world: &mut World) -> Result<Finding, Stop> {
    let answer = ask_funds(world, ELSEWHERE, "about an account at another bank").await?;
    Ok(Finding::of_success("confirmation_of_funds_unusable", &answer, (json!("insufficient"), json!("refuse"))))
}

async fn new_issuer_transaction(world: &mut World, session: &Identity) -> Result<Value, Stop> {
    let body = json!({
        "counterparty_alias": { "type": "IBAN", "value": ELSEWHERE, "name": "bunq-tpp probe" },
        "amount": { "value": "0.01", "currency": "EUR" },
        "description": "bunq-tpp probe",
        "url_redirect": "https://tpp.example/paid",
    });
    let made = world.send(Ask::post(ISSUER, &[&session.user], &body).by(session)).await?;
    let id = made.new_id().ok_or(Stop::Failed("the bank made no issuer transaction"))?;
    let route = "user/{}/payment-service-provider-issuer-transaction/{}";
    let found = world.send(Ask::get(route, &[&session.user, &id]).by(session)).await?;
    let transaction = found.element("PaymentServiceProviderIssuerTransaction").cloned();
    transaction.ok_or(Stop::Failed("the bank does not show the issuer transaction"))
}

async fn public_view(world: &mut World) -> Result<Finding, Stop> {
    let session = world.provider().await?.session;
    let transaction = new_issuer_transaction(world, &session).await?;
    let uuid = transaction.get("public_uuid").and_then(Value::as_str).and_then(|text| Uuid::parse_str(text).ok());
    let uuid = uuid.ok_or(Stop::Failed("the issuer transaction has no public UUID"))?;
    let below = "user/{}/payment-service-provider-issuer-transaction-public/{}";
    let below = world.send(Ask::get(below, &[&session.user, &uuid]).by(&session)).await?;
    let root = Ask::get("payment-service-provider-issuer-transaction-public/{}", &[&uuid]).noting("without a token");
    let root = world.send(root).await?;
    Ok(match (below.is_success(), root.is_success()) {
        (true, true) => Finding::reading("issuer_transaction_public_path", "both"),
        (true, false) => Finding::reading("issuer_transaction_public_path", "user"),
        (false, true) => Finding::reading("issuer_transaction_public_path", "root"),
        (false, false) => Finding::unclear("neither path shows it"),
    })
}

async fn issuer_transaction(world: &mut World) -> Result<Finding, Stop> {
    let session = world.provider().await?.session;
    let transaction = new_issuer_transaction(world, &session).await?;
    let lifetime = seconds_between(transaction.get("created"), transaction.get("time_expiry"));
    Ok(Finding::default().fact("lifetime_seconds", lifetime))
}

/// Creates a draft of one cent from the account of the customer.
async fn new_draft(world: &mut World, session: &Identity, customer: &Customer) -> Result<Answer, Stop> {
    let body = json!({
        "sender_iban": customer.iban,
        "counterparty_iban": ELSEWHERE,
        "counterparty_name": "bunq-tpp probe",
        "description": "bunq-tpp probe",
        "amount": { "value": "0.01", "currency": "EUR" },
    });
    world.send(Ask::post(DRAFT, &[&session.user], &body).by(session)).await
}

async fn read_draft(world: &mut World, session: &Identity, id: u64) -> Result<Answer, Stop> {
    let route = "user/{}/payment-service-provider-draft-payment/{}";
    world.send(Ask::get(route, &[&session.user, &id]).by(session)).await
}

async fn draft_envelope(world: &mut World) -> Result<Finding, Stop> {
    let (session, customer) = (world.provider().await?.session, world.customer().await?);
    let id = new_draft(world, &session, &customer).await?.new_id();
    let id = id.ok_or(Stop::Failed("the bank made no draft"))?;
    let answer = read_draft(world, &session, id).await?;
    let route = "user/{}/payment-service-provider-draft-payment/{}";
    world.send(Ask::put(route, &[&session.user, &id], &json!({ "status": "CANCELLED" })).by(&session)).await?;
    Ok(match answer.at("/Response") {
        Some(Value::Array(_)) => Finding::reading("psp_draft_payment_envelope", "array"),
        Some(Value::Object(_)) => Finding::reading("psp_draft_payment_envelope", "object"),
        Some(_) | None => Finding::unclear("the answer has neither form"),
    })
}

async fn draft_execution(world: &mut World) -> Result<Finding, Stop> {
    let (session, customer) = (world.provider().await?.session, world.customer().await?);
    world.oauth_app().await?;
    world.pay_in(&customer, "1.00").await?;
    let id = new_draft(world, &session, &customer).await?.new_id();
    let id = id.ok_or(Stop::Failed("the bank made no draft"))?;
    let before = world.balance(&customer).await?;
    let Arrival::Code(code) = world.visit(Decision::Accept).await? else {
        return Ok(Finding::unclear("the customer did not accept"));
    };
    let accepted = world.balance_after(&customer, &before).await?;
    world.access_token(&code).await?;
    let exchanged = world.balance_after(&customer, &before).await?;
    let answer = read_draft(world, &session, id).await?;
    let pointers = ["/Response", "/Response/0"];
    let mut status = pointers
        .iter()
        .filter_map(|envelope| answer.at(&format!("{envelope}/PaymentServiceProviderDraftPayment/status"))?.as_str());
    let finding = match (accepted != before, exchanged != before) {
        (true, _) => Finding::reading("psp_draft_payment_execution", "on_acceptance"),
        (false, true) => Finding::reading("psp_draft_payment_execution", "on_exchange"),
        (false, false) => Finding::unclear("the money did not move"),
    };
    Ok(match status.next() {
        Some("COMPLETED") => finding.and("psp_draft_payment_completion", "on_exchange"),
        Some("ACCEPTED") => finding.and("psp_draft_payment_completion", "after_delay"),
        Some(_) | None => Finding { unclear: Some("the draft has another status"), ..finding },
    })
}

async fn roles(world: &mut World) -> Result<Finding, Stop> {
    let customer = world.customer().await?;
    let installed = world.new_installation().await?;
    let reader = world.new_provider(installed, "AISP").await?;
    let draft = new_draft(world, &reader.session, &customer).await?;
    if draft.status != 403 {
        return Ok(Finding::of_success("psd2_roles", &draft, (json!("off"), json!("off"))));
    }
    let connection = match world.connection().await {
        Ok(connection) => connection,
        Err(Stop::Needs(_)) => {
            return Ok(Finding::unclear("documented or strict: a consent would tell; see --consent"));
        }
        Err(stop) => return Err(stop),
    };
    let body = json!({
        "amount_inquired": { "value": "0.01", "currency": "EUR" },
        "counterparty_alias": { "type": "EMAIL", "value": SUGAR_DADDY, "name": "Sugar Daddy" },
        "description": "bunq-tpp probe",
        "allow_bunqme": false,
    });
    let route = "user/{}/monetary-account/{}/request-inquiry";
    let ask = Ask::post(route, &[&connection.session.user, &customer.account], &body).by(&connection.session);
    let asked = world.send(ask.noting("in the name of the customer")).await?;
    Ok(match asked.status {
        200 => Finding::reading("psd2_roles", "documented"),
        403 => Finding::reading("psd2_roles", "strict"),
        _ => Finding::unclear("the request for money was neither executed nor forbidden"),
    })
}
