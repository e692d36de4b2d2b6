"""Runs a function like Lambda, and starts the services that it calls."""

import base64
import configparser
import hashlib
import hmac
import http.server
import json
import os
import pathlib
import platform
import re
import shlex
import socket
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request
import uuid

import boto3
import samcli.local.rapid
from translated import evaluate, source, translate

ROOT = pathlib.Path(__file__).parents[2]
EVENTS = ROOT / "events"
BOOTSTRAPS = pathlib.Path(os.environ["BOOTSTRAPS"])
GROUPS = sorted(folder.name for folder in (ROOT / "functions").iterdir())
MACHINE = {"x86_64": "x86_64", "aarch64": "arm64"}[platform.machine()]
EMULATOR = pathlib.Path(samcli.local.rapid.__path__[0]) / f"aws-lambda-rie-{MACHINE}"
PATIENCE = int(os.environ.get("PATIENCE", 60))
RUNNER = os.environ.get("RUNNER", "")
HINTS = "bunq-tpp-hints.fifo"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(what, attempt):
    """Tries until it works; there is no other sign of readiness."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return attempt()
        except OSError:
            if time.monotonic() > deadline:
                raise TimeoutError(what) from None
            time.sleep(0.05)


class Local:
    """The local stack; only its simulated bank and embedded AWS are used here."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        command = [os.environ["LOCAL"], "--port=0", "--aws-port=0", "--simulator-port=0", "--state-dir", self.folder.name]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        said = {}
        for line in self.process.stdout:
            if address := re.match(r"\s+(bank|AWS)\s+(http\S+)", line):
                said[address[1]] = address[2].rstrip("/")
            if "Ctrl-C" in line:
                break
        self.bank, self.aws = said["bank"], said["AWS"]
        file = configparser.ConfigParser()
        file.read(pathlib.Path(self.folder.name, "aws-credentials"))
        # The id and the secret, under the names that AWS's clients use.
        self.access_key = dict(file["default"])

    def end(self):
        self.process.terminate()
        self.process.wait(PATIENCE)
        self.process.stdout.close()
        self.folder.cleanup()


def create_tables(endpoint, access_key):
    """Creates the tables as in the template."""
    client = boto3.client("dynamodb", endpoint_url=endpoint, region_name="eu-central-1", **access_key)
    resources = evaluate(*translate({}))
    for resource, name in (("ConnectionsTable", "rig-connections"), ("EphemeraTable", "rig-ephemera"), ("EventsTable", "rig-events")):
        wanted = resources[resource]["Properties"]
        parts = {key: wanted[key] for key in ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes") if key in wanted}
        client.create_table(TableName=name, BillingMode="PAY_PER_REQUEST", **parts)


def hints_queue(endpoint, access_key):
    """The URL of the queue of hints, which the embedded AWS has."""
    client = boto3.client("sqs", endpoint_url=endpoint, region_name="eu-central-1", **access_key)
    try:
        return client.get_queue_url(QueueName=HINTS)["QueueUrl"]
    except client.exceptions.QueueDoesNotExist:
        return client.create_queue(QueueName=HINTS, Attributes={"FifoQueue": "true"})["QueueUrl"]


def callback_token(endpoint, access_key, user_id):
    """The token in the address of a customer's callbacks: the number of the key, the id, and half of an HMAC of both."""
    client = boto3.client("secretsmanager", endpoint_url=endpoint, region_name="eu-central-1", **access_key)
    secret = json.loads(client.get_secret_value(SecretId="rig/hook-key")["SecretString"])
    number = bytes([secret["current"]])
    key, user = base64.b64decode(secret["keys"][str(secret["current"])]), uuid.UUID(user_id).bytes
    tag = hmac.digest(key, b"bunq-hook" + number + user, hashlib.sha256)[:16]
    return base64.urlsafe_b64encode(number + user + tag).decode()


def environment(aws, bank, access_key):
    """A function's environment from the template, with the bank and AWS on this machine."""
    return {
        "AWS_ENDPOINT_URL_SQS": aws, "HINTS_QUEUE": hints_queue(aws, access_key),
        **{name.upper(): value for name, value in access_key.items()}, "AWS_REGION": "eu-central-1",
        "AWS_ENDPOINT_URL_DYNAMODB": aws, "AWS_ENDPOINT_URL_SECRETS_MANAGER": aws, "AWS_EC2_METADATA_DISABLED": "true",
        "CONNECTIONS_TABLE": "rig-connections", "EPHEMERA_TABLE": "rig-ephemera", "EVENTS_TABLE": "rig-events", "BANK_LIMITS": "off",
        "SECRET_PREFIX": "rig", "WEBHOOK_RECEIVERS": "loopback",
        "PUBLIC_URL": "https://tpp.example", "RETURN_ORIGINS": "https://app.example", "BANK_WRITES": "accounts", "TPP_NAME": "rig", "AWS_LAMBDA_HTTP_IGNORE_STAGE_IN_PATH": "1",
        "BUNQ_API_URL": f"{bank}/v1", "BUNQ_AUTHORIZE_URL": f"{bank}/auth", "BUNQ_TOKEN_URL": f"{bank}/v1/token", "BUNQ_PAY_URL": f"{bank}/pay",
    }


class Function:
    """A bootstrap under the emulator."""

    def __init__(self, group, variables, logs):
        self.url = f"http://127.0.0.1:{(port := free_port())}/2015-03-31/functions/function/invocations"
        addresses = ["--runtime-interface-emulator-address", f"127.0.0.1:{port}", "--runtime-api-address", f"127.0.0.1:{free_port()}"]
        variables = {"PATH": os.environ["PATH"], "AWS_LAMBDA_FUNCTION_NAME": f"rig-{group}", "AWS_LAMBDA_FUNCTION_TIMEOUT": str(PATIENCE)} | variables
        self.logs = open(logs, "w")
        bootstrap = BOOTSTRAPS / group / "bootstrap"
        if RUNNER:
            program, bootstrap = bootstrap, pathlib.Path(logs).with_suffix(".sh")
            bootstrap.write_text(f"#!/bin/sh\nexec {RUNNER} {shlex.quote(str(program))} \"$@\"\n")
            bootstrap.chmod(0o755)
        command = [EMULATOR, *addresses, bootstrap]
        self.process = subprocess.Popen(command, env=variables, stdout=self.logs, stderr=subprocess.STDOUT)
        until(f"{group} under the emulator", lambda: socket.create_connection(("127.0.0.1", port), 1).close())

    def invoke(self, event):
        request = urllib.request.Request(self.url, json.dumps(event).encode())
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.load(answer)

    def end(self):
        self.process.terminate()
        self.process.wait(PATIENCE)
        self.logs.close()


class Receiver:
    """Receives webhooks on this machine."""

    def __init__(self):
        received = self.received = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                received.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/webhooks"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def end(self):
        self.server.shutdown()
        self.server.server_close()


def fetch(url, headers):
    """The target of a redirect, without following it."""

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_):
            return None

    try:
        urllib.request.build_opener(Stay).open(urllib.request.Request(url, headers=headers))
    except urllib.error.HTTPError as answer:
        return answer.headers["Location"]
    raise AssertionError(f"{url} leads nowhere")
