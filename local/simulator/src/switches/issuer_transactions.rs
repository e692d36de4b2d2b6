//! Decides issuer transactions for tests, without the pay page.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::bank::Bank;
use crate::desk::SharedDesk;
use crate::ledger::decision::Decision;
use crate::ledger::issuer_transaction::{self, payers};
use crate::records::issuer_transaction::{IssuerTransaction, Settled};
use crate::records::parts::decimal;
use crate::switches::body::parsed;
use crate::switches::error::SwitchError;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TransactionDecision {
    public_uuid: String,
    decision: Decision,
    /// The customer who pays from the first bank account.
    #[serde(default = "person")]
    customer: String,
}

fn person() -> String {
    "person".to_owned()
}

/// Decides a transaction, as a customer does on the pay page.
pub(super) async fn decide(State(desk): State<SharedDesk>, body: Bytes) -> Result<Json<Value>, SwitchError> {
    let TransactionDecision { public_uuid, decision, customer } = parsed(&body)?;
    let bank = &mut desk.lock().bank;
    let transaction = issuer_transaction::by_public_uuid(bank, &public_uuid);
    let id = transaction.ok_or_else(|| SwitchError::UnknownTransaction(public_uuid.clone()))?.id;
    match decision {
        Decision::Accept => {
            let known = bank.customers.named(&customer).ok_or(SwitchError::UnknownCustomer(customer))?;
            let account_id = payers(known).next().ok_or(SwitchError::NoSuchAccount)?.id;
            issuer_transaction::accept(bank, id, account_id)?;
        }
        Decision::Reject => issuer_transaction::end(bank, id, Settled::Rejected)?,
    }
    bank.save();
    let status = issuer_transaction::find(bank, id).map(|transaction| transaction.status(bank.now()));
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
