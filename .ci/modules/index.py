"""Reads what `rust-analyzer scip` writes: Protocol Buffers, of which it uses two kinds of fields."""

import re
import sys


def fields(message: memoryview):
    """The fields of a message of Protocol Buffers: number and value."""
    at = 0
    while at < len(message):
        tag, at = varint(message, at)
        value, at = varint(message, at)
        if tag & 7 == 2:
            value, at = message[at : at + value], at + value
        elif tag & 7 != 0:
            sys.exit(f"the index has a field of kind {tag & 7}, which this script cannot read")
        yield tag >> 3, value


def varint(message: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        value, shift, at = value | (byte & 127) << shift, shift + 7, at + 1
        if byte < 128:
            return value, at


def numbers(packed: memoryview) -> list[int]:
    found, at = [], 0
    while at < len(packed):
        value, at = varint(packed, at)
        found.append(value)
    return found


def documents(index: memoryview):
    """Each file of an index (https://github.com/scip-code/scip/blob/main/scip.proto), with its symbols and their places."""
    for document in (value for number, value in fields(index) if number == 2):
        path, occurrences = "", []
        for number, value in fields(document):
            if number == 1:
                path = bytes(value).decode()
            elif number == 2:
                found = dict(fields(value))
                if symbol := re.fullmatch(r"rust-analyzer cargo (\S+) \S+ (.+)", bytes(found.get(2, b"")).decode()):
                    line, start, *rest = numbers(found[1])
                    is_definition = bool(found.get(3, 0) & 1)
                    occurrences.append((symbol[1], symbol[2], line, start, rest[-1], is_definition))
        yield path, occurrences


def encoded(value: int | str | list) -> bytes:
    """A value as Protocol Buffers have it. Lists are messages: pairs of number and value."""
    if isinstance(value, int):
        return bytes([value & 127 | 128]) + encoded(value >> 7) if value > 127 else bytes([value])
    content = value.encode() if isinstance(value, str) else b""
    if isinstance(value, list):
        for number, inner in value:
            kind = 0 if isinstance(inner, int) else 2
            content += encoded(number << 3 | kind) + (inner if isinstance(inner, bytes) else encoded(inner))
    return encoded(len(content)) + content
