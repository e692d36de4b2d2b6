"""Existing objects of the running stack, each created on first use."""

import os
from collections.abc import Callable
from functools import cache
from ipaddress import IPv4Address
from urllib.parse import parse_qs, urlsplit

import httpx

import signature
from stack import Stack

access_key = (os.environ["CONTRACT_ACCESS_KEY_ID"], os.environ["CONTRACT_SECRET_ACCESS_KEY"])
stack = Stack(os.environ["CONTRACT_URL"], os.environ["CONTRACT_BANK"], os.environ["CONTRACT_API_KEY"], access_key)
api = httpx.Client(base_url=stack.url, headers={"Authorization": f"Bearer {stack.api_key}"}, timeout=30, trust_env=False)

RETURN_URL = "https://app.example/bank"
ACCOUNT, SECOND_ACCOUNT = 60101, 60102
# The customers of the simulated bank. The number is that of the first account.
EMAIL, PHONE_NUMBER = "sugardaddy@bunq.com", "+31612345678"
TERMS = {
    "monetary_account_id": ACCOUNT,
    "amount": "5.00",
    "currency": "EUR",
    "description": "Lunch",
    "receiver_type": "IBAN",
    "receiver_value": "NL91ABNA0417164300",
    "receiver_name": "J. Jansen",
}
TRANSACTION = {
    "amount": {"value": "5.00", "currency": "EUR"},
    "counterparty_alias": {"type": "IBAN", "value": "NL91ABNA0417164300", "name": "J. Jansen"},
    "description": "Order 1042",
    "url_redirect": "https://shop.example/thanks",
}
permitted = set()
# Of unclaimed consents.
proofs: dict[str, str] = {}


def found(path: str) -> dict:
    return api.get(path).raise_for_status().json()


def made(path: str, body: dict) -> str:
    """Creates an object and returns the last segment of its URL: its id."""
    answer = api.post(path, json=body).raise_for_status()
    return urlsplit(answer.headers["location"]).path.rsplit("/", 1)[1]


@cache
def person() -> str:
    return stack.connect("person")


@cache
def cursor() -> str:
    stack.connect("person")
    stack.connect("company")
    return found("/users?count=1")["next_cursor"]


def asked(body: dict) -> dict:
    return api.post("/consents", json=body).raise_for_status().json()


def new_consent() -> str:
    return asked({})["consent_id"]


def ticket() -> str:
    return parse_qs(urlsplit(asked({})["url"]).query)["ticket"][0]


def given_consent() -> str:
    """An unclaimed consent that a customer has given; its proof is in `proofs`."""
    consent = asked({"return_url": RETURN_URL})
    with httpx.Client(base_url=stack.url, trust_env=False) as browser:
        back = browser.get(stack.consent(browser, "company", consent["url"])).headers["location"]
    proofs[consent["consent_id"]] = parse_qs(urlsplit(back).query)["proof"][0]
    return consent["consent_id"]


@cache
def ended_consent() -> str:
    consent = asked({})
    with httpx.Client(base_url=stack.url, trust_env=False) as browser:
        browser.get(stack.consent(browser, "company", consent["url"])).raise_for_status()
    return consent["consent_id"]


@cache
def consent_cursor() -> str:
    new_consent()
    new_consent()
    return found("/consents?count=1")["next_cursor"]


@cache
def credential() -> int:
    return found("/credential-password-ip")["Response"][0]["CredentialPasswordIp"]["id"]


@cache
def payment() -> int:
    return found(f"/user/{person()}/payments/{ACCOUNT}")["Response"][0]["Payment"]["id"]


def new_draft() -> int:
    return int(made(f"/user/{person()}/draft-payment", TERMS))


def new_request() -> int:
    return int(made(f"/user/{person()}/request-inquiry", TERMS))


def new_transaction() -> int:
    return int(made("/psd2/payment-service-provider-issuer-transaction", TRANSACTION))


def new_api_key() -> str:
    body = {"action": "create_api_key", "name": "to be revoked", "scopes": ["accounts"]}
    return api.post("/setup", json=body, auth=signature.ForHttpx(access_key)).raise_for_status().json()["id"]


@cache
def public_id() -> str:
    one = found(f"/psd2/payment-service-provider-issuer-transaction/{ONE['transaction_id']()}")
    return one["Response"][0]["PaymentServiceProviderIssuerTransaction"]["public_uuid"]


def fresh_ip(ip: str) -> str:
    """An IP address that is not listed yet: this one, or the next free one."""
    one = IPv4Address(ip)
    while one in permitted:
        one += 1
    permitted.add(one)
    return str(one)


@cache
def permitted_ip() -> int:
    return int(made(f"/credential-password-ip/{credential()}/ip", {"ip": fresh_ip("185.40.108.1")}))


# Keyed by the document's path parameters.
ONE: dict[str, Callable[[], object]] = {
    "user_id": person,
    "consent_id": cache(new_consent),
    "monetary_account_id": lambda: ACCOUNT,
    "payment_id": payment,
    "draft_payment_id": cache(new_draft),
    "request_inquiry_id": cache(new_request),
    "transaction_id": cache(new_transaction),
    "public_id": public_id,
    "credential_password_ip_id": credential,
    "item_id": permitted_ip,
    "file": lambda: "style.css",
}

# These operations end an object once, so each gets its own. Our own IP address must stay permitted.
ENDED: dict[str, tuple[str, Callable[[], object]]] = {
    "delete_consent": ("consent_id", new_consent),
    "claim_consent": ("consent_id", given_consent),
    "delete_user": ("user_id", lambda: stack.connect("empty")),
    "update_draft_payment": ("draft_payment_id", new_draft),
    "update_request_inquiry": ("request_inquiry_id", new_request),
    "update_issuer_transaction": ("transaction_id", new_transaction),
    "update_permitted_ip": ("item_id", permitted_ip),
}
