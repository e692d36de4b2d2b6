"""Replaces valid but invented values in requests by existing ones: then only the intended invalid part of a request
is refused, and a valid request succeeds. Intentionally invalid values are kept; both the replaced value and its
replacement are valid."""

import re
import zlib
from collections import Counter
from ipaddress import IPv4Address
from urllib.parse import parse_qs, urlsplit

import httpx

import real

# Ids from responses, and idempotency keys that were sent.
named, keys = set(), set()
turns = Counter()

MOMENT = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])-[0-3][0-9][ T][0-2][0-9]:[0-5][0-9](:[0-5][0-9](\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}:[0-9]{2})?")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SEALING_KEY = re.compile(r".{1,100}", re.DOTALL)

FILTERED = ("list_request_inquiries", "list_draft_payments", "list_issuer_transactions")


def chance(value, of: int) -> bool:
    """True for one in so many values, the same ones in every run."""
    return zlib.crc32(repr(value).encode()) % of == 0


def fill_path(operation_id: str, parameters: dict, whole: bool, often: bool):
    for name in parameters:
        if isinstance(parameters[name], dict):
            # An inferred link takes bunq's `{"Id": {"id": 7}}` for the id itself.
            parameters[name] = parameters[name].get("id", 0)
        if parameters[name] == 0 or (parameters[name] not in named and not (whole and chance(parameters[name], 5))):
            parameters[name] = real.of(operation_id, name)
    if parameters and (ended := real.to_end(operation_id)):
        parameters.update({name: real.of(operation_id, name) for name in parameters})
        parameters.update([ended])
        named.add(ended[1])
    elif whole and parameters:
        # An id that does not exist is a case, too; but a body must reach the handler.
        turns[operation_id] += 1
        turn, every = turns[operation_id], 6 if often else 30
        if turn % every == 0:
            name = sorted(parameters)[turn // every % len(parameters)]
            parameters[name] = unknown(parameters[name], turn)


def unknown(value, turn: int):
    # A link hands on a number as text.
    if isinstance(value, int) or re.fullmatch("[0-9]+", value):
        return 10**15 + turn
    if re.fullmatch(r"[0-9]+\.[0-9]+", value):
        return f"{real.ACCOUNT}.{10**15 + turn}"
    if prefix := re.match("(we|evt)_", value):
        return f"{prefix[0]}{turn:032x}"
    return f"00000000-0000-4000-8000-{turn:012}" if UUID.fullmatch(value) else f"{turn}.css"


def fill_query(operation_id: str, case):
    """Rules that no schema can express: parameters that exclude or need one another, and texts that the API must have
    issued."""
    query = case.query
    walks = str(query.get("all")).lower() == "true"
    if not walks and operation_id != "sync_transactions":
        query.pop("since", None)
    # Orders are filtered from the newest to the oldest, and /users and /consents have no pages by id.
    filtered = operation_id in FILTERED and query.keys() & {"status", "created_from", "reference"}
    if walks or filtered or "older_id" in query:
        query.pop("newer_id", None)
    if operation_id in ("list_transactions", "sync_transactions"):
        fill_transactions(operation_id, query, case.path_parameters)
    elif "after" in query:
        query["after"] = real.event_cursor()
    elif "cursor" in query:
        query["cursor"] = real.consent_cursor() if operation_id == "list_consents" else real.cursor()
    if operation_id == "begin_consent":
        # Only the browser that has opened a consent can start it again.
        query.pop("again", None)
        if "ticket" in query:
            query["ticket"] = real.ticket()
    if operation_id == "show_result" and "consent_id" in query:
        query["consent_id"] = real.ended_consent()
    if operation_id == "complete_consent":
        with httpx.Client(base_url=real.stack.url, trust_env=False) as browser:
            back = parse_qs(urlsplit(real.stack.consent(browser, "company")).query)
            query["state"] = back["state"][0]
            if "error" in query:
                # Any other code is the bank's failure, and reported as one.
                query.update(error="access_denied")
                query.pop("code", None)
            else:
                query["code"] = back["code"][0]
            case.cookies = dict(browser.cookies)


def fill_transactions(operation_id: str, query: dict, path: dict):
    """A cursor belongs to one account, and a period ends after it has begun."""
    if path != {name: real.one(name) for name in path}:
        query.pop("cursor", None)
    if "cursor" in query:
        query["cursor"] = real.transactions_cursor(operation_id)
        query.pop("since", None)
    if str(query.get("from", "")) >= str(query.get("to", "~")):
        query.pop("to")
    # Only JSON can have it, and the format is that of the header.
    if operation_id == "list_transactions":
        query.pop("raw", None)


def fresh_key(key: str, case_id: str) -> str:
    """An idempotency key names one request, and each call is a new request: returns this key, or one of similar length."""
    if key in keys:
        key = f"{key[: 254 - len(case_id)]}.{case_id}"
    keys.add(key)
    return key


def fill_body(operation_id: str, case, whole: bool):
    body = case.body = whole_numbers(case.body) if whole else case.body
    currencies = case.operation.schema.raw_schema["components"]["schemas"]["Currency"]["enum"]
    if operation_id in ("create_draft_payment", "create_request_inquiry"):
        fill_order(body, currencies, whole)
    elif operation_id == "update_draft_payment" and whole and is_moment(body.get("previous_updated_timestamp")):
        path = "/user/{user_id}/monetary-account/{monetary_account_id}/draft-payment/{draft_payment_id}"
        draft = real.found(path.format(**case.path_parameters))["Response"][0]["DraftPayment"]
        body["previous_updated_timestamp"] = draft["updated"]
    elif operation_id == "create_issuer_transaction":
        fill_transaction(body, currencies, whole)
    elif operation_id in ("create_account", "update_account"):
        fill_account(body, currencies, whole)
    elif operation_id == "create_permitted_ip" and is_public(body.get("ip")):
        body["ip"] = real.fresh_ip(body["ip"])
    elif operation_id == "create_consent":
        fill_consent(body, whole)
    elif operation_id == "claim_consent" and whole:
        body["proof"] = real.proofs[case.path_parameters["consent_id"]]
    elif operation_id in ("create_webhook_endpoint", "update_webhook_endpoint") and whole:
        fill_endpoint(body)
    elif operation_id == "replay_webhook_events" and is_moment(body.get("since")):
        body["since"] = in_year(body["since"], 2031)
    elif operation_id == "redeliver_webhook_event" and whole:
        body["endpoint_id"] = real.one("endpoint_id")
    elif operation_id == "run_setup":
        if body.get("action") == "remove_sealing_key" and matches(SEALING_KEY, body.get("id")):
            body["id"] = real.sealing_key("delivery" if body.get("secret") == "delivery-key" else "sealing")
        elif matches(UUID, body.get("id")):
            body["id"] = real.new_api_key()
        if whole and isinstance(body.get("expires_at"), str):
            body["expires_at"] = "2090-01-31T09:00:00Z"


def fill_consent(body: dict, whole: bool):
    """Uses the application's only origin, and a connected customer if a consent names one."""
    if whole and isinstance(body.get("return_url"), str):
        body["return_url"] = real.RETURN_URL
    if whole and matches(UUID, body.get("user_id")):
        body["user_id"] = real.person()


def fill_endpoint(body: dict):
    """The sizes of a host's labels are no rule of the schema."""
    if body.get("types"):
        # Otherwise each change of a customer is sent to twenty endpoints.
        body["types"] = real.NO_TYPES
    host = urlsplit(body.get("url") or "").hostname or ""
    if len(host) > 253 or max(map(len, host.split("."))) > 63:
        body["url"] = real.RECEIVER


def fill_order(body: dict, currencies: list[str], whole: bool):
    account, kind, value = body.get("monetary_account_id"), body.get("receiver_type"), body.get("receiver_value")
    phone = kind == "PHONE_NUMBER" and matches(re.compile(r"\+[1-9][0-9]{6,14}"), value)
    if matches(re.compile("[1-9][0-9]{0,17}"), str(account)) and not (whole and chance(account, 5)):
        # A customer cannot pay their own account: the number is the first account's.
        own = real.SECOND_ACCOUNT if phone else real.ACCOUNT
        body["monetary_account_id"] = str(own) if isinstance(account, str) else own
    if body.get("currency") in currencies:
        body["currency"] = "EUR"
    if kind == "IBAN" and whole:
        body["receiver_value"] = checked(value)
    strange = whole and chance(value, 3)
    if phone and not strange:
        body["receiver_value"] = real.PHONE_NUMBER
    if kind == "EMAIL" and not strange and (whole or matches(re.compile(r"[a-z0-9]+@[a-z0-9]+\.[a-z]{2,}"), value)):
        body["receiver_value"] = real.EMAIL
    schedule = body.get("schedule")
    if isinstance(schedule, dict):
        for field, year in (("time_start", 2031), ("time_end", 2033)):
            if is_moment(schedule.get(field)):
                schedule[field] = in_year(schedule[field], year)
    elif body.get("status") == "ACTIVE":
        body["status"] = "PENDING"
    if is_moment(body.get("previous_updated_timestamp")):
        body["previous_updated_timestamp"] = in_year(body["previous_updated_timestamp"], 2031)


def fill_transaction(body: dict, currencies: list[str], whole: bool):
    amount = body.get("amount")
    if isinstance(amount, dict) and amount.get("currency") in currencies:
        amount["currency"] = "EUR"
    if whole:
        body["counterparty_alias"]["value"] = checked(body["counterparty_alias"]["value"])
    if is_moment(body.get("time_expiry")):
        body["time_expiry"] = in_year(body["time_expiry"], 2031)


def fill_account(body: dict, currencies: list[str], whole: bool):
    """The bank's accounts are in euros, and their limit is at most 10,000 a day."""
    limit = body.get("daily_limit")
    for one in (body, limit):
        if isinstance(one, dict) and one.get("currency") in currencies:
            one["currency"] = "EUR"
    if whole and isinstance(limit, dict) and float(limit["value"]) > 10_000:
        limit["value"] = "10000.00" if isinstance(limit["value"], str) else 10_000


def whole_numbers(value, name=""):
    """JSON Schema accepts 7.0 as an integer; the API reads a number as it is written, and real clients do not write ids
    like that."""
    if isinstance(value, dict):
        return {name: whole_numbers(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [whole_numbers(inner, name) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() and name not in ("amount", "value") else value


def matches(pattern: re.Pattern, value) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def is_moment(value) -> bool:
    return matches(MOMENT, value)


def is_public(value) -> bool:
    return matches(re.compile("([0-9]{1,3}[.]){3}[0-9]{1,3}"), value) and valid_ip(value)


def valid_ip(text: str) -> bool:
    try:
        return IPv4Address(text).is_global
    except ValueError:
        return False


def in_year(moment: str, year: int) -> str:
    """The same time in a future year. A pattern cannot express that February has no 30th, so the day may be an earlier
    one."""
    return f"{year}{moment[4:8]}{min(int(moment[8:10]), 28):02}{moment[10:]}"


def checked(iban: str) -> str:
    """This IBAN, or a valid one: IBANs from outside the format's own strategy have no valid check digits."""
    compact = iban.replace(" ", "").upper()
    good = re.fullmatch("[A-Z]{2}[0-9]{2}[A-Z0-9]{10,30}", compact) and number(compact[4:] + compact[:4]) % 97 == 1
    return iban if good else real.example("create_draft_payment")["receiver_value"]


def number(signs: str) -> int:
    """Letters and digits of an IBAN as the number for the checksum: A is 10."""
    return int("".join(str(int(sign, 36)) for sign in signs))
