"""A client from a public generator covers what a caller needs of the API, with types everywhere."""

import os
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import httpx
import pytest
from bunq_tpp_client import AuthenticatedClient, Client
from bunq_tpp_client.api.oauth import begin_consent, complete_consent, create_consent
from bunq_tpp_client.api.payments import create_draft_payment, find_draft_payment, list_payments
from bunq_tpp_client.api.users import find_connection, find_user, list_accounts, list_users
from bunq_tpp_client.models import (
    Currency,
    DraftPaymentToAnIBAN,
    DraftPaymentToAnIBANReceiverType,
    GatewayError,
    KnownAction,
    KnownCode,
    MonetaryAccountBank,
    NewConsent,
    Problem,
    WrappedMonetaryAccountBank,
)

from stack import running

DIRECT = {"trust_env": False}


@pytest.fixture(scope="module")
def stack():
    with running(Path(os.environ["CONTRACT_BINARY"])) as stack:
        yield stack


@pytest.fixture(scope="module")
def client(stack):
    made = AuthenticatedClient(stack.url, token=stack.api_key, raise_on_unexpected_status=True, httpx_args=DIRECT)
    with made as client:
        yield client


@pytest.fixture(scope="module")
def person(stack, client) -> UUID:
    """Connects as a browser does: out to the bank's page, and back with the cookie."""
    with Client(stack.url, raise_on_unexpected_status=True, httpx_args=DIRECT) as browser:
        asked = create_consent.sync(client=client, body=NewConsent(reference="customer-17"))
        begun = begin_consent.sync_detailed(client=browser, ticket=parse_qs(urlsplit(asked.url).query)["ticket"][0])
        assert begun.status_code == 303
        page = httpx.get(begun.headers["location"], headers={"X-Simulator-Approve": "person"}, **DIRECT)
        back = parse_qs(urlsplit(page.headers["location"]).query)
        connected = complete_consent.sync(client=browser, state=back["state"][0], code=back["code"][0])
    assert connected.message == "OAuth success"
    assert isinstance(connected.new_user_id, UUID)
    return connected.new_user_id


@pytest.fixture(scope="module")
def account(client, person) -> MonetaryAccountBank:
    answer = list_accounts.sync(person, client=client)
    return next(one.monetary_account_bank for one in answer.response if isinstance(one, WrappedMonetaryAccountBank))


def terms(account: MonetaryAccountBank, amount: str) -> DraftPaymentToAnIBAN:
    return DraftPaymentToAnIBAN(
        monetary_account_id=account.id,
        amount=amount,
        currency=Currency.EUR,
        description="Invoice 17",
        receiver_type=DraftPaymentToAnIBANReceiverType.IBAN,
        receiver_value="NL91 ABNA 0417 1643 00",
        receiver_name="J. Jansen",
    )


def test_a_connection_is_listed_by_its_reference_and_found(client, person):
    (listed,) = list_users.sync(client=client, reference="customer-17").users
    assert listed == find_connection.sync(person, client=client)
    assert (listed.user_id, listed.kind, listed.status) == (person, "person", "active")
    assert listed.expires_at > listed.consented_at


def test_a_profile_and_a_balance_are_read_through_attributes(client, person, account):
    (profile,) = find_user.sync(person, client=client).response
    assert profile.user_person.display_name == "Sanne de Vries"
    assert account.balance.currency == "EUR"
    assert re.fullmatch(r"-?[0-9]+\.[0-9]{2}", account.balance.value)
    assert any(alias.type_ == "IBAN" and alias.value.startswith("NL") for alias in account.alias)


def test_payments_are_walked_by_their_links(client, person, account):
    seen, query = [], {}
    while True:
        page = list_payments.sync_detailed(person, account.id, client=client, count=40, **query)
        seen += [element.payment.id for element in page.parsed.response]
        older = re.search(r"older_id=([0-9]+)[^>]*>; rel=\"next\"", page.headers.get("link", ""))
        if not older:
            break
        query = {"older_id": int(older[1])}
    assert len(seen) > 80
    assert seen == sorted(set(seen), reverse=True)
    assert len(list_payments.sync(person, account.id, client=client, all_=True).response) == len(seen)


def test_a_draft_is_made_once_and_read(client, person, account):
    key = str(uuid4())
    draft = lambda: create_draft_payment.sync_detailed(person, client=client, body=terms(account, "5.00"), idempotency_key=key)
    first, again = draft(), draft()
    assert (first.status_code, again.status_code) == (201, 201)
    assert (first.headers.get("idempotency-replayed"), again.headers["idempotency-replayed"]) == (None, "true")
    (made,) = first.parsed.response
    assert first.parsed == again.parsed
    (read,) = find_draft_payment.sync(person, account.id, made.id.id, client=client).response
    assert (read.draft_payment.status, read.draft_payment.entries[0].amount.value) == ("PENDING", "5.00")
    changed = create_draft_payment.sync(person, client=client, body=terms(account, "6.00"), idempotency_key=key)
    assert (changed.code, changed.action) == (KnownCode.IDEMPOTENCY_KEY_REUSED, KnownAction.FIX_REQUEST)


def test_a_wrong_amount_is_a_problem_with_a_code(client, person, account):
    problem = create_draft_payment.sync(person, client=client, body=terms(account, "5.001"))
    assert isinstance(problem, Problem)
    assert (problem.status, problem.code, problem.action) == (422, KnownCode.INVALID_REQUEST, KnownAction.FIX_REQUEST)
    assert [reason.pointer for reason in problem.errors] == ["/amount"]


def test_an_unknown_key_and_an_unknown_customer_are_problems_too(stack, client):
    with AuthenticatedClient(stack.url, token="wrong", httpx_args=DIRECT) as stranger:
        assert list_users.sync(client=stranger).code == KnownCode.API_KEY_INVALID
    assert find_user.sync(uuid4(), client=client).code == KnownCode.USER_NOT_FOUND


@pytest.mark.parametrize("status, title", [(413, "Request Entity Too Large"), (429, "Too Many Requests"), (500, "Internal Server Error"), (503, "Service Unavailable")])
def test_api_gateways_own_words_are_read(account, person, status, title):
    answer = httpx.MockTransport(lambda _: httpx.Response(status, json={"message": title}))
    with AuthenticatedClient("http://api.example", token="x", raise_on_unexpected_status=True, httpx_args={"transport": answer}) as client:
        for read in (
            create_draft_payment.sync(person, client=client, body=terms(account, "5.00")),
            *([] if status == 413 else [list_users.sync(client=client), list_payments.sync(person, account.id, client=client)]),
        ):
            assert isinstance(read, GatewayError) and read.message == title


@pytest.mark.parametrize("status", [409, 422, 500, 503])
def test_a_code_and_an_action_of_tomorrow_are_read(account, person, status):
    body = {"type": "about:blank", "title": "", "status": status, "code": "of_tomorrow", "action": "pray", "scope": "request", "detail": "", "request_id": "1"}
    answer = httpx.MockTransport(lambda _: httpx.Response(status, json=body, headers={"content-type": "application/problem+json"}))
    with AuthenticatedClient("http://api.example", token="x", raise_on_unexpected_status=True, httpx_args={"transport": answer}) as client:
        problem = create_draft_payment.sync(person, client=client, body=terms(account, "5.00"))
    assert isinstance(problem, Problem)
    assert (problem.code, problem.action, problem.to_dict()) == ("of_tomorrow", "pray", body)
