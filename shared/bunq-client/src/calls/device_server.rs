//! POST /device-server: binds an API key to an installation and to the addresses that may use it.

use crate::{
    NewId, Request, SessionlessCall,
    types::{ids::DeviceServerId, secret::Secret},
};

/// Registers a device.
#[derive(Clone, Debug)]
pub struct CreateDeviceServer<S> {
    /// Its name, for people.
    pub description: String,
    /// The API key or access token to bind.
    pub secret: S,
    /// Addresses that may use the key, `*` for any; none: only the address this call comes from.
    pub permitted_ips: Vec<String>,
}

impl<S: Secret + Sync> SessionlessCall for CreateDeviceServer<S> {
    type Output = NewId<DeviceServerId>;

    fn build(&self) -> Request {
        let mut body = serde_json::json!({ "description": self.description, "secret": self.secret.expose() });
        if !self.permitted_ips.is_empty() {
            body["permitted_ips"] = self.permitted_ips.clone().into();
        }
        Request::post("device-server", "device-server", &body).with_credential(&self.secret)
    }
}
