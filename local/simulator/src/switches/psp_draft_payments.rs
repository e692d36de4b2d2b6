//! Decides draft payments of payment service providers for tests, without the authorize page.

use std::collections::BTreeSet;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::bank::Bank;
use crate::desk::SharedDesk;
use crate::ledger::decision::Decision;
use crate::ledger::psp_draft_payment;
use crate::records::parts::decimal;
use crate::records::psp_draft_payment::{PspDraftPayment, PspOutcome};
use crate::switches::body::parsed;
use crate::switches::error::SwitchError;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DraftDecision {
    psp_draft_payment: u64,
    decision: Decision,
}

/// Decides one draft, as its payer does on the authorize page. It yields no code.
pub(super) async fn decide(State(desk): State<SharedDesk>, body: Bytes) -> Result<Json<Value>, SwitchError> {
    let DraftDecision { psp_draft_payment: id, decision } = parsed(&body)?;
    let bank = &mut desk.lock().bank;
    match decision {
        Decision::Accept => psp_draft_payment::accept(bank, &BTreeSet::from([id]))?,
        Decision::Reject => psp_draft_payment::end(bank, id, PspOutcome::Rejected)?,
    }
    bank.save();
    let status = psp_draft_payment::find(bank, id).map(|draft| draft.status(bank.now()));
    Ok(Json(json!({"psp_draft_payment": id, "status": status})))
}

pub(super) fn entry(bank: &Bank, draft: &PspDraftPayment) -> Value {
    let payment_id = match draft.outcome {
        Some(PspOutcome::Accepted { payment_id, .. }) => payment_id,
        Some(PspOutcome::Rejected | PspOutcome::Cancelled) | None => None,
    };
    json!({
        "id": draft.id,
        "account": draft.account_id,
        "status": draft.status(bank.now()),
        "amount": decimal(draft.order.cents),
        "description": draft.order.description,
        "request_id": draft.request_id,
        "payment": payment_id,
    })
}
