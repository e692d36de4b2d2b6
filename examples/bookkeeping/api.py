"""Calls the API, and makes a Problem of whatever goes wrong: it says what to pause, and whose move it is."""
import json
import os
import re
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from pathlib import Path
from urllib.parse import urlsplit

URL = urlsplit(os.environ.get("TPP_URL", "http://localhost:3000"))
CONNECTION = HTTPSConnection if URL.scheme == "https" else HTTPConnection
KEY_FILE = Path(os.environ.get("TPP_API_KEY_FILE", ".local/api-key"))
NO_ANSWER = {"code": "no_answer", "action": "retry", "scope": "deployment"}  # The next call would have none, either.
TRIES, TIMEOUT = 4, 30  # A call may take 25 seconds: who gives up sooner never hears the answer.


class Problem(Exception):
    """`scope` and `action` decide what happens next. Codes are open: a new one needs nothing here."""

    def __init__(self, said: dict, wait: float | None = None):
        reasons = "".join(f" {reason['detail']}" for reason in said.get("errors", []) if reason["detail"] not in said["detail"])
        super().__init__(f"{said['detail']}{reasons} ({said['code']}, {said['action']}, request {said.get('request_id', 'unknown')})")
        self.code, self.action, self.scope, self.wait = said["code"], said["action"], said["scope"], wait


@dataclass
class Api:
    patience: float = 90  # Seconds for one call with its repetitions; a page has less of it than a job.
    psu_ip: str = ""  # The customer's address, while they wait for the answer.

    def call(self, method: str, path: str, body: str | None = None, key: str = "", harmless: bool = False):
        """A call, repeated where that helps. A POST is repeated under its idempotency key, or where two do no harm."""
        end = time.monotonic() + self.patience
        for attempt in range(1, TRIES + 1):
            try:
                return self.once(method, path, body, key)
            except Problem as problem:
                helps = problem.action in ("retry", "wait") and (method != "POST" or key or harmless)
                pause = 0.5 * 2**attempt if problem.wait is None else problem.wait
                # To come back before Retry-After is worse than not at all: the job's next run is soon enough.
                if not helps or attempt == TRIES or time.monotonic() + pause > end:
                    raise
            time.sleep(pause)

    def once(self, method: str, path: str, body: str | None, key: str) -> tuple[dict, HTTPResponse]:
        """One request. No redirect is followed: this API has them for browsers only, and our key goes nowhere else."""
        headers = {"Authorization": f"Bearer {KEY_FILE.read_text().strip()}", "Content-Type": "application/json",
                   "Idempotency-Key": key, "PSU-IP-Address": self.psu_ip}
        try:
            with closing(CONNECTION(URL.netloc, timeout=TIMEOUT)) as connection:
                connection.request(method, path, body and body.encode(), {name: text for name, text in headers.items() if text})
                answer = connection.getresponse()
                return json_or_problem(answer, answer.read()), answer
        except (OSError, HTTPException) as error:  # Refused, broken, or timed out.
            raise Problem(NO_ANSWER | {"detail": f"The API does not answer: {type(error).__name__}."}) from None

    def elements(self, path: str):
        """Everything of a listing, from all its pages, as pairs of kind and content: new kinds come at any time."""
        while path:
            body, answer = self.call("GET", path)
            yield from (pair for element in body["Response"] for pair in element.items())
            link = re.search(r'<([^>]*)>; rel="next"', answer.headers.get("Link", ""))
            # Path and query only, so that the key stays with our API whatever a link says.
            path = urlsplit(link[1])._replace(scheme="", netloc="").geturl() if link else ""


def json_or_problem(answer: HTTPResponse, text: bytes) -> dict:
    """A gateway or a proxy in between answers in words of its own: what is no problem by its type is made one."""
    said = None
    with suppress(ValueError):
        said = json.loads(text or b"{}")
    if answer.status < 300 and isinstance(said, dict):
        return said
    action = "retry" if answer.status in (200, 429, 502, 503, 504) else "contact_support"
    scope = "deployment" if answer.status in (401, 403, 429) else "request"
    ours = {"code": f"status_{answer.status}", "action": action, "scope": scope, "detail": "An answer without a problem in it."}
    wait = answer.headers.get("Retry-After", "")
    told = said if isinstance(said, dict) and answer.headers.get_content_type() == "application/problem+json" else {}
    raise Problem(ours | told, float(wait) if wait.isdecimal() else None)
