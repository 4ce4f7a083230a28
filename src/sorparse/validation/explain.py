"""Explain in plain words which rule an element breaks; the engine decides that it breaks one.

The messages are the library's, because those of the engines are unclear. libxml2 lists up to ten
elements that could have come next, without the mandatory one, and reports nothing more of the
parent; xmlschema names the expected tag and speaks of particles.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator

import attrs
from lxml import etree

from ..xml.lines import true_line
from .components import Components, Content, local, local_of, namespace_of

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


def content_violations(
    parent: etree._Element, at: etree._Element, expected: str, components: Components
) -> list[Violation]:
    """Explain all errors among the children of ``parent``, not only the first.

    ``at`` is the element that the engine's error names: the parent (something is missing at its
    end), or a child that is not allowed there; ``expected`` are the engine's names of what could
    be there.
    """
    content = components.content(str(parent.tag))
    violations: list[Violation] = []
    if content is not None:
        children = list(parent.iterchildren("*"))
        violations += _unknown(children, content, components)
        strangers = {local(violation.element) for violation in violations}
        violations += _missing(parent, children, strangers, content)
        violations += _misplaced(children, content)
    return violations or [_in_general(parent, at, expected)]


def _unknown(
    children: list[etree._Element], content: Content, components: Components
) -> Iterator[Violation]:
    if content.open:
        return
    for child in children:
        name = str(child.tag)
        if content.places(name):
            continue
        other = next((n for n in components.namesakes(name) if content.places(n)), None)
        if other is not None:
            rule = (
                f"is in the namespace {namespace_of(name) or '(none)'}; "
                f"the schema declares it in {namespace_of(other)}"
            )
        elif components.has_element(name):
            rule = f"does not belong in {local(_parent(child))}"
        else:
            rule = "is not known to the schema"
        yield Violation("xsd-unknown-element", rule, child)


def _missing(
    parent: etree._Element,
    children: list[etree._Element],
    strangers: set[str],
    content: Content,
) -> Iterator[Violation]:
    present = {str(child.tag) for child in children}
    for slot in content.slots:
        if slot.required and not slot.names & present:
            names = sorted({local_of(name) for name in slot.names})
            if strangers.intersection(names):
                continue  # it is there in another namespace, which is reported
            yield Violation(
                "xsd-missing-element", f"lacks the element {' or '.join(names)}", parent
            )


def _misplaced(children: list[etree._Element], content: Content) -> Iterator[Violation]:
    # an element that may be at several places is never out of order
    placed = []
    seen: dict[str, int] = {}
    for child in children:
        places = content.places(str(child.tag))
        if len(places) != 1:
            continue
        most = content.slots[places[0]].most
        seen[str(child.tag)] = count = seen.get(str(child.tag), 0) + 1
        if most is not None and count > most:
            times = "a second time" if most == 1 else f"more than {most} times"
            rule = f"occurs {times} in {local(_parent(child))}"
            yield Violation("xsd-repeated-element", rule, child)
        else:
            placed.append((places[0], child))
    in_order = sorted(_longest_rising([place for place, _ in placed]))
    order = [placed[at][0] for at in in_order]
    in_run = set(in_order)
    for at, (place, child) in enumerate(placed):
        if at in in_run:
            continue
        # the places in order rise, so the first one beyond this one is found by bisection
        first_beyond = bisect_right(order, place)
        if first_beyond < len(order) and in_order[first_beyond] < at:
            before = placed[in_order[first_beyond]][1]
            rule = f"follows {local(before)}, but belongs before it"
        else:
            after = placed[in_order[bisect_left(order, place) - 1]][1]
            rule = f"precedes {local(after)}, but belongs after it"
        yield Violation("xsd-order", rule, child)


def _longest_rising(places: list[int]) -> set[int]:
    """Indices of a longest non-decreasing run through ``places``: the others are out of order."""
    tails: list[int] = []  # smallest last place of a run of each length
    ends: list[int] = []  # its index
    back: list[int | None] = []
    for at, place in enumerate(places):
        length = bisect_right(tails, place)
        back.append(ends[length - 1] if length else None)
        tails[length : length + 1] = [place]
        ends[length : length + 1] = [at]
    in_run: set[int] = set()
    step = ends[-1] if ends else None
    while step is not None:
        in_run.add(step)
        step = back[step]
    return in_run


def _in_general(parent: etree._Element, at: etree._Element, expected: str) -> Violation:
    shown = without_namespaces(expected)
    if at is parent:
        return Violation("xsd-missing-element", f"ends too early; expected next: {shown}", parent)
    wanted = f"; expected: {shown}" if shown else ""
    return Violation("xsd-order", f"may not be here{wanted}", at)


def _parent(element: etree._Element) -> etree._Element:
    parent = element.getparent()
    assert parent is not None
    return parent


def path_of(element: etree._Element, attribute: str | None = None) -> str:
    """Return the path of local names from the root of the document."""
    names = [local_of(str(each.tag)) for each in (element, *element.iterancestors())]
    path = "/".join(reversed(names))
    return path if attribute is None else f"{path}/@{attribute}"


_MOST_PATHS = 1_000


class Places:
    """Paths of elements, and SOR ids of their units, each found once."""

    def __init__(self) -> None:
        self._known: dict[etree._Element, str | None] = {}
        self._paths: dict[etree._Element, str] = {}
        self._line: tuple[etree._Element | None, int | None] = None, None
        """The last element, and its line."""

    def clear(self) -> None:
        """Forget the elements, which are about to be freed."""
        self._known.clear()
        self._paths.clear()
        self._line = None, None

    def path(self, element: etree._Element, attribute: str | None = None) -> str:
        """Return the path of an element; see :func:`path_of`."""
        path = self._paths.get(element)
        if path is None:
            parent = element.getparent()
            above = None if parent is None else parent.getparent()
            if parent is None:
                path = local(element)
            elif parent in self._paths or above in self._paths:
                path = f"{self.path(parent)}/{local(element)}"
            else:
                path = path_of(element)
                self._paths[parent] = path.rpartition("/")[0]
            if len(self._paths) >= _MOST_PATHS:
                self._paths.clear()
            self._paths[element] = path
        return path if attribute is None else f"{path}/@{attribute}"

    def line(self, element: etree._Element) -> int | None:
        """Return the line of an element."""
        if self._line[0] is not element:
            self._line = element, true_line(element)
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
