"""Keeps a SQLite file in step with the payments of every connected customer. To be run from time to time; in
production, where the customers are not present, at most four times a day:

    TPP_API_KEY_FILE=.local/api-key python3 examples/sync.py transactions.sqlite [USER_ID…]

It needs Python 3.11 or newer, and an API key with the scopes `connections` and `accounts`. `TPP_URL` is the URL of the
API, by default http://localhost:3000. It prints one line for each account. Exit status 0 means that everything is in
step, except customers who must connect again. Otherwise, standard error says what is not in step, and why.

It can be killed at any time, and several can run at once: an answer is stored together with its cursor, and only if the
file still has the cursor that was sent. So the file has what one program without interruptions would have stored, and
`updated_at` need not be compared. What is gone at the bank is deleted; like changes, this is found among the newest 150
payments of an account, and always after a cursor was refused. Payments of a customer or an account that is no longer
listed stay: they are yours to delete.
"""

import json
import os
import re
import sqlite3
import sys
import time
from collections import Counter
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

URL = urlsplit(os.environ.get("TPP_URL", "http://localhost:3000"))
CONNECTION = HTTPSConnection if URL.scheme == "https" else HTTPConnection
KEY_FILE = Path(os.environ.get("TPP_API_KEY_FILE", ".local/api-key"))
TIMEOUT = 30  # A call may take 25 seconds.
TRIES, LONGEST_PAUSE = 8, 300  # Pauses of 1, 2, 4… seconds are two minutes in all; a longer one is for the next run.
NO_ANSWER = {"code": "no_answer", "action": "retry", "scope": "deployment"}  # The next call would have none, either.

# Two customers may share an account. A new round reads an account again from the start.
SCHEMA = """
CREATE TABLE IF NOT EXISTS transactions (user_id TEXT, account_id INTEGER, id TEXT, booked_at TEXT, updated_at TEXT,
    amount TEXT, currency TEXT, counterparty TEXT, counterparty_iban TEXT, remittance TEXT, json TEXT NOT NULL,
    round INTEGER NOT NULL, PRIMARY KEY (user_id, id));
CREATE TABLE IF NOT EXISTS cursors (user_id TEXT, account_id INTEGER, cursor TEXT NOT NULL DEFAULT '',
    has_more INTEGER NOT NULL DEFAULT 0, round INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (user_id, account_id));
"""


class Problem(Exception):
    """`scope` says what to pause, and `action` what to do. Codes are open: a new one needs nothing here."""

    def __init__(self, told: dict, pause: float | None = None):
        self.code, self.action, self.scope, self.pause = told["code"], told["action"], told["scope"], pause
        super().__init__(f"{told['detail']} ({self.code}, {self.action}, request {told.get('request_id', 'unknown')})")


def get(path: str) -> tuple[dict, HTTPResponse]:
    """A read, repeated where that helps, and never before Retry-After."""
    for attempt in range(1, TRIES + 1):
        try:
            return get_once(path)
        except Problem as problem:
            pause = 0.5 * 2**attempt if problem.pause is None else problem.pause
            if problem.action not in ("retry", "wait") or attempt == TRIES or pause > LONGEST_PAUSE:
                raise
        time.sleep(pause)


def get_once(path: str) -> tuple[dict, HTTPResponse]:
    """One request. It follows no redirect, so the key goes nowhere else."""
    headers = {"Authorization": f"Bearer {KEY_FILE.read_text().strip()}"}
    try:
        with closing(CONNECTION(URL.netloc, timeout=TIMEOUT)) as connection:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            text = answer.read()
    except (OSError, HTTPException) as error:  # Refused, broken, or timed out.
        raise Problem(NO_ANSWER | {"detail": f"The API does not answer: {type(error).__name__}."}) from None
    body = None
    with suppress(ValueError):
        body = json.loads(text)
    if answer.status == 200 and isinstance(body, dict):
        return body, answer
    # A gateway or a proxy in between answers in words of its own: what is no problem by its type is made one.
    ours = {"code": f"status_{answer.status}", "detail": "An answer without a problem in it.",
            "action": "retry" if answer.status in (200, 429, 500, 502, 503, 504) else "contact_support",
            "scope": "deployment" if answer.status in (401, 403, 429) else "request"}
    told = body if isinstance(body, dict) and answer.headers.get_content_type() == "application/problem+json" else {}
    pause = answer.headers.get("Retry-After", "")
    raise Problem(ours | told, float(pause) if pause.isdecimal() else None)


def listed(path: str, name: str):
    """Everything of a list, from all its pages. Of a link, only path and query are used: the key stays with our API."""
    while path:
        body, answer = get(path)
        yield from body[name]
        link = re.search(r'<([^>]*)>; rel="next"', answer.headers.get("Link", ""))
        path = urlsplit(link[1])._replace(scheme="", netloc="").geturl() if link else ""


def sync(db: sqlite3.Connection, user_id: str, account_id: int) -> Counter:
    """Stores what has changed in an account since its cursor, or everything if it has none."""
    # `with db` is all or nothing.
    this, counts, is_ours, was_refused = (user_id, account_id), Counter(added=0, modified=0, removed=0), False, False
    while True:
        with db:
            db.execute("INSERT OR IGNORE INTO cursors (user_id, account_id) VALUES (?, ?)", this)
        before = db.execute("SELECT cursor, has_more, round FROM cursors WHERE (user_id, account_id) = (?, ?)", this).fetchone()
        cursor, had_more, round = before
        query = "?" + urlencode({"cursor": cursor}) if cursor else ""
        try:
            answer, _ = get(f"/user/{quote(user_id)}/monetary-account/{account_id}/transactions/sync{query}")
        except Problem as problem:
            if problem.code != "cursor_invalid" or not cursor or was_refused:
                raise
            was_refused = True
            with db:  # From the start, in a new round. Its end deletes what it has not found again.
                moved(db, this, before, ("", False, round + 1))
            continue
        with db:
            if not moved(db, this, before, (answer["next_cursor"], answer["has_more"], round)):
                continue  # Another program was faster: this answer is older than what the file has now.
            store(db, this, round, answer)
        counts.update({name: len(answer[name]) for name in counts})
        # What a program left halfway ends with what was there when it began: then one more call gets the rest.
        is_ours = is_ours or not had_more
        if is_ours and not answer["has_more"]:
            return counts


def moved(db: sqlite3.Connection, this: tuple, before: tuple, after: tuple) -> bool:
    """Moves the cursor of an account, unless another program has moved it."""
    return db.execute("UPDATE cursors SET (cursor, has_more, round) = (?, ?, ?)"
                      " WHERE (user_id, account_id, cursor, has_more, round) = (?, ?, ?, ?, ?)", after + this + before).rowcount == 1


def store(db: sqlite3.Connection, this: tuple, round: int, answer: dict) -> None:
    for paid in answer["added"] + answer["modified"]:
        amount, other = paid["amount"] or {"value": None, "currency": None}, paid["counterparty"]  # The amount stays text.
        row = (*this, paid["id"], paid["booked_at"], paid["updated_at"], amount["value"], amount["currency"], other["name"],
               other["iban"], paid["remittance"], json.dumps(paid), round)
        db.execute("INSERT OR REPLACE INTO transactions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
    db.executemany("DELETE FROM transactions WHERE (user_id, id) = (?, ?)", [(this[0], gone["id"]) for gone in answer["removed"]])
    if not answer["has_more"]:
        db.execute("DELETE FROM transactions WHERE (user_id, account_id) = (?, ?) AND round < ?", (*this, round))


@contextmanager
def leaving_out(what: str, left_out: list[str], *wider: str):
    """Goes on with the next account or customer after a problem, unless its scope is one of the wider ones."""
    try:
        yield
    except Problem as problem:
        if problem.scope in wider:
            raise
        left_out.append(what)
        print(f"{what}: {problem}", file=sys.stderr, flush=True)


def main(file: str, *user_ids: str) -> None:
    os.umask(0o077)  # Only this user may read the file.
    with closing(sqlite3.connect(file, timeout=60, isolation_level="IMMEDIATE")) as db:
        db.executescript(f"BEGIN IMMEDIATE; {SCHEMA} COMMIT;")
        left_out = []
        with leaving_out("stopped", left_out):
            for user_id in user_ids or [user["user_id"] for user in listed("/users", "users") if user["status"] == "active"]:
                with leaving_out(user_id, left_out, "deployment"):
                    for account in listed(f"/user/{quote(user_id)}/accounts?format=normalised", "accounts"):
                        if account["has_transactions"]:
                            with leaving_out(f"{user_id} {account['id']}", left_out, "connection", "deployment"):
                                counts = sync(db, user_id, account["id"])
                                print(user_id, account["id"], *(f"{name} {count}" for name, count in counts.items()), flush=True)
    sys.exit(bool(left_out))


if __name__ == "__main__":
    main(*sys.argv[1:]) if sys.argv[1:] else sys.exit(__doc__)
