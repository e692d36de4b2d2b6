//! POST /device-server: binds an API key to an installation and to the addresses that may use it.

use crate::{
    NewId, Request, SessionlessCall,
    types::{ids::DeviceServerId, secret::Secret},
};

/// Registers a device.
#[derive(Clone, Debug)]
pub struct CreateDeviceServer<S> {
    /// The name of the device, for people to read.
    pub description: String,
    /// The API key or access token to bind.
    pub secret: S,
    /// The addresses that may use the key, `*` for any. If empty, only the address that this call comes from may use
    /// it.
    pub permitted_ips: Vec<String>,
}

impl<S: Secret + Sync> SessionlessCall for CreateDeviceServer<S> {
    type Output = NewId<DeviceServerId>;

    fn build(&self) -> Request {
        let mut body = serde_json::json!({ "description": self.description, "secret": self.secret.expose() });
        if !self.permitted_ips.is_empty() {
            body["permitted_ips"] = self.permitted_ips.clone().into();
        }
        Request::post("device-server", "device-server", &body).with_credential(self.secret.expose())
    }
}
