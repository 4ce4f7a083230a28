"""Describe the content of an XML file: element paths, how often they have a value, samples."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import attrs

from ...description import ColumnDescription, TableDescription
from ...issues import NoLog
from ...sources import Member
from ...xml.elements import Element, split_tag
from ...xml.encodings import encoding_of
from ...xml.head import Header, read_header
from ...xml.parser import chunks_of
from ..base import ReadOptions
from .names import COUNTRY_SCHEME, LOCATION_CODE_ENTITY, SPECIALITIES, SPECIALITY, SPECIALITY_TYPES
from .namespaces import VERSIONS
from .reporting import Context, refuse_many_paths
from .tree import OpenUnit, walk
from .units import Layout

_SAMPLES = 3
_SAMPLE_CHARS = 40
_HEAD = 64 * 1024
_PLACE = re.compile(r"\[\d+\]")


@attrs.define
class PathCount:
    """How often a path has a value."""

    filled: int = 0
    samples: dict[str, None] = attrs.Factory(dict)

    def add(self, text: str) -> None:
        """Count a text."""
        self.filled += 1
        if len(self.samples) < _SAMPLES and text not in self.samples:
            short = text.replace("\n", "⏎")
            if len(short) > _SAMPLE_CHARS:
                short = short[: _SAMPLE_CHARS - 1] + "…"
            self.samples[short] = None


class Census:
    """Counts the values under elements by their path below them."""

    def __init__(self) -> None:
        self.paths: dict[str, PathCount] = {}

    def add(self, element: Element, context: Context) -> None:
        """Count the values in one element; paths begin below the element."""
        for inner, path, text in context.texts_in(element, ""):
            name = path.removeprefix("/")
            # an empty element is listed too, but not one that only contains other elements
            if name and (text or not len(inner)):
                if name not in self.paths:
                    refuse_many_paths(len(self.paths), context.file, context.limits)
                    self.paths[name] = PathCount()
                count = self.paths[name]
                if text:
                    count.add(text)

    def columns(self, fields: dict[str, str]) -> tuple[ColumnDescription, ...]:
        """Return the paths in the order of the document, and the fields they fill."""
        return tuple(
            ColumnDescription(path, fields.get(path), count.filled, tuple(count.samples))
            for path, count in self.paths.items()
        )


def fields_of(layout: Layout) -> dict[str, str]:
    """Return the field of every path of a layout."""
    fields: dict[str, str] = {}
    for column in layout.spec.columns:
        for path in (column.name, *column.aliases):
            plain = _PLACE.sub("", path)
            fields.setdefault(
                plain, column.field if plain == path else _PLACE.sub("", column.field)
            )
    if any(field.startswith("specialities") for field in fields.values()):
        for name in SPECIALITY_TYPES:
            fields[f"{SPECIALITIES}/{SPECIALITY}/{name}"] = "specialities (their order)"
    return fields


def describe_units(
    member: Member, options: ReadOptions, layout: Layout, part: Sequence[str] | None = None
) -> TableDescription:
    """Read the units, or the elements of the tags ``part`` in them, and describe their content."""
    census = Census()
    context = Context(member.name, NoLog(), options.limits, options.columns)
    levels = {"IE": 0, "SI": 0, "OE": 0}
    rows = 0

    def count(unit: Element, frame: OpenUnit, _: bool) -> tuple[()]:
        nonlocal rows
        if part is None:
            rows += 1
            levels[frame.level] += 1
            census.add(unit, context)
        else:
            for entity in unit.iter(*part):
                rows += 1
                census.add(entity, context)
        return ()

    for _ in walk(member, options, context, count):
        pass
    fields = fields_of(layout)
    hidden = [
        path
        for path in census.paths
        if path.endswith(f"{COUNTRY_SCHEME[0]}/@{COUNTRY_SCHEME[1]}")
        or (part is None and LOCATION_CODE_ENTITY in path.split("/") and path not in fields)
    ]
    for path in hidden:  # the description of the location numbers has these
        del census.paths[path]
    notes = []
    if part is None:
        notes.append(
            f"{levels['IE']} owners, {levels['SI']} health institutions, {levels['OE']} units"
        )
    return describe(
        member,
        options,
        table=layout.spec.table,
        rows=rows,
        columns=census.columns(fields),
        missing=[
            column.name
            for column in layout.columns
            if not any(
                _PLACE.sub("", path) in census.paths for path in (column.name, *column.aliases)
            )
        ],
        notes=notes,
    )


def describe(
    member: Member,
    options: ReadOptions,
    *,
    table: str,
    rows: int,
    columns: tuple[ColumnDescription, ...],
    missing: Sequence[str] = (),
    notes: Sequence[str] = (),
) -> TableDescription:
    """Return the description of a table: what was counted, and the form of the file."""
    with member.open() as stream:
        header, taken = read_header(
            chunks_of(stream, member.name),
            file=member.name,
            encoding=options.encoding,
            limits=options.limits,
        )
    head = b"".join(taken)
    encoding, bom = encoding_of(head)
    return TableDescription(
        table=table,
        file=member.name,
        rows=rows,
        columns=columns,
        missing=tuple(missing),
        encoding=options.encoding or encoding,
        bom=bom,
        line_ends=_line_ends(member.head(_HEAD)),
        notes=(*_notes(header), *notes),
    )


def _line_ends(head: bytes) -> str | None:
    text = head.replace(b"\0", b"")
    windows = text.count(b"\r\n")
    counts = {
        "CRLF": windows,
        "LF": text.count(b"\n") - windows,
        "CR": text.count(b"\r") - windows,
    }
    return " and ".join(name for name, count in counts.items() if count) or None


def _notes(header: Header | None) -> Iterator[str]:
    if header is None:
        return
    namespace, local = split_tag(header.root)
    version = VERSIONS.get(namespace)
    yield f"root element {local}" + (f", version {version}" if version else "")
    if header.created_at:
        yield f"created at {header.created_at}"
    for prefix, uri in header.namespaces:
        yield f"namespace {prefix or '(default)'} {uri}"
    for name, value in header.attributes:
        yield f"attribute {name} of the root: {value}"
