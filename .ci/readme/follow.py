"""Runs the commands of README.md and other documents as printed, in a copy of this clone, and compares the output with
the documents."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from blocks import ShellBlock, promised, shell_blocks
from plan import DOCUMENTS, PLAN, PORTS, Step
from terminal import Failed, Terminal, adopt, descendants, end_all

ROOT = Path(__file__).parents[2]
# Variables of a reader's shell. Variables of AWS, of bunq or of the documents themselves must come from the blocks.
KEPT = re.compile(r"PATH|HOME|USER|LANG|LC_.*|TERM|TMPDIR|XDG_.*|(CARGO|RUST).*|SSL_CERT_.*|(?i:.*_proxy)")
LINES_OF_A_FAILURE = 60


def copy(target: Path) -> None:
    """Copies tracked and untracked files with their modification times, so that cargo rebuilds nothing."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, stdout=subprocess.PIPE, check=True
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        source, copied = ROOT / name, target / name
        if source.is_file():
            copied.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, copied)


def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if KEPT.fullmatch(name)}
    return kept | {"NO_PROXY": "localhost,127.0.0.1", "no_proxy": "localhost,127.0.0.1", "CARGO_TERM_COLOR": "never"}


def taken_ports() -> list[int]:
    taken = []
    for port in PORTS:
        with socket.socket() as probe:
            # Like a server: ignores connections that have ended.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                taken.append(port)
    return taken


Pairs = list[tuple[ShellBlock, Step]]


def pair(document: str) -> tuple[Pairs, list[str]]:
    """The blocks of a document, each with its step of the plan, in order; and blocks and steps without a counterpart."""
    steps = [step for step in PLAN if step.document == document]
    pairs: Pairs = []
    problems: list[str] = []
    for block in shell_blocks(ROOT / document):
        if step := next((step for step in steps if step.first_line == block.first_line), None):
            steps.remove(step)
            pairs.append((block, step))
        else:
            problems.append(f"{document}:{block.line}: .ci/readme/plan.py does not say what to do with this block: {block.first_line}")
    problems += [f"{document}: no block begins with this line of .ci/readme/plan.py: {step.first_line}" for step in steps]
    return pairs, problems


def why_not(step: Step) -> str | None:
    """The reason why a block is not run, if any."""
    if step.needs and not shutil.which(step.needs):
        return f"needs {step.needs}, which is not installed"
    return step.skip


def run(block: ShellBlock, step: Step, terminal: Terminal) -> None:
    terminal.begin(step.instead or block.text)
    said = terminal.wait_for(step.until, step.patience) if step.until else terminal.finish(step.patience)
    for output in block.outputs:
        if not promised(output.text).search(said):
            raise Failed(f"has not printed what the document shows:\n{output.text}")
    for pattern in step.shows:
        if not re.search(pattern, said, re.MULTILINE):
            raise Failed(f"has not printed {pattern!r}")


def follow(document: str, pairs: Pairs, clone: Path, folder: Path) -> bool:
    """Runs the blocks of a document, each in its terminal. Stops at the first failure: later blocks need earlier ones."""
    if taken := taken_ports():
        sys.exit(f"Taken by another program, and needed as the documents print them: {', '.join(f'port {port}' for port in taken)}. Stop it first.")
    shutil.rmtree(clone / ".local", ignore_errors=True)
    terminals: dict[int, Terminal] = {}
    try:
        for block, step in pairs:
            title = f"{document}:{block.line}  {block.first_line[:90]}"
            if reason := why_not(step):
                print(f"  skipped  {title}\n           {reason}", flush=True)
                continue
            if step.terminal not in terminals:
                terminals[step.terminal] = Terminal(folder / document / str(step.terminal), clone, environment())
            started = time.monotonic()
            try:
                run(block, step, terminals[step.terminal])
            except Failed as failure:
                print(f"  FAILED   {title}", flush=True)
                print(f"{document}:{block.line}: the block {failure}", file=sys.stderr)
                for number, terminal in sorted(terminals.items()):
                    last = "\n".join(terminal.said().splitlines()[-LINES_OF_A_FAILURE:])
                    print(f"--- terminal {number}:\n{last}", file=sys.stderr)
                return False
            print(f"  ran      {title}  ({time.monotonic() - started:.1f} s)", flush=True)
    finally:
        stopped = close(document, terminals)
    return stopped


def close(document: str, terminals: dict[int, Terminal]) -> bool:
    """Presses Ctrl-C in each, the last one first, and stops what is left. Returns whether Ctrl-C was enough."""
    enough = True
    for number, terminal in sorted(terminals.items(), reverse=True):
        try:
            terminal.close()
        except Failed as failure:
            print(f"{document}: what ran in terminal {number} {failure}", file=sys.stderr)
            enough = False
    if left := descendants():
        print(f"{document}: still running after Ctrl-C: {left}", file=sys.stderr)
        enough = False
    end_all()
    return enough


def main() -> int:
    planned = {document: pair(document) for document in DOCUMENTS}
    if problems := [problem for _, problems in planned.values() for problem in problems]:
        print("\n".join(problems), file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="bunq-tpp-readme-") as work:
        clone = Path(work, "bunq-tpp")
        copy(clone)
        failed = [name for name, (pairs, _) in planned.items() if not follow(name, pairs, clone, Path(work, "terminals"))]
    steps = [step for pairs, _ in planned.values() for _, step in pairs]
    skipped = sum(why_not(step) is not None for step in steps)
    print(f"{len(steps)} blocks in {len(DOCUMENTS)} documents: {len(steps) - skipped} to run, {skipped} skipped for the reasons above")
    if failed:
        print(f"Not as the document says: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    # Stopping this program stops what it started, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    adopt()
    try:
        sys.exit(main())
    finally:
        end_all()
