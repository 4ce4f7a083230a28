"""Find the shape of a document with unknown elements: which repeat, and which identify.

Entries are elements that hold an identifier. An element around entries is a list.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum, auto

import attrs

from ...errors import SorFileError
from ...sources import Member
from ...xml.elements import Element, Freeing, attributes_of, split_tag
from ...xml.parser import Meter
from ..base import ReadOptions
from ..declare import TableSpec, fold
from .describe import PathCount
from .names import CLASSIFICATIONS, ENTITIES
from .reader_base import events_of
from .reporting import refuse_many_paths

Path = tuple[str, ...]

_ID_ENDINGS = ("identifier", "id", "code", "kode", "number", "nummer")
_NAME_ENDINGS = ("name", "navn", "text", "tekst", "term", "title", "description", "beskrivelse")
_LIST_WORDS = ("classification", "codetype", "codelist", "codesystem", "list", "datatype")
# identifiers of something else (but not RegionCode in a Region)
_FOREIGN_IDS = frozenset(
    column.name.rpartition("/")[2] for column in ENTITIES.columns if "/" in column.name
)


def is_identifier(name: str, element: str) -> bool:
    """Return whether a child, or attribute, of this name identifies the element."""
    folded = name.lower()
    if not folded.endswith(_ID_ENDINGS):
        return False
    return name not in _FOREIGN_IDS or is_own(name, element)


def is_name(name: str) -> bool:
    """Return whether a child, or attribute, of this name names its element."""
    return name.lower().endswith(_NAME_ENDINGS)


def is_own(name: str, element: str) -> bool:
    """Return whether a name is the element's own: EntityTypeName in EntityType."""
    return name.lower().startswith(element.lower()) and name.lower() != element.lower()


class Role(Enum):
    """The role of the elements of one path in a file of lists."""

    ENTRY = auto()
    INSIDE = auto()
    """Is part of an entry."""
    LIST = auto()
    """Contains entries."""
    VALUE = auto()
    """Describes the list that it is in."""
    OUTSIDE = auto()


@attrs.define(eq=False)
class Kind:
    """All elements of one path."""

    path: Path
    """Names of the elements from below the root."""
    parent: Kind | None
    count: int = 0
    most: int = 0
    """The largest number of them in one parent."""
    children: dict[str, Kind] = attrs.Factory(dict)
    latest: tuple[str | None, Kind] = attrs.field(init=False)
    """Tag and kind of the child that was met last."""
    attributes: dict[str, PathCount] = attrs.Factory(dict)
    """By name, with ``@``; texts between the elements are counted under ``text()``."""
    text: PathCount = attrs.Factory(PathCount)
    role: Role = Role.OUTSIDE
    _siblings: int = 0
    _latest_parent: int = -1

    @latest.default
    def _no_child(self) -> tuple[None, Kind]:
        return None, self

    def meet(self) -> None:
        """Count one element."""
        self.count += 1
        of_parent = self.parent.count if self.parent is not None else 0
        if of_parent == self._latest_parent:
            self._siblings += 1
        else:
            self._siblings = 1
            self._latest_parent = of_parent
        self.most = max(self.most, self._siblings)

    @property
    def name(self) -> str:
        """Name of the element; empty for the root."""
        return self.path[-1] if self.path else ""

    @property
    def leaves(self) -> list[str]:
        """Names of its leaves and attributes."""
        names = [child.name for child in self.children.values() if child.is_value]
        return [*names, *self.attributes]

    @property
    def is_value(self) -> bool:
        """Whether it holds a text and nothing else, or is empty."""
        return not self.children and (bool(self.text.filled) or not self.attributes)

    def around(self) -> Iterator[Kind]:
        """Yield the kinds that contain this one, nearest first, without the root."""
        kind = self.parent
        while kind is not None and kind.path:
            yield kind
            kind = kind.parent


class Shape:
    """The shape of a document: all paths, and which of them are entries."""

    def __init__(self, member: Member, options: ReadOptions) -> None:
        """Read the document once.

        Raises:
            SorFileError: If the document is not well-formed.
        """
        self.root = Kind((), None)
        self.kinds = [self.root]
        self._member, self._options = member, options
        self.error: SorFileError | None = None
        try:
            self._survey()
        except SorFileError as error:
            self.error = error
        self.entries = self._find_entries()
        self._assign_roles()

    def _survey(self) -> None:
        meter = Meter(self._member.name, self._options.limits)
        kind: Kind | None = None
        ended: Element | None = None
        freeing = Freeing()
        for event, element in events_of(self._member, self._options, meter):
            if kind is not None and ended is not None and ended.tail and ended.tail.strip():
                self._attribute(kind, "text()", ended.tail.strip())
            ended = None
            if event == "start":
                kind = self.root if kind is None else self.child(kind, element)
                kind.meet()
                if element.keys():
                    for key, value in attributes_of(element).items():
                        self._attribute(kind, f"@{split_tag(key)[1]}", value)
            elif kind is not None:
                text = element.text
                if text and (text := text.strip()):
                    kind.text.add(text)
                kind = kind.parent
                ended = element
                freeing.ended(element)
                meter.ended()

    def child(self, kind: Kind, element: Element) -> Kind:
        """Return the kind of an element in an element of this kind."""
        tag = str(element.tag)
        if tag == kind.latest[0]:
            return kind.latest[1]
        name = split_tag(tag)[1]
        known = kind.children.get(name)
        if known is None:
            self._refuse_many(len(self.kinds))
            known = kind.children[name] = Kind((*kind.path, name), kind)
            self.kinds.append(known)
        kind.latest = tag, known
        return known

    def _attribute(self, kind: Kind, name: str, value: str) -> None:
        count = kind.attributes.get(name)
        if count is None:
            self._refuse_many(len(kind.attributes))
            count = kind.attributes[name] = PathCount()
        count.add(value)

    def _refuse_many(self, count: int) -> None:
        refuse_many_paths(count, self._member.name, self._options.limits)

    def _find_entries(self) -> list[Kind]:
        """Return the kinds with an identifier that are neither blocks of entries nor lists."""
        able = {
            id(kind): kind
            for kind in self.kinds
            if kind.path and any(is_identifier(name, kind.name) for name in kind.leaves)
        }

        def is_entry(kind: Kind) -> bool:
            if not any(id(each) in able for each in kind.around()):
                return True
            return kind.most > 1 and any(map(is_name, kind.leaves))

        entries = [kind for kind in able.values() if is_entry(kind)]
        around = {id(each) for kind in entries for each in kind.around()}
        return [kind for kind in entries if id(kind) not in around]

    def _assign_roles(self) -> None:
        for kind in self.entries:
            kind.role = Role.ENTRY
            for each in kind.around():
                each.role = Role.LIST
        for kind in self.kinds[1:]:  # each comes after its parent
            parent = kind.parent
            if kind.role is Role.OUTSIDE and parent is not None:
                if parent.role in (Role.ENTRY, Role.INSIDE):
                    kind.role = Role.INSIDE
                elif parent.role is Role.LIST and not kind.children:
                    kind.role = Role.VALUE


def field_of(spec: TableSpec, path: str, element: str, names: Sequence[str]) -> str | None:
    """Return the field that a value at ``path`` in an entry fills, if its name shows it.

    ``element`` is the entry's name, ``names`` those of the values directly in it.
    """
    last = path.rpartition("/")[2].removeprefix("@")
    key, name = spec.required[0], "entry.name" if spec is CLASSIFICATIONS else "name"
    for column in spec.columns:
        if "::" in column.name or ("/" in path and column.field in (key, name)):
            continue  # it is a value of the list, or identifies something in the entry
        spellings = (column.name, *column.aliases)
        if any(fold(last) == fold(spelling.rpartition("/")[2]) for spelling in spellings):
            return column.field
    if "/" in path:
        return None
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
    """Return whether a column is declared for a name."""
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
    """Return the name that fits the element best: its own first, an identifier before a code."""
    ranked = sorted(
        names,
        key=lambda name: (
            not is_own(name.removeprefix("@"), element),
            not name.lower().endswith(("identifier", "id", "name", "navn")),
        ),
    )
    return ranked[0] if ranked else None
