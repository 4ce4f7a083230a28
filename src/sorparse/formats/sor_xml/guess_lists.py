"""The shape of a document of which nobody knows the elements: what repeats, what identifies."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import attrs

from ...errors import SorFileError
from ...sources import Member
from ...xml.elements import attributes_of, free_before, split_tag
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
# identifiers of something else, wherever they stand (but not RegionCode in a Region)
_FOREIGN_IDS = frozenset(
    column.name.rpartition("/")[2] for column in ENTITIES.columns if "/" in column.name
)


def is_identifier(name: str, element: str) -> bool:
    """Tell whether a child, or attribute, of this name identifies the element."""
    folded = name.lower()
    if not folded.endswith(_ID_ENDINGS):
        return False
    return name not in _FOREIGN_IDS or is_own(name, element)


def is_name(name: str) -> bool:
    """Tell whether a child, or attribute, of this name names its element."""
    return name.lower().endswith(_NAME_ENDINGS)


def is_own(name: str, element: str) -> bool:
    """Tell whether a name is the element's own: EntityTypeName in EntityType."""
    return name.lower().startswith(element.lower()) and name.lower() != element.lower()


@attrs.define(eq=False)
class Kindred:
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
        self.kinds: dict[Path, Kindred] = {}
        self.attributes: dict[Path, dict[str, PathCount]] = {}

    def close(self) -> None:
        """Note which elements hold which leaves, once all have been seen."""
        for path, kind in self.kinds.items():
            names = list(self.attributes.get(path, ()))
            # the root is no leaf of anything, even where it is all there is
            if path and kind.is_leaf and not (names and not kind.text.filled):
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
    """Read the document once for its shape. Raises SorFileError for a broken one."""
    shape = Shape()
    _survey(member, options, shape)
    shape.close()
    return shape


def survey_complete_part(member: Member, options: ReadOptions) -> Shape:
    """Read the document once for its shape, up to the first fault."""
    shape = Shape()
    with suppress(SorFileError):  # told when the entries before it have been read
        _survey(member, options, shape)
    shape.close()
    return shape


def _survey(member: Member, options: ReadOptions, shape: Shape) -> None:
    siblings: list[dict[str, int]] = [{}]
    path: list[str] = []
    meter = Meter(member.name, options.limits)
    for event, element in events_of(member, options, meter):
        if event == "start":
            name = split_tag(element.tag)[1]
            if siblings:
                siblings[-1][name] = siblings[-1].get(name, 0) + 1
                most = siblings[-1][name]
            path.append(name)
            siblings.append({})
            here = tuple(path[1:])  # without the root
            kind = shape.kinds.get(here)
            if kind is None:
                refuse_many_paths(len(shape.kinds), member.name, options.limits)
                kind = shape.kinds[here] = Kindred()
            kind.count += 1
            kind.most = max(kind.most, most)
            if here:
                shape.kinds[here[:-1]].is_leaf = False
            for key, value in attributes_of(element).items():
                counts = shape.attributes.setdefault(here, {})
                name = f"@{split_tag(key)[1]}"
                if name not in counts:
                    refuse_many_paths(len(counts), member.name, options.limits)
                    counts[name] = PathCount()
                counts[name].add(value)
        else:
            text = (element.text or "").strip()
            if text:
                shape.kinds[tuple(path[1:])].text.add(text)
            path.pop()
            siblings.pop()
            free_before(element)
            meter.ended()


def field_of(spec: TableSpec, path: str, element: str, names: Sequence[str]) -> str | None:
    """Say which field a value at ``path`` in an entry fills, as far as its name tells.

    ``element`` is the entry's own name, ``names`` those of the values directly in it.
    """
    last = path.rpartition("/")[2].removeprefix("@")
    key, name = spec.required[0], "entry.name" if spec is CLASSIFICATIONS else "name"
    for column in spec.columns:
        if "::" in column.name or ("/" in path and column.field in (key, name)):
            continue  # is found around the entry; or names something in it
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
            not is_own(name.removeprefix("@"), element),
            not name.lower().endswith(("identifier", "id", "name", "navn")),
        ),
    )
    return ranked[0] if ranked else None
