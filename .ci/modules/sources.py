"""Reads which module of a crate uses which item, from its source text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import tree_sitter_rust
from tree_sitter import Language, Node, Parser

RUST = Parser(Language(tree_sitter_rust.language()))
# Where a path begins that does not begin with a name.
HERE, PARENT, ROOT = "self", "super", "crate"
IN_MACRO = re.compile(r"(?<![$\w])(?<!\bin )crate(?:::\w+)+")
Parts = tuple[str, ...]


@dataclass
class Module:
    """What a module names: paths as they are written, and what its own `use` declarations call them."""

    used: set[Parts] = field(default_factory=set)
    names: dict[str, Parts] = field(default_factory=dict)


@dataclass
class Crate:
    """A crate's modules by their paths, which begin with the crate's name."""

    name: str
    modules: dict[Parts, Module] = field(default_factory=dict)

    @classmethod
    def of_folder(cls, name: str, folder: Path) -> "Crate":
        crate = cls(name)
        for path in folder.rglob("*.rs"):
            inside = path.relative_to(folder).with_suffix("").parts
            if inside[0] in ("main", "bin"):
                continue  # Other crates: they use this one as strangers do.
            crate.add((name, *(inside[:-1] if inside[-1] in ("mod", "lib") else inside)), path.read_bytes())
        return crate

    def add(self, path: Parts, text: bytes) -> None:
        self._read(path, RUST.parse(text).root_node)

    def uses(self) -> Iterator[tuple[Parts, Parts]]:
        """Each module with each item that it uses. Items of other crates are named as they are written."""
        for path, module in self.modules.items():
            for used in module.used:
                yield path, self._resolved(path, used)

    def _read(self, path: Parts, node: Node) -> None:
        module = self.modules.setdefault(path, Module())
        attributes = []
        for child in node.named_children:
            if child.type == "attribute_item":
                attributes.append(_text(child).replace(" ", ""))
                continue
            is_test = "#[cfg(test)]" in attributes
            if "comment" not in child.type:
                attributes = []
            if is_test or child.type == "visibility_modifier":
                continue
            if child.type == "token_tree":
                # The arguments of a macro are tokens, not paths.
                module.used |= {tuple(found.split("::")) for found in IN_MACRO.findall(_text(child))}
            elif child.type == "use_declaration":
                for used, name in _declared(child.child_by_field_name("argument"), ()):
                    module.used.add(used)
                    if name != "*":
                        module.names[name] = used
            elif child.type == "mod_item":
                if body := child.child_by_field_name("body"):
                    self._read((*path, _text(child.child_by_field_name("name"))), body)
            else:
                # A macro belongs to no module.
                is_macro = node.type == "macro_invocation" and child == node.child_by_field_name("macro")
                if child.type in ("scoped_identifier", "scoped_type_identifier") and not is_macro and (parts := _path(child)):
                    module.used.add(parts)
                self._read(path, child)

    def _resolved(self, path: Parts, used: Parts, depth: int = 0) -> Parts:
        first, *rest = used
        if first == ROOT:
            at = (self.name,)
        elif first == HERE:
            at = path
        elif first == PARENT:
            at = path[:-1]
        elif (*path, first) in self.modules:
            at, rest = path, used
        elif first in self.modules[path].names and self.modules[path].names[first] != used and depth < 20:
            return self._resolved(path, (*self.modules[path].names[first], *rest), depth + 1)
        else:
            return used
        rest = list(rest)
        while rest and (rest[0] == PARENT or (*at, rest[0]) in self.modules):
            step = rest.pop(0)
            at = at[:-1] if step == PARENT else (*at, step)
        if rest and depth < 20:
            found = self._re_exported(at, tuple(rest), depth)
            if found:
                return found
        return (*at, *rest)

    def _re_exported(self, at: Parts, rest: Parts, depth: int) -> Parts | None:
        """Where the item is that a module re-exports, or None if the module itself declares it."""
        module = self.modules.get(at)
        if module and rest[0] in module.names:
            return self._resolved(at, (*module.names[rest[0]], *rest[1:]), depth + 1)
        return None


def _declared(node: Node, before: Parts) -> Iterator[tuple[Parts, str]]:
    """The paths of a `use` declaration, each with its name in the module."""
    match node.type:
        case "use_list":
            for child in node.named_children:
                yield from _declared(child, before)
        case "scoped_use_list":
            path = node.child_by_field_name("path")
            yield from _declared(node.child_by_field_name("list"), before + (_segments(path) if path else ()))
        case "use_as_clause":
            yield before + _segments(node.child_by_field_name("path")), _text(node.child_by_field_name("alias"))
        case "use_wildcard":
            yield before + tuple(part for child in node.named_children for part in _segments(child)), "*"
        case "line_comment" | "block_comment":
            return
        case "self":
            yield before, before[-1]
        case _:
            path = before + _segments(node)
            yield path, path[-1]


def _path(node: Node) -> Parts | None:
    """A path in the code that begins with a crate or a module; None if it begins with a type."""
    while node.type in ("scoped_identifier", "scoped_type_identifier"):
        outer, node = node, node.child_by_field_name("path")
        if node is None:
            return None
    first = _text(node)
    if first not in (ROOT, PARENT, HERE) and not (node.type == "identifier" and first.islower()):
        return None
    while outer.parent and outer.parent.type in ("scoped_identifier", "scoped_type_identifier"):
        outer = outer.parent
    return _segments(outer)


def _segments(node: Node) -> Parts:
    return tuple(part.strip() for part in _text(node).split("::") if part.strip())


def _text(node: Node) -> str:
    return node.text.decode()
