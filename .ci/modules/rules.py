"""Checks which module uses which: no cycles, the layers of `shared` and of the simulator, and who may use axum, the AWS
SDK and reqwest.

A module uses what its `use` declarations and its paths name; re-exports are followed. With --self-test: proves that
each rule detects a sample that violates it.
"""

import json
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from sources import Crate

ROOT = Path(__file__).resolve().parents[2]
# A module uses only itself and lower layers. Those of the lowest layer may use each other.
LAYERS = {
    "shared": {"types": 0, "config": 0, "telemetry": 0, "store": 1, "secrets": 1, "queue": 1, "event_bus": 1, "transport": 1, "tpp": 2, "http": 3, "lambda": 4},
    "bunq_simulator": {
        "settings": 0, "random": 0, "clock": 0, "options": 1, "reference": 1, "wire": 1, "keys": 2, "records": 2,
        "certificate": 3, "state_file": 3, "bank": 4, "ledger": 5, "pages": 6, "api": 7, "desk": 8, "pipeline": 9,
        "sender": 9, "switches": 9, "server": 10, "simulator": 11,
    },
}
# Which modules of `shared` may use an outside interface.
OUTSIDE = {"axum": {"http", "lambda"}, "aws": {"store", "secrets", "queue", "event_bus", "transport"}, "reqwest": {"lambda", "transport"}}

def module_of(item: str, modules: set[str]) -> str | None:
    """The innermost module that holds an item, or None if it belongs to another crate."""
    while item and item not in modules:
        item = item.rpartition("::")[0]
    return item or None


def top(module: str) -> str:
    """The module below the root of its crate."""
    return (module.split("::") + [""])[1]


def faults(crate: Crate) -> list[str]:
    """What is wrong in a crate."""
    modules = {"::".join(path) for path in crate.modules}
    uses: dict[str, set[str]] = {module: set() for module in modules}
    found = []
    for path, item in crate.uses():
        user, used = "::".join(path), "::".join(item)
        if (other := module_of(used, modules)) and other != user:
            uses[user].add(other)
        found += against_the_layers(crate.name, user, other)
        if crate.name == "shared" and not other:
            found += outside(user, used)
    if len(modules) > 2 and not any(uses.values()):
        found.append(f"{crate.name}: no module uses another, so nothing was checked")
    if crate.name in LAYERS:
        unknown = {top(module) for module in modules} - {""} - LAYERS[crate.name].keys()
        found += [f"{crate.name}: the module {module} is in no layer" for module in sorted(unknown)]
    return sorted(set(found)) + cycles(crate.name, uses)


def cycles(crate: str, uses: dict[str, set[str]]) -> list[str]:
    """One line for each cycle; the next is looked for without the first one's last step."""
    found = []
    while True:
        try:
            TopologicalSorter(uses).prepare()
            return found
        except CycleError as error:
            ring = error.args[1][::-1]
            found.append(f"{crate}: a cycle: {' -> '.join(ring)}")
            uses[ring[-2]].discard(ring[-1])


def against_the_layers(crate: str, one: str, other: str | None) -> list[str]:
    layers = LAYERS.get(crate, {})
    own, theirs = layers.get(top(one)), layers.get(top(other or ""))
    if own is None or theirs is None or top(one) == top(other) or theirs < own or theirs == own == 0:
        return []
    return [f"{one} uses {other}, which is not in a lower layer"]


def outside(one: str, used: str) -> list[str]:
    crate = used.split("::")[0]
    # `aws_lambda_events` describes requests and responses, and calls nothing.
    is_aws = crate.startswith("aws_") and crate != "aws_lambda_events"
    kind = "aws" if is_aws or "::aws_sdk_" in used else crate.removesuffix("_core")
    if top(one) in OUTSIDE.get(kind, {top(one)}) and (kind != "reqwest" or top(one) == "transport" or used == "reqwest::Error"):
        return []
    return [f"{one} uses {used}, which is not for this module"]


def check() -> int:
    command = ["cargo", "metadata", "--no-deps", "--format-version", "1", "--locked"]
    metadata = json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout)
    targets = [(package["name"], target) for package in metadata["packages"] for target in package["targets"]]
    libraries = [(package, Path(target["src_path"]).parent) for package, target in targets if "lib" in target["kind"]]
    assert len(libraries) > 10, libraries
    found = [fault for package, folder in libraries for fault in faults(Crate.of_folder(package.replace("-", "_"), folder))]
    print("\n".join(found) if found else f"{len(libraries)} libraries have no cycle, and keep to the layers")
    return 1 if found else 0


def self_test() -> int:
    """Each sample is a crate: the text of its modules, and what must be found."""
    samples = [
        ("a", {"x": "use crate::y::Y;", "y": "use crate::x::X;"}, "a cycle"),
        ("a", {"x": "use crate::y::Y;", "y": "use crate::z::Z;", "z": "use crate::x;"}, "a cycle"),
        ("a", {"x": "use crate::y::Y;", "y": "// use crate::x::X;"}, None),
        ("a", {"x": "use crate::y::Y;", "y": "#[cfg(test)]\nmod tests { use crate::x::X; }"}, None),
        ("a", {"x": "use crate::y::Y;", "y": "#[derive(A)]\n/// Text\nmod z { use crate::x::X; }"}, None),
        ("a", {"x": "use crate::y::z::Z;", "y": "mod z { use crate::x::X; }"}, "a cycle"),
        ("a", {"": "use x::X;", "x": "fn f(_: crate::X) {}"}, None),
        ("a", {"": "use x::X; fn f() {}", "x": "use crate::f;"}, "a cycle"),
        ("a", {"": "use self::x::X as Y;", "x": "use super::{error::E, other}; fn f(_: other::O) {}", "error": "", "other": ""}, None),
        ("a", {"x": "use self::y::Y; struct X;", "x::y": "use super::X;"}, "a cycle"),
        ("a", {"": "pub use y::Y;", "x": "use crate::Y;", "y": "use crate::x::X;"}, "a cycle"),
        ("a", {"x": "use crate::{y::{self, Y}, z};", "y": "use crate::z::Z;", "z": ""}, None),
        ("a", {"x": "fn f() -> crate::y::Y { crate::y::Y::new() }", "y": "fn g() { crate::x::f(); }"}, "a cycle"),
        ("a", {"x": "use crate::y; fn f() { y::g::<u8>(); }", "y": "fn g<T>(v: Vec<super::x::X>) {}"}, "a cycle"),
        ("a", {"x": "use crate::y;", "y": "fn g() { write!(f, \"{}\", crate::x::X) }"}, "a cycle"),
        ("a", {"x": "use crate::y;", "y": "macro_rules! m { () => { $crate::x::X } }"}, None),
        ("a", {"x": "use crate::y;", "y": "pub(in crate::x) fn g() {} m! { pub(in crate::x) fn h() {} }"}, None),
        ("a", {"x": "use crate::y;", "y": "fn g() { crate::x!() }"}, None),
        ("a", {"tpp": "use crate::http::X; use axum::Router;", "http": ""}, None),
        ("a", {"x": "use b::Y;", "y": "use b::Y;", "z": "use b::Y;"}, "nothing was checked"),
        ("shared", {"types": "use crate::tpp::X;", "tpp": ""}, "lower layer"),
        ("shared", {"store": "", "store::table": "use crate::secrets::X;", "secrets": ""}, "lower layer"),
        ("shared", {"secrets": "use crate::store::X;", "store": ""}, "lower layer"),
        ("shared", {"tpp": "", "tpp::run": "use crate::http::X;", "http": ""}, "lower layer"),
        ("shared", {"http": "use crate::lambda::X;", "lambda": ""}, "lower layer"),
        ("shared", {"http": "use crate::attic::X;", "attic": ""}, "in no layer"),
        ("bunq_simulator", {"wire": "use crate::bank::X;", "bank": ""}, "lower layer"),
        ("bunq_simulator", {"switches": "use crate::pipeline::X;", "pipeline": ""}, "lower layer"),
        ("bunq_simulator", {"api": "use crate::bank::X;", "bank": ""}, None),
        ("shared", {"config": "use crate::types::X;", "types": "", "lambda": "use crate::http::X;", "http": ""}, None),
        ("shared", {"http": "use crate::tpp::X;", "tpp": "use axum::routing::Router;"}, "not for this"),
        ("shared", {"http": "use crate::tpp::X;", "tpp": "fn f() { axum_core::body::f() }"}, "not for this"),
        ("shared", {"http": "use crate::tpp::X; use aws_sdk_dynamodb::Client;", "tpp": ""}, "not for this"),
        ("shared", {"http": "use crate::tpp::X;", "tpp": "use serde_dynamo::aws_sdk_dynamodb_1::To;"}, "not for this"),
        ("shared", {"http": "", "lambda": "use crate::http::X; use reqwest::Client;"}, "not for this"),
        ("shared", {"transport": "use reqwest::{Client, Method};", "tpp": "use crate::transport::X;"}, None),
        ("shared", {"http": "use crate::tpp::X;", "tpp": "use reqwest::Error;"}, "not for this"),
        ("shared", {"http": "use axum::Router;", "store": "use aws_types::A;", "lambda": "use crate::http::X; use reqwest::Error;"}, None),
    ]
    failed = []
    for name, modules, expected in samples:
        crate = Crate(name)
        for module, text in ({"": ""} | modules).items():
            crate.add((name, *filter(None, module.split("::"))), text.encode())
        found = faults(crate)
        if len(found) != bool(expected) or not all(expected in fault for fault in found):
            failed.append(f"{name} {modules}: expected {expected}, found {found}")
    print("\n".join(failed) if failed else f"{len(samples)} samples are judged correctly")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(self_test() if sys.argv[1:] == ["--self-test"] else check())
