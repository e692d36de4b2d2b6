//! Issuer transactions that are decided because a test says so, without the pay page.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::bank::{Bank, SharedBank};
use crate::customers::parts::decimal;
use crate::money::decision::Decision;
use crate::money::issuer_transaction::{self, IssuerTransaction, Settled};
use crate::pay::payers;
use crate::switches::{SwitchError, parsed};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TransactionDecision {
    public_uuid: String,
    decision: Decision,
    /// Who pays, from the first bank account.
    #[serde(default = "person")]
    customer: String,
}

fn person() -> String {
    "person".to_owned()
}

/// Decides a transaction as a customer would on the pay page.
pub(super) async fn decide(State(bank): State<SharedBank>, body: Bytes) -> Result<Json<Value>, SwitchError> {
    let TransactionDecision { public_uuid, decision, customer } = parsed(&body)?;
    let mut bank = bank.lock();
    let transaction = issuer_transaction::by_public_uuid(&bank, &public_uuid);
    let id = transaction.ok_or_else(|| SwitchError::UnknownTransaction(public_uuid.clone()))?.id;
    match decision {
        Decision::Accept => {
            let known = bank.customers.named(&customer).ok_or(SwitchError::UnknownCustomer(customer))?;
            let account_id = payers(known).next().ok_or(SwitchError::NoSuchAccount)?.id;
            issuer_transaction::accept(&mut bank, id, account_id)?;
        }
        Decision::Reject => issuer_transaction::end(&mut bank, id, Settled::Rejected)?,
    }
    bank.save();
    let status = issuer_transaction::find(&bank, id).map(|transaction| transaction.status(bank.now()));
    Ok(Json(json!({"public_uuid": public_uuid, "status": status})))
}

pub(super) fn entry(bank: &Bank, transaction: &IssuerTransaction) -> Value {
    json!({
        "id": transaction.id,
        "public_uuid": transaction.public_uuid.to_string(),
        "status": transaction.status(bank.now()),
        "amount": decimal(transaction.order.cents),
        "description": transaction.order.description,
        "request_id": transaction.request_id,
    })
}
