"""Runs schemathesis against the local stack, and requires that every operation succeeds."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import httpx

from stack import running

HERE = Path(__file__).parent
# A placeholder for a signature; `hooks` replaces it in each request.
SIGNED = "to be signed"


def main(binary: Path, arguments: list[str]) -> int:
    with running(binary) as stack, tempfile.TemporaryDirectory() as folder:
        # From a file: schemathesis would drop a URL of the document's own.
        document, answers = Path(folder, "openapi.json"), Path(folder, "answers.json")
        document.write_text(httpx.get(f"{stack.url}/openapi.json", trust_env=False).raise_for_status().text)
        environment = os.environ | {
            "CONTRACT_URL": stack.url,
            "CONTRACT_BANK": stack.bank,
            "CONTRACT_API_KEY": stack.api_key,
            "CONTRACT_SIGNED": SIGNED,
            "CONTRACT_ACCESS_KEY_ID": stack.access_key[0],
            "CONTRACT_SECRET_ACCESS_KEY": stack.access_key[1],
            "CONTRACT_ANSWERS": str(answers),
            "PYTHONPATH": str(HERE),
            "PYTHONHASHSEED": "0",
        }
        schemathesis = [Path(sys.executable).with_name("schemathesis"), "--config-file", HERE / "schemathesis.toml"]
        run = subprocess.run([*schemathesis, "run", document, "--url", stack.url, *arguments], env=environment, cwd=folder)
        seen = json.loads(answers.read_text()) if answers.exists() else {}
        paths = json.loads(document.read_text())["paths"]

    ids = [operation["operationId"] for item in paths.values() for operation in item.values()]
    print("\nAnswers by status:")
    never = [one for one in ids if not any(status.startswith(("2", "3")) for status in seen.get(one, {}))]
    for one in ids:
        counts = sorted(seen.get(one, {}).items())
        print(f"  {one:32}", " ".join(f"{status}:{count}" for status, count in counts))
    print(f"{len(ids)} operations, {sum(sum(counts.values()) for counts in seen.values())} answers")
    for one in never:
        print(f"{one} never succeeded", file=sys.stderr)
    return 1 if run.returncode or never else 0


if __name__ == "__main__":
    # Stopping this program stops the stack, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
