"""A terminal: a shell that keeps its variables from one block to the next, like a reader's."""

import ctypes
import os
import re
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

# Runs each block whose file name it reads, and writes the number of the first line that failed, or 0, to a file beside
# it. Ctrl-C stops the command and not the shell, as for a person.
LOOP = r"""
set -o pipefail
trap : INT
while IFS= read -r block; do
  failed=0
  trap '[ "$failed" != 0 ] || failed=$LINENO' ERR
  . "$block" </dev/null
  trap - ERR
  echo "$failed" >"$block.result"
done
"""
PATIENCE_AT_END = 15
PR_SET_CHILD_SUBREAPER = 36


class Failed(Exception):
    """A block differs from the document."""


class Terminal:
    def __init__(self, folder: Path, directory: Path, environment: dict[str, str]) -> None:
        folder.mkdir(parents=True)
        self.folder, self.output = folder, folder / "output"
        self.blocks, self.start, self.running = 0, 0, False
        (folder / "loop").write_text(LOOP)
        command = ["bash", "--norc", "--noprofile", folder / "loop"]
        with self.output.open("wb") as output:
            self.shell = subprocess.Popen(
                command, cwd=directory, env=environment, stdin=subprocess.PIPE, stdout=output, stderr=output, start_new_session=True
            )

    @property
    def block(self) -> Path:
        return self.folder / f"block-{self.blocks}"

    def begin(self, text: str) -> None:
        """Starts a block. First stops a running command of this terminal with Ctrl-C."""
        self.interrupt()
        self.blocks += 1
        self.block.write_text(f"{text}\n")
        self.start = self.output.stat().st_size
        self.running = True
        assert self.shell.stdin
        self.shell.stdin.write(f"{self.block}\n".encode())
        self.shell.stdin.flush()

    def said(self) -> str:
        """The output of the current block."""
        return self.output.read_bytes()[self.start :].decode(errors="replace")

    def result(self) -> int | None:
        """The number of the failed line; 0 for success; None while the block runs."""
        file = self.block.with_suffix(".result")
        text = file.read_text() if file.exists() else ""
        if not text.endswith("\n"):
            if self.shell.poll() is not None:
                raise Failed("ended the shell")
            return None
        self.running = False
        return int(text)

    def finish(self, patience: float) -> str:
        """Waits for the end of the block, and returns its output."""
        end = time.monotonic() + patience
        while (line := self.result()) is None:
            if time.monotonic() > end:
                raise Failed(f"did not end within {patience:.0f} seconds")
            time.sleep(0.05)
        if line:
            raise Failed(f"line {line} failed")
        return self.said()

    def wait_for(self, pattern: str, patience: float) -> str:
        """Waits until a running block has printed this."""
        end = time.monotonic() + patience
        while not re.search(pattern, self.said(), re.MULTILINE):
            if self.result() is not None:
                raise Failed(f"ended, and has not printed {pattern!r}")
            if time.monotonic() > end:
                raise Failed(f"has not printed {pattern!r} within {patience:.0f} seconds")
            time.sleep(0.05)
        return self.said()

    def interrupt(self) -> None:
        """Presses Ctrl-C if a command runs, and waits for its end."""
        if not self.running:
            return
        os.killpg(self.shell.pid, signal.SIGINT)
        end = time.monotonic() + PATIENCE_AT_END
        while self.result() is None:
            if time.monotonic() > end:
                raise Failed(f"did not end within {PATIENCE_AT_END} seconds of Ctrl-C")
            time.sleep(0.05)

    def close(self) -> None:
        """Stops the shell, which exits when there are no more blocks."""
        assert self.shell.stdin
        self.shell.stdin.close()
        try:
            self.interrupt()
        finally:
            with suppress(subprocess.TimeoutExpired):
                self.shell.wait(5)


def adopt() -> None:
    """Makes this process the parent of orphans of its children, so that `end_all` finds them."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def descendants() -> list[int]:
    """The processes that this one has started, directly or not."""
    parents: dict[int, int] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError):
                # The name before it, in parentheses, may contain any character.
                state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
                if state != "Z":
                    parents[int(folder.name)] = int(parent)
    found: list[int] = []
    generation = {os.getpid()}
    while generation := {pid for pid, parent in parents.items() if parent in generation}:
        found += generation
    return found


def end_all() -> None:
    """Stops every started process that still runs, by its pid."""
    for sign, patience in ((signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0)):
        for pid in descendants():
            with suppress(ProcessLookupError):
                os.kill(pid, sign)
        end = time.monotonic() + patience
        while descendants() and time.monotonic() < end:
            time.sleep(0.05)
