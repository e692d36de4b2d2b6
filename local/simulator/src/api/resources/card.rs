//! Cards. No customer has a card; the bank only lists the names that a card may show.

use crate::api::gate::Caller;
use crate::api::listing::listing;
use crate::api::resources::user;
use crate::bank::Bank;
use crate::records::customers::customer::Customer;
use crate::records::customers::customer::Identity;
use crate::wire::answer::Answer;
use crate::wire::call::Call;
use crate::wire::object::object;
use crate::wire::refusal::Refusal;

pub(crate) fn list(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    user::granted_in_path(bank, call, caller)?;
    listing(bank, call, Vec::new())
}

pub(crate) fn find(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    user::granted_in_path(bank, call, caller)?;
    Err(Refusal::NotFound { thing: "Card", id: call.id(1) })
}

pub(crate) fn names(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let granted = user::granted_in_path(bank, call, caller)?;
    let names = granted.map(|granted| possible_names(granted.customer)).unwrap_or_default();
    Ok(Answer::one(object! { "CardUserNameArray": object! { "possible_card_name_array": names } }))
}

fn possible_names(customer: &Customer) -> Vec<String> {
    match &customer.identity {
        Identity::Person { first_name, middle_name, last_name } => {
            let family = [middle_name.as_str(), last_name].join(" ");
            let initial: String = first_name.chars().take(1).collect();
            vec![format!("{first_name} {}", family.trim()), format!("{initial}. {}", family.trim())]
        }
        Identity::Company { director } => vec![director.clone()],
    }
}
