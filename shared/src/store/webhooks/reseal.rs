//! Finds the endpoints whose secrets older keys seal, and seals them again with the current key.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::AttributeValue;

use super::{
    endpoint::endpoints,
    endpoints::MOST_ENDPOINTS,
    secrets::{OLD_SECRET, SECRET},
};
use crate::{
    store::{
        error::StoreError,
        page::attribute,
        sealed::{Resealed, key_ids},
        table::Store,
        write::Write,
    },
    types::{sealing::SealingKeys, workspace::Workspace},
};

/// An endpoint of which a key other than the current one has sealed a secret. The secrets of an endpoint that cannot be
/// read otherwise are found, too.
#[derive(Clone, Debug)]
pub struct SealedEndpoint {
    workspace: Workspace,
    sort_key: String,
    /// The attributes with such a secret.
    attributes: BTreeMap<&'static str, AttributeValue>,
}

impl SealedEndpoint {
    /// Returns the ids of the keys that sealed the secrets.
    #[must_use]
    pub fn keys(&self) -> BTreeSet<&str> {
        self.attributes.values().flat_map(key_ids).collect()
    }
}

impl Store {
    /// Returns the endpoints of a workspace of which a key other than `current` has sealed a secret.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the table cannot be read.
    pub async fn sealed_endpoints(
        &self,
        workspace: &Workspace,
        current: &str,
    ) -> Result<Vec<SealedEndpoint>, StoreError> {
        let range = ("we_".to_owned(), "we_~".to_owned());
        let items = self.query_events(&endpoints(workspace), range, i32::from(MOST_ENDPOINTS)).await?;
        let mut found = Vec::new();
        for mut item in items {
            let sort_key = attribute(&item, "sk")?.to_owned();
            let is_old = |value: &AttributeValue| key_ids(value).any(|id| id != current);
            let old = [SECRET, OLD_SECRET].into_iter();
            let old = old.filter_map(|name| Some((name, item.remove(name).filter(is_old)?)));
            let attributes: BTreeMap<_, _> = old.collect();
            if !attributes.is_empty() {
                found.push(SealedEndpoint { workspace: workspace.clone(), sort_key, attributes });
            }
        }
        Ok(found)
    }

    /// Seals the secrets of an endpoint again with the current key of `keys`. Changes nothing if one of them was
    /// changed since the endpoint was read.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the table cannot be written.
    pub async fn reseal_endpoint(&self, keys: &SealingKeys, endpoint: &SealedEndpoint) -> Result<Resealed, StoreError> {
        let SealedEndpoint { workspace, sort_key, attributes } = endpoint;
        let pk = endpoints(workspace);
        let update = |expression: &str| Write::update(&self.events, &pk, expression).at(sort_key);
        self.reseal_values(keys, &format!("{pk}/{sort_key}"), attributes, update).await
    }
}
