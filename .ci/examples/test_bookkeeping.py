"""Two users of the example, two customers of the simulated bank, and possible failures between them. The tests are one
story, in this order."""

import ast
import json
import os
import re

import pytest

from books_and_bank import PEOPLE, at_the_bank, everything, has_payment, in_the_books, payment_arrives, user_id
from browser import Browser
from stack import EXAMPLE, until, world

PAYMENTS = "GET user/{user-id}/monetary-account/{monetary-account-id}/payment"
ACCOUNTS = "GET user/{user-id}/monetary-account"
ASK = "POST user/{user-id}/monetary-account/{monetary-account-id}/request-inquiry"
DRAFT = "POST user/{user-id}/monetary-account/{monetary-account-id}/draft-payment"
DRAFTS = DRAFT.replace("POST", "GET")
DISCONNECT = "Disconnect, and delete everything of it here"


@pytest.fixture(scope="module")
def w(tmp_path_factory):
    with world(os.environ["LOCAL"], tmp_path_factory.mktemp("bookkeeping")) as made:
        yield made


@pytest.fixture(scope="module")
def browsers(w):
    """A browser for each user of the example, signed in."""
    signed_in = {name: Browser() for name in PEOPLE}
    for name, browser in signed_in.items():
        browser.open(w.app)
        browser.press("Sign in", name=name, password=f"demo-{name}")
    return signed_in


def test_the_example_is_at_most_300_lines_of_python():
    assert sum(len(file.read_text().splitlines()) for file in EXAMPLE.rglob("*.py")) <= 300


def test_the_readme_says_how_long_each_function_is():
    lengths = {}
    for file in EXAMPLE.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.FunctionDef):
                first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
                lengths[file.name, node.name] = node.end_lineno - first + 1
    rows = re.findall(r"^\| .+ \| `(\w+\.py)` (`.+`) \| (\d+) \|$", (EXAMPLE / "README.md").read_text(), re.MULTILINE)
    assert len(rows) > 10
    for file, names, lines in rows:
        assert sum(lengths[file, name] for name in re.findall(r"\w+", names)) == int(lines), names


def test_each_user_connects_a_customer_of_the_bank(w, browsers):
    for name, (_, customer) in PEOPLE.items():
        browsers[name].press("Connect your bank")
        browsers[name].follow(customer)
        page = browsers[name].press("Allow")
        assert (page.url, page.status) == (f"{w.app}/", 200)
        assert "Your bank is connected." in page.text
        assert w.read(f"/user/{user_id(w, name)}/connection")[1]["reference"] == name
    assert user_id(w, "anna") != user_id(w, "bram")


def test_forms_need_the_token_of_the_session_and_pages_a_user(w, browsers):
    assert browsers["anna"].open(f"{w.app}/disconnect", [("csrf", "guessed")]).status == 403
    stranger = Browser()
    assert stranger.open(f"{w.app}/disconnect", []).status == 403
    stranger.open(w.app)
    assert stranger.press("Sign in", name="anna", password="demo-bram").status == 403
    assert len(w.rows("SELECT * FROM connections")) == 2


def test_a_first_sync_that_broke_off_leaves_no_gap(w):
    w.faults({"endpoint": PAYMENTS, "nth": 3, "times": 99, "status": 400})
    assert w.job().returncode == 0
    assert w.rows("SELECT count(*) > 3 FROM accounts WHERE note != ''") == [(1,)]
    w.faults()


def test_a_sync_reads_everything_and_a_second_one_changes_nothing(w):
    assert w.job().returncode == 0
    for name in PEOPLE:
        assert in_the_books(w, name) == at_the_bank(w, name)
    assert w.rows("SELECT count(*) FROM payments WHERE account_id = 60101") == [(320,)]
    before = everything(w)
    assert w.job().returncode == 0
    assert everything(w) == before


@pytest.mark.parametrize(
    "effect",
    [
        {"status": 429},
        {"status": 500},
        {"signature": "missing"},
        {"signature": "wrong"},
        {"drop": "after"},
        {"truncate": 100},
        {"status": 200, "body": "<html>"},
    ],
    ids=json.dumps,
)
def test_a_sync_survives_a_bank_that_fails(w, effect):
    arrived = [payment_arrives(w, name) for name in PEOPLE]
    w.faults({"endpoint": ACCOUNTS, "times": 1} | effect, {"endpoint": PAYMENTS, "nth": 2, "times": 4} | effect)
    w.job()
    w.faults()
    assert w.job().returncode == 0
    assert all(has_payment(w, payment) for payment in arrived)
    for name in PEOPLE:
        assert in_the_books(w, name) == at_the_bank(w, name)
    assert w.rows("SELECT note FROM connections UNION SELECT note FROM accounts") == [("",)]


def test_an_account_that_fails_is_skipped_and_the_others_are_read(w):
    arrived = [payment_arrives(w, name) for name in PEOPLE]
    w.faults({"endpoint": PAYMENTS, "status": 400})
    assert w.job().returncode == 0
    ((note,),) = w.rows("SELECT note FROM accounts WHERE note != ''")
    assert "a fault was ordered for this call" in note
    assert has_payment(w, arrived[1])
    assert w.job().returncode == 0
    assert has_payment(w, arrived[0])


def test_an_invoice_and_a_bill_are_made_once_though_answers_are_lost(w, browsers):
    anna = browsers["anna"]
    # The request is lost; the draft is created, and neither its response nor the search for it gets through.
    w.faults({"endpoint": ASK, "drop": "before"}, {"endpoint": DRAFT, "drop": "after"}, {"endpoint": DRAFTS, "status": 500, "times": 9})
    page = anna.open(w.app)
    typed = {"receiver_value": "klant@example.com", "amount": "12.50", "description": "Invoice 17", "monetary_account_id": "60101"}
    anna.press("Ask for the money", **typed)
    anna.page = page  # Pressed twice: the same form, the same order.
    anna.press("Ask for the money", **typed)
    typed = {"receiver_value": "NL91ABNA0417164300", "receiver_name": "J. Jansen", "amount": "7.25", "description": "Bill 4", "monetary_account_id": "60102"}
    page = anna.press("Draft the payment", **typed)
    assert page.text.count("outcome_unknown") + page.text.count("request_in_flight") == 2
    keys = w.rows("SELECT key, body FROM orders")
    assert len(keys) == 2
    assert w.rows("SELECT DISTINCT status, bunq_id FROM orders") == [("unsent", None)]
    w.faults()
    assert w.job().returncode == 0
    assert w.rows("SELECT key, body FROM orders") == keys
    assert w.rows("SELECT kind, status, note FROM orders ORDER BY kind") == [("bill", "PENDING", ""), ("invoice", "PENDING", "")]
    objects = w.switch("objects")
    made = {kind: bunq_id for kind, bunq_id in w.rows("SELECT kind, bunq_id FROM orders")}
    assert [(it["id"], it["amount"], it["description"]) for it in objects["request_inquiries"]] == [(made["invoice"], "12.50", "Invoice 17")]
    assert [(it["id"], it["amount"], it["description"]) for it in objects["draft_payments"]] == [(made["bill"], "7.25", "Bill 4")]


def test_what_becomes_of_an_invoice_and_a_bill_is_followed(w, browsers):
    made = {kind: bunq_id for kind, bunq_id in w.rows("SELECT kind, bunq_id FROM orders")}
    w.switch("request", {"request": made["invoice"], "decision": "accept"})
    w.switch("draft", {"draft": made["bill"], "decision": "reject"})
    assert w.job().returncode == 0
    page = browsers["anna"].open(w.app)
    assert "invoiceACCEPTED" in page.text and "billREJECTED" in page.text
    assert in_the_books(w, "anna") == at_the_bank(w, "anna")


def test_an_order_that_is_wrong_is_refused_and_says_why(w, browsers):
    page = browsers["anna"].press("Ask for the money", receiver_value="klant@example.com", amount="0", description="<b>nothing</b>")
    assert "invoiceREFUSED" in page.text and "invalid_request" in page.text
    assert len(w.switch("objects")["request_inquiries"]) == 1
    assert "<b>" not in page.html


def test_a_bank_that_refuses_an_order_is_quoted(w, browsers):
    w.faults({"endpoint": DRAFT, "status": 400})
    typed = {"receiver_value": "NL91ABNA0417164300", "receiver_name": "J. Jansen", "amount": "1.00", "description": "Bill 5"}
    page = browsers["anna"].press("Draft the payment", **typed)
    assert "billREFUSED" in page.text and "a fault was ordered for this call" in page.text
    # Finally refused: the job does not try it again.
    assert w.job().returncode == 0
    assert [it["description"] for it in w.switch("objects")["draft_payments"]] == ["Bill 4"]


def test_a_revoked_consent_stops_one_user_and_not_the_next(w, browsers):
    w.switch("revoke", {"customer": "person"})
    arrived = payment_arrives(w, "bram")
    assert w.job().returncode == 0
    page = browsers["anna"].open(w.app)
    assert page.shows("Connect again") and "consent_revoked" in page.text
    assert has_payment(w, arrived)
    assert not browsers["bram"].open(w.app).shows("Connect again")
    # The bank gets no needless call.
    w.switch("calls", method="DELETE")
    assert w.job().returncode == 0
    assert "50101" not in json.dumps(w.switch("calls"))


def test_to_connect_again_takes_the_same_customer(w, browsers):
    anna, before = browsers["anna"], user_id(w, "anna")
    anna.press("Connect again")
    anna.follow("Daan Bakker")
    anna.press("Allow")
    page = anna.follow("Back to")
    assert "wrong_customer" in page.text and page.shows("Connect again")
    anna.press("Connect again")
    anna.follow("Sanne de Vries")
    assert "Your bank is connected." in anna.press("Allow").text
    assert user_id(w, "anna") == before
    arrived = payment_arrives(w, "anna")
    assert w.job().returncode == 0
    assert has_payment(w, arrived)


def test_a_way_back_from_the_bank_works_in_the_session_that_asked_only(w, browsers):
    anna, before = browsers["anna"], everything(w)
    w.switch("revoke", {"customer": "person"})
    assert w.job().returncode == 0
    anna.open(w.app)
    anna.press("Connect again")
    anna.follow("Sanne de Vries")
    anna.stop.before = f"{w.app}/bank"
    back = anna.press("Allow").url
    assert "proof=" in back
    for other in (browsers["bram"], Browser()):
        assert other.open(back).status == 403
    assert w.rows("SELECT state FROM connections WHERE owner = 'anna'") == [("reauthorise",)]
    anna.stop.before = "nowhere"
    assert "Your bank is connected." in anna.open(back).text
    # After a reload, the page is the same.
    assert "Your bank is connected." in anna.open(back).text
    assert w.job().returncode == 0
    assert everything(w) == before


def test_a_no_and_a_customer_of_somebody_else_connect_nothing(w, browsers):
    bram, before = browsers["bram"], everything(w)
    bram.open(w.app)
    bram.press(DISCONNECT)
    bram.press("Connect your bank")
    bram.follow("Sanne de Vries")
    page = bram.press("Allow")
    assert "Somebody else has connected" in page.text and page.shows("Connect your bank")
    assert w.rows("SELECT owner FROM connections") == [("anna",)]
    bram.press("Connect your bank")
    bram.follow("Bakkerij Van Dijk")
    bram.press("Deny")
    page = bram.follow("Back to")
    assert "denied" in page.text and page.shows("Connect your bank")
    bram.press("Connect your bank")
    bram.follow("Bakkerij Van Dijk")
    assert "Your bank is connected." in bram.press("Allow").text
    assert w.job().returncode == 0
    assert [len(table) for table in everything(w)] == [len(table) for table in before]


def test_disconnecting_erases_on_both_sides(w, browsers):
    gone = user_id(w, "bram")
    rest = w.rows("SELECT count(*) FROM payments WHERE user_id != ?", gone)
    browsers["bram"].open(w.app)
    page = browsers["bram"].press(DISCONNECT)
    assert page.shows("Connect your bank")
    status, problem = w.read(f"/user/{gone}")
    assert (status, problem["code"]) == (404, "user_not_found")
    for table in ("connections", "accounts", "payments", "orders"):
        assert w.rows(f"SELECT * FROM {table} WHERE user_id = ?", gone) == []
    assert w.rows("SELECT count(*) FROM payments WHERE user_id != ?", gone) == rest


def test_what_the_api_has_erased_is_erased_here_and_connected_anew(w, browsers):
    anna, gone = browsers["anna"], user_id(w, "anna")
    assert w.ask(f"{w.api}/user/{gone}", method="DELETE", key=w.key["api_key"])[0] == 204
    assert w.job().returncode == 0
    anna.open(w.app)
    page = anna.press("Connect again")
    assert "user_not_found" in page.text
    assert [len(table) for table in everything(w)] == [0, 0, 0, 0]
    for name, (_, customer) in PEOPLE.items():
        browsers[name].press("Connect your bank")
        browsers[name].follow(customer)
        browsers[name].press("Allow")
    assert user_id(w, "anna") != gone
    assert w.job().returncode == 0
    for name in PEOPLE:
        assert in_the_books(w, name) == at_the_bank(w, name)


def test_a_job_without_a_valid_key_stops_at_the_first_customer_and_says_so(w, browsers, tmp_path):
    before = everything(w)
    (tmp_path / "key").write_text("tpp_wrong")
    ran = w.job(TPP_API_KEY_FILE=str(tmp_path / "key"))
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.startswith("stopped: ") and "api_key_invalid" in ran.stderr
    w.local("keys", "revoke", w.key["id"])
    ran = until(lambda: (ran := w.job()).returncode and ran, "the revoked key works no more")
    assert ran.stderr.startswith("stopped: ") and "api_key_invalid" in ran.stderr
    assert "api_key_invalid" in browsers["anna"].press(DISCONNECT).text
    assert [row[:3] for row in everything(w)[0]] == [row[:3] for row in before[0]]


def test_nothing_that_was_printed_is_a_secret(w):
    printed = w.output.read_text()
    assert "stopped: " in printed
    for secret in (w.key["api_key"], "tpp_", "proof=", "ticket=", "Bearer"):
        assert secret not in printed
