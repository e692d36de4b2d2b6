//! What many of bunq's objects are made of.

use utoipa::ToSchema;

/// The largest id of bunq's: they are signed 64-bit on the wire.
pub const LARGEST_ID: i64 = i64::MAX;

/// An amount of a currency.
#[derive(ToSchema)]
#[schema(as = Money)]
pub struct Money {
    /// Decimal text with two places; below zero where money left. Never a float. Null where bunq does not know it.
    #[schema(required = true, pattern = r"^-?\d+(\.\d+)?$", example = "-12.50")]
    pub value: Option<String>,
    /// A currency code of ISO 4217.
    #[schema(required = true, example = "EUR")]
    pub currency: Option<String>,
}

/// An address by which somebody is reached: bunq's `Pointer`.
#[derive(ToSchema)]
pub struct Alias {
    /// `IBAN`, `EMAIL`, `PHONE_NUMBER` and others.
    #[schema(example = "IBAN")]
    pub r#type: Option<String>,
    /// The address itself. Null where an account at another bank has lost its link.
    #[schema(example = "NL91ABNA0417164300")]
    pub value: Option<String>,
    /// Whose it is.
    #[schema(example = "J. Jansen")]
    pub name: Option<String>,
    /// The bank's code, where the address is an account outside the IBAN countries.
    pub routing_code: Option<String>,
    /// What kind of code that is.
    pub routing_code_type: Option<String>,
}

/// A picture of a user or an account.
#[derive(ToSchema)]
pub struct Avatar {
    /// Its name.
    pub uuid: Option<String>,
    /// The object that it is of.
    pub anchor_uuid: Option<String>,
    /// The picture in its sizes.
    pub image: Option<Vec<Image>>,
    /// How it is drawn, such as `NONE`.
    #[schema(example = "NONE")]
    pub style: Option<String>,
}

/// A picture in one size.
#[derive(ToSchema)]
pub struct Image {
    /// The file's name at bunq.
    pub attachment_public_uuid: Option<String>,
    /// Its media type.
    #[schema(example = "image/png")]
    pub content_type: Option<String>,
    /// Pixels.
    #[schema(example = 640)]
    pub height: Option<u32>,
    /// Pixels.
    #[schema(example = 640)]
    pub width: Option<u32>,
    /// Where the file can be fetched.
    pub urls: Option<Vec<ImageUrl>>,
}

/// An address of a picture.
#[derive(ToSchema)]
pub struct ImageUrl {
    /// In which form: `ORIGINAL` and others.
    #[schema(example = "ORIGINAL")]
    pub r#type: Option<String>,
    /// The address.
    pub url: Option<String>,
}

/// A postal address.
#[derive(ToSchema)]
pub struct Address {
    /// The street.
    #[schema(example = "Keizersgracht")]
    pub street: Option<String>,
    /// The number of the house.
    #[schema(example = "391")]
    pub house_number: Option<String>,
    /// A post office box.
    pub po_box: Option<String>,
    /// The postal code.
    #[schema(example = "1016 EJ")]
    pub postal_code: Option<String>,
    /// The city.
    #[schema(example = "Amsterdam")]
    pub city: Option<String>,
    /// Two letters of ISO 3166-1.
    #[schema(example = "NL")]
    pub country: Option<String>,
    /// Apartment, building and the like.
    pub extra: Option<String>,
    /// The name on the mailbox.
    pub mailbox_name: Option<String>,
    /// The province.
    pub province: Option<String>,
    /// Whether the user changed it.
    pub is_user_address_updated: Option<bool>,
}

/// Where something happened. bunq writes fractions.
#[derive(ToSchema)]
pub struct Geolocation {
    /// Degrees.
    #[schema(example = 52.3878)]
    pub latitude: Option<f64>,
    /// Degrees.
    #[schema(example = 4.8333)]
    pub longitude: Option<f64>,
    /// Metres.
    #[schema(example = 0)]
    pub altitude: Option<f64>,
    /// Metres.
    #[schema(example = 65)]
    pub radius: Option<f64>,
}

/// A file that stands with a payment.
#[derive(ToSchema)]
pub struct Attachment {
    /// Its id.
    #[schema(minimum = 1)]
    pub id: u64,
    /// The account that it belongs to.
    pub monetary_account_id: Option<u64>,
}

/// When a payment runs, and how often.
#[derive(ToSchema)]
#[schema(as = Schedule)]
pub struct Schedule {
    /// The first time, UTC.
    #[schema(example = "2026-12-01 09:00:00.000000")]
    pub time_start: Option<String>,
    /// The last time, UTC; null: until somebody stops it.
    pub time_end: Option<String>,
    /// `ONCE`, `HOURLY`, `DAILY`, `WEEKLY`, `MONTHLY` or `YEARLY`.
    #[schema(example = "MONTHLY")]
    pub recurrence_unit: Option<String>,
    /// Every how many units.
    #[schema(example = 1)]
    pub recurrence_size: Option<u32>,
    /// `ACTIVE`, `FINISHED` or `CANCELLED`.
    pub status: Option<String>,
}

/// What splits a bill.
#[derive(ToSchema)]
pub struct SplitReference {
    /// `RequestInquiry` or `RequestInquiryBatch`.
    pub r#type: Option<String>,
    /// Its id.
    pub id: Option<u64>,
}
