//! How bunq shows the sides of a payment.

use utoipa::ToSchema;

use super::{Alias, Avatar};

/// A user, as others see them.
#[derive(ToSchema)]
pub struct LabelUser {
    /// The public name of the label.
    pub uuid: Option<String>,
    /// What they are called.
    #[schema(example = "Sanne de Vries")]
    pub display_name: Option<String>,
    /// Two letters of ISO 3166-1; `000` where it is not known.
    #[schema(example = "NL")]
    pub country: Option<String>,
    /// Their picture.
    pub avatar: Option<Avatar>,
    /// What they want to be called.
    #[schema(example = "Sanne")]
    pub public_nick_name: Option<String>,
}

/// An account, as its holder's counterparties see it. Nearly all is null for an account outside bunq.
#[derive(ToSchema)]
pub struct LabelMonetaryAccount {
    /// Its IBAN. Null for shops that were paid by card or iDEAL.
    #[schema(example = "NL91ABNA0417164300")]
    pub iban: Option<String>,
    /// Whose it is.
    #[schema(example = "J. Jansen")]
    pub display_name: Option<String>,
    /// Its picture.
    pub avatar: Option<Avatar>,
    /// Its holder.
    pub label_user: Option<LabelUser>,
    /// Two letters of ISO 3166-1.
    #[schema(example = "NL")]
    pub country: Option<String>,
    /// Its bunq.me address.
    pub bunq_me: Option<Alias>,
    /// Whether it is an account with limits.
    pub is_light: Option<bool>,
    /// The bank's code in SWIFT.
    pub swift_bic: Option<String>,
    /// The account's number in SWIFT.
    pub swift_account_number: Option<String>,
    /// The account's number at Wise.
    pub transferwise_account_number: Option<String>,
    /// The bank's code at Wise.
    pub transferwise_bank_code: Option<String>,
    /// What kind of shop it is (ISO 18245).
    #[schema(example = "5411")]
    pub merchant_category_code: Option<String>,
}
