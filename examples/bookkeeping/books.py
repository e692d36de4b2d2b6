"""Keeps the books equal to the bank's, and sends orders. To be run from time to time: `python books.py`."""

import json
import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from api import Api, Problem

ROUTES = {"invoice": "request-inquiry", "bill": "draft-payment"}
WIDER = ("connection", "deployment")  # Scopes that pause more than one request.


def opened() -> sqlite3.Connection:
    """The database. It keeps each statement at once: what follows may be a call that takes half a minute."""
    db = sqlite3.connect(os.environ.get("BOOKS_DB", ".local/bookkeeping.sqlite"), timeout=30, isolation_level=None)
    db.row_factory = sqlite3.Row
    db.executescript(Path(__file__).with_name("schema.sql").read_text())
    return db


def run() -> None:
    """Every connected customer, one after the other, until something concerns all of them."""
    with closing(opened()) as db:
        for user_id, owner in db.execute("SELECT user_id, owner FROM connections WHERE state != 'reauthorise'").fetchall():
            try:
                print(f"{owner}: {visit(Api(), db, user_id, follow_orders, sync)}")
            except Problem as problem:
                sys.exit(f"stopped: {problem}")


def visit(api: Api, db: sqlite3.Connection, user_id: str, *steps) -> str:
    """One customer. Only what concerns the whole deployment is raised; the rest is noted, and others go on."""
    state, note = "ok", ""
    try:
        for step in steps:
            step(api, db, user_id)
    except sqlite3.IntegrityError:
        return "disconnected meanwhile"
    except Problem as problem:
        if problem.scope == "deployment":
            raise
        state, note = "reauthorise" if problem.action == "reauthorise" else "trouble", str(problem)
    db.execute("UPDATE connections SET state = ?, note = ? WHERE user_id = ?", (state, note, user_id))
    return f"{state} {note}"


def sync(api: Api, db: sqlite3.Connection, user_id: str) -> None:
    """Accounts, and the payments of each. An account that fails by itself is skipped until the next run."""
    found = [account for _, account in api.elements(f"/user/{user_id}/accounts") if "id" in account]
    for account in found:
        this, note = (user_id, account["id"]), ""
        balance = (account.get("balance") or {}).get("value")  # Null where bunq does not know it.
        db.execute("INSERT INTO accounts (user_id, id, name, balance) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE"
                   " SET name = excluded.name, balance = excluded.balance", (*this, account.get("description"), balance))
        try:
            sync_payments(api, db, *this)
        except Problem as problem:
            if problem.scope in WIDER:
                raise
            note = str(problem)
        db.execute("UPDATE accounts SET note = ? WHERE user_id = ? AND id = ?", (note, *this))
    # An account that is no longer granted goes; its payments stay in the books.
    db.execute("DELETE FROM accounts WHERE user_id = ? AND id NOT IN (SELECT value FROM json_each(?))",
               (user_id, json.dumps([account["id"] for account in found])))


def sync_payments(api: Api, db: sqlite3.Connection, *this: str | int) -> None:
    """What came since the last whole reading. A week is read again: for late bookings, and clocks that differ."""
    since, until = db.execute("SELECT synced_until, date('now', '-7 days') FROM accounts WHERE user_id = ? AND id = ?", this).fetchone()
    path = "/user/{}/payments/{}?all=true".format(*this) + (f"&since={since}" if since else "")
    rows = [(*this, paid["id"], paid.get("created"), paid["amount"]["value"], paid["amount"]["currency"], paid.get("description"))
            for kind, paid in api.elements(path) if kind == "Payment"]
    db.executemany("INSERT OR REPLACE INTO payments VALUES (?, ?, ?, ?, ?, ?, ?)", reversed(rows))
    # Pages are newest first: the mark moves only now that there are no older ones to read.
    db.execute("UPDATE accounts SET synced_until = ? WHERE user_id = ? AND id = ?", (until, *this))


def follow_orders(api: Api, db: sqlite3.Connection, user_id: str) -> None:
    """Sends what is stored and unsent, and asks what became of the rest."""
    db.execute("UPDATE orders SET status = 'LAPSED' WHERE key IN (SELECT key FROM lapsed_orders WHERE user_id = ?)", (user_id,))
    for order in db.execute("SELECT * FROM open_orders WHERE user_id = ?", (user_id,)).fetchall():
        follow(api, db, **order)


def follow(api: Api, db: sqlite3.Connection, user_id, key, kind, account_id, body, bunq_id, status, note, **_) -> None:
    """One order. Its key and the text of its body were stored first: however often this runs, bunq makes one."""
    try:
        if bunq_id is None:
            made, _ = api.call("POST", f"/user/{user_id}/{ROUTES[kind]}", body, key)
            bunq_id, status = made["Response"][0]["Id"]["id"], "sent"
        read, _ = api.call("GET", f"/user/{user_id}/monetary-account/{account_id}/{ROUTES[kind]}/{bunq_id}")
        status, note = next(iter(read["Response"][0].values()))["status"], ""
    except Problem as problem:
        # Anything but a refusal of the request itself leaves open whether bunq has done it: the key must stay.
        refused = bunq_id is None and (problem.scope, problem.action) == ("request", "fix_request")
        status, note = "REFUSED" if refused else status, str(problem)
        if problem.scope in WIDER:
            raise
    finally:
        db.execute("UPDATE orders SET bunq_id = ?, status = ?, note = ? WHERE key = ?", (bunq_id, status, note, key))


if __name__ == "__main__":
    run()
