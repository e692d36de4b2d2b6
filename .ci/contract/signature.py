"""AWS Signature Version 4, as IAM users sign a request to the API. Written from AWS's documentation, so that it can
contradict the Rust code that verifies it.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html"""

import hmac
from configparser import ConfigParser
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlsplit

import httpx
import requests

REGION, SERVICE = "eu-central-1", "execute-api"


def read(credentials: Path) -> tuple[str, str]:
    """The id and the secret of the profile `default` in an AWS credentials file."""
    file = ConfigParser()
    file.read_string(credentials.read_text())
    return file["default"]["aws_access_key_id"], file["default"]["aws_secret_access_key"]


def headers(key: tuple[str, str], method: str, url: str, body: bytes) -> dict[str, str]:
    """The headers that sign a request."""
    parts, now = urlsplit(url), datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    query = sorted((quote(name, safe="-_.~"), quote(value, safe="-_.~")) for name, value in parse_qsl(parts.query, keep_blank_values=True))
    query = "&".join(f"{name}={value}" for name, value in query)
    signed = "host;x-amz-date"
    canonical = [method, quote(parts.path or "/", safe="/-_.~"), query, f"host:{parts.netloc}", f"x-amz-date:{now}", "", signed, sha256(body).hexdigest()]
    scope = f"{now[:8]}/{REGION}/{SERVICE}/aws4_request"
    to_sign = "\n".join(["AWS4-HMAC-SHA256", now, scope, sha256("\n".join(canonical).encode()).hexdigest()])
    signing_key = f"AWS4{key[1]}".encode()
    for part in scope.split("/"):
        signing_key = hmac.digest(signing_key, part.encode(), "sha256")
    signature = hmac.digest(signing_key, to_sign.encode(), "sha256").hex()
    return {"X-Amz-Date": now, "Authorization": f"AWS4-HMAC-SHA256 Credential={key[0]}/{scope}, SignedHeaders={signed}, Signature={signature}"}


class ForRequests(requests.auth.AuthBase):
    """Signs what `requests` sends."""

    def __init__(self, key: tuple[str, str]):
        self.key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        body = request.body or b""
        body = body.encode() if isinstance(body, str) else body
        request.headers.update(headers(self.key, request.method, request.url, body))
        return request


class ForHttpx(httpx.Auth):
    """Signs what `httpx` sends."""

    requires_request_body = True

    def __init__(self, key: tuple[str, str]):
        self.key = key

    def auth_flow(self, request: httpx.Request):
        request.headers.update(headers(self.key, request.method, str(request.url), request.content))
        yield request
