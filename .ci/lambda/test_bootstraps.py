"""The functions as they are deployed: small, compatible with Amazon Linux 2023, and with the response to each event
that the API's document or events/expected.json promises."""

import json
import pathlib
import re
import subprocess
import sys
import urllib.parse
import urllib.request
import zipfile

import pytest
from rig import BOOTSTRAPS, EVENTS, GROUPS, PATIENCE, ROOT, Function, Local, Receiver, callback_token, create_tables, environment, fetch, free_port, until

LARGEST_ZIP = 4 * 1024 * 1024  # AWS's megabytes. The largest has 3.81 of them.
GLIBC_OF_AMAZON_LINUX_2023 = (2, 34)


@pytest.mark.parametrize("group", GROUPS)
def test_a_bootstrap_is_small_and_needs_no_newer_glibc(group, tmp_path):
    bootstrap = BOOTSTRAPS / group / "bootstrap"
    with zipfile.ZipFile(tmp_path / "function.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.write(bootstrap, "bootstrap")
    size = (tmp_path / "function.zip").stat().st_size
    versions = [tuple(map(int, version.split(b"."))) for version in re.findall(rb"GLIBC_(\d+\.\d+)", bootstrap.read_bytes())]
    print(f"\n{group}: {size / 1e6:.1f} MB zipped, {bootstrap.stat().st_size / 1e6:.1f} MB, glibc {'.'.join(map(str, max(versions)))}", file=sys.__stdout__)
    assert size <= LARGEST_ZIP
    assert max(versions) <= GLIBC_OF_AMAZON_LINUX_2023


@pytest.mark.parametrize("group", [group for group in GROUPS if group != "docs"])
def test_a_bootstrap_holds_nothing_that_builds_the_document(group):
    """The words of an operation are in whatever builds the document; docs has the document itself."""
    document = json.loads((EVENTS / "../docs/openapi.json").read_text())
    operations = [operation for item in document["paths"].values() for operation in item.values()]
    program = (BOOTSTRAPS / group / "bootstrap").read_bytes()
    assert operations
    assert not [operation["operationId"] for operation in operations if operation["description"].encode() in program]


@pytest.fixture(scope="module")
def local():
    local = Local()
    yield local
    local.end()


@pytest.fixture(params=["embedded", "moto"])
def deployment(request, local, tmp_path):
    """Every function under the emulator, before the onboarding."""
    moto, aws = None, local.aws
    if request.param == "moto":
        aws = f"http://127.0.0.1:{(port := free_port())}"
        moto = subprocess.Popen([pathlib.Path(sys.executable).parent / "moto_server", "-H", "127.0.0.1", "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until("AWS", lambda: create_tables_when_there(aws, local.access_key))
    functions = {group: Function(group, environment(aws, local.bank, local.access_key), tmp_path / f"{group}.log") for group in GROUPS}
    # The bank refuses changes of accounts to a PSD2 party, unless a setting allows them.
    allow = urllib.request.Request(f"{local.bank}/_simulator/settings", b'{"tpp_writes": "allow"}', {"Content-Type": "application/json"}, method="PATCH")
    urllib.request.urlopen(allow).close()
    yield functions, local.bank, lambda user_id: callback_token(aws, local.access_key, user_id)
    for function in functions.values():
        function.end()
    if moto:
        moto.terminate()
        moto.wait(PATIENCE)


def create_tables_when_there(aws, access_key):
    import botocore.exceptions

    try:
        create_tables(aws, access_key)
    except botocore.exceptions.EndpointConnectionError as error:
        raise OSError from error


class Journey:
    """Invokes events, with placeholders filled from earlier responses."""

    def __init__(self, functions):
        self.functions, self.places, self.answered = functions, {"MONETARY_ACCOUNT_ID": "60101"}, {}

    def send(self, name):
        text = (EVENTS / f"{name}.json").read_text()
        for place, value in self.places.items():
            text = re.sub(rf"\b{place}\b", value, text)
        event = json.loads(text)
        answer = self.functions[name.split("/")[0]].invoke(event)
        self.answered[f"{name}.json"] = answer.get("statusCode", answer.get("errorType", "answers"))
        return answer

    def body(self, name):
        return json.loads(self.send(name)["body"])

    def keep(self, place, value):
        self.places[place] = str(value)

    def consent(self, begin, end, customer, bank):
        begun = self.send(begin)
        (cookie,) = begun["cookies"]
        self.keep("BROWSER", cookie.split(";")[0].split("=", 1)[1])
        back = urllib.parse.urlsplit(fetch(begun["headers"]["location"], customer))
        query = dict(urllib.parse.parse_qsl(back.query))
        self.keep("STATE", query["state"])
        self.keep("CODE", query.get("code", ""))
        return self.send(end)


def made(answer):
    return json.loads(answer["body"])["Response"][0]["Id"]["id"]


def first(body, kind):
    return next(element[kind] for element in body["Response"] if kind in element)


def deliver(journey, events):
    """The function that a schedule invokes sends what happened, once."""
    receiver = Receiver()
    try:
        event = json.loads((EVENTS / "events/create_webhook_endpoint.json").read_text().replace("API_KEY", journey.places["API_KEY"]))
        event["body"] = json.dumps({"url": receiver.url, "types": ["*"]})
        assert events.invoke(event)["statusCode"] == 201
        report = journey.send("deliver/direct.schedule")
        # The customer connected within the minute before, which is the tolerance for clocks.
        assert report["delivered"] == len(receiver.received) > 0, report
        # In any order.
        assert "connection.created" in {json.loads(body)["type"] for _, body in receiver.received}
        for headers, _ in receiver.received:
            assert headers["webhook-id"].startswith("evt_") and headers["webhook-signature"].startswith("v1,")
        assert journey.send("deliver/direct.schedule")["delivered"] == 0
    finally:
        receiver.end()


def promised():
    """What each event is answered: its operation's success, or what is said of it in particular."""
    paths = json.loads((ROOT / "docs" / "openapi.json").read_text())["paths"]
    operations = [operation for methods in paths.values() for operation in methods.values()]
    success = {f"{one['tags'][0]}/{one['operationId']}.json": min(map(int, one["responses"])) for one in operations}
    return success | json.loads((EVENTS / "expected.json").read_text())


def test_setup_onboards_oauth_connects_users_reads_and_every_event_is_answered(deployment):
    functions, bank, token_of = deployment
    journey = Journey(functions)

    onboarded = journey.send("setup/direct.run")
    assert onboarded["onboarded"] and {step["state"] for step in onboarded["steps"]} == {"now"}, onboarded["steps"]
    journey.keep("API_KEY", onboarded["api_key"])
    journey.keep("KEY_ID", journey.send("setup/direct.create_api_key")["id"])

    approve = {"X-Simulator-Approve": "person"}
    asked = journey.body("oauth/create_consent")
    journey.keep("CONSENT_ID", asked["consent_id"])
    journey.keep("TICKET", asked["url"].split("ticket=")[1])
    back = journey.consent("oauth/begin_consent.ticket", "oauth/complete_consent", approve, bank)
    journey.keep("PROOF", back["headers"]["location"].split("proof=")[1])
    journey.keep("USER_ID", journey.body("oauth/claim_consent")["user_id"])
    assert journey.send("oauth/complete_consent.unknown-browser")
    # Without a return URL, like the expected response of the event.
    connected = journey.consent("oauth/begin_consent", "oauth/complete_consent", approve, bank)
    assert json.loads(connected["body"])["new_user_id"] == journey.places["USER_ID"]
    page = journey.consent("oauth/begin_consent", "oauth/complete_consent.page", approve, bank)
    journey.keep("CONSENT_ID", page["headers"]["location"].removeprefix("result?consent_id="))
    assert journey.send("oauth/show_result")["statusCode"] == 200
    # One that is still pending, since another cannot be deleted.
    journey.keep("CONSENT_ID", journey.body("oauth/create_consent")["consent_id"])
    journey.consent("oauth/begin_consent", "oauth/complete_consent.denied", {"X-Simulator-Deny": "1"}, bank)

    accounts = journey.body("users/list_accounts")
    assert 60101 in [account["id"] for element in accounts["Response"] for account in element.values()]
    (user,) = journey.body("users/list_users")["users"]
    assert (user["user_id"], user["reference"], user["status"]) == (journey.places["USER_ID"], "customer-17", "active")

    # Below, `delete_user` comes first.
    journey.send("users/update_account")
    journey.keep("REQUEST_INQUIRY_ID", made(journey.send("payments/create_request_inquiry")))
    journey.keep("DRAFT_PAYMENT_ID", made(journey.send("payments/create_draft_payment")))
    journey.keep("PAYMENT_ID", first(journey.body("payments/list_payments"), "Payment")["id"])
    journey.keep("TRANSACTION_ID", made(journey.send("psd2/create_issuer_transaction")))
    transaction = first(journey.body("psd2/find_issuer_transaction"), "PaymentServiceProviderIssuerTransaction")
    journey.keep("PUBLIC_ID", transaction["public_uuid"])
    credential = first(journey.body("credential-ip/list_credential_password_ips"), "CredentialPasswordIp")
    journey.keep("CREDENTIAL_PASSWORD_IP_ID", credential["id"])
    journey.keep("ITEM_ID", first(journey.body("credential-ip/list_permitted_ips"), "PermittedIp")["id"])

    deliver(journey, functions["events"])
    # The schedule and the queue invoke the worker.
    assert journey.send("worker/direct.schedule")["filters"]["checked"] > 0
    journey.keep("CALLBACK_TOKEN", token_of(journey.places["USER_ID"]))
    kept = {failure["itemIdentifier"] for failure in journey.send("worker/direct.hints")["batchItemFailures"]}
    records = json.loads((EVENTS / "worker/direct.hints.json").read_text())["Records"]
    assert kept == {record["messageId"] for record in records if record["body"] == "no hint"}
    journey.keep("ENDPOINT_ID", journey.body("events/create_webhook_endpoint")["id"])
    journey.keep("EVENT_ID", journey.body("events/list_webhook_events")["events"][0]["id"])

    every = [str(path.relative_to(EVENTS))[: -len(".json")] for path in EVENTS.glob("*/*.json")]
    # Operations that end an object come last.
    ends = lambda name: 2 if "delete_webhook" in name else any(word in name for word in ("update_", "delete_", "revoke")) and "notifications" not in name
    for name in sorted((name for name in every if f"{name}.json" not in journey.answered), key=lambda name: (ends(name), name)):
        journey.send(name)
    assert journey.answered == promised()
    for group, function in functions.items():
        lines = [json.loads(line) for line in pathlib.Path(function.logs.name).read_text().splitlines() if line.startswith('{"')]
        starts = [line for line in lines if "ColdStarts" in line]
        requests = [line for line in lines if "RequestLatency" in line]
        assert len(starts) == 1 and "request_id" not in starts[0], group
        assert requests and all(line["Function"] == f"rig-{group}" and line["request_id"] for line in requests), group

