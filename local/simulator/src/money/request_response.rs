//! A request as the customer sees it who is asked for the money.

use crate::bank::Bank;
use crate::clock;
use crate::customers::parts::euros;
use crate::money::counterparty::{Party, Place};
use crate::money::request_inquiry::RequestInquiry;
use crate::wire::object::{Object, object};

/// The requests that one account is asked by.
pub(crate) fn asked_of(bank: &Bank, account_id: u64) -> impl Iterator<Item = &RequestInquiry> {
    let requests = bank.books.request_inquiries.iter();
    requests.filter(move |request| request.order.counterparty.place == Place::Account(account_id))
}

/// Those who are asked have an id of their own for it.
pub(crate) fn element(bank: &Bank, request: &RequestInquiry) -> Object {
    let status = request.status(bank.now());
    let expired = (status == "EXPIRED").then(|| clock::text(request.expires));
    let updated = clock::text(request.updated);
    let asked = match request.order.counterparty.place {
        Place::Account(id) => id,
        Place::SugarDaddy | Place::Bravo | Place::Elsewhere => 0,
    };
    let fields = object! {
        "id": request.response_id,
        "created": clock::text(request.created),
        "updated": expired.as_ref().unwrap_or(&updated),
        "time_responded": request.status.map(|_| &updated),
        "time_expiry": expired,
        "monetary_account_id": asked,
        "amount_inquired": euros(request.order.cents),
        "amount_responded": (status == "ACCEPTED").then(|| euros(request.order.cents)),
        "status": status,
        "description": request.order.description,
        "alias": request.order.counterparty.party.label(),
        "counterparty_alias": Party::of(bank, request.account_id).label(),
        "attachment": (),
        "minimum_age": request.minimum_age,
        "require_address": request.require_address,
        "geolocation": (),
        "type": "INTERNAL",
        "sub_type": "NONE",
        "redirect_url": request.redirect_url,
        "address_billing": (),
        "address_shipping": (),
        "eligible_whitelist_id": (),
    };
    object! { "RequestResponse": fields }
}
