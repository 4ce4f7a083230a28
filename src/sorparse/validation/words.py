"""From libxml2's errors to faults in plain words.

The words are our own, over libxml2's verdict, because neither engine's are good enough. libxml2
lists up to ten elements that could have come next, without telling the mandatory one, and goes
silent on the rest of the parent; xmlschema names the expected tag but knows no line, takes half a
second to load, and speaks of tags and particles. A reader wants: what is missing, what is unknown,
what stands before what.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping

import attrs
from lxml import etree

from ..xml.elements import attributes_of
from .components import Components, Content, local, local_of, namespace_of

UNITS = ("InstitutionOwner", "HealthInstitution", "OrganizationalUnit")


@attrs.frozen(eq=False)
class Finding:
    """One fault at one element."""

    code: str
    rule: str
    """The rule broken, without the value, so that equal faults have equal rules."""
    element: etree._Element
    value: str | None = None
    attribute: str | None = None


_ATTRIBUTE = re.compile(r"^Element '[^']*', attribute '(?:\{[^}]*\})?([^']+)': ")
_HEAD = re.compile(r"^Element '[^']*'(?:, attribute '[^']*')?: ")
_FACET = re.compile(r"^\[facet '(\w+)'\] ")
_LENGTHS = re.compile(r"length of '(\d+)'.* length of '(\d+)'")
_BOUND = re.compile(r"\('([^']*)'\)\.$")
_ATOMIC = re.compile(r"(?:atomic|list|union) type '([^']*)'\.$")
_NAMESPACES = re.compile(r"\{[^}]*\}")
_MISSING_ATTRIBUTE = re.compile(r"The attribute '(?:\{[^}]*\})?([^']+)' is required")

_TYPES = {
    "xs:date": "is no date of the calendar written yyyy-mm-dd",
    "xs:dateTime": "is no time written yyyy-mm-ddThh:mm:ss",
    "xs:boolean": "is neither true nor false",
    "xs:decimal": "is no decimal number written with a point",
    "xs:long": "is no whole number",
    "xs:int": "is no whole number",
    "xs:integer": "is no whole number",
    "xs:positiveInteger": "is no whole number above 0",
    "xs:nonNegativeInteger": "is no whole number from 0 up",
}
_LENGTH_WORDS = {
    "minLength": "is shorter than {} characters",
    "maxLength": "is longer than {} characters",
    "length": "does not have {} characters",
}
_BOUND_WORDS = {
    "minInclusive": "is less than {}",
    "maxInclusive": "is more than {}",
    "minExclusive": "is not more than {}",
    "maxExclusive": "is not less than {}",
}


class Attributes:
    """The attributes of the element asked about last: one may have thousands of wrong ones."""

    def __init__(self) -> None:
        self._element: etree._Element | None = None
        self._values: Mapping[str, str] = {}

    def value(self, element: etree._Element, name: str) -> str:
        """Give the value of an attribute by its name, or by the end of it."""
        if element is not self._element:
            self._element, self._values = element, attributes_of(element)
        known = self._values.get(name)
        if known is None:
            known = next((v for k, v in self._values.items() if k.endswith(name)), "")
        return known


def value_finding(
    entry: etree._LogEntry,
    element: etree._Element,
    components: Components,
    attributes: Attributes,
) -> Finding | None:
    """Word an error about a value, an attribute or text; ``None`` where it only follows another."""
    message = entry.message
    attribute = None
    if found := _ATTRIBUTE.match(message):
        attribute = found[1]
    rest = _HEAD.sub("", message)
    kind = entry.type_name
    if kind == "SCHEMAV_CVC_COMPLEX_TYPE_4" and (found := _MISSING_ATTRIBUTE.search(rest)):
        rule = f"lacks the attribute {found[1]}"
        return Finding("xsd-missing-attribute", rule, element, attribute=found[1])
    value = element.text or ""
    if attribute is not None:
        value = attributes.value(element, attribute)
    if kind in ("SCHEMAV_CVC_COMPLEX_TYPE_3_2_1", "SCHEMAV_CVC_TYPE_3_1_1"):
        rule = f"has the attribute {attribute}, which the schema does not know here"
        return Finding("xsd-unknown-attribute", rule, element, value, attribute)
    if kind in ("SCHEMAV_CVC_COMPLEX_TYPE_2_3", "SCHEMAV_CVC_COMPLEX_TYPE_2_1") and (
        rest.startswith("Character content")
    ):
        rule = "holds text where only elements may stand"
        return Finding("xsd-stray-text", rule, element, _stray_text(element))
    if kind in ("SCHEMAV_CVC_TYPE_3_1_2", "SCHEMAV_CVC_COMPLEX_TYPE_2_2"):
        child = next(element.iterchildren("*"), element)
        rule = f"stands inside {local(element)}, which may only hold text"
        return Finding("xsd-unknown-element", rule, child)
    facet, atomic = _FACET.match(rest), _ATOMIC.search(rest)
    if (facet or atomic) and attribute is None and len(element):
        return None  # there are elements in a text, which is told already
    if facet:
        rule = _facet_rule(facet[1], rest[facet.end() :], components)
        return Finding("xsd-bad-value", rule, element, value, attribute)
    if atomic:
        base = components.builtin_base(atomic[1])
        rule = components.type_words(atomic[1]) or _TYPES.get(
            base, f"is no value of the type {_NAMESPACES.sub('', base)}"
        )
        return Finding("xsd-bad-value", rule, element, value, attribute)
    if kind == "SCHEMAV_CVC_ELT_1":
        rule = "is not declared by the schema as the beginning of a document"
        return Finding("xsd-unknown-root", rule, element)
    rule = f"is refused by the schema: {_NAMESPACES.sub('', rest)}"
    return Finding("xsd-other", rule, element, attribute=attribute)


def _facet_rule(facet: str, rest: str, components: Components) -> str:
    if facet in _LENGTH_WORDS and (found := _LENGTHS.search(rest)):
        return _LENGTH_WORDS[facet].format(found[2])
    if facet in _BOUND_WORDS and (found := _BOUND.search(rest)):
        return _BOUND_WORDS[facet].format(found[1])
    # the value itself may hold quotes, so what comes last is looked for
    if facet == "pattern" and "pattern '" in rest:
        pattern = rest.rpartition("pattern '")[2].removesuffix("'.")
        in_words = components.pattern_words.get(pattern)
        return in_words or f"does not match the pattern {pattern}"
    if facet == "enumeration" and "the set {" in rest:
        values = rest.rpartition("the set {")[2].removesuffix("}.")
        return f"is none of {values}"
    return f"breaks the facet {facet}"


def _stray_text(element: etree._Element) -> str:
    texts = [element.text or "", *(child.tail or "" for child in element)]
    return next((text.strip() for text in texts if text.strip()), "")


def content_findings(
    parent: etree._Element, entry: etree._LogEntry, at: etree._Element, components: Components
) -> list[Finding]:
    """Word what is wrong with the children of ``parent``: all of it, not only the first.

    ``at`` is the element that libxml2's error names: the parent (something is missing at its end),
    or a child that may not stand where it does.
    """
    content = components.content(str(parent.tag))
    found: list[Finding] = []
    if content is not None:
        children = list(parent.iterchildren("*"))
        found += _unknown(children, content, components)
        strangers = {f.element for f in found}
        found += _missing(parent, children, {local(e) for e in strangers}, content)
        found += _misplaced(children, content)
    return found or [_in_general(parent, entry, at)]


def _unknown(
    children: list[etree._Element], content: Content, components: Components
) -> Iterator[Finding]:
    if content.open:
        return
    known = {name for slot in content.slots for name in slot.names}
    for child in children:
        name = str(child.tag)
        if name in known:
            continue
        other = next((n for n in components.namesakes(name) if n in known), None)
        if other is not None:
            rule = (
                f"stands under the namespace {namespace_of(name) or '(none)'}; "
                f"the schema has it under {namespace_of(other)}"
            )
        elif components.has_element(name):
            rule = f"does not belong in {local(_parent(child))}"
        else:
            rule = "is not known to the schema"
        yield Finding("xsd-unknown-element", rule, child)


def _missing(
    parent: etree._Element,
    children: list[etree._Element],
    strangers: set[str],
    content: Content,
) -> Iterator[Finding]:
    present = {str(child.tag) for child in children}
    for slot in content.slots:
        if slot.required and not slot.names & present:
            names = sorted({local_of(name) for name in slot.names})
            if strangers.intersection(names):
                continue  # it is there under another namespace, which is told
            yield Finding("xsd-missing-element", f"lacks the element {' or '.join(names)}", parent)


def _misplaced(children: list[etree._Element], content: Content) -> Iterator[Finding]:
    # an element that may stand at several places cannot be said to be out of order
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
            rule = f"stands {times} in {local(_parent(child))}"
            yield Finding("xsd-repeated-element", rule, child)
        else:
            placed.append((places[0], child))
    in_order = sorted(_longest_rising([place for place, _ in placed]))
    order = [placed[at][0] for at in in_order]
    kept = set(in_order)
    for at, (place, child) in enumerate(placed):
        if at in kept:
            continue
        # the places in order rise, so the first one beyond this one is found by bisection
        first_beyond = bisect_right(order, place)
        if first_beyond < len(order) and in_order[first_beyond] < at:
            before = placed[in_order[first_beyond]][1]
            rule = f"stands after {local(before)}, but belongs before it"
        else:
            after = placed[in_order[bisect_left(order, place) - 1]][1]
            rule = f"stands before {local(after)}, but belongs after it"
        yield Finding("xsd-order", rule, child)


def _longest_rising(places: list[int]) -> set[int]:
    """Indices of a longest non-decreasing run through ``places``: what is left is out of order."""
    tails: list[int] = []  # smallest last place of a run of each length
    ends: list[int] = []  # the index it stands at
    back: list[int | None] = []
    for at, place in enumerate(places):
        length = bisect_right(tails, place)
        back.append(ends[length - 1] if length else None)
        tails[length : length + 1] = [place]
        ends[length : length + 1] = [at]
    kept: set[int] = set()
    step = ends[-1] if ends else None
    while step is not None:
        kept.add(step)
        step = back[step]
    return kept


def _in_general(parent: etree._Element, entry: etree._LogEntry, at: etree._Element) -> Finding:
    expected = entry.message.rpartition(" is one of ( ")[2] or entry.message
    if expected == entry.message:
        expected = entry.message.rpartition("Expected is ( ")[2]
    names = _NAMESPACES.sub("", expected).removesuffix(").").strip().split(", ")
    shown = ", ".join(dict.fromkeys(name for name in names if name))
    if at is parent:
        return Finding("xsd-missing-element", f"ends too early; expected next: {shown}", parent)
    wanted = f"; expected: {shown}" if shown and "Expected" in entry.message else ""
    return Finding("xsd-order", f"may not stand here{wanted}", at)


def _parent(element: etree._Element) -> etree._Element:
    parent = element.getparent()
    assert parent is not None
    return parent


def path_of(element: etree._Element, attribute: str | None = None) -> str:
    """Path of local names from the document's root."""
    names = [local(element), *(local(ancestor) for ancestor in element.iterancestors())]
    path = "/".join(reversed(names))
    return path if attribute is None else f"{path}/@{attribute}"


class SorIds:
    """Finds the SOR id of the unit that an element belongs to, once for each unit."""

    def __init__(self) -> None:
        self._found: dict[etree._Element, str | None] = {}

    def clear(self) -> None:
        """Forget the units, whose elements are about to be freed."""
        self._found.clear()

    def of(self, element: etree._Element) -> str | None:
        """Return the SOR id of the element's unit, or ``None`` if it belongs to none."""
        node: etree._Element | None = element
        while node is not None:
            name = local(node)
            if name in UNITS or name.removesuffix("Entity") in UNITS:
                if node not in self._found:
                    self._found[node] = _id_in(node) if name in UNITS else _id_of_unit_in(node)
                return self._found[node]
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
