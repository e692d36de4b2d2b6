"""A server that returns responses as listed, in place of the API. A listed function makes its response."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

HANG = object()


class Script:
    def __init__(self):
        self.answers, self.requests, self.waits, self.over = [], [], [], threading.Event()

    def start(self):
        script = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                script.requests.append((self.command, self.path, self.headers.get("Idempotency-Key"), body))
                given = script.answers.pop(0)
                if given is HANG:
                    script.over.wait()
                    return
                status, headers, text = given() if callable(given) else given
                text = (text if isinstance(text, str) else json.dumps(text)).encode()
                self.send_response(status)
                kind = "application/problem+json" if "request_id" in text.decode() else "application/json"
                for name, value in ({"Content-Type": kind} | headers | {"Content-Length": str(len(text))}).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = do_DELETE = answer

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def end(self):
        self.over.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def problem(code="bank_timeout", action="retry", scope="request", **more) -> dict:
    return {"code": code, "action": action, "scope": scope, "detail": "Words.", "request_id": "r-1"} | more


@contextmanager
def in_place_of_the_api(module, monkeypatch, tmp_path):
    """A script that a module calls in place of the API. Waits are recorded, not executed."""
    made = Script()
    made.start()
    (tmp_path / "key").write_text("tpp_test\n")
    monkeypatch.setattr(module, "URL", urlsplit(made.url))
    monkeypatch.setattr(module, "KEY_FILE", tmp_path / "key")
    monkeypatch.setattr(module.time, "sleep", made.waits.append)
    yield made
    made.end()
