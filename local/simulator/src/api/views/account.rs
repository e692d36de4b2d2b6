//! The JSON of an account, with its present balance.

use crate::api::files;
use crate::bank::Bank;
use crate::clock;
use crate::ledger::balance;
use crate::records::customers::account::{Account, AccountKind};
use crate::records::parts::{avatar, euros, label_user};
use crate::wire::object::{Object, object};

/// The object of an account. Its only key is the name of the kind.
pub(crate) fn element(bank: &Bank, account: &Account) -> Object {
    let fields = match account.kind {
        AccountKind::SwitchService => switch_service(account),
        AccountKind::ExternalOfNulls => of_nulls(account),
        _ => fields(bank, account),
    };
    Object::default().with(account.kind.name(), fields)
}

fn fields(bank: &Bank, account: &Account) -> Object {
    let cents = balance::balance(bank, account).unwrap_or(account.cents);
    let newest = balance::payments(bank, account.id).iter().map(|payment| payment.created).max();
    let kind = &account.kind;
    let has_picture = *kind != AccountKind::Card;
    let is_shared = matches!(kind, AccountKind::Joint { .. } | AccountKind::Savings { .. } | AccountKind::Card);
    let has_overdraft =
        matches!(kind, AccountKind::Bank | AccountKind::Joint { .. } | AccountKind::Card | AccountKind::Holographic);
    let first = object! {
        "id": account.id,
        "created": clock::text(account.created),
        "updated": clock::text(newest.map_or(account.updated, |newest| newest.max(account.updated))),
        "alias": aliases(account),
        "avatar"?: has_picture.then(|| picture(bank, account)),
        "balance": euros(cents),
        "country": "NL",
        "currency": "EUR",
        "display_name"?: (!is_shared).then_some(&account.shown_name),
        "daily_limit": euros(account.daily_limit_cents),
        "description": account.description,
        "public_uuid": account.public_uuid(),
        "status": account.status,
        "sub_status": account.sub_status,
        "reason"?: account.reason.as_ref(),
        "reason_description"?: account.reason_description.as_ref(),
        "timezone": "europe/amsterdam",
        "user_id": account.user_id,
        "monetary_account_profile"?: has_picture.then(|| profile(account)),
        "setting"?: (has_picture && *kind != AccountKind::Holographic).then_some(&account.setting),
        "overdraft_limit"?: has_overdraft.then(|| euros(0)),
    };
    first.and(of_kind(account, cents)).and(last(account, euros(0)))
}

/// The fields that only this kind of account has.
fn of_kind(account: &Account, cents: i64) -> Object {
    match &account.kind {
        AccountKind::Bank | AccountKind::ExternalOfNulls | AccountKind::SwitchService => object! {},
        AccountKind::Joint { partner } => {
            let owner = |name: &str| object! { "alias": label_user(name, "NL"), "status": "ACCEPTED" };
            object! { "all_co_owner": [owner(&account.holder), owner(partner)] }
        }
        AccountKind::Savings { goal_cents } => object! {
            "all_co_owner": [(); 0],
            "savings_goal": goal_cents.map(euros),
            "savings_goal_progress"?: goal_cents.filter(|goal| *goal > 0).map(|goal| cents * 100 / goal),
            "number_of_payment_remaining": "2",
        },
        AccountKind::Card => object! { "balance_real": euros(cents) },
        AccountKind::External => object! {
            "service": "OPEN_BANKING",
            "open_banking_account": object! {
                "status": "ACTIVE",
                "iban": account.iban(),
                "time_synced_last": clock::text(account.updated),
                "provider_bank": object! { "name": "ING", "aspsp_id": "INGBNL2A", "country": "NL" },
                "balance_booked": euros(cents),
                "balance_available": euros(cents),
            },
        },
        AccountKind::ExternalSavings => object! { "savings_goal": (), "number_of_payment_remaining": () },
        AccountKind::Holographic => object! { "hologram": object! { "layers": 7, "projection": "ISOMETRIC" } },
    }
}

fn last(account: &Account, pending: Object) -> Object {
    let saves = (account.kind != AccountKind::Card).then_some([(); 0]);
    object! { "connected_cards": [(); 0], "all_auto_save_id"?: saves, "total_request_pending": pending }
}

/// The recorded external account has two aliases, the second with two more keys. The recording has no values.
fn aliases(account: &Account) -> Vec<Object> {
    let alias = |kind, value, name| object! { "type": kind, "value": value, "name": name };
    let own = account.aliases.iter().map(|own| alias(&own.kind, &own.value, &own.name));
    let routed = account.aliases.iter().filter(|_| !account.kind.is_held()).map(|own| {
        alias(&own.kind, &own.value, &own.name).and(object! { "routing_code": (), "routing_code_type": () })
    });
    own.chain(routed).collect()
}

fn picture(bank: &Bank, account: &Account) -> Object {
    let anchor = Some(account.public_uuid());
    let chosen = account.avatar.and_then(|uuid| bank.books.avatars.iter().find(|avatar| avatar.uuid == uuid));
    match chosen {
        Some(chosen) => files::avatar(bank, chosen).and(object! { "anchor_uuid": anchor, "style": "NONE" }),
        None => avatar(&account.description, anchor),
    }
}

/// In recordings, accounts at this bank have a profile, and an account at another bank has null.
fn profile(account: &Account) -> Option<Object> {
    account.kind.is_held().then(|| {
        object! {
            "profile_fill": (),
            "profile_drain": (),
            "profile_action_required": "NO_ACTION_NEEDED",
            "profile_amount_required": euros(0),
        }
    })
}

fn switch_service(account: &Account) -> Object {
    object! {
        "id": account.id,
        "created": clock::text(account.created),
        "description": account.description,
        "status": account.status,
        "sub_status": account.sub_status,
    }
}

/// As in a recording of 2022.
fn of_nulls(account: &Account) -> Object {
    let nothing = || object! { "currency": (), "value": () };
    let alias = || object! { "type": (), "value": (), "name": () };
    let image = object! {
        "attachment_public_uuid": (),
        "height": (),
        "width": (),
        "content_type": (),
        "urls": [object! { "type": (), "url": () }],
    };
    let setting = object! {
        "color": (),
        "icon": (),
        "default_avatar_status": (),
        "restriction_chat": (),
        "sdd_expiration_action": (),
    };
    object! {
        "id": account.id,
        "created": clock::text(account.created),
        "updated": clock::text(account.updated),
        "alias": [alias(), alias().and(object! { "routing_code": (), "routing_code_type": () })],
        "avatar": object! { "uuid": (), "image": [image], "anchor_uuid": (), "style": () },
        "balance": nothing(),
        "country": (),
        "currency": (),
        "display_name": (),
        "daily_limit": nothing(),
        "description": (),
        "public_uuid": (),
        "status": (),
        "sub_status": (),
        "timezone": (),
        "user_id": (),
        "monetary_account_profile": (),
        "setting": setting,
    }
    .and(last(account, nothing()))
}
