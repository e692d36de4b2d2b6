"""bunq's own Python SDK, unmodified except for its base URL, plays a TPP against the simulated bank: certificate,
OAuth client, consent, accounts, payments, a request, a draft, an issuer transaction. If it cannot read
a response, the simulator is wrong."""

import json
import queue
import subprocess
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from bank import running
from bunq import Pagination
from bunq.sdk.context.api_context import ApiContext
from bunq.sdk.context.api_environment_type import ApiEnvironmentType
from bunq.sdk.context.bunq_context import BunqContext
from bunq.sdk.exception.bad_request_exception import BadRequestException
from bunq.sdk.exception.bunq_exception import BunqException
from bunq.sdk.exception.forbidden_exception import ForbiddenException
from bunq.sdk.model.generated.endpoint import (
    ConfirmationOfFundsApiObject,
    DraftPaymentApiObject,
    MonetaryAccountApiObject,
    MonetaryAccountBankApiObject,
    NotificationFilterFailureApiObject,
    NotificationFilterUrlApiObject,
    OauthCallbackUrlApiObject,
    OauthClientApiObject,
    PaymentApiObject,
    PaymentServiceProviderDraftPaymentApiObject,
    PaymentServiceProviderIssuerTransactionApiObject,
    RequestInquiryApiObject,
    UserApiObject,
)
from bunq.sdk.model.generated.object_ import (
    AmountObject,
    DraftPaymentEntryObject,
    NotificationFilterUrlObject,
    NotificationUrlObject,
    PointerObject,
)

CALLBACK = "https://tpp.example/callback"
SANDBOX = ApiEnvironmentType.SANDBOX


class Tpp:
    """A TPP with a certificate, an OAuth client and the customers who consented."""

    def __init__(self, root: str, folder):
        self.root = root
        certificate, key = folder / "certificate.pem", folder / "key.pem"
        subject = ["-subj", "/C=NL/CN=SDK journey PISP AISP"]
        files = ["-keyout", key, "-out", certificate]
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:4096", "-nodes", *subject, *files], check=True, capture_output=True
        )
        chain = certificate.read_text()
        self.context = ApiContext.create_for_psd2(SANDBOX, chain, key.read_text(), [chain], "SDK journey", ["*"])
        BunqContext.load_api_context(self.context)
        self.oauth_client = OauthClientApiObject.get(OauthClientApiObject.create("ACTIVE").value).value
        OauthCallbackUrlApiObject.create(self.oauth_client.id_, CALLBACK)
        self.connections = {}

    def connect(self, customer: str) -> ApiContext:
        """A customer's consent. The OAuth host is not part of the API, and the SDK's helpers for it fail to import in
        1.28.0."""
        if customer not in self.connections:
            client_id = self.oauth_client.client_id
            asked = {"response_type": "code", "client_id": client_id, "redirect_uri": CALLBACK, "state": "s-1"}
            approving = {"X-Simulator-Approve": customer}
            page = requests.get(f"{self.root}/auth?{urlencode(asked)}", headers=approving, allow_redirects=False)
            back = parse_qs(urlsplit(page.headers["location"]).query)
            assert back["state"] == ["s-1"]
            exchanged = {
                "grant_type": "authorization_code",
                "code": back["code"][0],
                "redirect_uri": CALLBACK,
                "client_id": client_id,
                "client_secret": self.oauth_client.secret,
            }
            token = requests.post(f"{self.root}/v1/token?{urlencode(exchanged)}").json()["access_token"]
            self.connections[customer] = ApiContext.create(SANDBOX, token, f"for {customer}", ["*"])
        return self.connections[customer]


@pytest.fixture(scope="module")
def tpp(tmp_path_factory):
    with running() as root:
        yield Tpp(root, tmp_path_factory.mktemp("tpp"))


@contextmanager
def acting(context: ApiContext):
    """Sets the context of the SDK's calls."""
    try:
        BunqContext.load_api_context(context)
    except BunqException as error:
        # It also looks for a main account, which some customers lack; everything else is loaded by then.
        assert "No active monetary account" in str(error)
    yield


def switch(tpp: Tpp, name: str, **body):
    requests.post(f"{tpp.root}/_simulator/{name}", json=body).raise_for_status()


def euros(value: str) -> AmountObject:
    return AmountObject(value, "EUR")


def elsewhere() -> PointerObject:
    return PointerObject("IBAN", "NL91ABNA0417164300", "J. Jansen")


def test_a_certificate_becomes_a_user_with_a_session(tpp):
    with acting(tpp.context):
        (user,) = UserApiObject.list().value
    provider = user.get_referenced_object()
    assert provider.display_name == "SDK journey PISP AISP"
    assert provider.alias[0].type_ == "CERTIFICATE_DISTINGUISHED_NAME"
    assert provider.session_timeout > 0


def test_an_oauth_client_has_its_callback(tpp):
    with acting(tpp.context):
        client = OauthClientApiObject.get(tpp.oauth_client.id_).value
    assert (client.status, [url.url for url in client.callback_url]) == ("ACTIVE", [CALLBACK])
    assert len(client.client_id) == len(client.secret) == 64


@pytest.mark.parametrize(
    ("customer", "kind", "accounts"),
    [("person", "UserPerson", 7), ("company", "UserCompany", 3), ("empty", "UserPerson", 0), ("strange", "UserPerson", 4)],
)
def test_the_accounts_of_every_customer_are_read(tpp, customer, kind, accounts):
    context = tpp.connect(customer)
    user = context.session_context.user_api_key
    assert getattr(user.granted_by_user, kind).display_name
    assert user.requested_by_user.UserPaymentServiceProvider.display_name == "SDK journey PISP AISP"
    with acting(context):
        listed = MonetaryAccountApiObject.list().value
        banks = MonetaryAccountBankApiObject.list().value
    assert len(listed) == accounts
    for account in listed:
        # Null if the SDK does not know the kind, such as one that the bank adds later.
        held = [value for value in vars(account).values() if value is not None]
        assert len(held) <= 1 and all(one.id_ for one in held)
    for bank in banks:
        assert bank.balance.currency == "EUR" and bank.alias[-1].type_ == "IBAN"
        assert bank.avatar.image[0].attachment_public_uuid and bank.setting.color


def test_every_payment_is_reached_by_the_pagination(tpp):
    with acting(tpp.connect("person")):
        pages, seen, params = 0, [], {Pagination.PARAM_COUNT: "50"}
        while params:
            page = PaymentApiObject.list(60101, params)
            pages, seen = pages + 1, seen + page.value
            params = page.pagination.url_params_previous_page if page.pagination.has_previous_page() else None
        first = PaymentApiObject.get(seen[0].id_, 60101).value
    ids = [payment.id_ for payment in seen]
    assert len(ids) > 250 and ids == sorted(set(ids), reverse=True)
    assert pages == -(-len(ids) // 50)
    assert {payment.type_ for payment in seen} >= {"BUNQ", "EBA_SCT", "IDEAL"}
    assert all(payment.amount.currency == "EUR" and payment.alias.label_monetary_account for payment in seen)
    assert first.to_json() == seen[0].to_json()


def test_a_request_is_made_paid_and_revoked(tpp):
    with acting(tpp.connect("person")):
        before = MonetaryAccountBankApiObject.get(60101).value.balance.value
        daddy = PointerObject("EMAIL", "sugardaddy@bunq.com")
        paid = RequestInquiryApiObject.create(euros("25.00"), daddy, "Pocket money", False, 60101)
        asked = RequestInquiryApiObject.create(euros("9.50"), elsewhere(), "Lunch", True, 60101).value
        assert RequestInquiryApiObject.get(paid.value, 60101).value.status == "ACCEPTED"
        assert float(MonetaryAccountBankApiObject.get(60101).value.balance.value) == pytest.approx(float(before) + 25)
        pending = RequestInquiryApiObject.get(asked, 60101).value
        assert (pending.status, pending.amount_inquired.value) == ("PENDING", "9.50")
        assert pending.bunqme_share_url.startswith("https://")
        revoked = RequestInquiryApiObject.update(asked, 60101, "REVOKED").value
        assert (revoked.id_, revoked.status) == (asked, "REVOKED")
        assert asked in [request.id_ for request in RequestInquiryApiObject.list(60101).value]


def test_a_draft_is_made_and_accepted_by_the_customer(tpp):
    entry = DraftPaymentEntryObject(euros("12.34"), elsewhere(), "Invoice 17", "reference-17")
    with acting(tpp.connect("person")):
        draft = DraftPaymentApiObject.create([entry], 1, 60101).value
        waiting = DraftPaymentApiObject.get(draft, 60101).value
        assert (waiting.status, waiting.entries[0].amount.value) == ("PENDING", "12.34")
        with pytest.raises(ForbiddenException):
            DraftPaymentApiObject.update(draft, 60101, "ACCEPTED")
        switch(tpp, "draft", draft=draft, decision="accept")
        accepted = DraftPaymentApiObject.get(draft, 60101).value
        assert accepted.status == "ACCEPTED"
        made = accepted.object_.get_referenced_object()
        assert PaymentApiObject.get(made.id_, 60101).value.amount.value == "-12.34"


def test_a_tpp_does_not_pay(tpp):
    with acting(tpp.connect("person")), pytest.raises(ForbiddenException):
        PaymentApiObject.create(euros("1.00"), elsewhere(), "Not by a TPP", 60101)


def test_an_issuer_transaction_is_made_and_paid(tpp):
    with acting(tpp.context):
        made = PaymentServiceProviderIssuerTransactionApiObject.create(
            elsewhere(), euros("30.00"), "Order 1042", "https://shop.example/thanks"
        ).value
        waiting = PaymentServiceProviderIssuerTransactionApiObject.get(made).value
        assert (waiting.status, waiting.amount.value) == ("PENDING", "30.00")
        switch(tpp, "issuer-transaction", public_uuid=waiting.public_uuid, decision="accept")
        paid = PaymentServiceProviderIssuerTransactionApiObject.get(made).value
        assert paid.status == "ACCEPTED"
        assert paid.alias.label_monetary_account.display_name == "Sanne de Vries"
        assert made in [one.id_ for one in PaymentServiceProviderIssuerTransactionApiObject.list().value]


def test_funds_are_confirmed_and_a_single_payment_is_accepted_on_the_authorize_page(tpp):
    with acting(tpp.connect("company")):
        account = MonetaryAccountBankApiObject.list().value[-1]
    iban = account.alias[-1].value
    with acting(tpp.context):
        payer = PointerObject("IBAN", iban, account.description)
        enough = [ConfirmationOfFundsApiObject.create(payer, euros(value)).value for value in ("1.00", "99999.00")]
        assert [answer.has_sufficient_funds for answer in enough] == [True, False]
        draft = PaymentServiceProviderDraftPaymentApiObject.create(
            iban, "NL91ABNA0417164300", "J. Jansen", "Invoice 18", euros("1.00")
        ).value
        assert PaymentServiceProviderDraftPaymentApiObject.get(draft).value.status == "PENDING"
    # The customer consents again, and so decides the payment.
    del tpp.connections["company"]
    with acting(tpp.connect("company")):
        paid = PaymentApiObject.list(account.id_).value[0]
        assert (paid.amount.value, paid.description) == ("-1.00", "Invoice 18")
    with acting(tpp.context):
        assert PaymentServiceProviderDraftPaymentApiObject.get(draft).value.status == "COMPLETED"


@contextmanager
def receiving():
    """A server for callbacks: its URL, and a queue of the bodies that arrive."""
    bodies = queue.Queue()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self):
            bodies.put(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hook", bodies
    finally:
        server.shutdown()
        server.server_close()


def test_a_callback_is_received_and_read(tpp):
    # The SDK reads an id where the bank's other sources have a list.
    switch(tpp, "settings", callback_targets="loopback", notification_filter_answer="id")
    with acting(tpp.connect("person")), receiving() as (url, bodies):
        assert NotificationFilterUrlApiObject.create([NotificationFilterUrlObject("MUTATION", url)]).value > 0
        assert len(NotificationFilterUrlApiObject.list().value) == 1
        switch(tpp, "payments", customer="person")
        sent = json.loads(bodies.get(timeout=30))["NotificationUrl"]
        read = NotificationUrlObject.from_json(json.dumps(sent))
        assert (read.category, read.event_type) == ("MUTATION", "MUTATION_RECEIVED")
        heard = read.object_.Payment
        payment = PaymentApiObject.get(heard.id_, heard.monetary_account_id).value
        for field in ("created", "description", "type_", "sub_type"):
            assert getattr(heard, field) == getattr(payment, field)
        assert heard.amount.value == payment.amount.value
        assert NotificationFilterFailureApiObject.list().value == []


def test_a_refusal_is_an_exception_in_the_banks_words(tpp):
    with pytest.raises(BadRequestException) as refusal:
        ApiContext.create(SANDBOX, "0" * 64, "nobody", ["*"])
    assert "User credentials are incorrect. Incorrect API key or IP address." in str(refusal.value)
    assert refusal.value.response_id
