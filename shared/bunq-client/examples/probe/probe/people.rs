//! Questions that the walk cannot ask: they need a person, a long time, a second address, or production.

/// A question for a person.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ForPeople {
    /// Its name.
    pub(crate) id: &'static str,
    /// The question.
    pub(crate) question: &'static str,
    /// How to find out.
    pub(crate) how: &'static str,
    /// The settings of the simulated bank that the result decides.
    pub(crate) settings: &'static [&'static str],
}

const fn for_people(
    id: &'static str,
    question: &'static str,
    how: &'static str,
    settings: &'static [&'static str],
) -> ForPeople {
    ForPeople { id, question, how, settings }
}

/// All questions for people.
pub(crate) const FOR_PEOPLE: &[ForPeople] = &[
    for_people(
        "code-lifetime",
        "How long is an authorization code valid?",
        "Consent, wait for some minutes, and exchange the code; repeat with longer waits.",
        &["authorization_code_validity_seconds"],
    ),
    for_people(
        "session-extension",
        "Does a call extend its session, and when?",
        "Open a session, call shortly before its end, and call again after it.",
        &["session_extension", "timeout_owner"],
    ),
    for_people(
        "order-lifetimes",
        "When do draft payments, requests and drafts of payment service providers expire?",
        "Create one of each, and read their status once a day.",
        &[
            "draft_payment_validity_seconds",
            "psp_draft_payment_validity_seconds",
            "psp_draft_payment_completion_seconds",
            "request_inquiry_validity_seconds",
        ],
    ),
    for_people(
        "filter-lifetime",
        "Do notification filters of a connection end after 90 days?",
        "Set one, and list it each week.",
        &["notification_filter_validity_seconds"],
    ),
    for_people(
        "failed-callbacks",
        "Who lists failed callbacks, and what does a retry answer?",
        "Set a filter on an address that answers 500, pay, wait for six minutes, and list the failures as both users.",
        &["failed_callback_owner", "failed_callback_retry_answer"],
    ),
    for_people(
        "callback-wait",
        "How long does the bank wait for the answer to a callback, and are later tries the same bytes?",
        "Let the receiver answer later each time, and compare the bodies.",
        &["callback_timeout_seconds"],
    ),
    for_people(
        "revoked-consent",
        "Which callback says that a customer ended the connection, and to whose filters?",
        "Set filters of the category OAUTH as both users, and remove the connection in the app.",
        &["oauth_callbacks"],
    ),
    for_people(
        "consent-lifetime",
        "Does a consent end after 90 or 180 days, and with which error?",
        "Keep a connection for half a year, and open a session each week.",
        &[],
    ),
    for_people(
        "company-consent",
        "Which fields has the consent of a company?",
        "Consent as a company in the sandbox app, and read the session's user.",
        &[],
    ),
    for_people(
        "real-certificate",
        "What does production check of a certificate, and is a renewed one the same provider?",
        "Only in production, with a certificate under eIDAS.",
        &[],
    ),
    for_people(
        "public-pay-page",
        "Which statuses has an issuer transaction, and which parameters does the redirect add?",
        "Pay one, decline one and let one expire on the bank's page.",
        &[],
    ),
    for_people(
        "card-payments",
        "How does a card payment refer to its card transaction?",
        "Pay by card in production, and read both.",
        &[],
    ),
];
