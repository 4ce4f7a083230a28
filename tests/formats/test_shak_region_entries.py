"""The entries of SHAKregion.xml, compared with a simple reader of the same rule."""

from __future__ import annotations

from collections import Counter
from copy import deepcopy
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sorparse
from sorparse import Limits, SHAKRegion, SorFileError
from support.hostile import read_bounded

COLUMNS = {"SHAKkode", "Navn", "DatoFra"}


class Simple:
    """Finds the entries of a whole tree by recursion."""

    def __init__(self, root: ET.Element) -> None:
        self.entries: list[Counter[str]] = []
        """The texts of each entry."""
        self.outside: Counter[str] = Counter()
        rest = self.read(root)
        if rest is not None:
            self.outside += rest

    def read(self, element: ET.Element) -> Counter[str] | None:
        """Return the texts of an element without entries; ``None`` for an entry or a container."""
        texts = texts_of(element.text, *element.attrib.values())
        is_entry = not COLUMNS.isdisjoint(element.attrib)
        is_container = False
        for child in element:
            found = len(self.entries)
            inner = self.read(child)
            if len(self.entries) > found and not (is_entry or is_container):
                is_container = True
                self.outside += texts
            if inner is None:
                self.outside += texts_of(child.tail)
                continue
            inner += texts_of(child.tail)
            if is_container:
                self.outside += inner
                continue
            texts += inner
            is_entry = is_entry or child.tag in COLUMNS
        if is_entry:
            self.entries.append(texts)
        return None if is_entry or is_container else texts


def texts_of(*texts: str | None) -> Counter[str]:
    return Counter(text.strip() for text in texts if text and text.strip())


def in_record(record: SHAKRegion) -> Counter[str]:
    day = record.validity.from_date
    date = day.isoformat() if day else None
    return texts_of(record.shak_code, record.name, date, *(record.extra or {}).values())


@st.composite
def trees(draw: st.DrawFn, depth: int = 0) -> ET.Element:
    element = ET.Element(draw(st.sampled_from(["r", "n", "b", *sorted(COLUMNS)])))
    for name in draw(st.lists(st.sampled_from(["a", "SHAKkode", "Navn"]), max_size=1)):
        element.set(name, "x")
    element.text = draw(st.sampled_from(["", "t"]))
    element.tail = draw(st.sampled_from(["", "t"]))
    if depth < 4:
        element.extend(draw(st.lists(trees(depth + 1), max_size=4)))
    return element


def document(children: list[ET.Element], padding: str = "") -> bytes:
    """Return a document in which each text is another one, and can be any column."""
    root = ET.Element("SHAKregioner")
    root.extend(deepcopy(children))
    for number, element in enumerate(root.iter()):
        day = f"{1900 + number % 100}-{1 + number // 100:02}-{{:02}}"
        element.text = element.text and day.format(1)
        element.tail = f"{day.format(2) if element.tail else ''}\n"  # equal issues are one
        for place, key in enumerate(element.keys(), 3):
            element.set(key, day.format(place))
    text = ET.tostring(root, encoding="unicode")
    return text.replace("<SHAKregioner>", f"<SHAKregioner>{padding}", 1).encode()


def read(data: bytes) -> tuple[list[SHAKRegion], sorparse.Issues]:
    with sorparse.open(data) as feed:
        return list(feed.shak_regions()), feed.issues


def refused(data: bytes) -> None:
    with (
        sorparse.open(data, limits=Limits(max_unit_elements=20_000)) as feed,
        pytest.raises(SorFileError, match="max_unit_elements"),
    ):
        list(feed.shak_regions())


some = st.lists(trees(), max_size=6)


@given(some)
def test_entries_and_what_is_outside_them(children: list[ET.Element]) -> None:
    data = document(children)
    simple = Simple(ET.fromstring(data))
    records, issues = read(data)
    assert sum(map(in_record, records), Counter()) <= sum(simple.entries, Counter())
    lacking = [issue for issue in issues if issue.code == "missing-key"]
    assert len(records) + len(lacking) == len(simple.entries)
    outside = [issue.value for issue in issues if issue.code in ("unknown-element", "stray-text")]
    assert Counter(outside) == simple.outside
    if not lacking:
        assert list(map(in_record, records)) == simple.entries


@settings(max_examples=50)
@given(some, st.integers(3_000, 4_200))
def test_where_the_document_is_cut_does_not_matter(children: list[ET.Element], size: int) -> None:
    # documents are parsed in pieces, the first of 4 KiB; comments are ignored
    assert read(document(children, f"<!--{'x' * size}-->")) == read(document(children))


def test_elements_in_an_entry_are_its_content() -> None:
    records, issues = read(
        b"<SHAKregioner><SHAKregion><SHAKkode>9901</SHAKkode><Leder><Navn2>x</Navn2>y</Leder>"
        b"</SHAKregion></SHAKregioner>"
    )
    assert issues == []
    assert [dict(record.extra) for record in records] == [{"Leder/Navn2": "x", "Leder/text()": "y"}]


def test_an_entry_of_very_many_elements_is_refused() -> None:
    data = b"<SHAKregioner><r SHAKkode='9901'>" + b"<n/>" * 50_000 + b"</r></SHAKregioner>"
    refused(data)


def test_open_entries_together_are_bounded() -> None:
    level = b"<r SHAKkode='9901'>" + b"<n/>" * 10_000
    data = b"<SHAKregioner>" + level * 3 + b"</r>" * 3 + b"</SHAKregioner>"
    refused(data)


@pytest.mark.parametrize("between", [b"<n>1</n>", b"<n><m>1</m></n>", b"<n/>", b"x"])
def test_what_is_between_entries_is_read_in_bounded_memory(between: bytes, tmp_path: Path) -> None:
    path = tmp_path / "SHAKregion.xml"
    entry = b'<SHAKregion SHAKkode="9901"/>'
    path.write_bytes(b"<SHAKregioner>" + (entry + between * 20) * 20_000 + b"</SHAKregioner>")
    assert "shak_regions 20000" in read_bounded(path, 100)


def test_describe_refuses_too_many_names() -> None:
    entries = "".join(f"<r SHAKkode='1'><n{number}>x</n{number}></r>" for number in range(5_000))
    with (
        sorparse.open(f"<SHAKregioner>{entries}</SHAKregioner>".encode()) as feed,
        pytest.raises(SorFileError, match="max_columns"),
    ):
        feed.describe()
