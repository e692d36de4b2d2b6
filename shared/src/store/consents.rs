//! Consents under way. A state is used once: it is marked, on condition that it is there, in time, of this browser and not marked, before
//! its code is exchanged. The access token that comes back is kept, sealed, until the connection is stored, so that a busy bank or a
//! process that dies in between costs the customer a reload and not another consent.

use std::time::Duration;

use aws_sdk_dynamodb::types::ReturnValue;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::table::{Keyed, Store, StoreError, from_item, seconds, text, to_item, updated};
use crate::types::{
    reference::Reference,
    sealing::{Place, SealingKeys},
    secret::{AccessToken, BrowserSecret, OauthState, Secret as _},
};

/// How long a customer has at the bank.
const LIFETIME: Duration = Duration::from_secs(600);

/// The state is unknown, used, too old, or another browser's. Which, nobody is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StateRefused;

/// An access token that waits for its connection.
#[derive(Clone, Debug)]
pub struct GivenConsent {
    /// The consent itself.
    pub access_token: AccessToken,
    /// What the owner calls the customer.
    pub reference: Option<Reference>,
}

#[derive(Serialize, Deserialize)]
struct Begun {
    browser: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<Reference>,
    expires_at: i64,
}

#[derive(Serialize, Deserialize)]
struct Given {
    browser: String,
    access_token: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<Reference>,
    expires_at: i64,
}

fn state_pk(state: &OauthState) -> String {
    format!("STATE#{}", state.fingerprint())
}

fn consent_pk(state: &OauthState) -> String {
    format!("CONSENT#{}", state.fingerprint())
}

impl Store {
    fn in_ten_minutes(&self) -> i64 {
        self.clock.now().as_second().saturating_add_unsigned(LIFETIME.as_secs())
    }

    /// Remembers a state for the browser that began, and what the owner calls its customer.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn begin_consent(
        &self,
        state: &OauthState,
        browser: &BrowserSecret,
        reference: Option<Reference>,
    ) -> Result<(), StoreError> {
        let begun = Begun { browser: browser.fingerprint(), reference, expires_at: self.in_ten_minutes() };
        let item = to_item(&Keyed { pk: &state_pk(state), item: begun })?;
        self.client.put_item().table_name(&self.ephemera).set_item(Some(item)).send().await?;
        Ok(())
    }

    /// Uses a state up: marks it, on condition that it is there, in time, of this browser and not used. The mark has a name of its own,
    /// so that a write that the SDK sends again, because its answer was lost, is known as the same. Answers the reference that it was begun with.
    ///
    /// # Errors
    /// [`StoreError`]; the inner result says whether the state was good.
    pub async fn consume_state(
        &self,
        state: &OauthState,
        browser: &BrowserSecret,
    ) -> Result<Result<Option<Reference>, StateRefused>, StoreError> {
        let result = self
            .client
            .update_item()
            .table_name(&self.ephemera)
            .key("pk", text(state_pk(state)))
            .update_expression("SET used_by = :use")
            .condition_expression(
                "browser = :browser AND expires_at > :now AND (attribute_not_exists(used_by) OR used_by = :use)",
            )
            .expression_attribute_values(":use", text(Uuid::new_v4().to_string()))
            .expression_attribute_values(":browser", text(browser.fingerprint()))
            .expression_attribute_values(":now", seconds(self.clock.now()))
            .return_values(ReturnValue::AllNew)
            .send()
            .await;
        match updated(result)? {
            Some(item) => Ok(Ok(from_item::<Begun>(item)?.reference)),
            None => Ok(Err(StateRefused)),
        }
    }

    /// Keeps a given consent until its connection is stored.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn keep_consent(
        &self,
        keys: &SealingKeys,
        state: &OauthState,
        browser: &BrowserSecret,
        consent: &GivenConsent,
    ) -> Result<(), StoreError> {
        let pk = consent_pk(state);
        let given = Given {
            browser: browser.fingerprint(),
            access_token: keys.seal(Place { item: &pk, attribute: "access_token" }, &consent.access_token)?,
            reference: consent.reference.clone(),
            expires_at: self.in_ten_minutes(),
        };
        let item = to_item(&Keyed { pk: &pk, item: given })?;
        self.client.put_item().table_name(&self.ephemera).set_item(Some(item)).send().await?;
        Ok(())
    }

    /// The consent that was given for a state and is not stored yet, if this browser gave it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn kept_consent(
        &self,
        keys: &SealingKeys,
        state: &OauthState,
        browser: &BrowserSecret,
    ) -> Result<Option<GivenConsent>, StoreError> {
        let pk = consent_pk(state);
        let given: Option<Given> = self.read(&self.ephemera, &pk).await?;
        let now = self.clock.now().as_second();
        given
            .filter(|given| given.browser == browser.fingerprint() && given.expires_at > now)
            .map(|given| {
                let access_token = keys.open(Place { item: &pk, attribute: "access_token" }, &given.access_token)?;
                Ok(GivenConsent { access_token, reference: given.reference })
            })
            .transpose()
    }

    /// Forgets a given consent, once its connection is stored.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn forget_consent(&self, state: &OauthState) -> Result<(), StoreError> {
        self.delete(&self.ephemera, &consent_pk(state)).await
    }
}
