#!/usr/bin/env python3
"""Packages built functions with the template, so that `sam deploy` needs no Rust toolchain.

    package.py ARCHITECTURE BOOTSTRAPS FOLDER   writes FOLDER/bunq-tpp-<version>-<architecture>.zip
    package.py notes VERSION                    prints the section of a version in CHANGELOG.md

BOOTSTRAPS has a folder for each function with a file `bootstrap`, as cargo-lambda writes them. The same files give the
same package, byte for byte. Needs Python 3 only.
"""

import io
import re
import sys
import tomllib
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# What a deployment reads, besides the template and the functions.
FILES = ["samconfig.toml", "README.md", "CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT", "docs/OPERATIONS.md", "docs/SECURITY.md"]
# The first moment that a ZIP can name.
EPOCH = (1980, 1, 1, 0, 0, 0)
METHOD = re.compile(r"^ +BuildMethod: rust-cargolambda\n", re.MULTILINE)
BINARY = re.compile(r"^( +)BuildProperties: \{ Binary: ([a-z0-9-]+) \}\n", re.MULTILINE)
FUNCTION = re.compile(r"^  \w+:\n    Type: AWS::Serverless::Function\n", re.MULTILINE)


def version() -> str:
    return tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["package"]["version"]


def template(architecture: str) -> tuple[str, list[str]]:
    """The template for built functions, and their names. Each function names its archive instead of how to build it."""
    text = (ROOT / "template.yaml").read_text()
    names = [name for _, name in BINARY.findall(text)]
    functions = FUNCTION.findall(text)
    if not names or len(names) != len(functions) or len(METHOD.findall(text)) != len(names):
        sys.exit(f"template.yaml: {len(functions)} functions, but {len(names)} binaries")

    parts, end = [], 0
    for function, name in zip(FUNCTION.finditer(text), names):
        parts.append(text[end : function.end()])
        end = function.end()
        parts.append(f"    # Replaces the build.\n    @CodeUri: functions/{name}.zip\n")
    text = "".join([*parts, text[end:]])
    # The properties begin later, so the line moves there.
    text = re.sub(
        r"    # Replaces the build\.\n    @(CodeUri: \S+)\n(.*?)^    Properties:\n",
        lambda found: f"{found[2]}    Properties:\n      {found[1]}\n",
        text,
        flags=re.DOTALL | re.MULTILINE,
    )
    text = BINARY.sub("", METHOD.sub("", text))
    text, replaced = re.subn(r"^    CodeUri: \.\n", "", text, flags=re.MULTILINE)
    choices = f"    Default: {architecture}\n    AllowedValues: [{architecture}]\n"
    text, chosen = re.subn(r"^    Default: arm64\n    AllowedValues: \[arm64, x86_64\]\n", choices, text, flags=re.MULTILINE)
    if replaced != 1 or chosen != 1 or "@CodeUri" in text or text.count("CodeUri: functions/") != len(names):
        sys.exit("template.yaml has another form than this script expects")
    return text, names


def archive(files: list[tuple[str, bytes, int]]) -> bytes:
    """A ZIP of these files: name, content, and mode."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for name, content, mode in files:
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = (0o100000 | mode) << 16
            packed.writestr(entry, content)
    return buffer.getvalue()


def package(architecture: str, bootstraps: Path, folder: Path) -> Path:
    text, names = template(architecture)
    top = f"bunq-tpp-{version()}-{architecture}"
    files = [(f"{top}/template.yaml", text.encode(), 0o644)]
    files += [(f"{top}/{name}", (ROOT / name).read_bytes(), 0o644) for name in FILES]
    for name in sorted(names):
        function = archive([("bootstrap", (bootstraps / name / "bootstrap").read_bytes(), 0o755)])
        files.append((f"{top}/functions/{name}.zip", function, 0o644))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{top}.zip"
    path.write_bytes(archive(files))
    return path


def notes(wanted: str) -> str:
    sections = re.split(r"^## ", (ROOT / "CHANGELOG.md").read_text(), flags=re.MULTILINE)[1:]
    for section in sections:
        heading, _, body = section.partition("\n")
        if heading.split()[0] == wanted and body.strip():
            return body.strip() + "\n"
    sys.exit(f"CHANGELOG.md has no section {wanted}, or an empty one")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["notes", wanted]:
            print(notes(wanted), end="")
        case ["arm64" | "x86_64" as architecture, bootstraps, folder]:
            print(package(architecture, Path(bootstraps), Path(folder)))
        case _:
            sys.exit(__doc__)
