"""Reads the accounts of a new customer with bunq's own Python SDK (`pip install bunq-sdk`), at the simulator."""

import json
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

# A new customer with an account and an API key.
with urlopen(Request(f"{BANK}sandbox-user-person", method="POST", headers={"User-Agent": "accounts.py"})) as answer:
    api_key = json.load(answer)["Response"][0]["ApiKey"]["api_key"]

# Installation, device and session, with a key pair and signatures.
BunqContext.load_api_context(ApiContext.create(SANDBOX, api_key, "accounts.py"))

# The sandbox gives up to 500 euros to each customer who asks.
daddy = PointerObject("EMAIL", "sugardaddy@bunq.com")
RequestInquiryApiObject.create(AmountObject("250.00", "EUR"), daddy, "Pocket money", False)

for account in MonetaryAccountBankApiObject.list().value:
    print(account.description, account.alias[-1].value, account.balance.value, account.balance.currency)
