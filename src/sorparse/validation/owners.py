"""Validation owner by owner, while the document is being read."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from copy import deepcopy

import attrs
from lxml import etree

from ..issues import Issue, Severity
from ..limits import DEFAULT_LIMITS, Limits
from .compile import Schema, load_schema
from .components import namespace_of
from .faults import FaultLog
from .lines import Locator
from .words import Attributes, Finding, content_findings, value_finding

OWNER = "InstitutionOwnerEntity"
_TOLD_AT_ONCE = 3


def is_owner(element: etree._Element) -> bool:
    """Whether an element of the owners' tag stands where owners do; one could be inside another."""
    parent = element.getparent()
    return parent is not None and parent.getparent() is None


@attrs.define(eq=False)
class OwnerValidator:
    """Validates each completed owner subtree, so that reading and validating is one pass.

    For the reader of Sor.xml::

        validator = OwnerValidator.for_document(namespace, schema=None, file=member.name)
        for _, owner in etree.iterparse(stream, events=("end",), tag=OWNER_TAG, ...):
            if not is_owner(owner):
                continue                          # inside another owner: told with that one
            for issue in validator.check(owner):  # before the owner is cleared
                log.add(issue)
            ...                                   # read the records of the owner
            owner.clear(keep_tail=True)
            while owner.getprevious() is not None:
                del owner.getparent()[0]
        for issue in validator.finish(root):      # ``root`` of the iterparse, after the last owner
            log.add(issue)

    The first owner's ``check`` also looks at what stands before it (the head of the document), each
    further one at what stands between the owners, ``finish`` at what follows the last; so siblings
    may be removed only after ``check`` has seen them, and tails are to be kept. Each distinct fault
    is told at its first three places; what it comes to in all is told by ``finish``. The single
    faults and the grouped ones stay in ``log``.

    Lines are true in a tree with its blank text. With ``remove_blank_text=True``, which is faster,
    they are true up to line 65,534; beyond it, an element that only holds elements gets the line of
    the first text in it, a little further down.

    Faults do not keep a document from being read, so they are warnings unless ``severity`` says
    otherwise. One object serves one reading of one document in one thread.
    """

    schema: Schema
    namespace: str
    """Namespace of the document's root element."""
    log: FaultLog
    owners: int = attrs.field(default=0, init=False)
    """Owners seen so far."""
    _header: list[etree._Element] = attrs.field(factory=list, init=False)
    _hopeless: bool = attrs.field(default=False, init=False)
    """The schema does not know the document's root: every element would be a fault."""

    @classmethod
    def for_document(
        cls,
        namespace: str,
        *,
        schema: str | os.PathLike[str] | None = None,
        file: str | None = None,
        severity: Severity = "warning",
        limits: Limits = DEFAULT_LIMITS,
    ) -> OwnerValidator:
        """Make one for a document with this root namespace.

        ``schema`` as for :func:`sorparse.validate`. Raises SorFileError where it cannot be used.
        """
        loaded = load_schema(schema, namespace)
        return cls(loaded, namespace, FaultLog(file, severity, limits.max_issues))

    @property
    def whole(self) -> etree.XMLSchema:
        """The schema, for finding out at less cost whether there is any fault at all."""
        return self.schema.validator

    @property
    def owner_tag(self) -> str:
        """Tag of the owners, as lxml writes it."""
        return f"{{{self.namespace}}}{OWNER}"

    def check(self, owner: etree._Element) -> list[Issue]:
        """Validate a completed owner, and what stands before it.

        Gives the issues to tell now: those of faults not yet told three times.
        """
        root = owner.getparent()
        if root is None or not is_owner(owner):
            return []  # told when the owner around it is completed
        before, last_owner = self._since_last_owner(owner.itersiblings(preceding=True))
        self.owners += 1
        findings = list(self._around(root, before, last_owner, owner))
        if not self._hopeless:
            findings += self._inside(root, owner)
        return self._tell(findings)

    def finish(self, root: etree._Element) -> list[Issue]:
        """Validate what follows the last owner, and sum up what was told at its first places."""
        after, last_owner = self._since_last_owner(root.iterchildren("*", reversed=True))
        issues = self._tell(self._around(root, after, last_owner, None))
        for fault in self.log.faults.values():
            if fault.count > _TOLD_AT_ONCE:
                issues.append(fault.told())
        return issues

    def _tell(self, findings: Iterable[tuple[Finding, etree._Element]]) -> list[Issue]:
        issues = []
        self.log.sor_ids.clear()
        for finding, element in findings:
            issue, count = self.log.add(finding, element)
            if count <= _TOLD_AT_ONCE:
                issues.append(issue)
        return issues

    def _since_last_owner(
        self, backwards: Iterator[etree._Element]
    ) -> tuple[list[etree._Element], etree._Element | None]:
        found: list[etree._Element] = []
        for sibling in backwards:
            if sibling.tag == self.owner_tag:
                return found[::-1], sibling
            if isinstance(sibling.tag, str):
                found.append(sibling)
        return found[::-1], None

    def _around(
        self,
        root: etree._Element,
        strays: list[etree._Element],
        last_owner: etree._Element | None,
        owner: etree._Element | None,
    ) -> Iterator[tuple[Finding, etree._Element]]:
        """What is wrong with the root itself and with its children that are no owners."""
        if last_owner is not None and (last_owner.tail or "").strip():
            text = (last_owner.tail or "").strip()
            rule = "holds text where only elements may stand"
            yield Finding("xsd-stray-text", rule, root, text), root
        if self.owners <= 1 and last_owner is None and (owner is not None or not self.owners):
            yield from self._head(root, strays, owner)
        elif strays and not self._hopeless:
            # two owners, so that what is out of order is the stray and not the owner
            outline = _Outline.of(root, self._header, [self.owner_tag] * 2, strays)
            wanted = set(strays)
            found = [
                (finding, outline.origin(finding.element))
                for finding in self._examine(outline.root, outline.stand_ins)
            ]
            yield from _by_line(
                (finding, element)
                for finding, element in found
                if not wanted.isdisjoint((element, *element.iterancestors()))
            )

    def _head(
        self, root: etree._Element, header: list[etree._Element], owner: etree._Element | None
    ) -> Iterator[tuple[Finding, etree._Element]]:
        self._header = [deepcopy(element) for element in header]
        outline = _Outline.of(root, header, [] if owner is None else [self.owner_tag], ())
        for finding in self._examine(outline.root, outline.stand_ins):
            told = finding
            if finding.code == "xsd-unknown-root":
                self._hopeless = True
                known = " and ".join(sorted(self.schema.namespaces))
                rule = f"is of the namespace {self.namespace}; the schema declares it for {known}"
                told = attrs.evolve(finding, rule=rule)
            origin = owner if finding.element in outline.stand_ins else None
            yield told, outline.origin(finding.element) if origin is None else origin

    def _inside(
        self, root: etree._Element, owner: etree._Element
    ) -> list[tuple[Finding, etree._Element]]:
        """What is wrong inside an owner, in the order of its lines."""
        if self.schema.components.has_element(self.owner_tag):
            return _by_line((finding, finding.element) for finding in self._examine(owner))
        # declared only inside the root: shown to libxml2 in its place there
        outline = _Outline.of(root, self._header, (), [owner])
        pairs = ((f, outline.origin(f.element)) for f in self._examine(outline.root))
        return _by_line(
            (finding, element)
            for finding, element in pairs
            if element is owner or owner in element.iterancestors()
        )

    def _examine(
        self, top: etree._Element, stand_ins: frozenset[etree._Element] = frozenset()
    ) -> Iterator[Finding]:
        """Word every error of a subtree; ``stand_ins`` are empty elements in it, no faults.

        After a child that may not stand where it does, libxml2 passes over the rest of the parent.
        So the children from there on are validated one by one: a fault must not hide others.
        """
        validator, components = self.schema.validator, self.schema.components
        try:
            if validator.validate(top):
                return
        except etree.XMLSchemaValidateError:
            raise self.schema.undecided() from None
        attributes = Attributes()
        locator = Locator(top)
        for entry in list(validator.error_log):
            element = locator.find(entry.path)
            element = top if element is None else element
            # of an element that cannot be found, no more can be told than of the top
            unexpected = "This element is not expected" in entry.message and element is not top
            if element in stand_ins and not unexpected:
                continue
            if entry.type_name != "SCHEMAV_ELEMENT_CONTENT":
                finding = value_finding(entry, element, components, attributes)
                if finding is not None:
                    yield finding
                continue
            parent = element.getparent() if unexpected else element
            if parent is None:
                continue
            yield from content_findings(parent, entry, element, components)
            if unexpected:
                content = components.content(str(parent.tag))
                for sibling in (element, *element.itersiblings("*")):
                    known = content is None or content.places(str(sibling.tag))
                    if known and components.has_element(str(sibling.tag)):
                        yield from self._examine(sibling, stand_ins)


_Placed = tuple[Finding, etree._Element]


def _by_line(findings: Iterable[_Placed]) -> list[_Placed]:
    return sorted(findings, key=lambda pair: pair[1].sourceline or 0)


@attrs.frozen(eq=False)
class _Outline:
    """The root with chosen children copied, as libxml2 is to see it without the other owners."""

    root: etree._Element
    stand_ins: frozenset[etree._Element]
    _origins: Mapping[etree._Element, etree._Element]

    @classmethod
    def of(
        cls,
        root: etree._Element,
        before: Iterable[etree._Element],
        stand_ins: Iterable[str],
        after: Iterable[etree._Element],
    ) -> _Outline:
        top = etree.Element(root.tag, nsmap={root.prefix: namespace_of(str(root.tag))})
        for name, value in root.items():
            # the parser lets names and namespaces through that lxml does not let one set; with an
            # undeclared prefix the document is broken XML, which is told at its end
            with suppress(ValueError):
                top.set(name, value)
        top.text = root.text
        origins = {top: root}

        def copy(element: etree._Element) -> None:
            twin = deepcopy(element)
            top.append(twin)
            # kept alive as keys: lxml makes a new object for a node that nobody holds
            origins.update(zip(twin.iter("*"), element.iter("*"), strict=True))

        for element in before:
            copy(element)
        empty = frozenset([etree.SubElement(top, tag) for tag in stand_ins])
        for element in after:
            copy(element)
        return cls(top, empty, origins)

    def origin(self, element: etree._Element) -> etree._Element:
        """The element of the document that one of the outline stands for."""
        return self._origins.get(element, element)
