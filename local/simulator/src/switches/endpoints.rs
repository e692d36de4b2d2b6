//! Lists the endpoints of the bank, so that documents and tests need no list of their own.

use axum::Json;
use serde_json::{Value, json};

use crate::api::route::{Act, Route};
use crate::api::table::ROUTES;

pub(super) async fn list() -> Json<Value> {
    Json(json!({"endpoints": ROUTES.iter().map(of_route).collect::<Vec<_>>()}))
}

fn of_route(route: &Route) -> Value {
    let (token, signature) = match &route.act {
        Act::Api(needs, _) => needs.names(),
        Act::Web(_) => ("none", "none"),
    };
    json!({
        "method": route.method.as_str(),
        "template": route.template,
        "token": token,
        "signature": signature,
    })
}
