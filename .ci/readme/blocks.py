"""Finds the fenced blocks of a Markdown document."""

import re
from dataclasses import dataclass, field
from pathlib import Path

SHELL = ("sh", "bash", "shell", "console")
OUTPUT = ("json", "text")
FENCE = re.compile(r"^ {0,3}(`{3,})([^`]*)$")


@dataclass(frozen=True)
class Block:
    line: int
    language: str
    text: str

    @property
    def first_line(self) -> str:
        return self.text.splitlines()[0] if self.text else ""


@dataclass
class ShellBlock:
    """A block that a reader types, and the following blocks with its expected output."""

    line: int
    text: str
    first_line: str
    outputs: list[Block] = field(default_factory=list)


def fenced(document: Path) -> list[Block]:
    """Every fenced block. An unclosed block is an error."""
    blocks: list[Block] = []
    fence, language, start, lines = "", "", 0, []
    for number, line in enumerate(document.read_text().splitlines(), start=1):
        mark = FENCE.match(line)
        if not fence and mark:
            fence, language, start, lines = mark[1], mark[2].strip(), number, []
        elif fence and mark and not mark[2].strip() and len(mark[1]) >= len(fence):
            blocks.append(Block(start, language, "\n".join(lines)))
            fence = ""
        elif fence:
            lines.append(line)
    if fence:
        raise ValueError(f"{document}: the block of line {start} is not closed")
    return blocks


def shell_blocks(document: Path) -> list[ShellBlock]:
    """The shell blocks in order. A `json` or `text` block right after a shell block shows its output."""
    shells: list[ShellBlock] = []
    follows = False
    for block in fenced(document):
        if block.language in SHELL:
            shells.append(ShellBlock(block.line, block.text, block.first_line))
            follows = True
        elif block.language in OUTPUT and follows:
            shells[-1].outputs.append(block)
        else:
            follows = False
    return shells


UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def promised(sample: str) -> re.Pattern[str]:
    """A pattern for the documented output: every UUID stands for any UUID, and `…` for the rest of a word or line."""
    pattern = ""
    for part in re.split(rf"({UUID}|…)", sample.strip()):
        if part == "…":
            pattern += ".*?"
        elif re.fullmatch(UUID, part):
            pattern += UUID
        else:
            pattern += re.escape(part)
    return re.compile(rf"^{pattern}\s*$", re.MULTILINE)
