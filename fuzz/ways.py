"""Targets that read the same bytes in every way: records and issues have to be equal."""

from __future__ import annotations

import io
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import Any

import sorparse
from sorparse import examples
from sorparse.formats.csv import plain_file

LIMITS = sorparse.Limits(max_member_bytes=20_000_000, max_issues=1000)
_ATTRIBUTES = (
    b' a="1"',
    b' scheme="iso3166-alpha2"',
    b" scheme = 'x'",
    b' xmlns="urn:x"',
    b' xmlns:x="urn:oio:nsi:2.0.0"',
    b' xml:lang="da"',
    b"/",
    b" ",
)
_SNIPPETS = (
    b"<!-- c -->",
    b"<!-- </OrganizationalUnit> -->",
    b"<![CDATA[x]]>",
    b"<![CDATA[</OrganizationalUnit>]]>",
    b"<?pi x?>",
    b"&amp;",
    b"&#13;",
    b"&#x41;",
    b"&nothing;",
    b"stray",
    b" \r\n\t",
    b"\xc2\xa0",
    b"\xff",
    b"<new>1</new>",
    b'<new xmlns="urn:x">1</new>',
    b"<OrganizationalUnit/>",
    b"<OrganizationalUnitEntity/>",
    b"<OrganizationalUnitEntity>",
    b"</OrganizationalUnitEntity>",
    b"<OrganizationalUnit><EntityName>x</EntityName></OrganizationalUnit>",
    b'<SnapshotDate xmlns="urn:oio:sundhedsstyrelsen:organisation:1.0.0">2020-01-01</SnapshotDate>',
    b"<!DOCTYPE x>",
    b"</SorTree>",
    b"9999-12-31",
    b"1,52096E+15",
)


def _pieces() -> Iterator[bytes]:
    """Yield the tags and texts of a small valid document with the first units of the example."""
    whole = examples.sor_xml.read_bytes()
    ends = [found.end() for found in re.finditer(rb"</InstitutionOwnerEntity>", whole)]
    small = min((b - a, a, b) for a, b in pairwise(ends))
    head = whole[: whole.index(b"<InstitutionOwnerEntity>")]
    rest = whole[small[1] : ends[0]] if ends[0] < small[1] else b""
    document = head + rest + whole[small[1] : small[2]] + b"</SorTree>"
    yield from re.findall(rb"<[^>]*>|[^<]+", document)


_PIECES = tuple(_pieces())


class _Once(io.RawIOBase):
    """A stream that cannot be read again: its XML is read by elements."""

    def __init__(self, content: bytes) -> None:
        self._rest = io.BytesIO(content)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._rest.readinto(buffer)


Outcome = tuple[list[Any], str, list[str]]


def _outcome(source: Any, table: str, of: Callable[[sorparse.Feed], Iterable[Any]]) -> Outcome:
    """Return the records, the error and the issues of a table, without the file's name."""
    found: list[Any] = []
    error, issues = "", []
    name = source if isinstance(source, str) else "<bytes>"
    try:
        with sorparse.open(source, limits=LIMITS) as feed:
            if table in feed.tables:
                try:
                    found.extend(of(feed))
                except sorparse.SorError as exc:
                    error = repr(exc)
            issues = [repr(issue) for issue in feed.issues]
    except sorparse.SorError as exc:
        error = repr(exc)

    def plain(text: str) -> str:
        return text.replace(name, "FILE").replace("<stream>", "FILE")

    return found, plain(error), [plain(issue) for issue in issues]


def mutated(data: bytes) -> bytes:
    """Change a whole Sor.xml: each four bytes move, double, remove or insert a piece."""
    pieces = list(_PIECES)
    for at in range(0, min(len(data), 40) - 3, 4):
        what, place, length, snippet = data[at : at + 4]
        first = (place * 7 + length // 16) % len(pieces)
        last = min(first + length % 16 + 1, len(pieces))
        cut = pieces[first:last]
        if what % 6 == 0:
            del pieces[first:last]
        elif what % 6 == 1:
            pieces[first:first] = cut
        elif what % 6 == 2:
            del pieces[first:last]
            goal = snippet * 7 % (len(pieces) + 1)
            pieces[goal:goal] = cut
        elif what % 6 == 3 and pieces[first].startswith(b"<"):
            attribute = _ATTRIBUTES[snippet % len(_ATTRIBUTES)]
            pieces[first] = pieces[first].replace(b">", attribute + b">")
        else:
            pieces.insert(first, _SNIPPETS[snippet % len(_SNIPPETS)])
        pieces = pieces or [b"<SorTree/>"]
    return b"".join(pieces)


_FIELDS = ("sor_id", "name", "parent_id", "postal_address.post_code", "validity.to_date")


def units(data: bytes) -> None:
    """Compare reading a changed Sor.xml by text and by elements, from each kind of source."""
    content = mutated(data)
    kind = (
        sum(data) % 6
    )  # each reading takes some milliseconds, so an input compares only some of them
    table = "location_codes" if kind == 5 else "entities"
    stream: Any = _Once(content)
    by_elements = _outcome(stream, table, lambda feed: feed.numbered(table))
    with tempfile.NamedTemporaryFile(suffix=".xml") as file:
        file.write(content)
        file.flush()
        source = (io.BytesIO(content), file.name, content)[min(kind, 2)]
        found = _outcome(source, table, lambda feed: feed.numbered(table))
    if found != by_elements:
        raise AssertionError(_difference(content, table, found, by_elements))
    if kind == 3:
        rows = _outcome(content, table, lambda feed: feed.rows(table, _FIELDS))
        taken = [tuple(_value(record, path) for path in _FIELDS) for _, record in found[0]]
        if taken != [tuple(row) for row in rows[0]]:
            raise AssertionError(f"fields differ from records: {content!r}")


def _value(record: Any, path: str) -> Any:
    for step in path.split("."):
        record = getattr(record, step, None)
    return record


def _csv_cells() -> tuple[list[str], list[list[str]]]:
    """Return the header and some rows of the daily example, split into cells."""
    lines = examples.daily_csv.read_text("utf-8-sig").splitlines()
    header, *rows = ([*line.split(";")] for line in lines)
    return header, [row for row in rows if len(row) == len(header)][:3]


_CSV_HEADER, _CSV_ROWS = _csv_cells()
_CSV_CELLS = (
    *("", " ", "NULL", "x", " x ", "\xa0x", "2021-03-31", "31-12-2020", "9999-12-31", "ja", "SI"),
    *("8031000016007", "8031000016008", '"=""8031000016007"""', '="8031000016007"', "1,52096E+15"),
    *('"a;b"', '"a ""b"""', '""', '"', 'a"b', '"a\nb"', "6177010,77", "æ", "\0", "\x1f", "\r"),
    *('"=""a;b"""', '";"', '"=""', '"""'),
)


def changed_rows(data: bytes) -> bytes:
    """Change rows of SOR2: each three bytes replace one cell, or change a whole row."""
    rows = [[*row] for row in _CSV_ROWS]
    quoted = bool(data[:1]) and data[0] % 4 == 0
    for at in range(1, min(len(data), 60) - 2, 3):
        what, place, cell = data[at : at + 3]
        row = rows[what % len(rows)]
        if what < 230 or not row:
            if row:
                row[place % len(row)] = _CSV_CELLS[cell % len(_CSV_CELLS)]
        elif what < 243:
            del row[place % len(row)]
        else:
            rows.insert(place % len(rows), [*row])
    lines = [";".join(row) for row in rows]
    if quoted:
        lines = [
            ";".join(c if c[:1] == '"' else f'"{c}"' for c in line.split(";")) for line in lines
        ]
    return "\r\n".join([";".join(_CSV_HEADER), *lines, ""]).encode()


def csv_ways(data: bytes) -> None:
    """Compare the records and issues of changed rows for each way to read them."""
    content = changed_rows(data)
    expected = _outcome(content, "entities", lambda feed: feed.numbered("entities"))
    stream: Any = _Once(content)
    found = _outcome(stream, "entities", lambda feed: feed.numbered("entities"))
    if found != expected:
        raise AssertionError(_difference(content, "entities", found, expected))
    with tempfile.NamedTemporaryFile(suffix=".csv") as file:
        file.write(content)
        file.flush()
        found = _outcome(file.name, "entities", lambda feed: feed.numbered("entities"))
    if found != expected:
        raise AssertionError(_difference(content, "entities", found, expected))
    rows = _outcome(content, "entities", lambda feed: feed.rows("entities", _FIELDS))
    taken = [tuple(_value(record, path) for path in _FIELDS) for _, record in expected[0]]
    if taken != [tuple(row) for row in rows[0]]:
        raise AssertionError(f"fields differ from records: {content!r}")
    by_numpy = _outcome(content, "entities", _table)
    find_spec = plain_file.find_spec
    plain_file.find_spec = lambda _: None
    try:
        by_records = _outcome(content, "entities", _table)
    finally:
        plain_file.find_spec = find_spec
    pairs = ((by_numpy[0], by_records[0]), (sorted(by_numpy[2]), sorted(by_records[2])))
    for one, other in (*pairs, (sorted(by_numpy[2]), sorted(expected[2]))):
        if one != other:
            raise AssertionError(f"tables differ: {one!r}\n{other!r}\n{content!r}")


def _table(feed: sorparse.Feed) -> list[Any]:
    rows: list[Any] = feed.to_arrow("entities").to_pyarrow().to_pylist()
    return rows


def _difference(content: bytes, table: str, found: Outcome, other: Outcome) -> str:
    pairs = [(a, b) for a, b in zip(found, other, strict=True) if a != b]
    return f"{table} differ: {pairs!r}\n{content.decode('utf-8', 'replace')}"


def unit_seeds() -> Iterator[bytes]:
    yield b""
    yield bytes(range(40))
    for what in range(6):
        yield bytes((what, 40, 17, 3)) * 4


def csv_way_seeds() -> Iterator[bytes]:
    yield b""
    for quoted in (0, 1):
        for cell in range(0, len(_CSV_CELLS), 4):
            yield bytes((quoted, 0, 1, cell, 1, 7, cell + 1, 2, 40, cell + 2, 250, 1, 0))
