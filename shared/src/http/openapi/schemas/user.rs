//! Users of bunq.

use utoipa::ToSchema;

use super::{Address, Alias, Avatar, LabelUser, Money};

macro_rules! users {
    ($($(#[$doc:meta])+ $name:ident { $($(#[$field_doc:meta])+ $field:ident: $kind:ty),* $(,)? })+) => {$(
        $(#[$doc])+
        #[derive(ToSchema)]
        pub struct $name {
            /// Their id at bunq; not the `user_id` of this API. Not there inside a `UserApiKey` where bunq does not say
            /// whose it is.
            #[schema(example = 50101)]
            pub id: Option<u64>,
            /// Since when, UTC.
            #[schema(example = "2021-03-08 09:12:03.771184")]
            pub created: Option<String>,
            /// When it last changed, UTC.
            pub updated: Option<String>,
            /// Their public name.
            pub public_uuid: Option<String>,
            /// What they are called.
            #[schema(example = "Sanne de Vries")]
            pub display_name: Option<String>,
            /// What they want to be called.
            #[schema(example = "Sanne")]
            pub public_nick_name: Option<String>,
            /// Where they are reached.
            pub alias: Option<Vec<Alias>>,
            /// Their picture.
            pub avatar: Option<Avatar>,
            /// Their language.
            #[schema(example = "nl_NL")]
            pub language: Option<String>,
            /// How numbers and dates are written for them.
            #[schema(example = "nl_NL")]
            pub region: Option<String>,
            /// `ACTIVE` and others.
            #[schema(example = "ACTIVE")]
            pub status: Option<String>,
            /// `NONE` and others.
            #[schema(example = "NONE")]
            pub sub_status: Option<String>,
            /// After how many seconds without a call a session ends.
            #[schema(example = 604800)]
            pub session_timeout: Option<u64>,
            $($(#[$field_doc])+ pub $field: $kind),*
        }
    )+};
}

users! {
    /// A person.
    UserPerson {
        /// The first name.
        #[schema(example = "Sanne")]
        first_name: Option<String>,
        /// What stands between the names.
        #[schema(example = "de")]
        middle_name: Option<String>,
        /// The last name.
        #[schema(example = "Vries")]
        last_name: Option<String>,
        /// The name in their documents.
        legal_name: Option<String>,
        /// Where they live.
        address_main: Option<Address>,
        /// Where their mail goes.
        address_postal: Option<Address>,
        /// Where their parcels go.
        address_shipping: Option<Address>,
        /// A date.
        #[schema(example = "1991-06-24")]
        date_of_birth: Option<String>,
        /// The place.
        place_of_birth: Option<String>,
        /// Two letters of ISO 3166-1.
        country_of_birth: Option<String>,
        /// Two letters of ISO 3166-1.
        nationality: Option<String>,
        /// Every nationality.
        all_nationality: Option<Vec<String>>,
        /// `MALE`, `FEMALE`, `UNKNOWN` and others.
        gender: Option<String>,
        /// Where they pay taxes.
        tax_resident: Option<Vec<TaxResident>>,
        /// The terms that they agreed to.
        version_terms_of_service: Option<String>,
        /// How much may be paid in a day without logging in.
        daily_limit_without_confirmation_login: Option<Money>,
    }

    /// A company.
    UserCompany {
        /// Its name.
        #[schema(example = "Bakkerij Van Dijk B.V.")]
        name: Option<String>,
        /// Where it is.
        address_main: Option<Address>,
        /// Where its mail goes.
        address_postal: Option<Address>,
        /// Where its parcels go.
        address_shipping: Option<Address>,
        /// Two letters of ISO 3166-1.
        country: Option<String>,
        /// Its owners.
        ubo: Option<Vec<Owner>>,
        /// Its number in the trade register.
        #[schema(example = "68750110")]
        chamber_of_commerce_number: Option<String>,
        /// Its legal form.
        legal_form: Option<String>,
        /// Its legal form, in bunq's words.
        type_of_business_entity: Option<String>,
        /// What it does.
        sector_of_industry: Option<String>,
        /// Its account at another bank.
        counter_bank_iban: Option<String>,
        /// Who leads it.
        directors: Option<Vec<LabelUser>>,
        /// Why bunq did not take it as a customer.
        deny_reason: Option<String>,
        /// Where it pays taxes.
        tax_resident: Option<Vec<TaxResident>>,
        /// The terms that it agreed to.
        version_terms_of_service: Option<String>,
        /// How much may be paid in a day without logging in.
        daily_limit_without_confirmation_login: Option<Money>,
    }

    /// A payment service provider.
    UserPaymentServiceProvider {
        /// The name in its certificate.
        certificate_distinguished_name: Option<String>,
    }
}

/// What stands for a customer's consent.
#[derive(ToSchema)]
pub struct UserApiKey {
    /// The consent's id at bunq.
    #[schema(minimum = 1, example = 50901)]
    pub id: u64,
    /// Since when, UTC.
    pub created: Option<String>,
    /// When it last changed, UTC.
    pub updated: Option<String>,
    /// Who asked for it: this TPP.
    pub requested_by_user: Option<AnchoredUser>,
    /// Who gave it; in some answers with little more than a name.
    pub granted_by_user: Option<AnchoredUser>,
}

/// A user of a kind: the key of the kind that it is. The others are not there, or null.
#[derive(ToSchema)]
#[schema(rename_all = "PascalCase")]
pub struct AnchoredUser {
    /// A person.
    pub user_person: Option<UserPerson>,
    /// A company.
    pub user_company: Option<UserCompany>,
    /// A payment service provider.
    pub user_payment_service_provider: Option<UserPaymentServiceProvider>,
}

/// Where somebody pays taxes.
#[derive(ToSchema)]
pub struct TaxResident {
    /// Two letters of ISO 3166-1.
    pub country: Option<String>,
    /// Their number there.
    pub tax_number: Option<String>,
    /// Whether bunq has confirmed it.
    pub status: Option<String>,
}

/// An owner of a company.
#[derive(ToSchema)]
pub struct Owner {
    /// Their name.
    pub name: Option<String>,
    /// A date.
    pub date_of_birth: Option<String>,
    /// Two letters of ISO 3166-1.
    pub nationality: Option<String>,
}
