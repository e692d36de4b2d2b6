#!/usr/bin/env python3
"""Writes schemas.json, the schemas of bunq's answers in our OpenAPI document, from ours.toml and from the types that
local/testkit/tests/contract/extract.py takes over from bunq's own document. Also writes the names of the answers, by
which handlers refer to them, into shared/src/http/openapi/schemas.rs.

    local/gateway/bank/schemas.py [--check]

With `--check` it writes nothing, and fails if a file is not what it would write.
"""

import json
import re
import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
BUNQ = HERE / "../../testkit/tests/contract/bunq.json"
NAMES = HERE / "../../../shared/src/http/openapi/schemas.rs"

OTHER = "An element of a kind that is not described here, under a key of its own: bunq adds kinds at any time. Skip it."
PAGINATION = "bunq's own pages. Absent where several pages were put together."
ORDERS = "With `status`, `created_from` or `reference`: our line about each element, in the same order."


def reference(name: str, **more: str) -> dict:
    """A reference to a schema."""
    return {"$ref": f"#/components/schemas/{name}"} | more


def typed(kind: str) -> dict:
    """The schema of a type, as bunq.json and ours.toml write it."""
    if kind.endswith("[]"):
        return {"type": "array", "items": typed(kind.removesuffix("[]"))}
    if kind[0].isupper():
        return reference(kind)
    formats = {"integer": {"format": "int64", "minimum": 0}, "number": {"format": "double"}}
    return {"type": kind} | formats.get(kind, {})


def field(told: dict | str, kind: str | None) -> dict:
    """The schema of one field."""
    told = {"description": told} if isinstance(told, str) else told
    kind = told.get("type", kind)
    if kind is None:
        sys.exit(f"bunq's document does not have this field, so ours.toml must say its type: {told}")
    schema = typed(kind) | {name: value for name, value in told.items() if name not in ("type", "required", "nullable")}
    if not told.get("nullable", not told.get("required", False)):
        return schema
    if "$ref" in schema:
        return {"oneOf": [schema, {"type": "null"}]}
    return schema | {"type": [schema["type"], "null"]}


def described(name: str, told: dict, groups: dict, bunq: dict) -> dict:
    """The schema of one of bunq's objects."""
    fields = groups.get(told.get("like"), {}).get("fields", {}) | told["fields"]
    types = bunq.get(told.get("types_of", name), {})
    required = [field for field, value in fields.items() if isinstance(value, dict) and value.get("required")]
    schema = {"type": "object"} | ({"required": required} if required else {})
    schema["properties"] = {name: field(value, types.get(name)) for name, value in fields.items()}
    if "also" in told:
        schema = {"allOf": [reference(told["also"], description=told["also_description"]), schema]}
    return schema | {"description": told["description"]}


def element(name: str, told: dict) -> dict:
    """The schemas of an element: one of its kinds, or of a kind that bunq has added since. A client tells them apart by
    their one key. The last has no `additionalProperties`: with them, generators of typed clients would let any field
    be of any type, also those of the known kinds."""
    kinds = told["kinds"]
    keys = "|".join(kind["key"] for kind in kinds.values())
    one_of = [reference(kind) for kind in [*kinds, f"Other{name}"]]
    schemas = {name: {"oneOf": one_of, "description": f"{told['description']} An object with one key, which names the kind."}}
    for wrapped, kind in kinds.items():
        properties = {kind["key"]: reference(kind["object"])}
        schemas[wrapped] = {"type": "object", "description": kind["description"], "required": [kind["key"]], "properties": properties}
    pattern = {"type": "string", "pattern": f"^(?!({keys})$)"}
    schemas[f"Other{name}"] = {"type": "object", "description": OTHER, "propertyNames": pattern, "minProperties": 1}
    return schemas


def answer(told: dict) -> dict:
    """The schema of an answer: bunq's envelope with such elements."""
    is_list = told.get("list", False)
    elements = {"type": "array", "items": reference(told["element"])}
    properties = {"Response": elements | {"description": "The elements, newest first." if is_list else "One element."}}
    if is_list:
        properties["Pagination"] = reference("Pagination", description=PAGINATION)
    if told.get("orders"):
        properties["Orders"] = {"type": "array", "items": reference("OrderLine"), "description": ORDERS}
    return {"type": "object", "description": told["description"], "required": ["Response"], "properties": properties}


def main() -> None:
    """Writes the files, or compares them."""
    ours = tomllib.loads((HERE / "ours.toml").read_text(encoding="utf-8"))
    bunq = json.loads(BUNQ.read_text(encoding="utf-8"))["objects"]
    schemas = {name: described(name, told, ours["groups"], bunq) for name, told in ours["objects"].items()}
    for name, told in ours["elements"].items():
        schemas |= element(name, told)
    schemas |= {name: answer(told) for name, told in ours["answers"].items()}
    # One schema a line: docs/openapi.json shows them in full.
    lines = [f"{json.dumps(name)}: {json.dumps(schemas[name], sort_keys=True, ensure_ascii=False)}" for name in sorted(schemas)]
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    names = "".join(f"    {name},\n" for name in sorted(ours["answers"]))
    rust, found = re.subn(r"(?<=\nnames! \{\n)[^}]*", names, NAMES.read_text(encoding="utf-8"))
    assert found == 1, f"{NAMES} has a list of names"
    for path, content in [(HERE / "schemas.json", text), (NAMES, rust)]:
        if "--check" not in sys.argv[1:]:
            path.write_text(content, encoding="utf-8")
        elif path.read_text(encoding="utf-8") != content:
            sys.exit(f"{path.resolve()} is not what schemas.py writes")


main()
