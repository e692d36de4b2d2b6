//! Who says what about each setting. A test reports a setting that is missing here; the compiler reports one that does
//! not exist or is here twice.

use crate::settings::Settings;

/// Declares `SOURCES`: the name of each setting, and the sources about it on one line, with code in backticks.
macro_rules! sources {
    ($($name:ident: $text:literal,)*) => {
        pub(super) const SOURCES: &[(&str, &str)] = &[$((stringify!($name), $text),)*];
        const _: fn(&Settings) = |settings| {
            let Settings { $($name: _,)* .. } = settings;
        };
    };
}

sources! {
    session_timeout_seconds:
        "A recording of production has 604800, one week, and older documentation names a week as the default. A \
         sample of a client library has 300. Customers choose the time in the app.",
    psp_session_timeout_seconds:
        "A recording of production from 2020 has 324000, which is 90 hours. The documentation says 90 days.",
    timeout_owner:
        "The bank's client libraries use the timeout of `requested_by_user`. The Python example of a TPP (2026) uses \
         that of `granted_by_user`.",
    session_extension:
        "The documentation says that a call in the last 30 minutes extends the session. Users report 30 seconds \
         (2018). The default is safe: a client must not rely on an extension.",
    expired_session_text:
        "`authorisation` is in a recording of a client in production, with status 401. `authentication` was reported \
         by a user in May 2026, without a status.",
    rate_limits:
        "The documentation up to 2025 has the limits of `classic`, and texts of 429 that users report agree. The \
         documentation of 2026 has classes of endpoints instead, which are not simulated. The limit of DELETE is from \
         a client library; no document has it.",
    strict_wildcard:
        "The documentation's page about addresses says that `[\"*\"]` permits the caller's address only. A client \
         that has run at AWS Lambda since 2020 shows that it permits every address.",
    ipv6_permitted_ips:
        "The OpenAPI description allows IPv4 and IPv6. The documentation (2025) says that IPv6 is not supported.",
    ip_check:
        "The documentation says that a key is bound to its permitted addresses. No source says whether the bank \
         checks the address of every call or only when a session opens.",
    egress_ip: "None. It serves tests.",
    wildcard_ip_api:
        "The documentation says that only the app permits `*`. A contributor to the client libraries remembers an \
         exception, and the Python example of a TPP (2026) sends `*`.",
    show_token_value:
        "In recordings of production, `token_value` is filled when the key is created, and null after its first use.",
    granted_id:
        "Recordings of 2018 have no `id` in the granting user. The Python example of a TPP has read it since August \
         2025.",
    granted_id_lenient:
        "The documentation requires the id of the `UserApiKey` in every path. The Python example of a TPP used the id \
         of the granting user until September 2025, also for accounts, payments and drafts.",
    duplicate_request_ids:
        "The documentation and the OpenAPI description say that a second use is an error. No source has its text or \
         its status.",
    json_content_type: "The bank's Python library sends JSON without this header, and works.",
    get_signature:
        "The documentation requires no signature on a GET. The Python example of a TPP (2025) sends one over other \
         bytes than the body, and works; so the bank seems to ignore it.",
    get_request_id:
        "No document limits the rule of unique ids to other methods. The Python example of a TPP (2025) sends a used \
         id on a GET, and works; so the bank seems to ignore it.",
    bad_signature_status:
        "Users of the client libraries report 400 (2017 to 2019). The documentation's table of statuses has 401.",
    sign_errors:
        "A Ruby client in production verifies the signature of errors, except 429. The bank's libraries verify \
         successes only, so they do not show whether errors are signed.",
    device_server_signature:
        "The OpenAPI description says that a signature is required, and a client in production sends one. The Python \
         example of a TPP (2026) sends none, and works.",
    access_token_device:
        "The documentation's description of the API and integrations in production (2018 to 2022) register a device \
         for each access token. The documentation's page about access tokens (2025) and the Python example of a TPP \
         (2026) do not.",
    psp_credential_validity_seconds:
        "A recording of production has one hour for a payment service provider. For other keys, the documentation \
         says one hour in one place and four hours in another.",
    authorization_code_validity_seconds:
        "No source has the lifetime. Ten minutes is the maximum that RFC 6749 recommends.",
    invalid_grant_status:
        "The documentation has the body, but no status. An integration's test data has 401; RFC 6749 has 400.",
    denial: "No source says what happens after the customer declines. RFC 6749 has the redirect.",
    fresh_api_key_id: "No source says whether a second consent has a user of its own.",
    reconsent_revokes: "No source says whether a second consent ends the access tokens of the first.",
    direct_payments:
        "The documentation says that a TPP uses drafts. The Python example of a TPP (2026) pays directly in the \
         bank's sandbox.",
    tpp_accepts_drafts:
        "The documentation says that the customer approves a draft in the app. The Python example of a TPP (2026) has \
         a route that accepts one.",
    tpp_writes:
        "The documentation's list of data for each role names none of these calls. The Python example of a TPP (2026) \
         makes all of them in the bank's sandbox.",
    issuer_transaction_public_path:
        "The Python example of a TPP (2025 and 2026) calls the path under the user. Code that was generated from a \
         newer OpenAPI description has the path at the root.",
    draft_payment_validity_seconds: "No source has the time.",
    request_inquiry_validity_seconds: "No source has the time.",
    psp_draft_payment_validity_seconds: "No source has the time.",
    psp_draft_payment_execution:
        "An integration in production (2018 to 2022) took ACCEPTED for paid, and read the status only after it had \
         exchanged the code. No source says whether the payment waits for that.",
    psp_draft_payment_completion:
        "An integration in production (2018 to 2022) knows ACCEPTED and COMPLETED, and treats both as paid. No source \
         explains the difference.",
    psp_draft_payment_completion_seconds: "None; see `psp_draft_payment_completion`.",
    psp_draft_payment_envelope:
        "An integration in production (2018 to 2022) reads an object. The OpenAPI description and the bank's client \
         libraries have an array, as in all other answers.",
    confirmation_of_funds_answer:
        "The bank's client libraries (since 2019) read a `ConfirmationOfFunds`. The OpenAPI description has an `Id`, \
         its default for every POST.",
    confirmation_of_funds_unusable: "No source has the answer.",
    psd2_roles:
        "The documentation says that a provider may use the endpoints of its roles only, and lists the data of each \
         role, not the endpoints. Whether the bank's sandbox checks them is not known.",
    notification_filter_sets:
        "No source says it. The record of a failed callback names the API key that made the filter (2026), so the \
         bank remembers it.",
    callback_targets:
        "The documentation says that the URL must be https. A client that has run at AWS Lambda since 2020 reports \
         that callbacks reach port 443 only. http serves tests.",
    unknown_categories: "No source has the answer.",
    notification_filter_answer:
        "The bank's older client libraries, its document for partners and clients in production have the list. The \
         OpenAPI description and the Python library of 2025 have an id.",
    notification_filter_page_size:
        "The bank's document for partners (2026) shows `Pagination` beside the list. Clients in production read the \
         list as a whole.",
    notification_filter_validity_seconds:
        "The bank's changelog of October 2019 says that push notifications which were made through OAuth expire in 90 \
         days. Whether this holds for URLs, and still, is not known.",
    oauth_callbacks:
        "The bank's changelog of April 2020 has the category. No source says whose filters select it, or which object \
         it has.",
    failed_callback_owner:
        "The bank's document for partners (2026) lists the failures of all its users under the partner's own user. \
         Another page of it, and the Python example of a TPP (2026), use the `UserApiKey`.",
    failed_callback_retry_answer:
        "The bank's document for partners (2026) has an empty list. The OpenAPI description has an id.",
    callback_signature:
        "No document in ten years has a signature. One project of 2026 checks this header, but shows no real callback.",
    callback_timeout_seconds:
        "An example in the bank's document for partners (2026) has the error text `Connection timeout after 10 \
         seconds`.",
    server_key_per_installation:
        "The documentation says that each installation returns the bank's public key. No source says whether two \
         installations get the same key.",
    clock_offset_seconds: "None. It serves tests.",
}
