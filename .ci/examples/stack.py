"""The local stack and the example for the duration of the tests: each on a free port, and stopped by its pid."""

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import HTTPCookieProcessor, ProxyHandler, Request, build_opener

EXAMPLE = Path(__file__).parents[2] / "examples/bookkeeping"
PATIENCE = 90
# For tests that count calls or events: without a queue for callbacks, nothing is read in the background.
QUIET = {"HINTS_QUEUE": ""}
direct = build_opener(ProxyHandler({}))


def until(condition, what: str, patience: float = PATIENCE):
    """Polls until a condition is true, and returns its value."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if said := condition():
            return said
        time.sleep(0.05)
    raise AssertionError(f"not within {patience} seconds: {what}")


@dataclass
class World:
    binary: str
    state: Path
    api: str
    bank: str
    app: str
    books: Path
    environment: dict[str, str]
    output: Path

    def switch(self, name: str, body: dict | None = None, method: str | None = None):
        """Changes a setting of the simulated bank."""
        return self.ask(f"{self.bank}/_simulator/{name}", body, method)[1]

    def faults(self, *faults: dict):
        """Replaces all faults by these."""
        self.switch("faults", method="DELETE")
        for fault in faults:
            self.switch("faults", fault)

    def read(self, path: str):
        """The API's response to a key with every scope: status and body."""
        return self.ask(self.api + path, key=(self.state / "api-key").read_text().strip())

    def ask(self, url: str, body: dict | None = None, method: str | None = None, key: str = ""):
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
        request = Request(url, None if body is None else json.dumps(body).encode(), headers, method=method)
        try:
            with direct.open(request, timeout=60) as answer:
                text = answer.read()
                return answer.status, json.loads(text) if text else None
        except HTTPError as error:
            with error:
                return error.code, json.loads(error.read())

    def connect(self, customer: str) -> str:
        """Lets a customer of the simulated bank consent in their own browser. Returns their user_id."""
        browser = build_opener(ProxyHandler({}), HTTPCookieProcessor())
        with browser.open(Request(f"{self.api}/auth", headers={"X-Simulator-Approve": customer}), timeout=60) as answer:
            return json.loads(answer.read())["new_user_id"]

    def local(self, *arguments: str):
        """Runs one of the binary's commands for the running stack, and returns its JSON."""
        port = self.api.rsplit(":", 1)[1]
        command = [self.binary, *arguments, "--port", port, "--state-dir", self.state]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=60, env=self.environment)
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout)

    def job(self, **changed: str) -> subprocess.CompletedProcess:
        """Runs the job once. Prints its output, too."""
        ran = subprocess.run([sys.executable, EXAMPLE / "books.py"], capture_output=True, text=True, timeout=300, env=self.environment | changed)
        with self.output.open("a") as output:
            output.write(ran.stdout + ran.stderr)
        assert "Traceback" not in ran.stderr, ran.stderr
        return ran

    def rows(self, query: str, *values) -> list[tuple]:
        with closing(sqlite3.connect(self.books)) as db:
            return db.execute(query, values).fetchall()


@contextmanager
def process(command: list, output: Path, environment: dict[str, str]):
    """Runs a program for a while. Terminates it, then kills it."""
    with output.open("ab") as out:
        started = subprocess.Popen(command, stdout=out, stderr=out, env=environment)
    try:
        yield started
    finally:
        started.send_signal(signal.SIGTERM)
        try:
            started.wait(10)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


def said(started: subprocess.Popen, output: Path, text: str) -> str:
    """The whole output of a program, once it contains this text."""

    def condition():
        assert started.poll() is None, output.read_text()
        printed = output.read_text()
        return printed if text in printed else None

    return until(condition, f"a program says {text!r}")


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def stack(binary: str, folder: Path, name: str, *scopes: str, **variables: str):
    """Starts `local` with these variables, and makes an API key of this name and these scopes for an example."""
    state, port, told = folder / "state", free_port(), folder / "local.out"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("BUNQ_", "AWS_", "TPP_", "BOOKS_"))}
    environment |= {"RETURN_ORIGINS": f"http://127.0.0.1:{port}", "NO_PROXY": "localhost,127.0.0.1", "PYTHONDONTWRITEBYTECODE": "1"}
    environment |= variables
    ports = [word for flag in ("--port", "--aws-port", "--simulator-port") for word in (flag, "0")]
    with process([binary, *ports, "--state-dir", state], told, environment) as local:
        welcome = said(local, told, "Ctrl-C stops everything")
        api, bank = (re.search(rf"^  {name} +(\S+)", welcome, re.MULTILINE)[1].rstrip("/") for name in ("API", "bank"))
        environment |= {"TPP_URL": api, "TPP_API_KEY_FILE": str(folder / "key"), "BOOKS_DB": str(folder / "books.sqlite"), "BOOKS_PORT": str(port)}
        made = World(binary, state, api, bank, f"http://127.0.0.1:{port}", folder / "books.sqlite", environment, folder / "app.out")
        made.key = made.local("keys", "create", "--name", name, *(word for scope in scopes for word in ("--scope", scope)))
        (folder / "key").write_text(made.key["api_key"] + "\n")
        yield made


@contextmanager
def world(binary: str, folder: Path):
    """Starts `local` first, because the example needs a key; but `local` must know the example's URL at its start."""
    with stack(binary, folder, "bookkeeping", "connections", "accounts", "payments", **QUIET) as made:
        with process([sys.executable, EXAMPLE / "app.py"], made.output, made.environment) as app:
            said(app, made.output, "Open http://127.0.0.1:")
            until(lambda: reachable(int(made.environment["BOOKS_PORT"])), "the example listens")
            yield made


def reachable(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
