//! Accounts of every kind.

use utoipa::ToSchema;

use super::{Alias, Avatar, LabelUser, Money};

macro_rules! accounts {
    ($($(#[$doc:meta])+ $name:ident as $schema:ident { $($(#[$field_doc:meta])+ $field:ident: $kind:ty),* $(,)? })+) => {$(
        $(#[$doc])+
        #[derive(ToSchema)]
        #[schema(as = $schema)]
        pub struct $name {
            /// Its id: `monetary_account_id` in every path.
            #[schema(minimum = 1, example = 60101)]
            pub id: u64,
            /// Since when, UTC.
            #[schema(example = "2021-03-08 09:14:27.418305")]
            pub created: Option<String>,
            /// When it last changed, UTC.
            pub updated: Option<String>,
            /// What the customer calls it.
            #[schema(example = "Huishouden")]
            pub description: Option<String>,
            /// `ACTIVE`, `BLOCKED`, `CANCELLED`, `PENDING_REOPEN` and others.
            #[schema(example = "ACTIVE")]
            pub status: Option<String>,
            /// `NONE` and others.
            #[schema(example = "NONE")]
            pub sub_status: Option<String>,
            /// Where it is reached: its IBAN, and mail addresses and telephone numbers that lead to it.
            pub alias: Option<Vec<Alias>>,
            /// What is on it. Null, or of nulls, where bunq does not know it.
            pub balance: Option<Money>,
            /// A currency code of ISO 4217.
            #[schema(example = "EUR")]
            pub currency: Option<String>,
            /// How much may be paid from it in a day.
            pub daily_limit: Option<Money>,
            /// Its public name.
            pub public_uuid: Option<String>,
            /// The customer's id at bunq.
            pub user_id: Option<u64>,
            $($(#[$field_doc])+ pub $field: $kind),*
        }
    )+};
}

accounts! {
    /// A usual account at bunq.
    MonetaryAccount as MonetaryAccountBank {
        /// Its picture.
        avatar: Option<Avatar>,
        /// Whose it is.
        display_name: Option<String>,
        /// How far below zero it may go.
        overdraft_limit: Option<Money>,
        /// Why it was closed.
        reason: Option<String>,
        /// Why it was closed, in words.
        reason_description: Option<String>,
        /// How it is shown.
        setting: Option<AccountSetting>,
        /// When money is moved to or from it by itself.
        #[schema(value_type = Option<Object>)]
        monetary_account_profile: Option<serde_json::Value>,
    }

    /// An account of two people.
    Joint as MonetaryAccountJoint {
        /// Its picture.
        avatar: Option<Avatar>,
        /// How far below zero it may go.
        overdraft_limit: Option<Money>,
        /// Why it was closed.
        reason: Option<String>,
        /// Why it was closed, in words.
        reason_description: Option<String>,
        /// How it is shown.
        setting: Option<AccountSetting>,
        /// When money is moved to or from it by itself.
        #[schema(value_type = Option<Object>)]
        monetary_account_profile: Option<serde_json::Value>,
        /// Whose it is.
        all_co_owner: Option<Vec<CoOwner>>,
    }

    /// A savings account.
    Savings as MonetaryAccountSavings {
        /// Its picture.
        avatar: Option<Avatar>,
        /// Why it was closed.
        reason: Option<String>,
        /// Why it was closed, in words.
        reason_description: Option<String>,
        /// How it is shown.
        setting: Option<AccountSetting>,
        /// When money is moved to or from it by itself.
        #[schema(value_type = Option<Object>)]
        monetary_account_profile: Option<serde_json::Value>,
        /// Whose it is, where it is not one person's.
        all_co_owner: Option<Vec<CoOwner>>,
        /// How much is to be saved.
        savings_goal: Option<Money>,
        /// How much of it there is, in percent. Not there without a goal.
        #[schema(example = 42)]
        savings_goal_progress: Option<f64>,
        /// How many withdrawals are left in this period, as text.
        #[schema(example = "2")]
        number_of_payment_remaining: Option<String>,
    }

    /// The balance of a credit card.
    Card as MonetaryAccountCard {
        /// How far below zero it may go.
        overdraft_limit: Option<Money>,
        /// What is on it, without what is reserved.
        balance_real: Option<Money>,
    }

    /// An account at another bank. Nearly everything is null where the link to that bank is broken.
    External as MonetaryAccountExternal {
        /// Its picture.
        avatar: Option<Avatar>,
        /// Whose it is.
        display_name: Option<String>,
        /// How far below zero it may go.
        overdraft_limit: Option<Money>,
        /// Why it was closed.
        reason: Option<String>,
        /// Why it was closed, in words.
        reason_description: Option<String>,
        /// How it is shown.
        setting: Option<AccountSetting>,
        /// When money is moved to or from it by itself.
        #[schema(value_type = Option<Object>)]
        monetary_account_profile: Option<serde_json::Value>,
        /// How bunq reads it, such as `OPEN_BANKING`.
        #[schema(example = "OPEN_BANKING")]
        service: Option<String>,
        /// What the other bank says of it.
        #[schema(value_type = Option<Object>)]
        open_banking_account: Option<serde_json::Value>,
    }

    /// A savings account at another bank.
    ExternalSavings as MonetaryAccountExternalSavings {
        /// Its picture.
        avatar: Option<Avatar>,
        /// Whose it is.
        display_name: Option<String>,
        /// Why it was closed.
        reason: Option<String>,
        /// Why it was closed, in words.
        reason_description: Option<String>,
        /// How it is shown.
        setting: Option<AccountSetting>,
        /// When money is moved to or from it by itself.
        #[schema(value_type = Option<Object>)]
        monetary_account_profile: Option<serde_json::Value>,
        /// How much is to be saved.
        savings_goal: Option<Money>,
        /// How much of it there is, in percent. Not there without a goal.
        savings_goal_progress: Option<f64>,
        /// How many withdrawals are left in this period, as text.
        number_of_payment_remaining: Option<String>,
    }

    /// An account with limits, of a customer who is not fully identified.
    Light as MonetaryAccountLight {
        /// Its picture.
        avatar: Option<Avatar>,
        /// How it is shown.
        setting: Option<AccountSetting>,
        /// How much may be on it.
        balance_maximum: Option<Money>,
        /// What was used of the month's limit.
        budget_month_used: Option<Money>,
        /// The month's limit.
        budget_month_maximum: Option<Money>,
        /// What was used of the year's limit.
        budget_year_used: Option<Money>,
        /// The year's limit.
        budget_year_maximum: Option<Money>,
    }

    /// An account for investments.
    Investment as MonetaryAccountInvestment {
        /// Its picture.
        avatar: Option<Avatar>,
        /// Whose it is.
        display_name: Option<String>,
        /// How it is shown.
        setting: Option<AccountSetting>,
        /// When money is moved to or from it by itself.
        #[schema(value_type = Option<Object>)]
        monetary_account_profile: Option<serde_json::Value>,
    }
}

/// An account on its way from another bank: a kind with next to no fields.
#[derive(ToSchema)]
#[schema(as = MonetaryAccountSwitchService)]
pub struct SwitchService {
    /// Its id.
    #[schema(minimum = 1, example = 60404)]
    pub id: u64,
    /// Since when, UTC.
    pub created: Option<String>,
    /// What the customer calls it.
    pub description: Option<String>,
    /// `ACTIVE` and others.
    pub status: Option<String>,
    /// `NONE` and others.
    pub sub_status: Option<String>,
}

/// How an account is shown.
#[derive(ToSchema)]
pub struct AccountSetting {
    /// Its colour in the app.
    #[schema(example = "#FF7819")]
    pub color: Option<String>,
    /// Its icon.
    pub icon: Option<String>,
    /// Whether its picture is the usual one.
    pub default_avatar_status: Option<String>,
    /// Who may write to its holder.
    pub restriction_chat: Option<String>,
    /// What happens to direct debits that nobody answers.
    pub sdd_expiration_action: Option<String>,
}

/// One of those whose account it is.
#[derive(ToSchema)]
pub struct CoOwner {
    /// Who.
    pub alias: Option<LabelUser>,
    /// `ACCEPTED` and others.
    #[schema(example = "ACCEPTED")]
    pub status: Option<String>,
}
