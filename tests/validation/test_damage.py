"""Damaged documents: always a report or one clear error, and the verdict of a whole-tree check."""

from __future__ import annotations

import random
from collections.abc import Callable
from copy import deepcopy

import pytest
from lxml import etree

import sorparse
from sorparse import SorError
from sorparse.validation.schema_set import load_schema
from support.validation import FULL_1, FULL_2, owner, tree, unit

XSI = "http://www.w3.org/2001/XMLSchema-instance"
BASES = (FULL_2, FULL_1, tree(owner(unit()), owner(unit(), sor_id="1071000016005")))


def damaged_tree(document: bytes, rng: random.Random) -> bytes:
    """Elements removed, doubled, moved, renamed, emptied, given attributes and text."""
    root = etree.fromstring(document)
    elements = list(root.iter("*"))
    for _ in range(rng.randint(1, 6)):
        element, other = rng.choice(elements), rng.choice(elements)
        parent = element.getparent()
        change = rng.randrange(7)
        if change == 0 and parent is not None:
            parent.remove(element)
        elif change == 1 and parent is not None:
            parent.insert(rng.randrange(len(parent) + 1), deepcopy(element))
        elif change == 2:
            element.text = rng.choice(["", "x", "2020-01-01", "  ", "1" * 5000])
        elif change == 3:
            element.tag = rng.choice(["Foo", "{urn:x}Bar", other.tag])
        elif change == 4:
            name = rng.choice(["a", "scheme", f"{{{XSI}}}nil", f"{{{XSI}}}type"])
            element.set(name, rng.choice(["true", "x", "SorTree"]))
        elif change == 5:
            element.tail = rng.choice(["x", "\n"])
        elif parent is not None and element not in (other, *other.iterancestors()):
            other.append(element)
    return etree.tostring(root)


def damaged_bytes(document: bytes, rng: random.Random) -> bytes:
    """Bytes cut out, changed and put in."""
    content = bytearray(document)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(content))
        change = rng.randrange(3)
        if change == 0:
            del content[at : at + rng.randint(1, 50)]
        elif change == 1:
            content[at] = rng.randrange(256)
        else:
            content[at:at] = bytes(rng.choices(b"<>&;/\"' \x00xmlns:a=![CDATA", k=5))
    return bytes(content)


@pytest.mark.parametrize(("damage", "least"), [(damaged_tree, 140), (damaged_bytes, 1)])
def test_damage_gives_a_report_or_one_clear_error(
    damage: Callable[[bytes, random.Random], bytes], least: int
) -> None:
    rng = random.Random(2026)
    reports = 0
    for _ in range(150):
        document = damage(rng.choice(BASES), rng)
        try:
            report = sorparse.validate(document)
            counted = sorparse.validate(document, places=False)
        except SorError:
            continue
        reports += 1
        whole = etree.fromstring(document)
        schema = etree.XMLSchema(load_schema(None, str(etree.QName(whole).namespace)).document())
        assert report.valid == counted.valid == schema.validate(whole)
        assert all(issue.line and issue.column for issue in report.occurrences)
        assert report.fault_count == len(report.occurrences)
    assert reports >= least
