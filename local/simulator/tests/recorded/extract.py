#!/usr/bin/env python3
"""Writes shapes.json: the names and types in public recordings of bunq's answers, without any values.

    local/simulator/tests/recorded/extract.py path/to/recordings…

The recordings belong to others and are not part of this repository. The `INDEX.md` of each folder names the source of
each file, in a row `| file | source | note |`. A file is a body, or an object with `_meta` (method, url) and `body`.

The extract has the type of a scalar, the fields of an object in bunq's order, and each different element of a list.
"""

import json
import sys
from pathlib import Path

# Misspelled keys in the assets of bunq's Python library.
SLIPS = {
    "content_type|": "content_type",
    "counterparty_aliasl": "counterparty_alias",
    "heigh": "height",
    "iba": "iban",
    "uuid|": "uuid",
    "width|": "width",
}
TYPES = {str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null"}


def shape(value):
    """The shape of a value."""
    if isinstance(value, dict):
        return {SLIPS.get(name, name): shape(inner) for name, inner in value.items()}
    if isinstance(value, list):
        shapes = []
        for element in map(shape, value):
            # The comparison is between texts: objects whose fields have another order are different.
            if json.dumps(element) not in map(json.dumps, shapes):
                shapes.append(element)
        return shapes
    return TYPES[type(value)]


def sources(index: Path) -> dict[str, str]:
    """Returns the source of each file, by its name."""
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in index.read_text(encoding="utf-8").splitlines()]
    return {row[0]: row[1] for row in rows if len(row) > 1 and row[0].endswith(".json")}


def main() -> None:
    """Reads the recordings, and writes the extract into the folder of this script."""
    folders = {
        name: (folder, source)
        for folder in map(Path, sys.argv[1:])
        for name, source in sources(folder / "INDEX.md").items()
    }
    lines = []
    for name, (folder, source) in sorted(folders.items()):
        recording = json.loads((folder / name).read_text(encoding="utf-8"))
        meta = recording.get("_meta", {})
        body = recording["body"] if "_meta" in recording else recording
        # A query contains values, such as a code.
        request = f"{meta['method']} {meta['url'].split('?')[0]}" if meta else None
        extract = {"source": source, "request": request, "body": shape(body)}
        lines.append(f"{json.dumps(name.removesuffix('.json'))}: {json.dumps(extract, ensure_ascii=False)}")
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    Path(__file__).with_name("shapes.json").write_text(text, encoding="utf-8")


main()
