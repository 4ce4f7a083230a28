"""SorDataCodeTypes.xml and GeographicalLocalisations.xml, which nobody has seen: read by shape.

A first reading finds out the shape of the document: which elements repeat and hold something like
an identifier. Those are the entries. An element that holds an identifier *and* repeated entries
with identifier and name of their own is a list; its name and identifier become the
classification. What has no field goes to ``extra`` under its path, so nothing is lost, and
``describe`` shows the shape that was met.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

import attrs
from lxml import etree

from ...description import ColumnDescription, TableDescription
from ...errors import SorError
from ...issues import Issue, IssueLog
from ...records import Classification, Extra
from ...sources import Member
from ..base import Format, ReadOptions
from ..cells import BadCell
from ..declare import Column, TableSpec, fold
from ..decode import CarefulDecoder, Leaf, make_plan
from .names import CLASSIFICATIONS, CREATED_AT, ENTITIES, GEO_LOCATIONS, SNAPSHOT_DATE
from .readers import snapshot_date_of
from .shape import PathCount, describe
from .stream import Header, chunks_of, read_header, split_tag, syntax_error, too_deep
from .units import Context, Element, flatten, line_of, shortened_raw

Path = tuple[str, ...]

_ID_ENDINGS = ("identifier", "id", "code", "kode", "number", "nummer")
_NAME_ENDINGS = ("name", "navn", "text", "tekst", "term", "title", "description", "beskrivelse")
_LIST_WORDS = ("classification", "codetype", "codelist", "codesystem", "list", "datatype")
# identifiers of something else, wherever they stand (but not RegionCode in a Region)
_FOREIGN_IDS = frozenset(
    column.name.rpartition("/")[2] for column in ENTITIES.columns if "/" in column.name
)


def is_identifier(name: str, element: str) -> bool:
    """Tell whether a child, or attribute, of this name identifies the element."""
    folded = name.lower()
    if not folded.endswith(_ID_ENDINGS):
        return False
    return name not in _FOREIGN_IDS or _is_own(name, element)


def is_name(name: str) -> bool:
    """Tell whether a child, or attribute, of this name names its element."""
    return name.lower().endswith(_NAME_ENDINGS)


def _is_own(name: str, element: str) -> bool:
    return name.lower().startswith(element.lower()) and name.lower() != element.lower()


@attrs.define(eq=False)
class _Kind:
    """All elements of one path."""

    count: int = 0
    most: int = 0
    """The most of them in one parent."""
    is_leaf: bool = True
    leaves: dict[str, None] = attrs.Factory(dict)
    """Names of the leaves in them, and of attributes."""
    text: PathCount = attrs.Factory(PathCount)


class Shape:
    """The shape of a whole document."""

    def __init__(self) -> None:
        self.kinds: dict[Path, _Kind] = {}
        self.attributes: dict[Path, dict[str, PathCount]] = {}

    def close(self) -> None:
        """Note which elements hold which leaves, once all have been seen."""
        for path, kind in self.kinds.items():
            names = list(self.attributes.get(path, ()))
            if kind.is_leaf and not (names and not kind.text.filled):
                parent = self.kinds.get(path[:-1])
                if parent is not None:
                    parent.leaves[path[-1]] = None
            kind.leaves.update(dict.fromkeys(names))

    def has_identifier(self, path: Path) -> bool:
        """Tell whether elements of this path can be entries."""
        kind = self.kinds[path]
        return any(is_identifier(name, path[-1]) for name in kind.leaves)

    def has_name(self, path: Path) -> bool:
        """Tell whether elements of this path hold a name."""
        return any(is_name(name) for name in self.kinds[path].leaves)

    def entries(self) -> list[Path]:
        """The paths of the entries."""
        able = [path for path in self.kinds if path and self.has_identifier(path)]
        able = [path for path in able if not self._is_block(path, able)]
        return [path for path in able if not self._holds_entries(path, able)]

    def _is_block(self, path: Path, able: Sequence[Path]) -> bool:
        """Tell whether elements of this path belong to an entry around them."""
        around = [other for other in able if other == path[: len(other)] and other != path]
        is_entry = self.has_name(path) and self.kinds[path].most > 1
        return bool(around) and not is_entry

    @staticmethod
    def _holds_entries(path: Path, able: Sequence[Path]) -> bool:
        return any(other[: len(path)] == path and other != path for other in able)


def survey(member: Member, options: ReadOptions) -> Shape:
    """Read the document once for its shape."""
    shape = Shape()
    siblings: list[dict[str, int]] = [{}]
    path: list[str] = []
    for event, element in _events(member, options):
        if event == "start":
            name = split_tag(element.tag)[1]
            if siblings:
                siblings[-1][name] = siblings[-1].get(name, 0) + 1
                most = siblings[-1][name]
            path.append(name)
            siblings.append({})
            here = tuple(path[1:])  # without the root
            kind = shape.kinds.setdefault(here, _Kind())
            kind.count += 1
            kind.most = max(kind.most, most)
            if here:
                shape.kinds[here[:-1]].is_leaf = False
            for key, value in element.attrib.items():
                counts = shape.attributes.setdefault(here, {})
                counts.setdefault(f"@{split_tag(key)[1]}", PathCount()).add(str(value))
        else:
            text = (element.text or "").strip()
            if text:
                shape.kinds[tuple(path[1:])].text.add(text)
            path.pop()
            siblings.pop()
            _free(element)
    shape.close()
    return shape


def _events(member: Member, options: ReadOptions) -> Iterator[tuple[str, Element]]:
    """Give start and end of every element; what has ended may be freed."""
    limits = options.limits
    with member.open() as stream:
        chunks = chunks_of(stream)
        _, taken = read_header(chunks, file=member.name, encoding=options.encoding)
        parser = etree.XMLPullParser(
            ("start", "end"),
            remove_blank_text=True,
            huge_tree=True,
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            remove_comments=True,
            remove_pis=True,
            encoding=options.encoding,
        )
        depth = 0
        for chunk in chain(taken, chunks, (b"",)):
            error = None
            try:
                if chunk:
                    parser.feed(chunk)
                else:
                    parser.close()
            except etree.XMLSyntaxError as exc:
                error = exc
            for event, element in parser.read_events():
                depth += 1 if event == "start" else -1
                if depth > limits.max_depth:
                    raise too_deep(member.name, line_of(element), limits)
                yield event, element
            if error is not None:
                raise syntax_error(error, member.name, limits) from None


def _free_entry(element: Element) -> None:
    """Free an entry, but not the values of the list around it, which stand before it."""
    for child in list(element):
        element.remove(child)
    before, parent = element.getprevious(), element.getparent()
    if before is not None and parent is not None and before.tag == element.tag:
        parent.remove(before)


def _free(element: Element) -> None:
    """Free what stands in an element and before it."""
    for child in list(element):
        element.remove(child)
    parent = element.getparent()
    if parent is not None:
        done = parent.index(element)
        del parent[:done]


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

    def header(self) -> Header | None:
        """Read what stands before the first entry."""
        with self.member.open() as stream:
            return read_header(
                chunks_of(stream), file=self.member.name, encoding=self.options.encoding
            )[0]

    def snapshot_date(self) -> Any:
        """Read the day that the data represent, where the file tells it."""
        return snapshot_date_of(self.header(), self.member, self.options)

    def numbered(self) -> Iterator[tuple[int | None, Any]]:
        """Read the entries: pairs of the line of the entry's element and its record."""
        return self._numbered(self.options.log)

    def records(self) -> Iterator[Any]:
        """Read the entries."""
        return (record for _, record in self.numbered())

    def _numbered(self, log: IssueLog) -> Iterator[tuple[int | None, Any]]:
        options = self.options
        context = Context(self.member.name, log, options.limits, options.columns)
        shape = survey(self.member, options)
        entries = frozenset(shape.entries())
        self._tell_left_out(shape, entries, context)
        decoding = _EntryDecoding(self.spec, context, repair=options.repair)
        path: list[str] = []
        inside = 0
        for event, element in _events(self.member, options):
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
            elif not inside and any(entry[: len(here)] == here for entry in entries):
                _free(element)  # a list that has been read

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


def field_of(spec: TableSpec, path: str, element: str, names: Sequence[str]) -> str | None:
    """Say which field a value at ``path`` in an entry fills, as far as its name tells.

    ``element`` is the entry's own name, ``names`` those of the values directly in it.
    """
    last = path.rpartition("/")[2]
    for column in spec.columns:
        spellings = (column.name, *column.aliases)
        # of names that are declared, those of a path may stand directly in the entry too
        if any(fold(last) == fold(spelling.rpartition("/")[2]) for spelling in spellings):
            return column.field
    if "/" in path:
        return None
    key, name = spec.required[0], "entry.name" if spec is CLASSIFICATIONS else "name"
    plain = path.removeprefix("@")
    if _is_list_value(plain) and spec is CLASSIFICATIONS:
        return "classification.name" if is_name(plain) else "classification.code"
    if path == _best([n for n in names if _may_be_key(spec, n, element)], element):
        return key
    if path == _best([n for n in names if _may_be_name(spec, n)], element):
        return name
    return None


def _is_list_value(name: str) -> bool:
    folded = name.lower()
    return folded.startswith(_LIST_WORDS) and (
        folded.endswith(_ID_ENDINGS) or folded.endswith(_NAME_ENDINGS)
    )


def _may_be_key(spec: TableSpec, name: str, element: str) -> bool:
    plain = name.removeprefix("@")
    return is_identifier(plain, element) and not _is_declared(spec, plain)


def _may_be_name(spec: TableSpec, name: str) -> bool:
    plain = name.removeprefix("@")
    return is_name(plain) and not _is_declared(spec, plain)


def _is_declared(spec: TableSpec, name: str) -> bool:
    """Tell whether a name, or the list's, is spoken for."""
    if spec is CLASSIFICATIONS and _is_list_value(name):
        return True
    key = spec.required[0]
    return any(
        fold(name) == fold(spelling.rpartition("/")[2])
        for column in spec.columns
        if column.field not in (key, "name", "entry.name")
        for spelling in (column.name, *column.aliases)
    )


def _best(names: Sequence[str], element: str) -> str | None:
    """The name that fits the element best: its own first, an identifier before a mere code."""
    ranked = sorted(
        names,
        key=lambda name: (
            not _is_own(name.removeprefix("@"), element),
            not name.lower().endswith(("identifier", "id", "name", "navn")),
        ),
    )
    return ranked[0] if ranked else None


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

    def read(self, element: Element) -> Any:
        """Make the record of an entry."""
        spec, context = self._spec, self._context
        own = split_tag(element.tag)[1]
        names = [split_tag(child.tag)[1] for child in element if not len(child)]
        names += [f"@{split_tag(key)[1]}" for key in element.attrib]
        cells = [""] * len(self._columns)
        lines: dict[int, Element] = {}
        extra: dict[str, str] = {}
        for inner, path, text in flatten(element, "", context):
            name = re.sub(r"\{[^}]*\}", "", path).removeprefix("/")
            if not text:
                continue
            field = field_of(spec, name, own, names) if name else None
            field = context.own.get(name, field)
            place = self._place.get(field or "")
            if place is not None and not cells[place]:
                cells[place] = text
                lines[place] = inner
            else:
                _keep(extra, name or "text()", text)
        if spec is CLASSIFICATIONS:
            self._take_list(element, own, cells, extra)
        elif not cells[self._key] and cells[self._place["sor_id"]]:
            cells[self._key] = cells[self._place["sor_id"]]  # has no identifier but the unit's
        record = self._decoder.decode(cells, self._reporter(element, lines, cells[self._key]))
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

    def _reporter(self, element: Element, lines: dict[int, Element], key: str) -> Any:
        def report(bad: BadCell, leaf: Leaf, text: str) -> None:
            self._context.issue(
                bad.severity,
                bad.code,
                str(bad),
                lines.get(leaf.place, element),
                leaf.header,
                value=text,
                sor_id=None,
            )

        return report

    def _take_list(
        self, element: Element, own: str, cells: list[str], extra: dict[str, str]
    ) -> None:
        """Find what the list of the entry is called: by its own values, else by its element."""
        code, name = self._place["classification.code"], self._place["classification.name"]
        for level, around in enumerate(element.iterancestors(), 1):
            if around.getparent() is None:
                break
            tag = split_tag(around.tag)[1]
            pairs = [(f"@{split_tag(k)[1]}", str(v)) for k, v in around.attrib.items()]
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
                    _keep(extra, "../" * level + key, text)
        if not cells[code] and not cells[name]:
            cells[name] = own


def _keep(extra: dict[str, str], path: str, text: str) -> None:
    number, key = 1, path
    while key in extra:
        number += 1
        key = f"{path} ({number})"
    extra[key] = text


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
