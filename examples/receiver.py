"""Receives events (webhooks), and keeps a SQLite file in step with what they name: the connections of customers, and the
payments of their accounts. Create an endpoint, store its secret, and start the receiver:

    curl -sS -H "Authorization: Bearer $(cat .local/api-key)" -H 'Content-Type: application/json' \\
      -d '{"url": "http://localhost:8090/webhooks", "types": ["*"]}' \\
      http://localhost:3000/webhook-endpoints >.local/endpoint.json
    jq -r .secret .local/endpoint.json >.local/webhook-secret
    python3 examples/receiver.py events.sqlite

It needs Python 3.11 or newer, examples/sync.py beside it, and an API key with the scopes `connections` and `accounts`;
`--catch-up` also needs `events`. RECEIVER_SECRET_FILE names the file with the secret, RECEIVER_PORT the port on this
machine, and TPP_URL and TPP_API_KEY_FILE are as in sync.py. In production, a proxy in front of it provides https.
Python's standard library has no ed25519, so the endpoint's `signature` must be `hmac`, which is the default.

An event only says what changed. Its id is stored, once, before the answer 204; then the present state is read from the
API, and stored in the transaction that marks the event as done. So it can be killed at any time, and continues with
what is not done.

    python3 examples/receiver.py --catch-up events.sqlite

reads the events that did not arrive, processes them, and ends. Run it after the receiver was away for days, or once a
day. The receiver may run meanwhile.
"""

import hmac
import json
import os
import re
import sqlite3
import sys
import threading
import time
from base64 import b64decode, b64encode
from contextlib import closing, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

import sync
from sync import Problem

SECRET_FILE = Path(os.environ.get("RECEIVER_SECRET_FILE", ".local/webhook-secret"))
PORT = int(os.environ.get("RECEIVER_PORT", "8090"))
TOLERANCE = 300  # Seconds between webhook-timestamp and this machine's clock.
LARGEST = 64 * 1024  # Bytes of a message. An event has less than one kilobyte.
PAUSE = 60  # Seconds until what failed is tried again.
WAKE = threading.Event()

SCHEMA = f"""{sync.SCHEMA}
CREATE TABLE IF NOT EXISTS events (number INTEGER PRIMARY KEY, id TEXT UNIQUE, type TEXT NOT NULL, user_id TEXT NOT NULL,
    account_id INTEGER, is_done INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS connections (user_id TEXT PRIMARY KEY, json TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS feed (only_row INTEGER PRIMARY KEY, cursor TEXT NOT NULL);
INSERT OR IGNORE INTO feed VALUES (1, '0');
"""


def secret() -> bytes:
    """Read for each message, because it may be replaced. With an empty one, everyone could sign."""
    kind, _, text = SECRET_FILE.read_text().strip().partition("_")
    if kind != "whsec" or len(key := b64decode(text)) < 24:
        raise ValueError(f"{SECRET_FILE} must have the `secret` of an endpoint with the signature `hmac`")
    return key


def is_genuine(headers, body: bytes) -> bool:
    """Standard Webhooks 1.0.0: one of the signatures must be right, and the time near ours."""
    event_id, sent, signatures = (headers.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature"))
    if not event_id or not re.fullmatch("[0-9]{1,12}", sent) or abs(time.time() - int(sent)) > TOLERANCE:
        return False
    right = b"v1," + b64encode(hmac.digest(secret(), f"{event_id}.{sent}.".encode() + body, "sha256"))
    return any(hmac.compare_digest(one.encode(), right) for one in signatures.split(" "))


def record(db: sqlite3.Connection, event_id: str, event: dict) -> None:
    """Stores what to read. An id that is stored changes nothing. Other types, also unknown ones, are ignored."""
    group, data = event.get("type", "").partition(".")[0], event.get("data", {})
    if group in ("connection", "transaction", "transactions") and data["user_id"]:
        db.execute("INSERT INTO events (id, type, user_id, account_id) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
                   (event_id, event["type"], data["user_id"], data.get("account_id")))


class Receiver(BaseHTTPRequestHandler):
    timeout = 15  # The sender waits no longer.

    def do_POST(self):
        length = self.headers.get("Content-Length", "")
        if not re.fullmatch("[0-9]{1,9}", length) or int(length) > LARGEST:
            return self.answer(413)
        body = self.rfile.read(int(length))
        if not is_genuine(self.headers, body):
            return self.answer(401)
        with closing(opened(self.server.file, 10)) as db, db:
            record(db, self.headers["webhook-id"], json.loads(body))
        self.answer(204)
        WAKE.set()

    def answer(self, status: int) -> None:
        self.send_response(status)
        self.end_headers()

    def log_message(self, *_) -> None:
        """Logs nothing: the path may be secret."""


def work(db: sqlite3.Connection) -> bool:
    """Reads what the events are about, once for each customer and account. Returns whether everything is done."""
    is_complete = True
    for about in db.execute("SELECT user_id, account_id, max(number) FROM events WHERE NOT is_done GROUP BY 1, 2").fetchall():
        user_id, account_id, _ = about
        connection = code = None
        try:
            if account_id is None:
                connection, _ = sync.get(f"/user/{quote(user_id)}/connection")
            else:
                sync.sync(db, user_id, account_id)
        except Problem as problem:
            print(f"{user_id} {account_id or 'connection'}: {problem}", file=sys.stderr, flush=True)
            if problem.scope == "deployment":
                return False
            code = problem.code
            # These two are final: the same request would get the same answer. The others are tried again later.
            if problem.action not in ("fix_request", "reauthorise"):
                is_complete = False
                continue
        with db:
            mark = "UPDATE events SET is_done = 1 WHERE (user_id, account_id) IS (?, ?) AND number <= ? AND NOT is_done"
            if code == "user_not_found":  # The connection was deleted: erase everything of this customer.
                for table in ("connections", "transactions", "cursors"):
                    db.execute(f"DELETE FROM {table} WHERE user_id = ?", (user_id,))
                db.execute("UPDATE events SET user_id = '', is_done = 1 WHERE user_id = ?", (user_id,))
            elif not db.execute(mark, about).rowcount:
                continue  # Another program was faster, and what it has stored may be newer.
            elif connection:
                db.execute("INSERT OR REPLACE INTO connections VALUES (?, ?)", (user_id, json.dumps(connection)))
        print(user_id, account_id or "connection", code or "read", flush=True)
    return is_complete


def catch_up(db: sqlite3.Connection) -> None:
    """Records the events since the last time, together with the cursor that follows them."""
    has_more = True
    while has_more:
        ((after,),) = db.execute("SELECT cursor FROM feed")
        page, _ = sync.get(f"/webhook-events?count=100&after={quote(after)}")
        if page["missed"]:
            print(f"{page['missed']} events are missing: compare your customers with GET /users", file=sys.stderr)
        with db:
            for event in page["events"]:
                record(db, event["id"], event)
            db.execute("UPDATE feed SET cursor = ?", (page["next_cursor"],))
        has_more = page["has_more"]


def opened(file: str, timeout: float = 60) -> sqlite3.Connection:
    return sqlite3.connect(file, timeout=timeout, isolation_level="IMMEDIATE")


def main(file: str, *, is_catching_up: bool) -> None:
    os.umask(0o077)  # Only this user may read the file.
    with closing(opened(file)) as db:
        db.executescript(f"BEGIN IMMEDIATE; {SCHEMA} COMMIT;")
        if is_catching_up:
            try:
                catch_up(db)
            except Problem as problem:
                sys.exit(f"stopped: {problem}")
            sys.exit(not work(db))
        secret()
        server = ThreadingHTTPServer(("127.0.0.1", PORT), Receiver)
        server.file = file
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(f"Receives at http://localhost:{PORT}", flush=True)
        while True:
            WAKE.clear()
            work(db)
            WAKE.wait(PAUSE)


if __name__ == "__main__":
    files = [word for word in sys.argv[1:] if word != "--catch-up"]
    if len(files) != 1:
        sys.exit(__doc__)
    with suppress(KeyboardInterrupt):
        main(files[0], is_catching_up="--catch-up" in sys.argv)
