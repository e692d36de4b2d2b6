//! The checks before a call is executed: token, signature, IP address, role, rate limit and request id.

use axum::http::Method;
use jiff::{SignedDuration, Timestamp};

use crate::api::roles;
use crate::bank::Bank;
use crate::clock;
use crate::keys::ClientKey;
use crate::ledger::permitted;
use crate::records::books::{Installation, Session};
use crate::settings::{DuplicateRequestIds, IpCheck, Need, OnGet, RateLimits, SessionExtension};
use crate::wire::call::{Call, REQUEST_ID, SIGNATURE};
use crate::wire::refusal::Refusal;

const TOKEN: &str = "x-bunq-client-authentication";

/// The part of the caller's identity that the endpoint needs.
pub(crate) enum Caller {
    Nobody,
    /// Identified by the token of an installation.
    Installation(u64),
    /// Identified by the token of an open session.
    Session(Session),
}

impl Caller {
    /// The open session.
    ///
    /// # Errors
    ///
    /// When the endpoint needs no session, so that none was looked for.
    pub(crate) fn session(&self) -> Result<&Session, Refusal> {
        match self {
            Self::Session(session) => Ok(session),
            Self::Nobody | Self::Installation(_) => Err(Refusal::WrongToken),
        }
    }

    pub(crate) fn installation_id(&self) -> Result<u64, Refusal> {
        match self {
            Self::Session(session) => Ok(session.installation_id),
            Self::Installation(id) => Ok(*id),
            Self::Nobody => Err(Refusal::WrongToken),
        }
    }
}

/// The token and the signature that an endpoint needs.
#[derive(Clone, Copy)]
pub(crate) struct Needs {
    token: Token,
    signature: Signature,
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Token {
    Nothing,
    Installation,
    Session,
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Signature {
    /// The bank does not know the public key yet, so it checks nothing.
    Ignored,
    /// The call may have no signature. A wrong signature is refused.
    Optional,
    /// A setting decides, since sources differ about device-server.
    BySetting,
    Required,
}

impl Needs {
    pub(crate) const NOTHING: Self = Self { token: Token::Nothing, signature: Signature::Ignored };
    pub(crate) const INSTALLATION: Self = Self { token: Token::Installation, signature: Signature::Optional };
    pub(crate) const DEVICE_SERVER: Self = Self { token: Token::Installation, signature: Signature::BySetting };
    pub(crate) const SESSION_SERVER: Self = Self { token: Token::Installation, signature: Signature::Required };
    pub(crate) const SIGNED_SESSION: Self = Self { token: Token::Session, signature: Signature::Required };
    pub(crate) const SESSION: Self = Self { token: Token::Session, signature: Signature::Optional };

    /// The names of the token and of the signature, for documents.
    pub(crate) fn names(self) -> (&'static str, &'static str) {
        let token = match self.token {
            Token::Nothing => "none",
            Token::Installation => "installation",
            Token::Session => "session",
        };
        let signature = match self.signature {
            Signature::Ignored => "none",
            Signature::Optional => "optional",
            Signature::BySetting => "by setting",
            Signature::Required => "required",
        };
        (token, signature)
    }
}

/// Checks a call before it is executed.
///
/// # Errors
///
/// When a check fails. The refusal names the first check that failed.
pub(crate) fn admit(bank: &mut Bank, template: &str, needs: Needs, call: &Call) -> Result<Caller, Refusal> {
    let now = bank.now();
    if call.filled_header("user-agent").is_none() {
        return Err(Refusal::unrecorded(400, "the header User-Agent is required."));
    }
    if bank.settings.rate_limits == RateLimits::Classic {
        bank.limits.admit(call.ip, &call.method, template, now)?;
    }
    let caller = identify(bank, template, needs.token, call, now)?;
    check_signature(bank, needs.signature, &caller, call)?;
    if let Caller::Session(session) = &caller {
        check_ip(bank, session, call)?;
        extend(bank, session, now);
        roles::check(bank, template, &call.method, session)?;
    }
    check_request_id(bank, &caller, call)?;
    Ok(caller)
}

/// The installation that a call's token belongs to. An ended session counts too: the server key of its installation
/// signs the answer.
pub(crate) fn installation<'a>(bank: &'a Bank, call: &Call) -> Option<&'a Installation> {
    let token = call.header(TOKEN)?;
    let id = bank.books.sessions.iter().find(|session| session.token == token).map(|session| session.installation_id);
    bank.books.installations.iter().find(|installation| Some(installation.id) == id || installation.token == token)
}

fn identify(bank: &Bank, template: &str, needed: Token, call: &Call, now: Timestamp) -> Result<Caller, Refusal> {
    if needed == Token::Nothing {
        return Ok(Caller::Nobody);
    }
    let token = call.filled_header(TOKEN).ok_or(Refusal::WrongToken)?;
    if token.len() != 64 || !token.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        return Err(Refusal::MalformedToken(token.to_owned()));
    }
    let installation = bank.books.installations.iter().find(|installation| installation.token == token);
    let session = bank.books.sessions.iter().find(|session| session.token == token);
    match (needed, installation, session) {
        (Token::Installation, Some(installation), _) => Ok(Caller::Installation(installation.id)),
        (Token::Session, _, Some(session)) if session.is_alive(now) => Ok(Caller::Session(session.clone())),
        (Token::Installation, _, Some(session)) if session.is_alive(now) => {
            Err(if template == "session-server" { Refusal::HasSession } else { Refusal::WrongToken })
        }
        (Token::Session, Some(_), _) => Err(Refusal::WrongToken),
        _ => Err(Refusal::SessionEnded),
    }
}

fn check_signature(bank: &Bank, need: Signature, caller: &Caller, call: &Call) -> Result<(), Refusal> {
    if call.method == Method::GET && bank.settings.get_signature == OnGet::Ignore {
        return Ok(());
    }
    let required = match need {
        Signature::Ignored => return Ok(()),
        Signature::Optional => false,
        Signature::BySetting => bank.settings.device_server_signature == Need::Required,
        Signature::Required => true,
    };
    let Some(signature) = call.filled_header(SIGNATURE) else {
        return if required { Err(Refusal::SignatureMissing) } else { Ok(()) };
    };
    let installation = bank.books.installation(caller.installation_id()?).ok_or(Refusal::SessionEnded)?;
    let key = ClientKey::from_installation_pem(&installation.client_public_key).ok_or(Refusal::ClientPublicKey)?;
    if key.verifies(&call.body, signature.as_bytes()) { Ok(()) } else { Err(Refusal::SignatureWrong) }
}

fn check_ip(bank: &Bank, session: &Session, call: &Call) -> Result<(), Refusal> {
    let credential = bank.books.credential(session.credential_id).ok_or(Refusal::SessionEnded)?;
    let allows = |bound| permitted::allows(&bank.books, bound, &credential.owner, session.installation_id, call.ip);
    let allowed = credential.permitted.as_ref().is_some_and(allows);
    match bank.settings.ip_check {
        IpCheck::EveryCall if !allowed => Err(Refusal::BadKeyOrIp),
        IpCheck::EveryCall | IpCheck::Sessions => Ok(()),
    }
}

fn extend(bank: &mut Bank, session: &Session, now: Timestamp) {
    let window = match bank.settings.session_extension {
        SessionExtension::Never => return,
        SessionExtension::HalfHour => SignedDuration::from_mins(30),
        SessionExtension::HalfMinute => SignedDuration::from_secs(30),
    };
    if session.expires.duration_since(now) < window
        && let Some(session) = bank.books.session_mut(session.id)
    {
        session.expires = clock::after(now, session.timeout_seconds);
    }
}

/// Checks that the request id is new. A call that an earlier check refused was not executed, so its id stays unused.
fn check_request_id(bank: &mut Bank, caller: &Caller, call: &Call) -> Result<(), Refusal> {
    if call.method == Method::GET && bank.settings.get_request_id == OnGet::Ignore {
        return Ok(());
    }
    let scope = match caller {
        Caller::Nobody => return Ok(()),
        Caller::Installation(id) => format!("installation {id}"),
        Caller::Session(session) => format!("installation {} key {}", session.installation_id, session.credential_id),
    };
    let Some(id) = call.filled_header(REQUEST_ID) else { return Ok(()) };
    // The state file keeps only the ids of calls that change something.
    let used = if call.method == Method::GET { &mut bank.read_request_ids } else { &mut bank.books.request_ids };
    let ids = used.entry(scope.clone()).or_default();
    let is_new = ids.insert(id.to_owned());
    let other = if call.method == Method::GET { &bank.books.request_ids } else { &bank.read_request_ids };
    let is_new = is_new && !other.get(&scope).is_some_and(|ids| ids.contains(id));
    match bank.settings.duplicate_request_ids {
        DuplicateRequestIds::Refuse if !is_new => {
            Err(Refusal::unrecorded(400, format!("the request id \"{id}\" was used before.")))
        }
        DuplicateRequestIds::Refuse | DuplicateRequestIds::Ignore => Ok(()),
    }
}
