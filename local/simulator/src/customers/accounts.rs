//! Accounts of every kind. Kinds differ in the fields they have, so each is made from the bank account's fields.

use serde_json::{Value, json};

use crate::customers::Account;
use crate::customers::parts::{avatar, euros, iban, label_user, pointer};
use crate::random::steady_uuid;

/// What all accounts of one customer share.
pub(super) struct Holder<'a> {
    pub(super) id: u64,
    pub(super) name: &'a str,
}

/// What one account is.
pub(super) struct Seed {
    pub(super) id: u64,
    pub(super) description: &'static str,
    pub(super) number: u64,
    pub(super) cents: i64,
    pub(super) color: &'static str,
}

impl Holder<'_> {
    pub(super) fn bank(&self, seed: &Seed) -> Account {
        self.account("MonetaryAccountBank", seed, "BUNQ", &[], json!({}))
    }

    pub(super) fn joint(&self, seed: &Seed, partner: &str) -> Account {
        let added = json!({"all_co_owner": [
            {"alias": label_user(self.name, "NL"), "status": "ACCEPTED"},
            {"alias": label_user(partner, "NL"), "status": "ACCEPTED"},
        ]});
        self.account("MonetaryAccountJoint", seed, "BUNQ", &["display_name"], added)
    }

    pub(super) fn savings(&self, seed: &Seed, goal: i64) -> Account {
        let added = json!({
            "all_co_owner": [],
            "savings_goal": euros(goal),
            "savings_goal_progress": 0.42,
            "number_of_payment_remaining": "2",
        });
        self.account("MonetaryAccountSavings", seed, "BUNQ", &["display_name", "overdraft_limit"], added)
    }

    pub(super) fn card(&self, seed: &Seed) -> Account {
        const LACKS: [&str; 7] = [
            "avatar",
            "display_name",
            "monetary_account_profile",
            "reason",
            "reason_description",
            "setting",
            "all_auto_save_id",
        ];
        self.account("MonetaryAccountCard", seed, "BUNQ", &LACKS, json!({"balance_real": euros(seed.cents)}))
    }

    pub(super) fn external(&self, seed: &Seed, bank: &str) -> Account {
        let added = json!({
            "service": "OPEN_BANKING",
            "open_banking_account": {
                "status": "ACTIVE",
                "iban": iban(bank, seed.number),
                "time_synced_last": "2025-11-03 06:00:02.114870",
                "provider_bank": {"name": "ING", "aspsp_id": "INGBNL2A", "country": "NL"},
                "balance_booked": euros(seed.cents),
                "balance_available": euros(seed.cents),
            },
        });
        self.account("MonetaryAccountExternal", seed, bank, &[], added)
    }

    pub(super) fn external_savings(&self, seed: &Seed, bank: &str) -> Account {
        let added = json!({
            "savings_goal": null,
            "savings_goal_progress": null,
            "number_of_payment_remaining": null,
        });
        self.account("MonetaryAccountExternalSavings", seed, bank, &["overdraft_limit"], added)
    }

    /// An account of another bank whose synchronisation broke. Such an account once stopped a production integration.
    pub(super) fn external_of_nulls(&self, seed: &Seed) -> Account {
        let mut account = self.external(seed, "INGB");
        let nulls = json!({
            "avatar": null,
            "currency": null,
            "country": null,
            "display_name": null,
            "daily_limit": {"currency": null, "value": null},
            "overdraft_limit": null,
            "balance": {"currency": null, "value": null},
            "alias": [{"type": "IBAN", "value": null, "name": null}],
            "setting": null,
            "timezone": null,
            "service": null,
            "open_banking_account": null,
        });
        replace(&mut account.fields, nulls);
        account
    }

    /// An account on its way from another bank: a kind with next to no fields.
    pub(super) fn switch_service(&self, seed: &Seed) -> Account {
        let fields = json!({
            "id": seed.id,
            "created": CREATED,
            "description": seed.description,
            "status": "ACTIVE",
            "sub_status": "NONE",
        });
        Account { id: seed.id, kind: "MonetaryAccountSwitchService", fields, first_cents: None }
    }

    /// An account of a kind that the bank has not invented yet.
    pub(super) fn holographic(&self, seed: &Seed) -> Account {
        let added = json!({"hologram": {"layers": 7, "projection": "ISOMETRIC"}});
        self.account("MonetaryAccountHolographic", seed, "BUNQ", &["setting"], added)
    }

    fn account(&self, kind: &'static str, seed: &Seed, bank: &str, lacks: &[&str], added: Value) -> Account {
        let mut fields = json!({
            "id": seed.id,
            "created": CREATED,
            "updated": "2025-10-17 18:45:51.006420",
            "alias": [pointer("IBAN", &iban(bank, seed.number), self.name)],
            "avatar": avatar(seed.description),
            "balance": euros(seed.cents),
            "country": "NL",
            "currency": "EUR",
            "display_name": self.name,
            "daily_limit": euros(100_000),
            "daily_spent": euros(0),
            "description": seed.description,
            "public_uuid": steady_uuid(&format!("account {}", seed.id)),
            "status": "ACTIVE",
            "sub_status": "NONE",
            "reason": null,
            "reason_description": null,
            "timezone": "europe/amsterdam",
            "user_id": self.id,
            "monetary_account_profile": null,
            "setting": {
                "color": seed.color,
                "icon": null,
                "default_avatar_status": "AVATAR_DEFAULT",
                "restriction_chat": "ALLOW_INCOMING",
                "sdd_expiration_action": "AUTO_ACCEPT",
            },
            "overdraft_limit": euros(0),
            "all_auto_save_id": [],
            "connected_cards": [],
            "total_request_pending": euros(0),
        });
        if let Value::Object(fields) = &mut fields {
            fields.retain(|name, _| !lacks.contains(&name.as_str()));
        }
        replace(&mut fields, added);
        Account { id: seed.id, kind, fields, first_cents: (bank == "BUNQ").then_some(seed.cents) }
    }
}

const CREATED: &str = "2021-03-08 09:14:27.418305";

fn replace(fields: &mut Value, by: Value) {
    if let (Value::Object(fields), Value::Object(by)) = (fields, by) {
        fields.extend(by);
    }
}
