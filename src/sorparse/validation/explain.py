"""Explain in plain words which rule an element breaks; the engine decides that it breaks one.

The messages are the library's, because those of the engines are unclear. libxml2 lists up to ten
elements that could have come next, without the mandatory one, and reports nothing more of the
parent; xmlschema names the expected tag and speaks of particles.
"""

from __future__ import annotations

import re

import attrs
from lxml import etree

from ..xml.lines import MOST_STEPS, true_line
from .components import Components, local

_NAMESPACES = re.compile(r"\{[^}]*\}")
UNITS = ("InstitutionOwner", "HealthInstitution", "OrganizationalUnit")


@attrs.frozen(eq=False)
class Violation:
    """One fault at one element."""

    code: str
    rule: str
    """The rule broken, without the value, so that equal faults have equal rules."""
    element: etree._Element
    value: str | None = None
    attribute: str | None = None


_TYPES = {
    "xs:date": "is not a valid date (yyyy-mm-dd)",
    "xs:dateTime": "is not a valid time (yyyy-mm-ddThh:mm:ss)",
    "xs:boolean": "is neither true nor false",
    "xs:decimal": "is not a decimal number with a point",
    "xs:long": "is not a whole number",
    "xs:int": "is not a whole number",
    "xs:integer": "is not a whole number",
    "xs:positiveInteger": "is not a whole number above 0",
    "xs:nonNegativeInteger": "is not a whole number from 0 up",
}
_FACETS = {
    "minLength": "is shorter than {} characters",
    "maxLength": "is longer than {} characters",
    "length": "does not have {} characters",
    "enumeration": "is not one of {}",
    "minInclusive": "is less than {}",
    "maxInclusive": "is more than {}",
    "minExclusive": "is not more than {}",
    "maxExclusive": "is not less than {}",
}


def missing_attribute(element: etree._Element, name: str) -> Violation:
    """Return the violation for an attribute that the element lacks."""
    return Violation("xsd-missing-attribute", f"lacks the attribute {name}", element, None, name)


def unknown_attribute(element: etree._Element, name: str, value: str) -> Violation:
    """Return the violation for an attribute that the schema does not declare."""
    rule = f"has the attribute {name}, which the schema does not know here"
    return Violation("xsd-unknown-attribute", rule, element, value, name)


def stray_text(element: etree._Element, text: str | None = None) -> Violation:
    """Return the violation for text between elements."""
    if text is None:
        texts = [element.text or "", *(child.tail or "" for child in element)]
        text = next((text.strip() for text in texts if text.strip()), "")
    return Violation("xsd-stray-text", "holds text where only elements may be", element, text)


def element_in_text(element: etree._Element) -> Violation:
    """Return the violation for an element inside one that may only hold text."""
    child = next(element.iterchildren("*"), element)
    return Violation(
        "xsd-unknown-element", f"is inside {local(element)}, which may only hold text", child
    )


def unknown_root(element: etree._Element) -> Violation:
    """Return the violation for a root element that the schema does not declare."""
    rule = "is not declared by the schema as the root of a document"
    return Violation("xsd-unknown-root", rule, element)


def other(element: etree._Element, message: str, attribute: str | None = None) -> Violation:
    """Return the violation for a rule that only the engine's own words explain."""
    rule = f"is refused by the schema: {without_namespaces(message)}"
    return Violation("xsd-other", rule, element, attribute=attribute)


def without_namespaces(text: str) -> str:
    """Return a text without the namespaces of the names in it."""
    return _NAMESPACES.sub("", text)


def type_rule(type_name: str, components: Components) -> str:
    """Explain what a value of a simple type has to be."""
    base = components.builtin_base(type_name)
    return components.type_words(type_name) or _TYPES.get(
        base, f"is not a valid {without_namespaces(base)}"
    )


def facet_rule(facet: str, value: str | None, components: Components) -> str:
    """Explain a facet such as ``maxLength`` by its value: a number, pattern or set of values."""
    if value is None:
        return f"breaks the facet {facet}"
    if facet == "pattern":
        return components.pattern_words.get(value) or f"does not match the pattern {value}"
    return _FACETS[facet].format(value) if facet in _FACETS else f"breaks the facet {facet} {value}"


def _longer(above: _Paths, name: str) -> _Paths:
    path, short = above
    if not path:
        return name, name
    is_repeated = short == name or short.endswith(f"/{name}")
    return f"{path}/{name}", short if is_repeated else f"{short}/{name}"


_MOST_PATHS = 1_000
_MOST_WITHOUT_LINE = 1_000
_FEW_STEPS = 20
"""Texts to search for a line, after searching in vain as often as that."""
_Paths = tuple[str, str]
"""Path of an element, and the path without repeated steps."""


class Places:
    """Paths of elements, and SOR ids of their units, each found once."""

    def __init__(self) -> None:
        self._known: dict[etree._Element, str | None] = {}
        self._paths: dict[etree._Element, _Paths] = {}
        self._last: tuple[etree._Element | None, _Paths] = None, ("", "")
        self._line: tuple[etree._Element | None, int | None] = None, None
        """The last element, and its line."""
        self._without_line = 0
        """How many lines were searched for in vain."""

    def clear(self) -> None:
        """Forget the elements, which are about to be freed."""
        self._known.clear()
        self._paths.clear()
        self._last = None, ("", "")
        self._line = None, None

    def paths(self, element: etree._Element) -> _Paths:
        """Return the path of local names from the root, and the same without repeated steps.

        A fault is the same in a unit a level deeper.
        """
        if self._last[0] is not element:
            parent = element.getparent()
            self._last = element, self._below(parent, element)
        return self._last[1]

    def _below(self, parent: etree._Element | None, element: etree._Element) -> _Paths:
        name = local(element)
        if parent is None:
            return name, name
        above = self._paths.get(parent)
        if above is None:
            pending = [parent]
            while (node := pending[-1].getparent()) is not None and node not in self._paths:
                pending.append(node)
            above = ("", "") if node is None else self._paths[node]
            for each in reversed(pending):
                above = _longer(above, local(each))
                if len(self._paths) >= _MOST_PATHS:
                    self._paths.clear()
                self._paths[each] = above
        return _longer(above, name)

    def line(self, element: etree._Element) -> int | None:
        """Return the line of an element."""
        if self._line[0] is not element:
            is_usual = self._without_line < _MOST_WITHOUT_LINE
            line = true_line(element, MOST_STEPS if is_usual else _FEW_STEPS)
            self._without_line += line is None
            self._line = element, line
        return self._line[1]

    def sor_id(self, element: etree._Element) -> str | None:
        """Return the SOR id of the element's unit, or ``None`` if it belongs to none."""
        node: etree._Element | None = element
        while node is not None:
            name = local(node)
            if name in UNITS or name.removesuffix("Entity") in UNITS:
                if node not in self._known:
                    self._known[node] = _id_in(node) if name in UNITS else _id_of_unit_in(node)
                return self._known[node]
            node = node.getparent()
        return None


def _id_of_unit_in(container: etree._Element) -> str | None:
    name = local(container)
    children = container.iterchildren("*")
    unit = next((child for child in children if local(child) + "Entity" == name), None)
    return None if unit is None else _id_in(unit)


def _id_in(unit: etree._Element) -> str | None:
    for child in unit.iterchildren("*"):
        if local(child) == "SorIdentifier":
            return child.text
    return None
