"""What schemathesis cannot derive from the document: existing values (`real`) instead of invented ones (`filling`),
IBANs with valid check digits, and what only the bank can refuse."""

import atexit
import json
import os
from collections import Counter, defaultdict
from pathlib import Path

import schemathesis
import signature
from filling import fill_body, fill_path, fill_query, fresh_key, named, number
from hypothesis import strategies as st
from schemathesis.core.parameters import ParameterLocation
from schemathesis.openapi.checks import RejectedPositiveData

# Requests that the bank refuses although they match the document: only the bank can know, and reports it.
UNKNOWN_TO_THE_BANK = "counterparty_alias belongs to no customer of this bank."
# The simulated bank accepts ten digits, the API twelve.
TOO_MUCH = "must be decimal text with at most 2 places after a point, and more than zero."

answers = defaultdict(Counter)


def operation_id(case) -> str:
    return case.operation.definition.raw["operationId"]


@schemathesis.hook
def before_call(context, case, kwargs):
    if case.headers and case.headers.get("Authorization") == os.environ["CONTRACT_SIGNED"]:
        # Signs the final request, which is unknown before it is sent.
        kwargs["auth"] = signature.ForRequests((os.environ["CONTRACT_ACCESS_KEY_ID"], os.environ["CONTRACT_SECRET_ACCESS_KEY"]))
    if case.meta is None or case.method.upper() != case.operation.method.upper():
        return
    components = case.meta.components
    whole = all(component.mode.is_positive for component in components.values())

    def valid(location: ParameterLocation) -> bool:
        return location not in components or components[location].mode.is_positive

    if valid(ParameterLocation.PATH):
        fill_path(operation_id(case), case.path_parameters, whole, often=not isinstance(case.body, dict))
    if whole:
        fill_query(operation_id(case), case)
    if isinstance(case.body, dict):
        fill_body(operation_id(case), case, whole)
    if "Idempotency-Key" in case.headers and valid(ParameterLocation.HEADER):
        case.headers["Idempotency-Key"] = fresh_key(case.headers["Idempotency-Key"], case.id)


@schemathesis.hook
def after_call(context, case, response):
    answers[operation_id(case)][response.status_code] += 1
    if response.status_code in (200, 201) and response.headers.get("content-type", [""])[0].startswith("application/json"):
        named.update(ids(response.json()))


def ids(value):
    """Every id in a response."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in ("id", "user_id", "new_user_id", "public_uuid") and isinstance(inner, (int, str)):
                yield inner
            else:
                yield from ids(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from ids(inner)


@schemathesis.hook
def filter_failure(context, failure, case, response):
    if not isinstance(failure, RejectedPositiveData) or response.status_code != 422:
        return True
    problem = response.json()
    if problem["code"] != "bank_refused":
        return True
    (error,) = problem["errors"]
    amount = case.body.get("amount")
    value = amount["value"] if isinstance(amount, dict) else amount
    too_much = error["detail"].endswith(TOO_MUCH) and value is not None and float(value) >= 10**10
    return not (error["detail"].endswith(UNKNOWN_TO_THE_BANK) or too_much)


@atexit.register
def write():
    Path(os.environ["CONTRACT_ANSWERS"]).write_text(json.dumps(answers))


def iban(country: str, account: str) -> str:
    return f"{country}{98 - number(f'{account}{country}00') % 97:02}{account}"


def digits(length: int):
    return st.text("0123456789", min_size=length, max_size=length)


ibans = st.one_of(
    st.builds(lambda bank, account: iban("NL", bank + account), st.sampled_from(["ABNA", "INGB", "RABO"]), digits(10)),
    st.builds(lambda account: iban("DE", account), digits(18)),
    st.builds(lambda account: iban("BE", f"{account}{int(account) % 97 or 97:02}"), digits(10)),
)
in_groups = ibans.map(lambda one: " ".join(one[at : at + 4] for at in range(0, len(one), 4)))
schemathesis.openapi.format("iban", ibans | ibans.map(str.lower) | in_groups)
# Only visible characters; the API checks the rest with Unicode's tables.
schemathesis.openapi.format("visible-text", st.text(st.characters(categories=["Lu", "Ll", "Nd", "Pd", "Po", "Sc", "Sm", "Zs"], max_codepoint=0x24F)))
