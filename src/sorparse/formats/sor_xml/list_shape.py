"""Find the shape of a document with unknown elements: which repeat, and which identify.

Entries are elements that hold an identifier. An element around entries is a list.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import Enum, auto

import attrs

from ...errors import SorFileError
from ...sources import Member
from ...xml.elements import Element, attributes_of, line_of, split_tag, too_deep
from ..base import ReadOptions
from ..declare import TableSpec, fold
from .describe import PathCount
from .names import CLASSIFICATIONS, ENTITIES
from .reader_base import growing, steps_of
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


_MOST_TAGS = 4096
"""A name may be in any number of namespaces."""


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
    by_tag: dict[object, Kind] = attrs.Factory(dict)
    """Full tags of children to their kinds."""
    attributes: dict[str, PathCount] = attrs.Factory(dict)
    """By name, with ``@``; texts between the elements are counted under ``text()``."""
    text: PathCount = attrs.Factory(PathCount)
    role: Role = Role.OUTSIDE
    _siblings: int = 0
    _latest_parent: int = -1

    def meet(self, times: int = 1) -> None:
        """Count elements that are in one element."""
        self.count += times
        of_parent = self.parent.count if self.parent is not None else 0
        if of_parent == self._latest_parent:
            self._siblings += times
        else:
            self._siblings = times
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
        self.last_chunk: int | None = None
        """Number of the chunk with the error."""
        self._survey()
        self.entries = self._find_entries()
        self._assign_roles()

    def _survey(self) -> None:
        """Count all elements; at an error, what precedes it."""
        around: list[Kind] = []

        def begin(element: Element) -> bool:
            kind = self.child(around[-1], element) if around else self.root
            kind.meet()
            self._attributes(kind, element)
            around.append(kind)
            return True

        tree = growing(self._member, self._options, begin)
        try:
            for ended, children in steps_of(tree, self._member, self._options):
                if ended is None:
                    self.count(around[-1], children, len(around))
                else:
                    self._end(ended, around.pop(), around[-1] if around else None)
        except SorFileError as error:
            self.error = error
            self.last_chunk = tree.chunk

    def count(self, kind: Kind, children: Iterable[Element], depth: int) -> None:
        """Count complete elements in an element of this kind, and what is in them.

        Raises:
            SorFileError: If they are nested too deeply, or have too many different names.
        """
        most = self._options.limits.max_depth
        stack: list[tuple[Element | None, Kind, Iterator[Element]]] = [(None, kind, iter(children))]
        while stack:
            around, kind, rest = stack[-1]
            if depth + len(stack) > most and (first := next(rest, None)) is not None:
                raise too_deep(self._member.name, line_of(first), self._options.limits)
            run: Kind | None = None
            times = 0  # how many elements of one kind follow each other, and are not counted yet
            for element in rest:
                inner = kind.by_tag.get(element.tag) or self.child(kind, element)
                if inner is run:
                    times += 1
                else:
                    if run is not None:
                        run.meet(times)
                    run, times = inner, 1
                if element.keys():
                    self._attributes(inner, element)
                if len(element):
                    stack.append((element, inner, iter(element[:])))
                    break
                if text := element.text:
                    self._text(inner, text)
                if text := element.tail:
                    self._text_after(kind, text)
            else:
                stack.pop()
                if around is not None:
                    self._end(around, kind, stack[-1][1])
            if run is not None:
                run.meet(times)

    def _attributes(self, kind: Kind, element: Element) -> None:
        for key, value in attributes_of(element).items():
            self._attribute(kind, f"@{split_tag(key)[1]}", value)

    def _end(self, element: Element, kind: Kind, parent: Kind | None) -> None:
        if text := element.text:
            self._text(kind, text)
        if parent is not None and (text := element.tail):
            self._text_after(parent, text)

    def _text(self, kind: Kind, text: str) -> None:
        if text := text.strip():
            kind.text.add(text)

    def _text_after(self, kind: Kind, text: str) -> None:
        if text := text.strip():
            self._attribute(kind, "text()", text)

    def child(self, kind: Kind, element: Element) -> Kind:
        """Return the kind of an element in an element of this kind."""
        tag = str(element.tag)
        inner = kind.by_tag.get(tag)
        if inner is None:
            name = split_tag(tag)[1]
            inner = kind.children.get(name)
            if inner is None:
                self._refuse_many(len(self.kinds))
                inner = kind.children[name] = Kind((*kind.path, name), kind)
                self.kinds.append(inner)
            if len(kind.by_tag) >= _MOST_TAGS:
                kind.by_tag.clear()
            kind.by_tag[tag] = inner
        return inner

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
