"""The local stack for the duration of a test: the API, its AWS and a simulated bank, each on a free port, with a
temporary state folder."""

import os
import re
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

import signature

PATIENCE = 90


@dataclass
class Stack:
    url: str
    bank: str
    api_key: str
    access_key: tuple[str, str]

    def connect(self, customer: str) -> str:
        """Lets a customer of the simulated bank consent in their own browser. Returns their user_id."""
        with httpx.Client(base_url=self.url, trust_env=False) as browser:
            callback = self.consent(browser, customer)
            answer = browser.get(callback).raise_for_status()
            return answer.json()["new_user_id"]

    def consent(self, browser: httpx.Client, customer: str, start: str = "/auth") -> str:
        """Follows redirects up to the bank's redirect to the callback, and returns its target."""
        page = browser.get(start).headers["location"]
        return browser.get(page, headers={"X-Simulator-Approve": customer}).headers["location"]


@contextmanager
def running(binary: Path):
    """Starts `local`, and always stops it by its pid."""
    # In memory if possible: the local AWS writes its file with every change.
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="bunq-tpp-contract-", dir=memory) as folder:
        output = Path(folder, "output")
        ports = [argument for flag in ("--port", "--aws-port", "--simulator-port") for argument in (flag, "0")]
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("BUNQ_", "AWS_"))}
        environment |= {"RETURN_ORIGINS": "https://app.example", "BANK_WRITES": "accounts"}
        with output.open("wb") as out:
            process = subprocess.Popen(
                [binary, *ports, "--state-dir", Path(folder, "state")], stdout=out, stderr=out, env=environment
            )
        try:
            stack = ready(process, output, Path(folder, "state"))
            # Every operation must be able to succeed, also those that the bank refuses to a PSD2 party.
            httpx.patch(f"{stack.bank}/_simulator/settings", json={"tpp_writes": "allow", "callback_targets": "loopback"}, trust_env=False).raise_for_status()
            yield stack
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def ready(process: subprocess.Popen, output: Path, state: Path) -> Stack:
    """Waits for the welcome message, which is printed when everything listens."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        text = output.read_text()
        if "Ctrl-C stops everything" in text:
            said = {name: re.search(rf"^  {name} +(\S+)", text, re.MULTILINE)[1] for name in ("API", "bank", "API key")}
            access_key = signature.read(state / "aws-credentials")
            return Stack(said["API"].rstrip("/"), said["bank"].rstrip("/"), said["API key"], access_key)
        time.sleep(0.1)
    raise RuntimeError(f"the local stack did not start:\n{output.read_text()}")
