"""Validates statements against the schema of camt.053.001.08, and checks that the schema rejects broken ones."""

import sys
from importlib.metadata import distribution

from lxml import etree

NAMESPACE = "{urn:iso:std:iso:20022:tech:xsd:camt.053.001.08}"
# The package itself is not imported: that needs its dependencies.
SCHEMA = etree.XMLSchema(etree.parse(distribution("camt053").locate_file("camt053/xsd/camt.053.001.08.xsd")))


def drop(name):
    """A change that removes the first element of this name."""

    def change(tree):
        element = tree.find(f".//{NAMESPACE}{name}")
        element.getparent().remove(element)

    return change


def write(name, text):
    """A change that replaces the text of the first element of this name."""

    def change(tree):
        tree.find(f".//{NAMESPACE}{name}").text = text

    return change


def main(names):
    assert names, "there are no statements"
    for name in names:
        SCHEMA.assertValid(etree.parse(name))
    full = next(name for name in names if b"<Ustrd>" in open(name, "rb").read())
    changes = [drop("Acct"), drop("Amt"), drop("BkTxCd"), write("CdtDbtInd", "DEBIT"), write("Amt", "-1.00"), write("Amt", "1.000001")]
    changes += [write("MsgId", "x" * 36), write("Ustrd", "x" * 141), write("Ustrd", "")]
    for change in changes:
        tree = etree.parse(full)
        change(tree)
        assert not SCHEMA.validate(tree), f"the schema accepts a broken statement: {changes.index(change)}"
    print(f"{len(names)} statements are valid, {len(changes)} broken ones are not")


main(sys.argv[1:])
