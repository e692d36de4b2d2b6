//! The known differences between the simulator and recordings of the bank, with reasons.

const YOUNG: &str = "younger than the recording, and in bunq's document";
const OLD: &str = "gone since the recording, and not in bunq's document";
const SOMETIMES: &str = "in the example of an account that was closed, and left out where there is nothing to say";
const EXAMPLE: &str = "in an example of bunq's documentation, and in no recording";

/// Accepted differences, with reasons. A difference that holds for one recording starts with its name.
pub(super) const DIFFERENCES: &[(&str, &str)] = &[
    ("DraftPayment: adds request_reference_split_the_bill", YOUNG),
    ("DraftPayment: adds schedule", YOUNG),
    ("MonetaryAccountBank: adds all_auto_save_id", YOUNG),
    ("MonetaryAccountBank: adds connected_cards", "younger: recorded of an external account in 2022"),
    ("MonetaryAccountBank: adds country", "left out of the example, and recorded"),
    ("MonetaryAccountBank: adds display_name", YOUNG),
    ("MonetaryAccountBank: adds timezone", "left out of the example, and recorded"),
    ("MonetaryAccountBank: adds total_request_pending", "younger: recorded of an external account in 2022"),
    ("MonetaryAccountBank: lacks daily_spent", OLD),
    ("MonetaryAccountBank: lacks notification_filters", OLD),
    ("MonetaryAccountBank: lacks reason", SOMETIMES),
    ("MonetaryAccountBank: lacks reason_description", SOMETIMES),
    ("MonetaryAccountExternal: adds open_banking_account", YOUNG),
    ("MonetaryAccountExternal: adds service", YOUNG),
    ("MonetaryAccountJoint: adds all_auto_save_id", YOUNG),
    ("MonetaryAccountJoint: adds connected_cards", "younger: recorded of an external account in 2022"),
    ("MonetaryAccountJoint: adds total_request_pending", "younger: recorded of an external account in 2022"),
    ("MonetaryAccountJoint: lacks daily_spent", OLD),
    ("MonetaryAccountJoint: lacks notification_filters", OLD),
    ("OauthClient: adds display_name", "in bunq's document; who recorded it kept what was needed"),
    ("Pagination: adds future_url", "the example has one of three"),
    ("Pagination: adds newer_url", "the example has one of three"),
    ("Payment: adds balance_after_mutation", YOUNG),
    ("Payment: adds bunqto_expiry", YOUNG),
    ("Payment: adds bunqto_share_url", YOUNG),
    ("Payment: adds bunqto_status", YOUNG),
    ("Payment: adds bunqto_sub_status", YOUNG),
    ("Payment: adds bunqto_time_responded", YOUNG),
    ("Payment: adds payment_arrival_expected", YOUNG),
    ("Payment: adds payment_auto_allocate_instance", YOUNG),
    ("Payment: adds payment_fee", YOUNG),
    ("Payment: adds payment_suspended_outgoing", YOUNG),
    ("Payment: adds request_reference_split_the_bill", "recorded since 2018"),
    ("Payment: adds sub_type", "recorded since 2018"),
    ("Payment: lacks allow_chat", OLD),
    ("Payment: lacks conversation", OLD),
    ("Payment: lacks maturity_date", OLD),
    ("RequestInquiry: adds redirect_url", YOUNG),
    ("RequestInquiry: adds reference_split_the_bill", YOUNG),
    ("RequestInquiry: lacks allow_chat", OLD),
    ("RequestInquiry: lacks conversation", OLD),
    ("RequestResponse: lacks allow_chat", OLD),
    ("RequestResponse: lacks conversation", OLD),
    ("UserPerson: adds id", "there since 2025"),
    ("alias: lacks bunq_me", EXAMPLE),
    ("alias: lacks swift_account_number", EXAMPLE),
    ("alias: lacks swift_bic", EXAMPLE),
    ("avatar: adds style", "recorded since 2022"),
    (
        "bunq-sdk-webhooks/PaymentBatch: counterparty_alias: another order",
        "recorded of one without an IBAN, which has its user before its picture, as in the recording of a Mutation",
    ),
    ("counterparty_alias: lacks bunq_me", EXAMPLE),
    ("counterparty_alias: lacks swift_account_number", EXAMPLE),
    ("counterparty_alias: lacks swift_bic", EXAMPLE),
    ("entries: adds id", YOUNG),
    ("image: adds urls", "recorded since 2022"),
    ("monetary_account_profile: adds profile_action_required", "recorded in 2018"),
    ("monetary_account_profile: adds profile_amount_required", "recorded in 2018"),
    ("requested_by_user: adds UserPaymentServiceProvider", "the application of 2018 was a person's"),
    ("requested_by_user: lacks UserPerson", "the application of 2018 was a person's"),
    ("setting: adds icon", "recorded since 2022"),
    ("setting: adds sdd_expiration_action", "recorded since 2022"),
];

/// Examples written after bunq's documentation. Its order is not that of bunq's answers.
pub(super) const EXAMPLES: [&str; 2] = ["ruby-client/monetary_account.list", "ruby-client/payment.get"];

/// Recordings without a comparison, with reasons.
pub(super) const NOT_COMPARED: &[(&str, &str)] = &[
    ("bunq-docs/session-server-person", "bunq left all but the id of the user out"),
    ("bunq-sdk-webhooks/BunqMeTab", "bunq.me tabs are not simulated"),
    ("bunq-sdk-webhooks/MasterCardAction", "cards are not simulated"),
    ("bunq-sdk-webhooks/ScheduledInstance", "no schedule is carried out"),
];
