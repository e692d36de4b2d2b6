//! An access token becomes a connection.

use crate::{
    bunq::{BankError, Credentials, Customer, CustomerKind, DecodeError, UserElement, calls::CreateDeviceServer},
    store::{Connection, ConnectionKind, GrantedKey, NewConnection, SessionOwner},
    tpp::{Tpp, TppError},
    types::{deadline::Deadline, reference::Reference, secret::AccessToken},
};

impl Tpp {
    /// Opens the first session, which says who consented, and stores both.
    pub(super) async fn connect(
        &self,
        access_token: AccessToken,
        reference: Option<Reference>,
        deadline: Deadline,
    ) -> Result<Connection, TppError> {
        let identity = self.identity().await?;
        let installation = &identity.installation;
        if self.0.config.device_per_connection {
            let device = CreateDeviceServer {
                description: self.0.config.tpp_name.clone(),
                secret: access_token.clone(),
                permitted_ips: self.0.config.permitted_ips.clone(),
            };
            self.0.bank.send(Credentials::Installation(installation), &device, deadline).await?;
        }
        let (opened, user) = match self.open_session(installation, &access_token, deadline).await {
            Err(error) if error.is_bad_key() => return Err(self.refused_token(deadline).await.into()),
            opened => opened?,
        };
        let UserElement::Customer(customer) = user else {
            let reason = DecodeError::Missing("UserApiKey");
            return Err(BankError::Undecodable { reason, response_id: None }.into());
        };
        let new = new_connection(customer, access_token, reference);
        let connection = self.0.store.save_connection(&identity.sealing, &new).await?;
        self.0.connections.forget(&connection.user_id).await;
        self.adopt_session(SessionOwner::Customer(connection.user_id), opened).await?;
        self.still_connected(connection.user_id, deadline).await?;
        Ok(connection)
    }
}

fn new_connection(customer: Customer, access_token: AccessToken, reference: Option<Reference>) -> NewConnection {
    NewConnection {
        granted: customer.granted_id.map_or(GrantedKey::ApiKey(customer.api_key_id), GrantedKey::User),
        kind: match customer.kind {
            CustomerKind::Person => ConnectionKind::Person,
            CustomerKind::Company => ConnectionKind::Company,
            CustomerKind::Other => ConnectionKind::Other,
        },
        api_key_id: customer.api_key_id,
        access_token,
        display_name: customer.display_name,
        reference,
    }
}
