"""The TypeScript journey, which compiles against the generated types, also runs against the API."""

import os
import re
import subprocess
from pathlib import Path

from stack import running

JOURNEY = Path(os.environ["CONTRACT_JOURNEY"])


def test_the_journey_ends_well():
    with running(Path(os.environ["CONTRACT_BINARY"])) as stack:
        command = ["node", JOURNEY, stack.url, stack.api_key]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "The journey ends well." in ended.stdout


def test_no_type_is_asserted():
    code = re.sub(r"//.*|/\*.*?\*/", "", JOURNEY.read_text(encoding="utf-8"))
    assert "satisfies" in code
    assert not re.search(r"\bas\b|\bany\b|\w!|[)\]]!", code)
