"""Read SorDataCodeTypes.xml and GeographicalLocalisations.xml by their shape.

No example of either file is public. The first pass finds the shape of the document and with it the
entries (see ``list_shape.py``); the second reads them. In an element around entries, the values
before its first entry belong to the list: its name and identifier become the classification.
Values without a field go to ``extra`` under its path.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import attrs

from ...description import ColumnDescription, TableDescription
from ...errors import SorError, SorFileError
from ...issues import Issue, IssueLog, NoLog
from ...records import Classification
from ...sources import Member
from ...xml import CREATED_AT, SNAPSHOT_DATE
from ...xml.elements import Element
from ..base import Format, ReadOptions
from ..declare import TableSpec, fold
from .describe import describe
from .list_entries import EntryDecoding
from .list_shape import Kind, Role, Shape, field_of
from .names import CLASSIFICATIONS, GEO_LOCATIONS
from .reader_base import context_of, growing, snapshot_date_of, steps_of
from .reporting import Context

_MOST_NAMES = 200_000
"""Entries whose names are remembered for the readers of Sor.xml."""


@attrs.define(eq=False)
class _ListReader:
    """Base class of the two readers."""

    member: Member
    options: ReadOptions
    format: Format = Format.SOR_XML
    spec: TableSpec = CLASSIFICATIONS

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
        context = context_of(self.member, attrs.evolve(self.options, log=log))
        shape = Shape(self.member, self.options)  # the error is raised again after the entries
        _report_outside(shape, context)
        decoding = EntryDecoding(self.spec, context, repair=self.options.repair)
        around: list[Kind] = []

        def begin(element: Element) -> bool:
            kind = shape.child(around[-1], element) if around else shape.root
            if kind.role is Role.ENTRY:
                return False
            if kind.role is Role.LIST:
                decoding.lists.begin(element)
            around.append(kind)
            return True

        tree = growing(self.member, self.options, begin)
        last = shape.last_chunk
        try:
            for ended, children in steps_of(tree, self.member, self.options):
                if last is not None and tree.chunk > last:
                    break
                if ended is None:
                    depth = len(around) if tree.chunk == last else 0
                    yield from decoding.entries(shape, around[-1], children, depth)
                    continue
                role = around.pop().role
                if role is Role.LIST:
                    decoding.lists.end()
                elif role is Role.VALUE:
                    decoding.lists.take(ended, context)
        except SorFileError:
            if last is None or tree.chunk < last:
                raise
        if shape.error is not None:
            raise shape.error

    def describe(self) -> TableDescription:
        """Read the file once and return its real shape: every path, how often, with samples."""
        shape = Shape(self.member, self.options)
        if shape.error is not None:
            raise shape.error
        columns: list[ColumnDescription] = []
        for kind in shape.kinds:
            values = dict(kind.attributes)
            if kind.path and (kind.text.filled or not (kind.children or values)):
                values = {"": kind.text, **values}
            entry = next((each for each in (kind, *kind.around()) if each.role is Role.ENTRY), None)
            for name, count in values.items():
                path = "/".join((*kind.path, name) if name else kind.path)
                field = None
                if entry is not None and kind.role in (Role.ENTRY, Role.INSIDE):
                    inner = path.removeprefix("/".join(entry.path)).removeprefix("/")
                    field = inner and field_of(self.spec, inner, entry.name, entry.leaves)
                samples = tuple(count.samples)
                columns.append(ColumnDescription(path, field or None, count.filled, samples))
        shapes = [f"{'/'.join(kind.path)}: {kind.count} entries" for kind in shape.entries]
        return describe(
            self.member,
            self.options,
            table=self.spec.table,
            rows=sum(kind.count for kind in shape.entries),
            columns=tuple(columns),
            notes=["read by shape", *shapes],
        )


def _report_outside(shape: Shape, context: Context) -> None:
    """Report missing entries, and anything outside entries and lists."""
    if not shape.entries:
        context.issue(
            "warning",
            "no-entries",
            "no element in the file repeats and contains an identifier, so there are no entries; "
            "describe shows what is in the file",
            None,
            "",
        )
    for kind in shape.kinds[1:]:
        if kind.role in (Role.ENTRY, Role.INSIDE) or kind.path in ((CREATED_AT,), (SNAPSHOT_DATE,)):
            continue
        counts = {"": kind.text, **kind.attributes}
        if kind.role is Role.VALUE:
            del counts[""]
        elif kind.role is Role.LIST:  # its attributes are values of the list
            counts = {"": kind.text, "text()": kind.attributes.get("text()", kind.text)}
        for name, count in counts.items():
            if count.filled:
                path = "/".join((*kind.path, name) if name else kind.path)
                times = f" ({count.filled} times)" if count.filled > 1 else ""
                context.issue(
                    "warning",
                    "unknown-element",
                    f"{path}{times} is outside the entries; it is stored in this issue only",
                    None,
                    path,
                    value=" | ".join(count.samples),
                )


# Words in the names of lists, by the kind of code; the first that fits is used.
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
    """Reads SorDataCodeTypes.xml, and returns names of codes to the readers of Sor.xml."""

    spec: TableSpec = CLASSIFICATIONS
    _names: dict[str, dict[str, str]] | None = None

    def name_of(self, kind: str, code: str) -> str | None:
        """Return the name of a code; the first call reads the file.

        Lists whose name fits the kind are searched, or all if there are none. A code with several
        names has none.
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
        matching = {names[code] for names in lists or self._names.values() if code in names}
        return matching.pop() if len(matching) == 1 else None

    def _read_names(self) -> dict[str, dict[str, str]]:
        names: dict[str, dict[str, str]] = {}
        try:
            for _, record in islice(self._numbered(NoLog()), _MOST_NAMES):
                _add_name(names, record)
        except SorError as error:
            self.options.log.add(
                Issue(
                    "warning",
                    "names-not-read",
                    "codes that this file does not name get their names from the tables of the "
                    f"library: {error}",
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
