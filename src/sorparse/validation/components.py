"""The components of schema files: declarations, references, and the content of elements in order.

Only the part of XML Schema needed to find missing components and to explain errors. The engine
decides whether a document is valid.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

import attrs
from lxml import etree

from .patterns import is_ambiguous
from .schema_files import XS

Name = tuple[str, str]
"""Kind of component (``element``, ``type``, ``group`` ...) and qualified name ``{uri}local``."""

_KINDS = {
    "element": "element",
    "complexType": "type",
    "simpleType": "type",
    "group": "group",
    "attributeGroup": "attributeGroup",
    "attribute": "attribute",
    "notation": "notation",
}
_REFERENCES = {
    "element": (("ref", "element"), ("type", "type"), ("substitutionGroup", "element")),
    "attribute": (("ref", "attribute"), ("type", "type")),
    "group": (("ref", "group"),),
    "attributeGroup": (("ref", "attributeGroup"),),
    "restriction": (("base", "type"),),
    "extension": (("base", "type"),),
    "list": (("itemType", "type"),),
    "union": (("memberTypes", "type"),),
}


def local(element: etree._Element) -> str:
    """Local name of an element; empty for a comment or a processing instruction."""
    return local_of(element.tag) if isinstance(element.tag, str) else ""


@lru_cache(maxsize=4096)
def local_of(name: str) -> str:
    """Local part of a ``{uri}local`` name. Unlike lxml's own function it accepts invalid names."""
    return name.rpartition("}")[2]


def xs_children(element: etree._Element) -> Iterator[tuple[str, etree._Element]]:
    """Local name and element of each child in the XML Schema namespace."""
    for child in element.iterchildren(f"{{{XS}}}*"):
        yield local(child), child


def qualified(element: etree._Element, text: str, namespace: str) -> str:
    """Resolve a QName written in ``element``; ``namespace`` is that of a chameleon include."""
    prefix, _, name = text.strip().rpartition(":")
    if prefix == "xml":
        uri: str | None = "http://www.w3.org/XML/1998/namespace"
    else:
        # an undeclared prefix must not pass for "no namespace": nothing is declared under this
        uri = element.nsmap.get(prefix or None) or (f"prefix {prefix}:" if prefix else namespace)
    return f"{{{uri}}}{name}"


def namespace_of(name: str) -> str:
    """Namespace of a ``{uri}local`` name."""
    return name[1:].rpartition("}")[0]


def declared(root: etree._Element, namespace: str) -> Iterator[tuple[Name, etree._Element]]:
    """Yield the global components of a schema file."""
    for kind, child in xs_children(root):
        if kind in _KINDS and (name := child.get("name")):
            yield (_KINDS[kind], f"{{{namespace}}}{name}"), child


def references(root: etree._Element, namespace: str) -> Iterator[tuple[Name, etree._Element]]:
    """Yield every reference to a component that XML Schema does not define, with its element."""
    for element in root.iter(f"{{{XS}}}*"):
        for attribute, kind in _REFERENCES.get(local(element), ()):
            for text in (element.get(attribute) or "").split():
                name = qualified(element, text, namespace)
                if namespace_of(name) != XS:
                    yield (kind, name), element


@attrs.frozen
class Slot:
    """One place in the content of an element."""

    names: frozenset[str]
    """The elements that are allowed here."""
    required: bool
    most: int | None
    """The highest number of occurrences; ``None`` without bound."""


@attrs.frozen
class Content:
    """The allowed content of an element, flattened to places in order."""

    slots: tuple[Slot, ...]
    open: bool
    """Whether a wildcard allows any element."""
    _places: dict[str, list[int]] = attrs.field(init=False, repr=False, eq=False)

    @_places.default
    def _places_of_names(self) -> dict[str, list[int]]:
        places: dict[str, list[int]] = {}
        for at, slot in enumerate(self.slots):
            for name in slot.names:
                places.setdefault(name, []).append(at)
        return places

    def places(self, name: str) -> Sequence[int]:
        """Return the positions that are allowed for an element."""
        return self._places.get(name, ())


@attrs.define(eq=False)
class Components:
    """All components of a set of schemas that belong together."""

    _nodes: dict[Name, tuple[etree._Element, str]] = attrs.field(factory=dict, init=False)
    _contents: dict[str, Content | None] = attrs.field(factory=dict, init=False)
    _by_local_name: dict[str, list[str]] = attrs.field(factory=dict, init=False)
    pattern_words: dict[str, str] = attrs.field(factory=dict, init=False)
    """The meaning of a pattern in words, if its annotation states it; by the pattern's text."""
    ambiguous: bool = attrs.field(default=False, init=False)
    """Whether libxml2 may need exponential time for a pattern."""

    def add(self, root: etree._Element, namespace: str) -> None:
        """Add the global components of one file; the first of each name takes precedence."""
        for name, node in declared(root, namespace):
            self._nodes.setdefault(name, (node, namespace))
        for pattern in root.iter(f"{{{XS}}}pattern"):
            self.ambiguous = self.ambiguous or is_ambiguous(pattern.get("value", ""))
            words = pattern.findtext(f"{{{XS}}}annotation/{{{XS}}}documentation")
            if words:
                self.pattern_words.setdefault(pattern.get("value", ""), " ".join(words.split()))

    def has_element(self, name: str) -> bool:
        """Whether an element is declared globally."""
        return ("element", name) in self._nodes

    def namesakes(self, name: str) -> list[str]:
        """Return the global elements of the same local name in other namespaces."""
        if not self._by_local_name:
            for kind, other in self._nodes:
                if kind == "element":
                    self._by_local_name.setdefault(local_of(other), []).append(other)
        return [other for other in self._by_local_name.get(local_of(name), ()) if other != name]

    def builtin_base(self, type_name: str) -> str:
        """The XML Schema type that a simple type derives from, as ``xs:date``; itself if none."""
        for _ in range(20):
            if type_name.startswith("xs:"):
                return type_name
            if namespace_of(type_name) == XS:
                return "xs:" + type_name.rpartition("}")[2]
            node = self._nodes.get(("type", type_name))
            if node is None:
                return type_name
            base = next(node[0].iterdescendants(f"{{{XS}}}restriction", f"{{{XS}}}extension"), None)
            if base is None or not base.get("base"):
                return type_name
            type_name = qualified(base, base.get("base") or "", node[1])
        return type_name

    def type_words(self, type_name: str) -> str | None:
        """The meaning of the pattern of a simple type in words, if stated."""
        node = self._nodes.get(("type", type_name))
        pattern = None if node is None else node[0].find(f".//{{{XS}}}pattern")
        return None if pattern is None else self.pattern_words.get(pattern.get("value", ""))

    def content(self, name: str) -> Content | None:
        """The content of a global element; ``None`` if it is not declared or holds only text."""
        if name not in self._contents:
            node = self._nodes.get(("element", name))
            places = None if node is None else _Flattening(self._nodes).of_element(*node)
            self._contents[name] = places
        return self._contents[name]


@attrs.define
class _Flattening:
    """Traverses one type and collects the places of its elements in order."""

    nodes: dict[Name, tuple[etree._Element, str]]
    open: bool = False
    depth: int = 0

    def of_element(self, node: etree._Element, namespace: str) -> Content | None:
        if text := node.get("type"):
            known = self.nodes.get(("type", qualified(node, text, namespace)))
            if known is None:
                return None
            node, namespace = known
        else:
            inline = node.find(f"{{{XS}}}complexType")
            if inline is None:
                return None
            node = inline
        if local(node) != "complexType" or node.find(f"{{{XS}}}simpleContent") is not None:
            return None
        slots = tuple(self.of_type(node, namespace))
        return Content(slots, self.open)

    def of_type(self, node: etree._Element, namespace: str) -> Iterator[Slot]:
        self.depth += 1
        if self.depth > 50:  # types that extend each other in a cycle
            return
        for kind, child in xs_children(node):
            if kind == "complexContent":
                yield from self.of_type(child, namespace)
            elif kind in ("extension", "restriction"):
                base = self.nodes.get(("type", qualified(child, child.get("base", ""), namespace)))
                if kind == "extension" and base is not None:
                    yield from self.of_type(*base)
                yield from self.of_type(child, namespace)
            elif kind in ("sequence", "choice", "all", "group"):
                yield from self.of_particle(kind, child, namespace, required=True)

    def of_particle(
        self, kind: str, node: etree._Element, namespace: str, *, required: bool
    ) -> Iterator[Slot]:
        required = required and node.get("minOccurs", "1") != "0"
        many = node.get("maxOccurs", "1")
        if kind == "element":
            names = frozenset(self._names(node, namespace))
            yield Slot(names, required, None if many == "unbounded" else int(many))
        elif kind == "any":
            self.open = True
        elif kind == "group":
            yield from self._repeated(self._group(node, namespace, required=required), many)
        elif kind == "choice":
            yield from self._repeated(self._choice(node, namespace, required=required), many)
        elif kind in ("sequence", "all"):
            inner = (
                slot
                for k, child in xs_children(node)
                for slot in self.of_particle(k, child, namespace, required=required)
            )
            yield from self._repeated(inner, many)

    @staticmethod
    def _repeated(slots: Iterable[Slot], many: str) -> Iterator[Slot]:
        for slot in slots:
            yield slot if many == "1" else attrs.evolve(slot, most=None)

    def _names(self, node: etree._Element, namespace: str) -> Iterator[str]:
        if ref := node.get("ref"):
            head = qualified(node, ref, namespace)
            yield head
            for (kind, name), (other, other_namespace) in self.nodes.items():
                member = other.get("substitutionGroup") if kind == "element" else None
                if member and qualified(other, member, other_namespace) == head:
                    yield name
        else:
            form = node.get("form") or node.getroottree().getroot().get("elementFormDefault")
            uri = namespace if form == "qualified" else ""
            yield f"{{{uri}}}{node.get('name')}" if uri else str(node.get("name"))

    def _group(self, node: etree._Element, namespace: str, *, required: bool) -> Iterator[Slot]:
        group = self.nodes.get(("group", qualified(node, node.get("ref", ""), namespace)))
        self.depth += 1
        if group is None or self.depth > 500:
            return
        for kind, child in xs_children(group[0]):
            if kind in ("sequence", "choice", "all"):
                yield from self.of_particle(kind, child, group[1], required=required)

    def _choice(self, node: etree._Element, namespace: str, *, required: bool) -> Iterator[Slot]:
        arms = [
            list(self.of_particle(kind, child, namespace, required=True))
            for kind, child in xs_children(node)
            if kind != "annotation"
        ]
        if all(len(arm) == 1 for arm in arms):  # one place, several names
            names = frozenset(name for (slot,) in arms for name in slot.names)
            most = [slot.most for (slot,) in arms]
            yield Slot(
                names,
                required and all(slot.required for (slot,) in arms),
                None if None in most else max((m for m in most if m is not None), default=1),
            )
        else:
            for arm in arms:
                for slot in arm:
                    yield attrs.evolve(slot, required=False)
