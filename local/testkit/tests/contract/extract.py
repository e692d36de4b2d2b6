#!/usr/bin/env python3
"""Writes bunq.json, which bunq.rs compares our calls and schemas with, from bunq's published OpenAPI document.

    local/testkit/tests/contract/extract.py path/to/bunq-openapi.json
    local/gateway/bank/schemas.py

bunq publishes the document at https://github.com/bunq/doc. It is not kept here; only names and types of what we use are.
The second script makes the schemas of bunq's answers from it.
"""

import json
import re
import sys
from pathlib import Path

OPERATIONS = """
POST /installation
POST /payment-service-provider-credential
POST /device-server
POST /session-server
DELETE /session/{itemId}
GET /user/{itemId}
GET /user/{userID}/notification-filter-url
POST /user/{userID}/notification-filter-url
GET /user/{userID}/monetary-account
GET /user/{userID}/monetary-account/{monetary-accountID}/payment
GET /user/{userID}/monetary-account/{monetary-accountID}/payment/{itemId}
GET /user/{userID}/monetary-account/{monetary-accountID}/request-inquiry
POST /user/{userID}/monetary-account/{monetary-accountID}/request-inquiry
GET /user/{userID}/monetary-account/{monetary-accountID}/request-inquiry/{itemId}
PUT /user/{userID}/monetary-account/{monetary-accountID}/request-inquiry/{itemId}
GET /user/{userID}/monetary-account/{monetary-accountID}/draft-payment
POST /user/{userID}/monetary-account/{monetary-accountID}/draft-payment
GET /user/{userID}/monetary-account/{monetary-accountID}/draft-payment/{itemId}
PUT /user/{userID}/monetary-account/{monetary-accountID}/draft-payment/{itemId}
GET /user/{userID}/payment-service-provider-issuer-transaction
POST /user/{userID}/payment-service-provider-issuer-transaction
GET /user/{userID}/payment-service-provider-issuer-transaction/{itemId}
PUT /user/{userID}/payment-service-provider-issuer-transaction/{itemId}
GET /user/{userID}/payment-service-provider-issuer-transaction-public/{itemId}
GET /payment-service-provider-issuer-transaction-public/{itemId}
GET /user/{userID}/credential-password-ip
GET /user/{userID}/credential-password-ip/{itemId}
GET /user/{userID}/credential-password-ip/{credential-password-ipID}/ip
POST /user/{userID}/credential-password-ip/{credential-password-ipID}/ip
GET /user/{userID}/credential-password-ip/{credential-password-ipID}/ip/{itemId}
PUT /user/{userID}/credential-password-ip/{credential-password-ipID}/ip/{itemId}
GET /user/{userID}/oauth-client
POST /user/{userID}/oauth-client
GET /user/{userID}/oauth-client/{itemId}
GET /user/{userID}/oauth-client/{oauth-clientID}/callback-url
POST /user/{userID}/oauth-client/{oauth-clientID}/callback-url
"""

# Our schema and bunq's. The second is what is read; the first, without a suffix, can hold more.
OBJECTS = {
    "Address": "Address",
    "AccountElement": "MonetaryAccountListing",
    "AccountSetting": "MonetaryAccountSetting",
    "Alias": "Pointer",
    "AnchoredUser": "UserApiKeyAnchoredUser",
    "Arrival": "PaymentArrivalExpected",
    "Attachment": "AttachmentMonetaryAccountPayment",
    "Avatar": "Avatar",
    "CoOwner": "CoOwner",
    "CredentialPasswordIp": "UserCredentialPasswordIpRead",
    "DraftEntry": "DraftPaymentEntry",
    "DraftPayment": "DraftPaymentRead",
    "DraftResponse": "DraftPaymentResponse",
    "Geolocation": "Geolocation",
    "Id": "BunqId",
    "Image": "Image",
    "LabelMonetaryAccount": "LabelMonetaryAccount",
    "LabelUser": "LabelUser",
    "MonetaryAccountBank": "MonetaryAccountBankRead",
    "MonetaryAccountCard": "MonetaryAccountCardRead",
    "MonetaryAccountExternal": "MonetaryAccountExternalRead",
    "MonetaryAccountExternalSavings": "MonetaryAccountExternalSavingsRead",
    "MonetaryAccountInvestment": "MonetaryAccountInvestment",
    "MonetaryAccountJoint": "MonetaryAccountJointRead",
    "MonetaryAccountLight": "MonetaryAccountLight",
    "MonetaryAccountSavings": "MonetaryAccountSavingsRead",
    "MonetaryAccountSwitchService": "MonetaryAccountSwitchService",
    "Money": "Amount",
    "Owner": "Ubo",
    "Payment": "PaymentRead",
    "PaymentServiceProviderIssuerTransaction": "PaymentServiceProviderIssuerTransactionRead",
    "PermittedDevice": "PermittedDevice",
    "PermittedIp": "PermittedIpRead",
    "RequestInquiry": "RequestInquiryRead",
    "Schedule": "Schedule",
    "SplitReference": "RequestInquiryReference",
    "TaxResident": "TaxResident",
    "UserApiKey": "UserApiKey",
    "UserCompany": "UserCompanyRead",
    "UserElement": "UserRead",
    "UserPaymentServiceProvider": "UserPaymentServiceProviderRead",
    "UserPerson": "UserPersonRead",
}

# Requests are followed this deep: an object in a list in an object.
DEPTH = 4


def main() -> None:
    """Reads bunq's document and writes the extract beside this script."""
    document = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    schemas = document["components"]["schemas"]

    def named(schema: dict) -> dict:
        """The schema that a reference leads to, or the schema itself."""
        reference = schema.get("$ref")
        return schemas[reference.rsplit("/", 1)[1]] if reference else schema

    def fields(schema: dict, depth: int) -> dict:
        """What can be sent, by name."""
        schema = named(schema)
        required = schema.get("required", [])
        return {
            name: field(value, name in required, depth)
            for name, value in schema.get("properties", {}).items()
            if not value.get("readOnly")
        }

    def field(value: dict, required: bool, depth: int) -> dict:
        """One field: its type, whether it is required, and what is in it."""
        told = {"type": value.get("type", "object"), "required": required}
        inside = value["items"] if told["type"] == "array" else value
        within = fields(inside, depth - 1) if depth and "$ref" in inside else {}
        return told | ({"fields": within} if within else {})

    operations = {}
    for line in OPERATIONS.split("\n"):
        if not line:
            continue
        method, path = line.split(" ")
        operation = document["paths"].get(path, {}).get(method.lower())
        if operation is None:
            print(f"bunq's document has no {line}", file=sys.stderr)
            continue
        content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        name = f"{method} {re.sub('{[^}]*}', '{}', path[1:])}"
        operations[name] = fields(content["schema"], DEPTH) if content else {}

    names = {theirs: ours for ours, theirs in OBJECTS.items()} | {theirs.removesuffix("Read"): ours for ours, theirs in OBJECTS.items()}

    def kind(value: dict) -> str:
        """A field's type: one of JSON Schema, the name of our schema, or one of them with `[]`."""
        if "$ref" in value:
            # What we have no schema of is any object.
            return names.get(value["$ref"].rsplit("/", 1)[1], "object")
        return f"{kind(value['items'])}[]" if value["type"] == "array" else value["type"]

    objects = {}
    for ours, theirs in OBJECTS.items():
        # bunq lists what can be written, too, which no answer holds.
        properties = schemas[theirs].get("properties", {})
        objects[ours] = {name: kind(value) for name, value in properties.items() if not value.get("writeOnly")}

    extract = {"operations": operations, "objects": objects}
    text = json.dumps(extract, indent=2, sort_keys=True) + "\n"
    Path(__file__).with_name("bunq.json").write_text(text, encoding="utf-8")


main()
