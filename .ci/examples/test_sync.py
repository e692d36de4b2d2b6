"""The sync against the running API: whatever happens to it, the file has what the bank has in the end."""

import os
import random
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from books_and_bank import payments_at_the_bank
from stack import EXAMPLE, QUIET, stack

SYNC = EXAMPLE.parent / "sync.py"
KILLS = int(os.environ.get("SYNC_KILLS", "12"))
ACCOUNTS = "GET user/{user-id}/monetary-account"
PAYMENTS = "GET user/{user-id}/monetary-account/{monetary-account-id}/payment"
EFFECTS = [
    {"status": 429},
    {"status": 500},
    {"status": 400},
    {"signature": "wrong"},
    {"drop": "before"},
    {"drop": "after"},
    {"truncate": 100},
    {"delay_ms": 400},
    {"status": 200, "body": "<html>"},
]


@pytest.fixture(scope="module")
def w(tmp_path_factory):
    with stack(os.environ["LOCAL"], tmp_path_factory.mktemp("sync"), "sync", "connections", "accounts", **QUIET) as made:
        made.users = {customer: made.connect(customer) for customer in ("person", "company", "empty", "strange")}
        yield made


@pytest.fixture
def file(w, tmp_path):
    yield tmp_path / "transactions.sqlite"
    w.faults()
    w.switch("settings", {"rate_limits": "off"})


def begun(w, file: Path, *user_ids: str, **changed: str) -> subprocess.Popen:
    command = [sys.executable, SYNC, file, *user_ids]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=w.environment | changed)


def ended(program: subprocess.Popen) -> tuple[int, str, str]:
    """Its exit status, its lines, and its complaints."""
    try:
        out, err = program.communicate(timeout=300)
    finally:
        program.kill()
    assert "Traceback" not in err, err
    return program.returncode, out, err


def synced(w, file: Path, *user_ids: str) -> str:
    status, out, err = ended(begun(w, file, *user_ids))
    assert (status, err) == (0, "")
    return out


def rows(file: Path, query: str, *values) -> list[tuple]:
    with closing(sqlite3.connect(file, timeout=60)) as db, db:
        return db.execute(query, values).fetchall()


def at_the_bank(w) -> set[tuple]:
    return {
        (user_id, account["id"], f"{account['id']}.{paid['id']}", datetime.fromisoformat(f"{paid['created']}Z"), paid["amount"]["value"], paid["amount"]["currency"])
        for user_id in w.users.values()
        for element in w.read(f"/user/{user_id}/accounts")[1]["Response"]
        for account in element.values()
        for paid in payments_at_the_bank(w, user_id, account["id"])
    }


def in_the_file(file: Path) -> set[tuple]:
    found = rows(file, "SELECT user_id, account_id, id, booked_at, amount, currency FROM transactions")
    assert rows(file, "PRAGMA integrity_check") == [("ok",)]
    assert len(found) == len(set(found))
    return {(*row[:3], datetime.fromisoformat(row[3]), *row[4:]) for row in found}


def test_a_first_run_reads_everything_and_a_second_one_makes_one_call_for_each_account(w, file):
    out = synced(w, file)
    assert in_the_file(file) == at_the_bank(w)
    assert rows(file, "SELECT count(*) FROM transactions WHERE account_id = 60101 AND typeof(amount) = 'text'") == [(320,)]
    assert f"{w.users['person']} 60101 added 320 modified 0 removed 0" in out.splitlines()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    before = rows(file, "SELECT * FROM transactions ORDER BY 1, 2, 3")
    w.switch("calls", method="DELETE")
    lines = synced(w, file).splitlines()
    assert all(line.endswith(" added 0 modified 0 removed 0") for line in lines)
    counts = w.switch("calls")["counts"]
    assert counts == {ACCOUNTS: len(w.users), PAYMENTS: len(lines)}
    assert rows(file, "SELECT * FROM transactions ORDER BY 1, 2, 3") == before


def test_a_payment_that_the_bank_changes_is_changed_in_the_file(w, file):
    synced(w, file, w.users["person"])
    [(newest,)] = rows(file, "SELECT max(id) FROM transactions WHERE account_id = 60102")
    w.switch("change-payment", {"account": 60102, "payment": int(newest.split(".")[1]), "description": "Hotel"})
    assert f"{w.users['person']} 60102 added 0 modified 1 removed 0" in synced(w, file, w.users["person"]).splitlines()
    assert rows(file, "SELECT id FROM transactions WHERE remittance = 'Hotel'") == [(newest,)]


def test_one_customer_can_be_read_alone(w, file):
    synced(w, file, w.users["company"])
    assert in_the_file(file) == {row for row in at_the_bank(w) if row[0] == w.users["company"]}


def test_what_arrives_while_a_run_is_broken_off_is_read_by_the_next_one(w, file):
    w.switch("payments", {"customer": "company", "count": 250})
    w.faults({"endpoint": PAYMENTS, "nth": 4, "times": 99, "status": 400})
    status, out, err = ended(begun(w, file, w.users["company"]))
    assert (status, len(out.splitlines()), len(err.splitlines())) == (1, 2, 1)
    assert rows(file, "SELECT has_more FROM cursors WHERE has_more") == [(1,)]
    w.faults()
    w.switch("payments", {"customer": "company", "count": 3})
    synced(w, file, w.users["company"])
    assert in_the_file(file) == {row for row in at_the_bank(w) if row[0] == w.users["company"]}


def test_the_limits_of_the_bank_are_waited_out(w, file):
    w.switch("settings", {"rate_limits": "classic"})
    synced(w, file)
    w.switch("settings", {"rate_limits": "off"})
    assert in_the_file(file) == at_the_bank(w)


def test_a_bank_that_stays_busy_is_asked_again_when_the_api_says(w, file):
    text = "Too many requests. You can do a maximum of 3 calls per 3 second to this endpoint."
    w.faults({"endpoint": PAYMENTS, "nth": 2, "times": 5, "status": 429, "body": {"Error": [{"error_description": text}]}})
    synced(w, file)
    said = (w.state.parent / "local.out").read_text()
    assert '"code":"bank_busy"' in said
    assert in_the_file(file) == at_the_bank(w)


def test_killed_at_any_moment_it_ends_with_what_the_bank_has(w, file, tmp_path):
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    dice, whole = random.Random(seed), time.monotonic()
    synced(w, tmp_path / "another.sqlite")
    whole = time.monotonic() - whole
    killed = 0
    for _ in range(KILLS):
        w.switch("payments", {"customer": dice.choice(["person", "company", "strange"]), "count": dice.choice([1, 3, 150, 450])})
        effects = [dice.choice(EFFECTS) | {"endpoint": PAYMENTS, "nth": dice.randint(1, 9), "times": dice.randint(1, 3)} for _ in range(2)]
        w.faults(*effects, dice.choice(EFFECTS) | {"endpoint": ACCOUNTS, "nth": dice.randint(1, 6)})
        program = begun(w, file)
        time.sleep(dice.uniform(0, 1.2 * whole))
        program.send_signal(signal.SIGKILL)
        killed += ended(program)[0] == -signal.SIGKILL
    print(f"killed {killed} of {KILLS}, a whole run takes {whole:.2f} seconds")
    assert killed > 0
    w.faults()
    synced(w, file)
    assert in_the_file(file) == at_the_bank(w)


def test_two_at_once_store_what_one_would(w, file):
    for _ in range(3):
        for program in [begun(w, file), begun(w, file)]:
            assert ended(program)[::2] == (0, "")
        assert in_the_file(file) == at_the_bank(w)
        w.switch("payments", {"customer": "person", "count": 450})


def test_after_a_broken_cursor_the_account_is_read_again(w, file):
    synced(w, file)
    (cursor,) = rows(file, "SELECT cursor FROM cursors WHERE account_id = 60101")[0]
    middle = len(cursor) // 2
    broken = cursor[:middle] + ("A" if cursor[middle] != "A" else "B") + cursor[middle + 1 :]
    rows(file, "UPDATE cursors SET cursor = ? WHERE account_id = 60101", broken)
    # The bank has neither: a payment that is gone, and one with another amount.
    rows(file, "INSERT INTO transactions SELECT user_id, account_id, '60101.1', booked_at, updated_at, amount, currency, counterparty,"
         " counterparty_iban, remittance, json, round FROM transactions WHERE account_id = 60101 LIMIT 1")
    rows(file, "UPDATE transactions SET amount = '0.01' WHERE id = (SELECT min(id) FROM transactions WHERE account_id = 60101 AND id != '60101.1')")
    assert in_the_file(file) != at_the_bank(w)
    out = synced(w, file)
    assert in_the_file(file) == at_the_bank(w)
    read_again = [line for line in out.splitlines() if " added 0 " not in line]
    assert [line.split()[1] for line in read_again] == ["60101"]


def test_a_revoked_consent_stops_one_customer_and_a_wrong_key_all(w, file, tmp_path):
    w.switch("revoke", {"customer": "company"})
    status, out, err = ended(begun(w, file))
    assert (status, len(err.splitlines())) == (1, 1)
    assert err.startswith(w.users["company"]) and "consent_revoked" in err
    assert {line.split()[0] for line in out.splitlines()} == {w.users["person"], w.users["strange"]}
    # The list of customers now says so: no call is made for it.
    assert synced(w, file).splitlines()
    (tmp_path / "key").write_text("tpp_wrong")
    status, out, err = ended(begun(w, file, TPP_API_KEY_FILE=str(tmp_path / "key")))
    assert (status, out) == (1, "")
    assert err.startswith("stopped: ") and "api_key_invalid" in err
    assert "tpp_" not in err
