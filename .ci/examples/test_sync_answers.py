"""How the sync handles responses of the API, a gateway or a proxy, and the work of another program."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from script import in_place_of_the_api, problem
from stack import EXAMPLE

sys.path.insert(0, str(EXAMPLE.parent))
import sync  # noqa: E402

USERS = (200, {}, {"users": [{"user_id": "u", "status": "active"}, {"user_id": "r", "status": "revoked"}, {"user_id": "v", "status": "active"}]})
ACCOUNTS = (200, {}, {"accounts": [{"id": 1, "has_transactions": True}, {"id": 2, "has_transactions": False}, {"id": 3, "has_transactions": True}]})
ACCOUNT = (200, {}, {"accounts": [{"id": 1, "has_transactions": True}]})
NO_ACCOUNTS = (200, {}, {"accounts": []})

# Runs the sync, and kills itself before a statement of SQL.
KILLED = """
import os, signal, sqlite3, sys
import sync
left, connect = int(sys.argv[1]), sqlite3.connect

def count(_):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)

def counting(*arguments, **named):
    db = connect(*arguments, **named)
    db.set_trace_callback(count)
    return db

sqlite3.connect = counting
sync.main(*sys.argv[2:])
"""


@pytest.fixture
def script(monkeypatch, tmp_path):
    """Responses to return, one per request, and the received requests. Waits are recorded, not executed."""
    with in_place_of_the_api(sync, monkeypatch, tmp_path) as made:
        made.file, mask = tmp_path / "transactions.sqlite", os.umask(0o022)
        yield made
        os.umask(mask)


def status(script, *user_ids: str) -> int:
    with pytest.raises(SystemExit) as ended:
        sync.main(script.file, *user_ids)
    assert script.answers == []
    return int(ended.value.code)


def stored(script, query: str = "SELECT id, amount FROM transactions ORDER BY id") -> list[tuple]:
    with closing(sqlite3.connect(script.file)) as db, db:
        return db.execute(query).fetchall()


def paid(number: int, amount: str = "1.00") -> dict:
    money = {"value": amount, "currency": "EUR"}
    return {"id": f"1.{number}", "booked_at": None, "updated_at": None, "amount": money, "remittance": None, "counterparty": {"name": None, "iban": None}}


def changes(cursor: str, *added: dict, has_more: bool = False, modified: tuple = (), removed: tuple = ()) -> tuple:
    gone = [{"id": name, "reason": "gone"} for name in removed]
    return 200, {}, {"added": added, "modified": modified, "removed": gone, "next_cursor": cursor, "has_more": has_more}


def refused() -> tuple:
    return 400, {}, problem("cursor_invalid", "fix_request")


def test_what_changes_and_what_is_gone_is_followed(script):
    script.answers = [ACCOUNT, changes("b", paid(3), has_more=True), changes("c", paid(2), paid(1))]
    assert status(script, "u") == 0
    script.answers = [ACCOUNT, changes("d", paid(4), modified=(paid(2, "2.50"),), removed=("1.3",))]
    assert status(script, "u") == 0
    assert stored(script) == [("1.1", "1.00"), ("1.2", "2.50"), ("1.4", "1.00")]
    paths = [path.rpartition("/")[2] for _, path, _, _ in script.requests]
    assert paths == ["accounts?format=normalised", "sync", "sync?cursor=b", "accounts?format=normalised", "sync?cursor=c"]


def test_a_busy_bank_and_a_gateway_are_waited_out(script):
    busy = (503, {"Retry-After": "7"}, problem("bank_busy", "wait", "deployment"))
    script.answers = [(429, {}, {"message": "Too Many Requests"}), USERS, busy, ACCOUNTS, changes("b"), (200, {}, "<html>"), busy, changes("b"), NO_ACCOUNTS]
    assert status(script) == 0
    assert script.waits == [1, 7, 1, 7]


def test_tries_are_few_and_a_long_wait_is_left_to_the_next_run(script):
    script.answers = [(502, {}, problem("bank_unavailable"))] * sync.TRIES + [NO_ACCOUNTS]
    assert status(script, "u", "v") == 1
    assert script.waits == [1, 2, 4, 8, 16, 32, 64]
    script.answers = [(503, {"Retry-After": "3600"}, problem("bank_busy", "wait", "deployment"))]
    assert status(script, "u", "v") == 1


@pytest.mark.parametrize(
    ("scope", "next_ones"),
    [("request", [changes("b"), NO_ACCOUNTS]), ("planet", [changes("b"), NO_ACCOUNTS]), ("connection", [NO_ACCOUNTS]), ("deployment", [])],
)
def test_unknown_codes_are_told_by_scope(script, capsys, scope, next_ones):
    script.answers = [USERS, ACCOUNTS, (418, {}, problem("made_up_yesterday", "dance", scope)), *next_ones]
    assert status(script) == 1
    assert "made_up_yesterday" in capsys.readouterr().err


def test_a_cursor_that_is_always_refused_is_given_up(script, capsys):
    script.answers = [ACCOUNTS, changes("b", has_more=True), refused(), changes("c", has_more=True), refused(), changes("d")]
    assert status(script, "u") == 1
    assert "u 1: " in capsys.readouterr().err


def test_an_answer_after_another_programs_is_left_alone(script):
    def late():
        """The other program has read on, and knows of a payment that is gone."""
        with closing(sqlite3.connect(script.file)) as db, db:
            db.execute("UPDATE cursors SET cursor = 'theirs'")
        return changes("ours", paid(1), paid(2))

    script.answers = [ACCOUNT, late, changes("next", paid(3))]
    assert status(script, "u") == 0
    assert stored(script) == [("1.3", "1.00")]
    assert script.requests[-1][1].endswith("?cursor=theirs")


def test_a_run_that_goes_on_for_another_asks_for_what_came_since(script):
    script.answers = [ACCOUNT, changes("b", paid(2), has_more=True), (404, {}, problem("account_not_granted", "fix_request"))]
    assert status(script, "u") == 1
    script.answers = [ACCOUNT, changes("c", paid(1)), changes("d", paid(3))]
    assert status(script, "u") == 0
    assert stored(script, "SELECT cursor, has_more, round FROM cursors") == [("d", 0, 0)]


def test_a_link_to_another_host_does_not_get_the_key(script):
    link = {"Link": '<https://elsewhere.example/next?older_id=9>; rel="next", </>; rel="latest"'}
    script.answers = [(200, link, {"accounts": []}), NO_ACCOUNTS]
    assert status(script, "u") == 0
    assert [path for _, path, _, _ in script.requests] == ["/user/u/accounts?format=normalised", "/next?older_id=9"]


def test_killed_before_any_statement_it_loses_nothing(script):
    def bank() -> tuple:
        """Six payments, two in an answer. The cursor is the number of those that were given."""
        path = script.requests[-1][1]
        given = int(path.partition("?cursor=")[2] or 0)
        now = range(given, min(given + 2, 6))
        return ACCOUNT if "format" in path else changes(str(now.stop), *map(paid, now), has_more=now.stop < 6)

    environment = os.environ | {"TPP_URL": script.url, "TPP_API_KEY_FILE": str(sync.KEY_FILE), "PYTHONPATH": str(EXAMPLE.parent)}
    script.answers = [bank] * 10_000
    for statement in range(1000):
        ran = subprocess.run([sys.executable, "-c", KILLED, str(statement), script.file, "u"], capture_output=True, text=True, timeout=60, env=environment)
        assert ran.returncode in (0, -signal.SIGKILL), ran.stderr
        with pytest.raises(SystemExit):
            sync.main(script.file, "u")
        assert stored(script) == [(f"1.{number}", "1.00") for number in range(6)]
        script.file.unlink()
        if ran.returncode == 0:
            break
    assert statement > 20
