"""How the example handles responses of the API, a gateway or a proxy, and missing ones."""

import sys

import pytest

from script import HANG, in_place_of_the_api, problem
from stack import EXAMPLE

sys.path.insert(0, str(EXAMPLE))
import api  # noqa: E402
import books  # noqa: E402


@pytest.fixture
def script(monkeypatch, tmp_path):
    """Responses to return, one per request, and the received requests. Waits are recorded, not executed."""
    monkeypatch.setenv("BOOKS_DB", str(tmp_path / "books.sqlite"))
    with in_place_of_the_api(api, monkeypatch, tmp_path) as made:
        yield made


NOTHING = (200, {}, {"Response": []})


def test_a_gateways_own_answers_are_waited_out(script):
    script.answers = [(429, {"Retry-After": "7"}, {"message": "Too Many Requests"}), (503, {}, "<html>"), (200, {}, "<html>"), NOTHING]
    assert list(api.Api().elements("/user/u/accounts")) == []
    assert script.waits == [7, 2, 4]


@pytest.mark.parametrize(
    ("status", "body", "scope"),
    [
        (403, {"message": "Forbidden"}, "deployment"),
        (404, {"message": "Not Found"}, "request"),
        (413, {"message": "Request Too Long"}, "request"),
        (302, "", "request"),
        (500, "[]", "request"),
        (400, "null", "request"),
        (409, {"code": 7, "errors": 8, "scope": None}, "request"),
    ],
)
def test_what_does_not_pass_is_not_asked_for_again(script, status, body, scope):
    script.answers = [(status, {"Location": "/elsewhere"}, body), NOTHING]
    with pytest.raises(api.Problem) as raised:
        api.Api().call("GET", "/users")
    assert (raised.value.scope, len(script.requests)) == (scope, 1)


def test_tries_are_few_and_a_long_wait_is_left_to_the_next_run(script):
    script.answers = [(503, {"Retry-After": "1"}, problem("bank_busy", "wait", "deployment"))] * 9
    with pytest.raises(api.Problem):
        api.Api().call("GET", "/users")
    assert (len(script.requests), script.waits) == (4, [1, 1, 1])
    script.answers = [(503, {"Retry-After": "3600"}, problem("bank_busy", "wait", "deployment"))]
    with pytest.raises(api.Problem):
        api.Api().call("GET", "/users")
    assert script.waits == [1, 1, 1]


def test_an_order_is_repeated_under_its_key_and_another_post_is_not(script):
    script.answers = [(504, {}, {"message": "Endpoint request timed out"}), (502, {"Retry-After": "30"}, problem("outcome_unknown", "wait"))]
    script.answers += [(201, {}, {"Response": [{"Id": {"id": 5}}]})]
    api.Api().call("POST", "/user/u/draft-payment", '{"amount": "5.00"}', key="order-1")
    assert script.requests == [("POST", "/user/u/draft-payment", "order-1", b'{"amount": "5.00"}')] * 3
    script.answers = [(504, {}, "")]
    with pytest.raises(api.Problem):
        api.Api().call("POST", "/user/u/draft-payment", "{}")
    assert len(script.requests) == 4


def test_who_does_not_answer_is_given_up(script, monkeypatch):
    monkeypatch.setattr(api, "TIMEOUT", 0.1)
    script.answers = [HANG] * 4
    with pytest.raises(api.Problem) as raised:
        api.Api().call("GET", "/users")
    assert (raised.value.scope, len(script.requests)) == ("deployment", 4)


def test_a_link_to_another_host_does_not_get_the_key(script):
    script.answers = [(200, {"Link": '<https://elsewhere.example/next?older_id=9>; rel="next", </>; rel="latest"'}, {"Response": [{"A": {}}]}), NOTHING]
    assert list(api.Api().elements("/first")) == [("A", {})]
    assert [path for _, path, _, _ in script.requests] == ["/first", "/next?older_id=9"]


@pytest.mark.parametrize(
    ("scope", "action", "state"),
    [
        ("connection", "reauthorise", "reauthorise"),
        ("connection", "contact_support", "trouble"),
        ("connection", "dance", "trouble"),
        ("planet", "dance", "trouble"),
        ("deployment", "dance", None),
    ],
)
def test_unknown_codes_are_told_by_scope_and_action(script, scope, action, state):
    db = books.opened()
    db.execute("INSERT INTO connections (user_id, owner) VALUES ('u', 'anna'), ('v', 'bram')")
    first = (418, {}, problem("made_up_yesterday", action, scope))
    script.answers = [first, NOTHING]
    if state:
        books.run()
        assert [row["state"] for row in db.execute("SELECT state FROM connections ORDER BY user_id")] == [state, "ok"]
    else:
        with pytest.raises(SystemExit, match="stopped: .*made_up_yesterday"):
            books.run()
        assert len(script.requests) == 1
    db.close()


def test_a_customer_who_disconnects_while_they_are_read_leaves_nothing(script):
    db = books.opened()
    db.execute("INSERT INTO connections (user_id, owner) VALUES ('u', 'anna')")

    class Slow(api.Api):
        def elements(self, path):
            if "/payments/" in path:
                db.execute("DELETE FROM connections")
                return iter([("Payment", {"id": 1, "amount": {"value": "1.00", "currency": "EUR"}})])
            return iter([("MonetaryAccountBank", {"id": 7})])

    assert books.visit(Slow(), db, "u", books.sync) == "disconnected meanwhile"
    assert db.execute("SELECT * FROM payments").fetchall() == []
    db.close()
