"""Existing objects of the running stack, each created on first use."""

import json
import os
import re
from collections.abc import Callable
from functools import cache
from ipaddress import IPv4Address
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx

import signature
from stack import Stack

access_key = (os.environ["CONTRACT_ACCESS_KEY_ID"], os.environ["CONTRACT_SECRET_ACCESS_KEY"])
stack = Stack(os.environ["CONTRACT_URL"], os.environ["CONTRACT_BANK"], os.environ["CONTRACT_API_KEY"], access_key)
api = httpx.Client(base_url=stack.url, headers={"Authorization": f"Bearer {stack.api_key}"}, timeout=30, trust_env=False)

ACCOUNT, SECOND_ACCOUNT = 60101, 60102
# The customers of the simulated bank. The number is that of the first account.
EMAIL, PHONE_NUMBER = "sugardaddy@bunq.com", "+31612345678"

PATHS = json.loads((Path(__file__).parents[2] / "docs" / "openapi.json").read_text())["paths"]


def operation(operation_id: str) -> tuple[str, dict]:
    """An operation's path, and what the document says about it."""
    return next((path, one) for path, methods in PATHS.items() for one in methods.values() if one["operationId"] == operation_id)


def example(operation_id: str) -> dict:
    """The documented example of a body."""
    return operation(operation_id)[1]["requestBody"]["content"]["application/json"]["example"]


RECEIVER = example("create_webhook_endpoint")["url"]
# An event of this type never happens here.
NO_TYPES = ["webhook.disabled"]
RETURN_URL = example("create_consent")["return_url"]
permitted = set()
# Of unclaimed consents.
proofs: dict[str, str] = {}


def found(path: str) -> dict:
    return api.get(path).raise_for_status().json()


def made(operation_id: str, **changed) -> str:
    """Makes something as the document's example does, and answers the last segment of its address: its id."""
    path = filled(operation(operation_id)[0])
    answer = api.post(path, json=example(operation_id) | changed).raise_for_status()
    return urlsplit(answer.headers["location"]).path.rsplit("/", 1)[1]


def filled(path: str) -> str:
    return re.sub("{([a-z_]+)}", lambda name: str(one(name[1])), path)


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


def event_cursor() -> str:
    """The place after the first event."""
    return found("/webhook-events?count=1")["next_cursor"]


@cache
def consent_cursor() -> str:
    new_consent()
    new_consent()
    return found("/consents?count=1")["next_cursor"]


@cache
def credential() -> int:
    return found("/credential-password-ip")["Response"][0]["CredentialPasswordIp"]["id"]


@cache
def transactions_cursor(operation_id: str) -> str:
    return found(f"{filled(operation(operation_id)[0])}?count=1")["next_cursor"]


@cache
def payment() -> int:
    return found(f"/user/{person()}/payments/{ACCOUNT}")["Response"][0]["Payment"]["id"]


@cache
def sealing_key(what: str) -> str:
    """The key that seals the tables (`sealing`) or endpoints' secrets (`delivery`): the answer says that it is in use."""
    body = {"action": "status"}
    answer = api.post("/setup", json=body, auth=signature.ForHttpx(access_key)).raise_for_status()
    return answer.json()[what]["current"]


def new_api_key() -> str:
    body = {"action": "create_api_key", "name": "to be revoked", "scopes": ["accounts"]}
    return api.post("/setup", json=body, auth=signature.ForHttpx(access_key)).raise_for_status().json()["id"]


@cache
def public_id() -> str:
    transaction = found(filled(operation("find_issuer_transaction")[0]))
    return transaction["Response"][0]["PaymentServiceProviderIssuerTransaction"]["public_uuid"]


def event() -> str:
    person()
    return found("/webhook-events?count=1")["events"][0]["id"]


@cache
def callback_token() -> str:
    """The token in the address that this API has given to the bank for a customer."""
    api.put(f"/user/{person()}/notifications", json={"enabled": True}).raise_for_status()
    filters = httpx.get(f"{stack.bank}/_simulator/notification-filters", trust_env=False).raise_for_status().json()["filters"]
    return next(one["target"] for one in filters if "/hooks/bunq/" in one["target"]).rsplit("/", 1)[1]


def endpoint() -> str:
    """A new endpoint of webhooks, or the newest one where there may be no more."""
    endpoints = found("/webhook-endpoints")["endpoints"]
    return made("create_webhook_endpoint", types=NO_TYPES) if len(endpoints) < 20 else endpoints[-1]["id"]


def fresh_ip(ip: str) -> str:
    """An IP address that is not listed yet: this one, or the next free one."""
    one = IPv4Address(ip)
    while one in permitted:
        one += 1
    permitted.add(one)
    return str(one)


# By the names of the document's path parameters: what is found, and what is made in a way of its own. `one` makes the
# rest.
PARTICULAR: dict[str, Callable[[], object]] = {
    "user_id": person,
    "consent_id": new_consent,
    "monetary_account_id": lambda: ACCOUNT,
    "payment_id": payment,
    "public_id": public_id,
    "credential_password_ip_id": credential,
    "item_id": lambda: int(made("create_permitted_ip", ip=fresh_ip("185.40.108.1"))),
    "endpoint_id": endpoint,
    "event_id": event,
    "callback_token": callback_token,
    "file": lambda: "style.css",
}

# What these operations end is ended but once, so each gets its own. The address that we come from ourselves is nobody's
# to end.
ENDED: dict[str, Callable[[], object]] = {
    "claim_consent": given_consent,
    "delete_user": lambda: stack.connect("empty"),
    "update_account": lambda: int(made("create_account")),
    "update_permitted_ip": lambda: one("item_id"),
}


def new(name: str):
    """A new object for a path parameter: the collection that its path ends with, such as `draft-payment`, has a POST."""
    if name in PARTICULAR:
        return PARTICULAR[name]()
    collections = [path.split("/")[-2] for path in PATHS if path.endswith(f"/{{{name}}}")]
    maker = next(methods["post"] for path, methods in PATHS.items() if "post" in methods and path.split("/")[-1] in collections)
    id = made(maker["operationId"])
    return int(id) if id.isdigit() else id


@cache
def one(name: str):
    """A real thing for a path parameter, always the same."""
    return new(name)


def of(operation_id: str, name: str):
    """A real thing for a path parameter of an operation. Two kinds of transactions have the same name."""
    if operation_id == "find_transaction" and name == "transaction_id":
        return f"{ACCOUNT}.{payment()}"
    return one(name)


def to_end(operation_id: str) -> tuple[str, object] | None:
    """A path parameter and a new object for it, if the operation ends what its path names last."""
    path, _ = operation(operation_id)
    name = re.findall("{([a-z_]+)}", path)[-1]
    if operation_id == "update_notifications":
        # It can be changed again and again.
        return None
    if operation_id in ENDED:
        return name, ENDED[operation_id]()
    return (name, new(name)) if operation_id.startswith(("delete_", "update_")) else None
