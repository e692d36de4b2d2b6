"""The simulated bank for the duration of the tests, and bunq's own Python SDK configured to call it."""

import os
import re
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from bunq.sdk.context.api_environment_type import ApiEnvironmentType

PATIENCE = 60


@contextmanager
def running(*arguments: str):
    """Starts the simulator on a free port, points the SDK's sandbox to it and returns its root URL. Stops it by its
    pid."""
    command = [os.environ["SIMULATOR_BINARY"], "--listen", "127.0.0.1:0", *arguments]
    with tempfile.TemporaryFile("w+b") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            root = address(process)
            # The only change to the SDK.
            ApiEnvironmentType.SANDBOX._uri_base = f"{root}/v1/"
            yield root
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def address(process: subprocess.Popen) -> str:
    """The URL of the simulator, from its first line of output."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        if said := re.search(r"listens on (\S+)/", process.stdout.readline()):
            return said[1]
    raise RuntimeError("the simulator did not start")
