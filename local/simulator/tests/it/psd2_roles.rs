//! The roles in the certificate of a provider limit its calls, and those of its connections.

use bunq_simulator::{Psd2Roles, Settings};
use serde_json::json;

use crate::client::Reply;
use crate::customer_desk::CustomerDesk;
use crate::desk::{Desk, draft, entry, euros};
use crate::issuer_transactions;
use crate::psp_draft_payments::{self, PERSON};
use crate::setup::Provider;

/// A connection of the person with a provider whose certificate has this common name.
async fn desk(common_name: &str, psd2_roles: Psd2Roles) -> Desk {
    let settings = Settings { psd2_roles, ..Settings::default() };
    Desk::at(Provider::named(common_name, settings).await.app().await).await
}

/// The statuses of calls that need roles, by name.
async fn statuses(desk: &Desk) -> Vec<(&'static str, u16)> {
    let provider = &desk.app.provider;
    let pointer = json!({"type": "IBAN", "value": PERSON, "name": "Sanne"});
    let question = json!({"pointer_iban": pointer, "amount": euros("1.00")});
    let status = |reply: Reply| reply.status;
    vec![
        ("issuer", status(provider.post(issuer_transactions::PATH, issuer_transactions::transaction("1.00")).await)),
        ("psp draft", status(provider.post(psp_draft_payments::PATH, psp_draft_payments::order(PERSON, "1.00")).await)),
        ("psp drafts", status(provider.get(psp_draft_payments::PATH).await)),
        ("draft", status(desk.post("60101/draft-payment", draft(json!([entry("1.00")]))).await)),
        ("drafts", status(desk.get("60101/draft-payment").await)),
        ("funds", status(provider.post("confirmation-of-funds", question).await)),
        ("payments", status(desk.get("60101/payment").await)),
        ("accounts", status(desk.get("60101").await)),
        ("events", status(desk.bank().get(&event_path(desk)).token(&desk.customer.session).send().await)),
        ("requests", status(desk.get("60101/request-inquiry").await)),
        ("clients", status(provider.get("oauth-client").await)),
    ]
}

fn event_path(desk: &Desk) -> String {
    format!("/v1/user/{}/event", desk.customer.id)
}

async fn refused(common_name: &str, psd2_roles: Psd2Roles) -> Vec<&'static str> {
    let statuses = statuses(&desk(common_name, psd2_roles).await).await;
    let refused = statuses.iter().filter(|(_, status)| *status == 403).map(|(name, _)| *name).collect();
    assert!(statuses.iter().all(|(_, status)| [200, 403].contains(status)), "{statuses:?}");
    refused
}

#[tokio::test]
async fn the_documented_roles_are_enforced_by_default() {
    assert_eq!(Settings::default().psd2_roles, Psd2Roles::Documented);
    let documented = Psd2Roles::Documented;

    assert_eq!(refused("Tests AISP PISP", documented).await, [""; 0]);
    let payment_initiation = ["issuer", "psp draft", "psp drafts", "draft", "drafts"];
    assert_eq!(refused("Tests AISP", documented).await, [&payment_initiation[..], &["funds"]].concat());
    assert_eq!(refused("Tests AISP CBPII", documented).await, payment_initiation);
    assert_eq!(refused("Tests PISP", documented).await, ["payments"]);
    assert_eq!(refused("Tests CBPII", documented).await, [&payment_initiation[..], &["payments", "accounts"]].concat());
}

#[tokio::test]
async fn roles_can_be_ignored_or_enforced_strictly() {
    assert_eq!(refused("Tests CBPII", Psd2Roles::Off).await, [""; 0]);
    assert_eq!(refused("Tests AISP PISP", Psd2Roles::Strict).await, ["requests"]);
    assert_eq!(refused("Tests PISP", Psd2Roles::Strict).await, ["payments", "events", "requests"]);
}

#[tokio::test]
async fn a_refusal_names_the_role_and_uses_no_request_id() {
    let desk = desk("Tests AISP", Psd2Roles::Documented).await;
    let send = || {
        let order = psp_draft_payments::order(PERSON, "1.00");
        let call = desk.app.provider.call("POST", psp_draft_payments::PATH).json(order);
        call.header("X-Bunq-Client-Request-Id", "r-1").send()
    };

    send().await.refused_by_simulator(403, "a certificate with the role PISP");
    let funds = desk.app.provider.post("confirmation-of-funds", json!({})).await;
    funds.refused_by_simulator(403, "the role PISP or CBPII");
    assert!(desk.objects("psp_draft_payments").await.is_empty());

    desk.bank().switch("settings", json!({"psd2_roles": "off"})).await;
    send().await.ok();
    assert_eq!(desk.objects("psp_draft_payments").await.len(), 1);
}

#[tokio::test]
async fn a_customer_with_an_own_key_needs_no_role() {
    let desk = desk("Tests CBPII", Psd2Roles::Strict).await;
    let customer = CustomerDesk::person(desk.bank(), &desk.app.provider.installation).await;

    for rest in ["payment", "draft-payment", "request-inquiry"] {
        let path = format!("/v1/user/{}/monetary-account/{}/{rest}", customer.id, customer.account);
        desk.bank().get(&path).token(&customer.session).send().await.ok();
    }
}
