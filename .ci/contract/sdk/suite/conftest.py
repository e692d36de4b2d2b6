"""Runs the tests of bunq's source package against the simulated bank, with the files that they read."""

import base64
import subprocess
from pathlib import Path

import pytest
from bank import running

TESTS = Path(__file__).parent / "tests"
# One grey pixel.
PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="


@pytest.fixture(scope="session", autouse=True)
def simulator():
    (TESTS / "assets").mkdir(exist_ok=True)
    (TESTS / "assets" / "vader.png").write_bytes(base64.b64decode(PICTURE))
    files = ["-keyout", TESTS / "key.pem", "-out", TESTS / "certificate.pem"]
    subject = ["-subj", "/C=NL/CN=SDK tests PISP AISP"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", *subject, *files]
    subprocess.run(command, check=True, capture_output=True)
    with running() as root:
        yield root
