//! The answers of the simulator, by the name of the recording to compare with.

use std::collections::BTreeMap;

use bunq_simulator::{RateLimits, Settings};
use serde_json::json;

use super::tree::Tree;
use crate::client::{Reply, bank_with, key, public_pem};
use crate::customer_desk::CustomerDesk;
use crate::desk::{Desk, draft, entry, euros, with};
use crate::setup::{CALLBACK, Provider};

/// The answers of the simulator, by the name of the recording to compare with.
#[derive(Default)]
pub(super) struct Answers(pub(super) BTreeMap<&'static str, Tree>);

impl Answers {
    fn add(&mut self, name: &'static str, reply: Reply) {
        self.0.insert(name, Tree::read(&reply.text));
    }

    /// Part of an answer.
    fn add_part(&mut self, name: &'static str, reply: Reply, path: &str) {
        self.0.insert(name, Tree::read(&reply.ok().text).get(path).clone());
    }

    pub(super) async fn of_a_provider(&mut self) {
        let provider = Provider::new(Settings::default()).await;
        let bank = &provider.bank;
        let body = json!({"client_public_key": public_pem(key(1))});
        self.add("sdk-php/installation", bank.post("/v1/installation", body).send().await.ok());
        let path = "/v1/payment-service-provider-credential";
        let body = bank.credential_body(&provider.installation, "Recorded AISP PISP");
        let credential = bank.post(path, body).token(&provider.installation).send().await.ok();
        self.add("yolt/payment-service-provider-cridential", credential);
        let body = json!({"description": "tests", "secret": provider.api_key});
        let device = bank.post("/v1/device-server", body).token(&provider.installation).send().await.ok();
        self.add("yolt/device-server", device);
        let session = bank.session(&provider.installation, &provider.api_key).send().await.ok();
        self.add("yolt/session-server-psd2", session);

        self.add("yolt/oauth-client-registration-list", provider.get("oauth-client").await.ok());
        let client = provider.post("oauth-client", json!({"status": "ACTIVE"})).await.ok();
        let urls = format!("oauth-client/{}/callback-url", client.id());
        let details = format!("oauth-client/{}", client.id());
        self.add("yolt/oauth-client-registration", client);
        let url = provider.post(&urls, json!({"url": CALLBACK})).await.ok();
        let one = format!("{urls}/{}", url.id());
        self.add("yolt/oauth-client-registration-callback", url);
        self.add("yolt/oauth-client-registration-details", provider.get(&details).await.ok());
        self.add("yolt/oauth-client-registration-callback-delete", provider.call("DELETE", &one).send().await.ok());

        let keys = provider.get("credential-password-ip").await.ok();
        let ips = format!("credential-password-ip/{}/ip", keys.response(0)["CredentialPasswordIp"]["id"]);
        self.add("ruby-client/credentials_password_ip.list", keys);
        let made = provider.post(&ips, json!({"ip": "185.40.108.1"})).await.ok();
        self.add("ruby-client/ip.get", provider.get(&format!("{ips}/{}", made.id())).await.ok());
        self.add("ruby-client/ip.post", made);
        self.add("ruby-client/ip.list", provider.get(&ips).await.ok());
        self.add("bunq-docs/sandbox-user-person", bank.post("/v1/sandbox-user-person", json!({})).send().await.ok());
    }

    pub(super) async fn of_a_customer(&mut self) {
        let desk = Desk::new().await;
        let code = desk.app.code("person").await;
        self.add("bunq-docs/oauth-token-exchange-ok", desk.app.exchange(&code, &[]).await.ok());
        let again = desk.app.code("person").await;
        self.add("yolt/oauth-token-exchange", desk.app.exchange(&again, &[]).await.ok());
        self.add("bunq-docs/oauth-token-exchange-error", desk.app.exchange(&code, &[]).await);
        let session =
            desk.bank().session(&desk.app.provider.installation, &desk.customer.access_token).send().await.ok();
        self.add("yolt/session-server", session);

        let path = format!("/v1/user/{}/monetary-account-bank", desk.customer.id);
        let list = desk.bank().get(&path).token(&desk.customer.session).send().await.ok();
        self.add("ruby-client/monetary_account.list", list);
        self.add_part("bunq-sdk-webhooks/MonetaryAccountBank", desk.get("60102").await, "Response/0");
        self.add_part("sdk-python/MonetaryAccountJoint", desk.get("60103").await, "Response/0");
        // The recorded list has one account of each of two kinds.
        let strange = desk.app.connect("strange").await;
        let path = format!("/v1/user/{}/monetary-account-external", strange.id);
        let nulls = desk.bank().get(&path).token(&strange.session).send().await.ok();
        let element = |reply: &Reply| Tree::read(&reply.text).get("Response/0").clone();
        let elements = [&desk.get("60101").await.ok(), &desk.get("60106").await.ok(), &nulls].map(element);
        let pages = Tree::read(&nulls.text).get("Pagination").clone();
        let fields = vec![("Response".to_owned(), Tree::List(elements.to_vec())), ("Pagination".to_owned(), pages)];
        self.0.insert("yolt/single-account", Tree::Object(fields));
    }

    pub(super) async fn of_money(&mut self) {
        let desk = Desk::new().await;
        // The recording has no payment without an IBAN.
        let Tree::Object(mut list) = Tree::read(&desk.get("60101/payment?count=200").await.ok().text) else { panic!() };
        if let Tree::List(payments) = &mut list[0].1 {
            payments.retain(|one| one.get("Payment/counterparty_alias/iban").kind() == "string");
        }
        self.0.insert("yolt/payments-1", Tree::Object(list));
        let page = Tree::read(&desk.get("60101/payment?count=25&older_id=110249").await.ok().text);
        let pages = vec![("Pagination".to_owned(), page.get("Pagination").clone())];
        self.0.insert("bunq-docs/pagination-object", Tree::Object(pages));
        let payments = desk.list("60101/payment?count=200").await;
        let of = |kind: &str| payments.iter().find(|payment| payment["type"] == kind).unwrap()["id"].clone();
        let one = |kind: &str| format!("60101/payment/{}", of(kind));
        self.add_part("bunq-sdk-webhooks/Mutation", desk.get(&one("IDEAL")).await, "Response/0");
        self.add("ruby-client/payment.get", desk.get(&one("EBA_SCT")).await.ok());

        let two = desk.post("60101/draft-payment", draft(json!([entry("1.00"), entry("2.00")]))).await.ok();
        let path = format!("60101/draft-payment/{}", two.id());
        self.add_part("sdk-python/DraftPayment", desk.get(&path).await, "Response/0");
        desk.bank().switch("draft", json!({"draft": two.id(), "decision": "accept"})).await;
        self.add_part("bunq-sdk-webhooks/PaymentBatch", desk.get(&path).await, "Response/0/DraftPayment/object");
        let schedule = json!({"time_start": "2031-01-31 09:30:00", "recurrence_unit": "YEARLY", "recurrence_size": 1});
        let body = with(draft(json!([entry("1.00")])), "schedule", schedule);
        let scheduled = desk.post("60101/draft-payment", body).await.ok().id();
        desk.bank().switch("draft", json!({"draft": scheduled, "decision": "accept"})).await;
        let path = format!("60101/draft-payment/{scheduled}");
        self.add_part("bunq-sdk-webhooks/ScheduledPayment", desk.get(&path).await, "Response/0/DraftPayment/object");

        let body = json!({
            "amount_inquired": euros("40.00"), "description": "Taart", "allow_bunqme": false,
            "counterparty_alias": {"type": "EMAIL", "value": "administratie@bakkerijvandijk.example"},
        });
        let request = format!("60101/request-inquiry/{}", desk.post("60101/request-inquiry", body).await.ok().id());
        let company = desk.app.connect("company").await;
        let path = format!("/v1/user/{}/monetary-account/60201/request-response", company.id);
        let asked = desk.bank().get(&path).token(&company.session).send().await;
        self.add_part("bunq-sdk-webhooks/RequestResponse", asked, "Response/0");
        desk.put(&request, json!({"status": "REVOKED"})).await.ok();
        self.add_part("bunq-sdk-webhooks/RequestInquiry", desk.get(&request).await, "Response/0");

        let customer = CustomerDesk::person(desk.bank(), &desk.app.provider.installation).await;
        customer.fund().await;
        self.add("bunq-docs/payment-create-ok", customer.post(&customer.own("payment"), entry("1.00")).await.ok());
    }

    pub(super) async fn of_refusals(&mut self) {
        let desk = Desk::new().await;
        let (bank, installation) = (desk.bank(), &desk.app.provider.installation);
        let body = json!({"secret": "0".repeat(64)});
        let open = |secret: &str| bank.session(installation, secret);
        self.add("issue-threads/400-incorrect-api-key-or-ip", open(&"0".repeat(64)).send().await);
        self.add("issue-threads/400-signature-invalid", open("x").signed(key(1)).send().await);
        let unsigned = bank.post("/v1/session-server", body.clone()).token(installation).send().await;
        self.add("issue-threads/466-signature-required", unsigned);
        let reused = bank.post("/v1/session-server", body).token(&desk.customer.session).signed(key(0)).send().await;
        self.add("issue-threads/session-token-reused", reused);
        let get = |token: &str| bank.get("/v1/user").token(token).send();
        self.add("issue-threads/invalid-hash", get("false").await);
        self.add("issue-threads/session-expired-authentication", get(installation).await);
        self.add("issue-threads/session-expired-authorisation", get(&"0".repeat(64)).await);
        let body = json!({"description": "tests", "secret": "x", "permitted_ips": "*"});
        let mistyped = bank.post("/v1/device-server", body).token(installation).send().await;
        self.add("issue-threads/400-invalid-type", mistyped);
        let body = with(with(draft(json!([entry("1.00")])), "id", json!(1)), "alias", json!({}));
        self.add("issue-threads/400-superfluous-field", desk.post("60101/draft-payment", body).await);

        let busy = bank_with(Settings { rate_limits: RateLimits::Classic, ..Settings::default() }).await;
        let call = |method: &'static str| busy.call(method, "/v1/installation").send();
        let names = ["issue-threads/429-too-many-requests-get", "issue-threads/429-too-many-requests-post"];
        for (method, name) in ["GET", "POST"].into_iter().zip(names) {
            for _ in 0..5 {
                call(method).await;
            }
            let reply = call(method).await;
            assert_eq!(reply.status, 429, "{}", reply.text);
            self.add(name, reply);
        }
    }
}
