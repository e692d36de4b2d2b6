//! Monetary accounts, without their payments.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::random::steady_uuid;
use crate::records::parts::{Alias, iban};

/// A monetary account of a customer.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Account {
    pub(crate) id: u64,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
    pub(crate) kind: AccountKind,
    /// The id of the holder.
    pub(crate) user_id: u64,
    pub(crate) holder: String,
    /// The name of the holder that the bank shows.
    pub(crate) shown_name: String,
    pub(crate) description: String,
    /// The telephone number and mail address that the holder linked to the account, then the IBAN.
    pub(crate) aliases: Vec<Alias>,
    /// The balance on the first day.
    pub(crate) cents: i64,
    pub(crate) daily_limit_cents: i64,
    pub(crate) setting: Setting,
    /// The avatar that the holder selected.
    pub(crate) avatar: Option<Uuid>,
    pub(crate) status: String,
    pub(crate) sub_status: String,
    pub(crate) reason: Option<String>,
    pub(crate) reason_description: Option<String>,
}

/// An account that was opened or changed after the first day.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct KeptAccount {
    /// The name of the holder in this simulator.
    pub(crate) customer: String,
    pub(crate) account: Account,
}

/// The kind of an account. It decides which fields the account has.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AccountKind {
    Bank,
    Joint {
        partner: String,
    },
    Savings {
        goal_cents: Option<i64>,
    },
    Card,
    /// An account at another bank.
    External,
    ExternalSavings,
    /// An account at another bank whose synchronisation is broken. Such an account once stopped a production
    /// integration.
    ExternalOfNulls,
    /// An account that moves here from another bank. It has few fields.
    SwitchService,
    /// A kind that does not exist at the bank, so that clients meet an unknown one.
    Holographic,
}

/// The appearance of an account in the app.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Setting {
    pub(crate) color: String,
    pub(crate) icon: Option<String>,
    pub(crate) default_avatar_status: String,
    pub(crate) restriction_chat: String,
    pub(crate) sdd_expiration_action: String,
}

impl Setting {
    pub(crate) fn of_color(color: &str) -> Self {
        Self {
            color: color.to_owned(),
            icon: None,
            default_avatar_status: "AVATAR_DEFAULT".to_owned(),
            restriction_chat: "ALLOW_INCOMING".to_owned(),
            sdd_expiration_action: "AUTO_ACCEPT".to_owned(),
        }
    }
}

/// The account numbers in IBANs that the bank assigns are this one and the account's id. They are higher than those of
/// the built-in customers.
pub(crate) const FIRST_ASSIGNED_NUMBER: u64 = 2_100_000_000;

/// EUR 1,000, the default of the bank.
pub(crate) const DAILY_LIMIT_CENTS: i64 = 100_000;

impl Account {
    /// A new account with default values, and an IBAN that follows from its id.
    pub(crate) fn new(id: u64, created: Timestamp, kind: AccountKind, holder: (u64, &str)) -> Self {
        let (user_id, holder) = holder;
        let bank = if kind.is_held() { "BUNQ" } else { "INGB" };
        Self {
            id,
            created,
            updated: created,
            aliases: vec![Alias::new("IBAN", &iban(bank, FIRST_ASSIGNED_NUMBER + id), holder)],
            kind,
            user_id,
            holder: holder.to_owned(),
            shown_name: holder.to_owned(),
            avatar: None,
            description: "bunq account".to_owned(),
            cents: 0,
            daily_limit_cents: DAILY_LIMIT_CENTS,
            setting: Setting::of_color("#54C7FC"),
            status: "ACTIVE".to_owned(),
            sub_status: "NONE".to_owned(),
            reason: None,
            reason_description: None,
        }
    }

    /// The balance on the first day. `None` for an account at another bank.
    pub(crate) fn first_cents(&self) -> Option<i64> {
        self.kind.is_held().then_some(self.cents)
    }

    /// The description, if the bank knows it.
    pub(crate) fn description(&self) -> Option<&str> {
        (self.kind != AccountKind::ExternalOfNulls).then_some(&self.description)
    }

    /// The IBAN, if the bank knows it.
    pub(crate) fn iban(&self) -> Option<&str> {
        if matches!(self.kind, AccountKind::ExternalOfNulls | AccountKind::SwitchService) {
            return None;
        }
        self.aliases.iter().find(|alias| alias.kind == "IBAN").map(|alias| alias.value.as_str())
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.status == "CANCELLED"
    }

    pub(crate) fn public_uuid(&self) -> Uuid {
        steady_uuid(&format!("account {}", self.id))
    }
}

impl AccountKind {
    /// The key around the object of an account of this kind.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Bank => "MonetaryAccountBank",
            Self::Joint { .. } => "MonetaryAccountJoint",
            Self::Savings { .. } => "MonetaryAccountSavings",
            Self::Card => "MonetaryAccountCard",
            Self::External | Self::ExternalOfNulls => "MonetaryAccountExternal",
            Self::ExternalSavings => "MonetaryAccountExternalSavings",
            Self::SwitchService => "MonetaryAccountSwitchService",
            Self::Holographic => "MonetaryAccountHolographic",
        }
    }

    /// Whether the account is at this bank.
    pub(crate) fn is_held(&self) -> bool {
        match self {
            Self::Bank | Self::Joint { .. } | Self::Savings { .. } | Self::Card | Self::Holographic => true,
            Self::External | Self::ExternalSavings | Self::ExternalOfNulls | Self::SwitchService => false,
        }
    }
}
