"""SorDataCodeTypes.xml and GeographicalLocalisations.xml, which nobody has seen: read by shape.

A first reading finds out the shape of the document: which elements repeat and hold something like
an identifier. Those are the entries. An element that holds an identifier *and* repeated entries
with identifier and name of their own is a list; its name and identifier become the
classification. What has no field goes to ``extra`` under its path, so nothing is lost, and
``describe`` shows the shape that was met.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import attrs

from ...description import ColumnDescription, TableDescription
from ...errors import SorError
from ...issues import Issue, IssueLog
from ...records import Classification, Extra
from ...sources import Member
from ...xml import CREATED_AT, SNAPSHOT_DATE
from ...xml.elements import Element, attributes_of, free_before, line_of, shortened_raw, split_tag
from ...xml.parser import Meter
from ..base import Format, ReadOptions
from ..declare import Column, TableSpec, fold
from ..decode import CarefulDecoder, make_plan
from ..generator import Memo
from .describe import describe
from .guess_lists import (
    Path,
    Shape,
    field_of,
    is_identifier,
    is_name,
    survey,
    survey_complete_part,
)
from .names import CLASSIFICATIONS, GEO_LOCATIONS
from .reader_base import cell_reporter, context_of, events_of, snapshot_date_of
from .reporting import Context, Kept


@attrs.define(eq=False)
class _ListReader:
    """What the two readers have in common."""

    member: Member
    options: ReadOptions
    format: Format = Format.SOR_XML
    spec: TableSpec = CLASSIFICATIONS
    _shape: Shape | None = None

    @property
    def table(self) -> str:
        """Name of the table."""
        return self.spec.table

    def snapshot_date(self) -> Any:
        """Return the date that the data represent, if the file states it."""
        return snapshot_date_of(self.member, self.options)

    def numbered(self) -> Iterator[tuple[int | None, Any]]:
        """Read the entries: pairs of the line of the entry's element and its record."""
        return self._numbered(self.options.log)

    def records(self) -> Iterator[Any]:
        """Read the entries."""
        return (record for _, record in self.numbered())

    def _numbered(self, log: IssueLog) -> Iterator[tuple[int | None, Any]]:
        options = self.options
        context = context_of(self.member, attrs.evolve(options, log=log))
        meter = Meter(self.member.name, options.limits)
        shape = survey_complete_part(self.member, options)
        entries = frozenset(shape.entries())
        self._tell_left_out(shape, entries, context)
        decoding = _EntryDecoding(self.spec, context, repair=options.repair)
        path: list[str] = []
        inside = 0
        for event, element in events_of(self.member, options, meter):
            if event == "start":
                path.append(split_tag(element.tag)[1])
                inside += tuple(path[1:]) in entries
                continue
            here = tuple(path[1:])
            path.pop()
            if here in entries:
                inside -= 1
                record = decoding.read(element)
                if record is not None:
                    yield line_of(element), record
                if not inside:
                    _free_entry(element)
                    meter.ended()
            elif not inside and any(entry[: len(here)] == here for entry in entries):
                free_before(element)  # a list that has been read

    def _tell_left_out(self, shape: Shape, entries: frozenset[Path], context: Context) -> None:
        if not entries:
            context.log.add(
                Issue(
                    "warning",
                    "no-entries",
                    "nothing in the file looks like entries: no element repeats and holds an "
                    "identifier; describe shows what is there",
                    file=self.member.name,
                )
            )
        for path, kind in shape.kinds.items():
            if not kind.text.filled or not path or path in ((CREATED_AT,), (SNAPSHOT_DATE,)):
                continue
            if any(
                path[: len(entry)] == entry or entry[: len(path) - 1] == path[:-1] != ()
                for entry in entries
            ):
                continue  # in an entry, or in a list around it
            context.log.add(
                Issue(
                    "warning",
                    "unknown-element",
                    f"{'/'.join(path)} stands in no entry; it is kept in this issue only",
                    file=self.member.name,
                    column="/".join(path),
                    value=" | ".join(kind.text.samples),
                )
            )

    def describe(self) -> TableDescription:
        """Read the file once and tell its real shape: every path, how often, with samples."""
        shape = survey(self.member, self.options)
        entries = shape.entries()
        columns: list[ColumnDescription] = []
        for path, kind in shape.kinds.items():
            entry = next((e for e in entries if path[: len(e)] == e), None)
            inner = path[len(entry) :] if entry is not None else ()
            name = "/".join(path)
            if path and (kind.is_leaf or kind.text.filled):
                field = None
                if entry is not None and inner:
                    names = shape.kinds[entry].leaves
                    field = field_of(self.spec, "/".join(inner), entry[-1], list(names))
                columns.append(
                    ColumnDescription(name, field, kind.text.filled, tuple(kind.text.samples))
                )
            for key, count in shape.attributes.get(path, {}).items():
                field = None
                if entry == path:
                    names = kind.leaves
                    field = field_of(self.spec, key, path[-1], list(names))
                columns.append(
                    ColumnDescription(f"{name}/{key}", field, count.filled, tuple(count.samples))
                )
        shapes = [f"{'/'.join(path)}: {shape.kinds[path].count} entries" for path in entries]
        return describe(
            self.member,
            self.options,
            table=self.spec.table,
            rows=sum(shape.kinds[path].count for path in entries),
            columns=tuple(columns),
            notes=["read by shape", *shapes],
        )


def _free_entry(element: Element) -> None:
    """Free an entry, but not the values of the list around it, which stand before it."""
    element.clear(keep_tail=True)
    before, parent = element.getprevious(), element.getparent()
    while before is not None and parent is not None and _is_empty(before):
        parent.remove(before)
        before = element.getprevious()


def _is_empty(element: Element) -> bool:
    return not len(element) and not element.text and not element.attrib


_MOST_LOOKS = 4096


class _EntryDecoding:
    """Makes records of entries."""

    def __init__(self, spec: TableSpec, context: Context, *, repair: bool) -> None:
        self._spec = spec
        self._context = context
        self._columns: tuple[Column, ...] = spec.columns
        self._place = {column.field: place for place, column in enumerate(spec.columns)}
        names = [column.name for column in spec.columns]
        self._decoder = CarefulDecoder(make_plan(spec, names, spec.columns), repair=repair)
        self._key = self._place[spec.required[0]]
        self._fields: dict[tuple[str, tuple[str, ...]], dict[str, str | None]] = {}

    def read(self, element: Element) -> Any:
        """Make the record of an entry."""
        spec, context = self._spec, self._context
        own = split_tag(element.tag)[1]
        names = dict.fromkeys(split_tag(child.tag)[1] for child in element if not len(child))
        names |= dict.fromkeys(f"@{split_tag(key)[1]}" for key in attributes_of(element))
        fields = self._fields_of(own, tuple(names))
        cells = [""] * len(self._columns)
        lines: dict[int, Element] = {}
        extra = Kept()
        for inner, path, text in context.texts_in(element, ""):
            name = re.sub(r"\{[^}]*\}", "", path).removeprefix("/")
            if not text:
                continue
            field = context.own.get(name) or fields[name]
            place = self._place.get(field or "")
            if place is not None and not cells[place]:
                cells[place] = text
                lines[place] = inner
            else:
                extra.keep(name or "text()", text)
        if spec is CLASSIFICATIONS:
            self._take_list(element, own, cells, extra)
        elif not cells[self._key] and cells[self._place["sor_id"]]:
            cells[self._key] = cells[self._place["sor_id"]]  # has no identifier but the unit's
        record = self._decoder.decode(cells, cell_reporter(context, lines, element, None))
        if record is None:
            context.issue(
                "error",
                "missing-key",
                f"the entry lacks an identifier ({self._columns[self._key].name})",
                element,
                own,
                raw=shortened_raw(element),
            )
        elif extra:
            object.__setattr__(record, "extra", Extra(extra))
        return record

    def _fields_of(self, own: str, names: tuple[str, ...]) -> dict[str, str | None]:
        """Return the field of each value; worked out once for entries that look alike."""
        look = own, names
        if look not in self._fields:
            if len(self._fields) >= _MOST_LOOKS:
                self._fields.clear()

            def find(name: str) -> str | None:
                return field_of(self._spec, name, own, names) if name else None

            self._fields[look] = Memo(find)
        return self._fields[look]

    def _take_list(self, element: Element, own: str, cells: list[str], extra: Kept) -> None:
        """Find what the list of the entry is called: by its own values, else by its element."""
        code, name = self._place["classification.code"], self._place["classification.name"]
        for level, around in enumerate(element.iterancestors(), 1):
            if around.getparent() is None:
                break
            tag = split_tag(around.tag)[1]
            pairs = [(f"@{split_tag(k)[1]}", v) for k, v in attributes_of(around).items()]
            pairs += [
                (split_tag(child.tag)[1], (child.text or "").strip())
                for child in around
                if not len(child) and child is not element
            ]
            for key, text in pairs:
                plain = key.removeprefix("@")
                if not text:
                    continue
                if is_name(plain) and not cells[name]:
                    cells[name] = text
                elif is_identifier(plain, tag) and not cells[code]:
                    cells[code] = text
                else:
                    extra.keep("../" * level + key, text)
        if not cells[code] and not cells[name]:
            cells[name] = own


# Words in the names of lists, by the kind of code; those in front are looked at first.
_KIND_WORDS = {
    "entity_type": ("entitytype", "ownertype", "institutiontype", "unittype", "enhedstype"),
    "clinical_speciality": ("clinicalspeciality", "speciality", "speciale"),
    "region": ("region",),
    "system_type": ("systemtype",),
    "system_supplier": ("systemsupplier",),
    "network_operator": ("communicationsupplier", "networkoperator", "netoperat"),
    "edi_administrator": ("ediadministrator",),
}


@attrs.define(eq=False)
class ClassificationsReader(_ListReader):
    """Reads SorDataCodeTypes.xml, and gives the names of codes to the readers of Sor.xml."""

    spec: TableSpec = CLASSIFICATIONS
    _names: dict[str, dict[str, str]] | None = None

    def name_of(self, kind: str, code: str) -> str | None:
        """Give the name of a code; the file is read at the first question.

        Where lists can be told to be of the kind by their names, only they are asked; else a
        code is taken that has the same name wherever it stands.
        """
        if self._names is None:
            self._names = self._read_names()
        words = _KIND_WORDS.get(kind, ())
        lists = [
            names
            for title, names in self._names.items()
            if any(word in title for word in words)
            and ("type" not in title or "type" in "".join(words))
        ]
        found = {names[code] for names in lists or self._names.values() if code in names}
        return found.pop() if len(found) == 1 else None

    def _read_names(self) -> dict[str, dict[str, str]]:
        names: dict[str, dict[str, str]] = {}
        try:
            for _, record in self._numbered(IssueLog()):
                _add_name(names, record)
        except SorError as error:
            self.options.log.add(
                Issue(
                    "warning",
                    "names-not-read",
                    f"codes get their names from the library's own lists where this file does "
                    f"not give them: {error}",
                    file=self.member.name,
                )
            )
        return names


def _add_name(names: dict[str, dict[str, str]], record: Classification) -> None:
    entry, around = record.entry, record.classification
    if entry is None or entry.code is None or entry.name is None:
        return
    title = (around.name or around.code or "") if around is not None else ""
    names.setdefault(fold(title), {}).setdefault(entry.code, entry.name)


@attrs.define(eq=False)
class GeoLocationsReader(_ListReader):
    """Reads GeographicalLocalisations.xml."""

    spec: TableSpec = GEO_LOCATIONS
