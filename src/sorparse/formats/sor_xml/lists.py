"""Read SorDataCodeTypes.xml and GeographicalLocalisations.xml by their shape.

No example of either file is public. The first pass finds the shape of the document and with it the
entries (see ``list_shape.py``); the second reads them. In an element around entries, the values
before its first entry belong to the list: its name and identifier become the classification.
Values without a field go to ``extra`` under its path.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import islice
from typing import Any

import attrs

from ...description import ColumnDescription, TableDescription
from ...errors import SorError, SorFileError
from ...issues import Issue, IssueLog, NoLog
from ...records import Classification, Extra
from ...sources import Member
from ...xml import CREATED_AT, SNAPSHOT_DATE
from ...xml.elements import (
    Element,
    line_of,
    shortened_raw,
    split_tag,
)
from ..base import Format, ReadOptions
from ..declare import TableSpec, fold
from ..decode import CarefulDecoder, make_plan
from ..generator import Memo
from ..record_writer import RecordWriter
from .describe import describe
from .list_shape import Kind, Role, Shape, field_of
from .list_values import ListValues
from .names import CLASSIFICATIONS, GEO_LOCATIONS
from .reader_base import cell_reporter, context_of, growing, snapshot_date_of, steps_of
from .reporting import Context, ExtraTexts

_NAMESPACE = re.compile(r"\{[^}]*\}")
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
        decoding = _EntryDecoding(self.spec, context, repair=self.options.repair)
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


@attrs.frozen
class _Step:
    """What to do with a value of an entry."""

    place: int | None
    name: str


class _EntryDecoding:
    """Builds records from entries."""

    def __init__(self, spec: TableSpec, context: Context, *, repair: bool) -> None:
        self.lists = ListValues()
        self._spec = spec
        self._context = context
        self._place = {column.field: place for place, column in enumerate(spec.columns)}
        names = [column.name for column in spec.columns]
        self._decoder = CarefulDecoder(make_plan(spec, names, spec.columns), repair=repair)
        writer = RecordWriter(self._decoder, trimmed_texts=True)
        self._make, self._getters = writer.record(), writer.getters()
        self._key = self._place[spec.required[0]]
        self._steps = Memo(self._find_steps)
        """By the name of an entry and the paths of its values."""

    def entries(
        self, shape: Shape, kind: Kind, children: Iterable[Element], depth: int
    ) -> Iterator[tuple[int | None, Any]]:
        """Yield lines and records of the entries among complete elements, and of those in lists.

        Args:
            shape: The shape of the document.
            kind: The kind of the element around them.
            children: The elements.
            depth: The number of elements around them if the error of the shape, which is then
                raised, may be in one of them; else 0.
        """
        stack = [(kind, iter(children))]
        while stack:
            kind, rest = stack[-1]
            for element in rest:
                inner = kind.by_tag.get(element.tag) or shape.child(kind, element)
                role = inner.role
                if role is Role.LIST:
                    self.lists.begin(element)
                    stack.append((inner, iter(element[:])))
                    break
                if depth:
                    shape.count(kind, (element,), depth + len(stack) - 1)
                if role is Role.ENTRY:
                    record = self.read(element)
                    if record is not None:
                        yield line_of(element), record
                elif role is Role.VALUE and element.text:
                    self.lists.take(element, self._context)
            else:
                stack.pop()
                if stack:
                    self.lists.end()

    def read(self, element: Element) -> Any:
        """Build the record of an entry; ``None`` if it has no identifier."""
        context = self._context
        own = split_tag(element.tag)[1]
        if len(element) or len(keys := element.keys()) > 1:
            texts = list(context.texts_in(element, ""))
            look = [path for _, path, _ in texts]
        else:  # the same, without the cost of a generator
            texts = [(element, "", (element.text or "").strip())]
            texts += [(element, "", element.get(key, "").strip()) for key in keys]
            look = ["", *[f"/@{key}" for key in keys]]
        steps = self._steps[(own, *look)]
        cells = [""] * len(self._place)
        lines: dict[int, Element] = {}
        extra = ExtraTexts()
        for (inner, _, text), step in zip(texts, steps, strict=True):
            if text:
                place = step.place
                if place is not None and not cells[place]:
                    cells[place] = text
                    lines[place] = inner
                else:
                    extra.add(step.name, text)
        if self._spec is CLASSIFICATIONS:
            self._take_lists(own, cells, extra)
        elif not cells[self._key] and cells[self._place["sor_id"]]:
            cells[self._key] = cells[self._place["sor_id"]]  # its only identifier is the unit's
        try:
            record = self._make(cells, self._getters)
        except ValueError:
            record = self._decoder.decode(cells, cell_reporter(context, lines, element, None))
        if record is None:
            context.issue(
                "error",
                "missing-key",
                f"the entry lacks an identifier ({self._spec.columns[self._key].name})",
                element,
                own,
                raw=partial(shortened_raw, element),
            )
        elif extra:
            object.__setattr__(record, "extra", Extra(extra))
        return record

    def _find_steps(self, look: tuple[str, ...]) -> list[_Step]:
        """Return the step for each path of an entry."""
        own, *paths = (_NAMESPACE.sub("", path).removeprefix("/") for path in look)
        blocks = {path.partition("/")[0] for path in paths if "/" in path}
        direct = [path for path in paths if path and "/" not in path and path not in blocks]

        def find(path: str) -> int | None:
            field = self._context.own.get(path)
            if field is None and path:
                field = field_of(self._spec, path, own, direct)
            return None if field is None else self._place.get(field)

        return [_Step(find(path), path or "text()") for path in paths]

    def _take_lists(self, own: str, cells: list[str], extra: ExtraTexts) -> None:
        """Find the name of the entry's list: from its values, else from the entry's element."""
        code, name = self._place["classification.code"], self._place["classification.name"]
        codes, names, others = self.lists.around(code=not cells[code], name=not cells[name])
        cells[code] = cells[code] or codes
        cells[name] = cells[name] or names
        for key, text in others.items():
            extra.add(key, text)
        if not cells[code] and not cells[name]:
            cells[name] = own


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
