"""Reads a customer's accounts with bunq's own Python SDK (`pip install bunq-sdk`), at the simulator.

    accounts.py                the accounts of a new customer
    accounts.py API_KEY        those of the customer with this API key
"""

import json
import sys
from urllib.request import Request, urlopen

from bunq.sdk.context.api_context import ApiContext
from bunq.sdk.context.api_environment_type import ApiEnvironmentType
from bunq.sdk.context.bunq_context import BunqContext
from bunq.sdk.model.generated.endpoint import MonetaryAccountBankApiObject, RequestInquiryApiObject
from bunq.sdk.model.generated.object_ import AmountObject, PointerObject

BANK = "http://127.0.0.1:4100/v1/"
SANDBOX = ApiEnvironmentType.SANDBOX
# The only change to the SDK: its sandbox is the simulator.
SANDBOX._uri_base = BANK


def new_customer() -> str:
    """Creates a customer with an account, and returns the API key."""
    request = Request(f"{BANK}sandbox-user-person", method="POST", headers={"User-Agent": "accounts.py"})
    with urlopen(request) as answer:
        return json.load(answer)["Response"][0]["ApiKey"]["api_key"]


known = sys.argv[1:]
api_key = known[0] if known else new_customer()

# Installation, device and session, with a key pair and signatures.
BunqContext.load_api_context(ApiContext.create(SANDBOX, api_key, "accounts.py"))

if not known:
    # The sandbox gives up to 500 euros to each customer who asks.
    daddy = PointerObject("EMAIL", "sugardaddy@bunq.com")
    RequestInquiryApiObject.create(AmountObject("250.00", "EUR"), daddy, "Pocket money", False)

for account in MonetaryAccountBankApiObject.list().value:
    print(account.description, account.alias[-1].value, account.balance.value, account.balance.currency)
