"""Convert the element of a unit to a row of texts, in the order of the declared columns.

As with CSV, there are two implementations. The fast one (``text_shapes.py``) raises
:class:`NeedsCarefulParsing` at anything irregular; the careful one, here, reads the same element
again, preserves what has no column, and reports errors. The decoder of CSV rows reads the row.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from ...xml.elements import Element, attributes_of, shortened_raw
from ..declare import Column, TableSpec
from ..generator import NeedsCarefulParsing
from .names import (
    COUNTRY_SCHEME,
    LOCATION_CODE_ENTITY,
    MAIN_SPECIALITY,
    MOST_SPECIALITIES,
    SPECIALITIES,
    SPECIALITY,
    SPECIALITY_TYPES,
    is_structural,
)
from .namespaces import tags_of
from .reporting import Context, ExtraTexts, step_name

Cells = list[str]


class ElementMap(dict[str, Any]):
    """The children of an element: full tag to a place in the row, a node, or a rule."""

    def __hash__(self) -> int:  # type: ignore[override] # nodes are compared by identity
        return id(self)

    def __missing__(self, tag: str) -> Any:
        raise NeedsCarefulParsing(tag)


def columns_in_row(spec: TableSpec) -> tuple[Column, ...]:
    """Return the columns of a row: the elements that occur once."""
    return tuple(
        column for column in spec.columns if not is_structural(column) and not _is_list(column)
    )


def _is_list(column: Column) -> bool:
    return column.field in ("replaces", "replaced_by")


class Layout:
    """The place of each element of a unit, derived from the declaration of a table."""

    def __init__(self, spec: TableSpec) -> None:
        self.spec = spec
        self.columns = columns_in_row(spec)
        self.place_of = {column.field: place for place, column in enumerate(self.columns)}
        self.empty: Cells = [""] * len(self.columns)
        self.tree = ElementMap()
        self._elements_of: dict[str, frozenset[str]] = {}
        self._name_of: dict[str, str] = {}
        self.specialities = self.place_of.get("specialities[0].code", -1)
        self.lists = {column.name: column.field for column in spec.columns if _is_list(column)}
        for place, column in enumerate(self.columns):
            for path in (column.name, *column.aliases):
                self._add(path, place)
        self.in_location_code = {
            tag: place
            for place, column in enumerate(self.columns)
            for path in (column.name, *column.aliases)
            if LOCATION_CODE_ENTITY in path.split("/")
            for tag in tags_of(path.rpartition("/")[2])
        }
        """Full tag of an element in a location number to the place in the row it fills."""
        for name in self.lists:
            self._add(name, ListOf(self.lists[name]))

    def name_of(self, field: str) -> str:
        """Return the path from which a field, or the first of a block of fields, is read."""
        if field not in self._name_of:
            self._name_of[field] = next(
                column.name
                for column in self.columns
                if column.field == field or column.field.startswith(f"{field}.")
            )
        return self._name_of[field]

    def elements_of(self, field: str) -> frozenset[str]:
        """Return the local names of the unit's children for a field, or a block of fields."""
        if field not in self._elements_of:
            self._elements_of[field] = frozenset(
                path.partition("/")[0]
                for column in self.columns
                if column.field == field or column.field.startswith(f"{field}.")
                for path in (column.name, *column.aliases)
            )
        return self._elements_of[field]

    def _add(self, path: str, end: Any) -> None:
        node = self.tree
        *blocks, leaf = path.split("/")
        for step in blocks:
            if step in (LOCATION_CODE_ENTITY, SPECIALITIES):
                marker = OWN_LOCATION_CODE if step == LOCATION_CODE_ENTITY else ALL_SPECIALITIES
                for tag in tags_of(step):
                    node[tag] = marker
                return
            below = node.get(tags_of(step)[0])
            if below is None:
                below = ElementMap()
                for tag in tags_of(step):
                    node[tag] = below
            node = below
        for tag in tags_of(leaf):
            node[tag] = end


class ListOf:
    """A leaf that may occur any number of times."""

    def __init__(self, field: str) -> None:
        self.field = field


class _Marker:
    """An element with a special rule."""


OWN_LOCATION_CODE = _Marker()
ALL_SPECIALITIES = _Marker()
SPECIALITY_TAGS = frozenset(tags_of(SPECIALITY))
SPECIALITY_CODE_TAGS = frozenset(
    tag for name in ("SpecialityIdentifier", "SpecialityCode") for tag in tags_of(name)
)
SPECIALITY_TYPE_TAGS = frozenset(tag for name in SPECIALITY_TYPES for tag in tags_of(name))


def place_specialities(layout: Layout, pairs: Sequence[tuple[str, str]], cells: Cells) -> None:
    """Fill in the main speciality first, the others in the order of the document."""
    first = layout.specialities
    ordered = sorted(pairs, key=lambda pair: pair[1] != MAIN_SPECIALITY)
    for offset, (code, _) in enumerate(ordered[:MOST_SPECIALITIES]):
        cells[first + offset] = code


class Careful:
    """Reads one unit, or one location number, element by element."""

    __slots__ = (
        "_most_chars",
        "cells",
        "context",
        "extra",
        "layout",
        "lines",
        "lists",
        "own_location_codes",
        "sor_id",
        "too_long",
    )

    def __init__(self, layout: Layout, context: Context, sor_id: str | None) -> None:
        self.layout = layout
        self.context = context
        self.sor_id = sor_id
        self.cells = layout.empty.copy()
        self.lists: dict[str, list[tuple[Element, str]]] = {}
        """Field to the elements that may occur any number of times."""
        self.extra = ExtraTexts()
        self.lines: dict[int, Element] = {}
        """Place in the row to the element whose text it holds."""
        self.own_location_codes = 0
        self.too_long = False
        self._most_chars = context.limits.max_field_chars

    def read_around(self, unit: Element) -> None:
        """Read the attributes and texts of the unit's container."""
        container = unit.getparent()
        if container is not None:
            self.read_attributes(container, "..")
        tail = (unit.tail or "").strip()
        if tail:
            self._stray_text(unit, "..", tail)

    def read(self, unit: Element) -> None:
        """Fill row and extra."""
        self.read_attributes(unit, "")
        self._walk(unit, self.layout.tree, "")
        if self.own_location_codes:
            inherited = self.layout.place_of["location_code_inherited"]
            if not self.cells[inherited]:  # an indicator beside the number may be empty
                self.cells[inherited] = "false"

    def _walk(self, element: Element, node: ElementMap, path: str) -> None:
        self._stray(element, path)
        counts: dict[str, int] = {}
        for child in element:
            tag = str(child.tag)
            name = step_name(tag)
            counts[name] = counts.get(name, 0) + 1
            below = f"{path}/{name}" if path else name
            what = node.get(tag)
            if what is None:
                self._unknown(child, below)
            elif isinstance(what, int):
                self._leaf(child, below, what)
            elif isinstance(what, ElementMap):
                self.read_attributes(child, below)
                if counts[name] > 1:
                    self._duplicate(child, below, "")
                self._walk(child, what, below)
            elif what is OWN_LOCATION_CODE:
                self._location_code(child, below)
            elif what is ALL_SPECIALITIES:
                self._specialities(child, below)
            else:
                self._plain(child, below)
                self.lists.setdefault(what.field, []).append((child, self._text(child, below)))

    def _location_code(self, entity: Element, path: str) -> None:
        """Read number and region; the table of location numbers has the other elements."""
        self.own_location_codes += 1
        if self.own_location_codes > 1:
            self._duplicate(entity, path, "")
            return
        for child in entity:
            place = self.layout.in_location_code.get(str(child.tag))
            if place is not None and place not in self.lines:
                self.lines[place] = child
                self.cells[place] = (child.text or "").strip()

    def _text(self, element: Element, path: str) -> str:
        return self._bounded((element.text or "").strip(), element, path)

    def _bounded(self, text: str, element: Element, path: str) -> str:
        if len(text) > self._most_chars:
            self.context.issue(
                "error",
                "field-too-long",
                f"a value holds {len(text)} characters, more than Limits.max_field_chars "
                f"({self.context.limits.max_field_chars}); the unit is not read",
                element,
                path,
                value=text[:200] + "…",
                sor_id=self.sor_id,
                raw=partial(shortened_raw, element),
            )
            self.too_long = True
        return text

    def _leaf(self, element: Element, path: str, place: int) -> None:
        text = self._text(element, path)
        self._plain(element, path)
        if place in self.lines:
            self._duplicate(element, path, text)
            self.extra.add(path, text)
            return
        self.lines[place] = element
        self.cells[place] = text

    def _plain(self, element: Element, path: str) -> None:
        """Read the attributes and elements of a leaf."""
        self.read_attributes(element, path)
        for child in element:
            self._unknown(child, f"{path}/{step_name(child.tag)}")
            tail = (child.tail or "").strip()
            if tail:
                self._stray_text(element, path, tail)

    def _duplicate(self, element: Element, path: str, text: str) -> None:
        self.context.issue(
            "warning",
            "duplicate-element",
            f"{path} occurs more than once in a unit; the first value is used",
            element,
            path,
            value=text or None,
            sor_id=self.sor_id,
        )

    def read_attributes(self, element: Element, path: str) -> None:
        """Store the attributes of an element; the only one of the format adds no information."""
        if not element.keys():
            return
        for name, value in attributes_of(element).items():
            local = path.rpartition("/")[2]
            if (local, name, value) == COUNTRY_SCHEME:
                continue
            key = f"{path}/@{name}" if path else f"@{name}"
            self.extra.add(key, value.strip())
            if (local, name) != COUNTRY_SCHEME[:2]:
                self.context.unknown(element, key, value, self.sor_id)

    def _stray(self, element: Element, path: str) -> None:
        for text in (element.text, *[child.tail for child in element]):
            if text and (text := text.strip()):
                self._stray_text(element, path, text)

    def _stray_text(self, element: Element, path: str, text: str) -> None:
        key = f"{path}/text()" if path else "text()"
        self.extra.add(key, text)
        self.context.unknown(element, key, text, self.sor_id)

    def _unknown(self, element: Element, path: str) -> None:
        field = self.context.own.get(path)
        if field in self.layout.place_of and not len(element):
            place = self.layout.place_of[field]
            if place not in self.lines:
                self.lines[place] = element
                self.cells[place] = self._text(element, path)
                return
        for inner, inner_path, text in self.context.texts_in(element, path):
            self.extra.add(inner_path, self._bounded(text, inner, inner_path))
            if text or not len(inner):
                self.context.unknown(inner, inner_path, text or None, self.sor_id)

    def _specialities(self, element: Element, path: str) -> None:
        self.read_attributes(element, path)
        self._stray(element, path)
        pairs: list[tuple[str, str]] = []
        for number, child in enumerate(element, 1):
            below = f"{path}/{step_name(child.tag)}[{number}]"
            if child.tag not in SPECIALITY_TAGS:
                self._unknown(child, below.rpartition("[")[0])
                continue
            self.read_attributes(child, below)
            self._stray(child, below)
            code = kind = ""
            for part in child:
                name = f"{below}/{step_name(part.tag)}"
                if part.tag in SPECIALITY_CODE_TAGS and not code:
                    self._plain(part, name)
                    code = self._text(part, name)
                elif part.tag in SPECIALITY_TYPE_TAGS and not kind:
                    self._plain(part, name)
                    kind = self._text(part, name)
                    if kind != MAIN_SPECIALITY:
                        self.extra.add(name, kind)
                elif part.tag in SPECIALITY_CODE_TAGS | SPECIALITY_TYPE_TAGS:
                    text = self._text(part, name)
                    self._duplicate(part, name, text)
                    self.extra.add(name, text)
                else:
                    self._unknown(part, name)
            if len(pairs) >= MOST_SPECIALITIES:
                self.extra.add(f"{below}/SpecialityIdentifier", code)
                self.context.unknown(child, f"{path}/{SPECIALITY}[9]", code, self.sor_id)
            pairs.append((code, kind))
        place_specialities(self.layout, pairs[:MOST_SPECIALITIES], self.cells)
