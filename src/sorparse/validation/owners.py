"""Validation owner by owner, while the document is being read."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from copy import deepcopy
from itertools import islice

import attrs
from lxml import etree

from ..errors import SorFileError
from ..issues import Issue, Severity
from ..limits import DEFAULT_LIMITS, Limits
from ..xml.namespaces import refuse_many_namespaces
from .components import local, namespace_of
from .engines import Engine, LibXml2, StandIns
from .explain import UNITS, Violation, stray_text
from .faults import SHOWN_PLACES, FaultLog
from .schema_set import load_schema

_Placed = tuple[Violation, etree._Element]
OWNER = "InstitutionOwnerEntity"
_MOST_CHILDREN = 10_000
"""libxml2 counts the siblings before each erroneous element anew: quadratic time."""
_too_wide = etree.XPath(f"boolean(descendant-or-self::*/*[{_MOST_CHILDREN + 1}])")
_MOST_HELD = 2
"""How many times the elements of one unit an owner may have at once: two for each unit that was
validated and emptied, and what is in no unit."""
_DEEP, _LONG = 30, 12
"""Levels, and characters of a prefix. libxml2 stores a path with the names and prefixes of all
elements around an erroneous one: nested units of long prefixes took gigabytes."""
_has_long_paths = etree.XPath(
    "boolean(descendant-or-self::*"
    f"[string-length(name()) > string-length(local-name()) + {_LONG + 1}]"  # with a colon
    f"[count(ancestor::*) > {_DEEP}])"
)


def is_owner(element: etree._Element) -> bool:
    """Return whether an element with the tag of owners is at their place, not inside an owner."""
    parent = element.getparent()
    return parent is not None and parent.getparent() is None


@attrs.define(eq=False)
class OwnerValidator:
    """Validates each completed owner subtree, so that reading and validating is one pass.

    For the reader of Sor.xml::

        validator = OwnerValidator.for_document(namespace, schema=None, file=member.name)
        for _, owner in etree.iterparse(stream, events=("end",), tag=OWNER_TAG, ...):
            if not is_owner(owner):
                continue                          # inside another owner: reported with that one
            for issue in validator.check(owner):  # before the owner is cleared
                log.add(issue)
            ...                                   # read the records of the owner
            owner.clear(keep_tail=True)
            while owner.getprevious() is not None:
                del owner.getparent()[0]
        for issue in validator.finish(root):      # ``root`` of the iterparse, after the last owner
            log.add(issue)

    The first owner's ``check`` also examines what precedes it (the head of the document), each
    further one what is between the owners, ``finish`` what follows the last; so siblings may be
    removed only after ``check``, and tails have to stay. Each distinct error is reported at its
    first three places; ``finish`` reports its total. The distinct
    faults stay in ``log``.

    Lines are true in a tree with the whitespace between elements. With
    ``remove_blank_text=True``, which is faster, they are true up to line 65,534; beyond it, an
    element without a text of its own gets the line of the first text in it.

    Errors do not prevent reading a document, so they are warnings unless ``severity`` says
    otherwise. One object serves one reading of one document in one thread.
    """

    engine: Engine
    namespace: str
    """Namespace of the document's root element."""
    log: FaultLog
    limits: Limits = DEFAULT_LIMITS
    tags: list[str] = attrs.field(init=False)
    """Tags of the elements at whose end there is something to validate."""
    owners: int = attrs.field(default=0, init=False)
    """Owners seen so far."""
    _emptied: set[etree._Element] = attrs.field(factory=set, init=False)
    """Validated units of the present owner that were emptied."""
    _held: int = attrs.field(default=0, init=False)
    """Elements of the present owner that were read and not freed, since its units are emptied."""
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
        """Return a validator for a document with this root namespace.

        ``schema`` as for :func:`sorparse.validate`. Raises SorFileError if it cannot be used.
        """
        engine = LibXml2(load_schema(schema, namespace))
        return cls(engine, namespace, FaultLog(file, severity, limits, each=False), limits)

    @property
    def whole(self) -> etree.XMLSchema:
        """libxml2's validator, which decides at less cost whether there is any error at all."""
        assert isinstance(self.engine, LibXml2)
        return self.engine.validator

    @property
    def owner_tag(self) -> str:
        """Tag of the owners, as lxml writes it."""
        return f"{{{self.namespace}}}{OWNER}"

    @tags.default
    def _tags(self) -> list[str]:
        return [f"{{{self.namespace}}}{name}{kind}" for name in UNITS for kind in ("", "Entity")]

    def is_unit(self, element: etree._Element) -> bool:
        """Whether an element is at a place of units, and can be validated by itself."""
        parent = element.getparent()
        return (
            parent is not None
            and parent.getparent() is not None
            and parent.tag in self.tags
            and self.engine.schema.components.has_element(str(element.tag))
        )

    def check_unit(self, unit: etree._Element) -> None:
        """Validate a completed unit inside an owner, and empty it except for its SOR id."""
        pairs = ((f, f.element) for f in self._examine(unit, self._emptied))
        self._report(self._by_line(pairs))
        self._emptied.difference_update(unit.iter("*"))
        self._held -= sum(1 for _ in unit.iter()) - 1
        sor_id = next((e for e in unit.iterchildren("*") if local(e) == "SorIdentifier"), None)
        breaks = _line_breaks(unit)
        if sor_id is None:
            unit.clear(keep_tail=True)
        else:
            siblings = list(sor_id.itersiblings(preceding=True))
            before = sum(_line_breaks(e) + (e.tail or "").count("\n") for e in siblings)
            before += (unit.text or "").count("\n")
            unit.clear(keep_tail=True)
            breaks, sor_id.tail = before, "\n" * (breaks - before - _line_breaks(sor_id))
            unit.append(sor_id)
            self._held += 1
            self._emptied.add(sor_id)
        unit.text = "\n" * breaks  # the lines of what precedes are found by counting
        self._emptied.add(unit)

    def count_elements(self, elements: int) -> None:
        """Count elements of an owner whose units are emptied."""
        self._held += elements

    def check_size(self) -> None:
        """Raise SorFileError if too many elements of an owner are in memory at once."""
        most = _MOST_HELD * self.limits.max_unit_elements
        if self._held > most:
            raise SorFileError(
                f"the units of one owner and other elements in it are more than {most:,} at once "
                f"({_MOST_HELD} times Limits.max_unit_elements)",
                file=self.log.file,
            )

    def check(self, owner: etree._Element) -> list[Issue]:
        """Validate a completed owner, and what precedes it.

        Returns the issues to report now: errors that were reported less than three times.
        """
        root = owner.getparent()
        if root is None or not is_owner(owner):
            return []  # reported when the owner around it is complete
        before, last_owner = self._since_last_owner(owner.itersiblings(preceding=True))
        self.owners += 1
        if self.log.full:
            return []
        violations = list(self._around(root, before, last_owner, owner))
        if not self._hopeless:
            violations += self._inside(root, owner)
        self._emptied.clear()
        self._held = 0
        return self._report(violations)

    def finish(self, root: etree._Element) -> list[Issue]:
        """Validate what follows the last owner, and report the total of each error."""
        after, last_owner = self._since_last_owner(root.iterchildren("*", reversed=True))
        issues = self._report(self._around(root, after, last_owner, None))
        for fault in self.log.faults.values():
            if fault.count > SHOWN_PLACES:
                issues.append(fault.issue())
        return issues

    def _report(self, violations: Iterable[tuple[Violation, etree._Element]]) -> list[Issue]:
        issues = []
        for violation, element in violations:
            if self.log.full:
                break
            issue, count = self.log.add(violation, element)
            if issue is not None and count <= SHOWN_PLACES:
                issues.append(issue)
        # once the owner is freed, lxml searches its whole tree for each element that is forgotten
        self.log.elements.clear()
        return issues

    def _since_last_owner(
        self, backwards: Iterator[etree._Element]
    ) -> tuple[list[etree._Element], etree._Element | None]:
        siblings: list[etree._Element] = []
        for sibling in backwards:
            if sibling.tag == self.owner_tag:
                return siblings[::-1], sibling
            if isinstance(sibling.tag, str):
                siblings.append(sibling)
        return siblings[::-1], None

    def _around(
        self,
        root: etree._Element,
        strays: list[etree._Element],
        last_owner: etree._Element | None,
        owner: etree._Element | None,
    ) -> Iterator[tuple[Violation, etree._Element]]:
        """Yield the errors of the root and of its children other than owners."""
        # each copy of an element declares them
        refuse_many_namespaces(root if owner is None else owner, self.log.file)
        if last_owner is not None and (last_owner.tail or "").strip():
            yield stray_text(root, (last_owner.tail or "").strip()), root
        if self.owners <= 1 and last_owner is None and (owner is not None or not self.owners):
            yield from self._head(root, strays, owner)
        elif strays and not self._hopeless:
            # two owners, so that the stray element is out of order and not the owner
            outline = _Outline.of(root, self._header, [self.owner_tag] * 2, strays)
            wanted = set(strays)
            nearby = [
                (violation, outline.origin(violation.element))
                for violation in self._examine(outline.root, outline.stand_ins)
            ]
            yield from self._by_line(
                (violation, element)
                for violation, element in nearby
                if not wanted.isdisjoint((element, *element.iterancestors()))
            )

    def _head(
        self, root: etree._Element, header: list[etree._Element], owner: etree._Element | None
    ) -> Iterator[tuple[Violation, etree._Element]]:
        self._header = [deepcopy(element) for element in header]
        outline = _Outline.of(root, header, [] if owner is None else [self.owner_tag], ())
        for violation in self._examine(outline.root, outline.stand_ins):
            shown = violation
            if violation.code == "xsd-unknown-root":
                self._hopeless = True
                known = " and ".join(sorted(self.engine.schema.namespaces))
                rule = f"is of the namespace {self.namespace}; the schema declares it for {known}"
                shown = attrs.evolve(violation, rule=rule)
            origin = owner if violation.element in outline.stand_ins else None
            yield shown, outline.origin(violation.element) if origin is None else origin

    def _inside(
        self, root: etree._Element, owner: etree._Element
    ) -> list[tuple[Violation, etree._Element]]:
        """Return the errors inside an owner, in the order of its lines."""
        if self.engine.schema.components.has_element(self.owner_tag):
            return self._by_line(
                (violation, violation.element) for violation in self._examine(owner, self._emptied)
            )
        # declared only inside the root: shown to libxml2 in its place there
        outline = _Outline.of(root, self._header, (), [owner])
        pairs = ((f, outline.origin(f.element)) for f in self._examine(outline.root))
        return self._by_line(
            (violation, element)
            for violation, element in pairs
            if element is owner or owner in element.iterancestors()
        )

    def _by_line(self, violations: Iterable[_Placed]) -> list[_Placed]:
        """Return the errors in the order of their lines, without more than the log has room for."""
        found = list(islice(violations, self.log.room))
        return sorted(found, key=lambda pair: pair[1].sourceline or 0)

    def _examine(
        self, top: etree._Element, stand_ins: StandIns = frozenset()
    ) -> Iterator[Violation]:
        refuse_many_namespaces(top, self.log.file)
        if _too_wide(top):
            raise SorFileError(
                f"an element in {local(top)} has more than {_MOST_CHILDREN:,} child elements, too "
                "many to report their errors",
                file=self.log.file,
                line=top.sourceline,
            )
        if _has_long_paths(top):
            raise SorFileError(
                f"{local(top)} has more than {_DEEP} levels of elements with prefixes of more than "
                f"{_LONG} characters, too long to report their errors",
                file=self.log.file,
                line=top.sourceline,
            )
        return self.engine.violations(top, stand_ins)


def _line_breaks(element: etree._Element) -> int:
    texts = (text for e in element.iter() for text in (e.text, e.tail if e is not element else ""))
    return sum(text.count("\n") for text in texts if text)


@attrs.frozen(eq=False)
class _Outline:
    """A copy of the root with chosen children, for libxml2, without the other owners."""

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
            # the parser accepts names and namespaces that lxml does not set; with an undeclared
            # prefix the document is broken XML, which is reported at its end
            with suppress(ValueError):
                top.set(name, value)
        top.text = root.text
        origins = {top: root}

        def copy(element: etree._Element) -> None:
            twin = deepcopy(element)
            top.append(twin)
            # held as keys: lxml makes a new object for a node without a reference
            origins.update(zip(twin.iter("*"), element.iter("*"), strict=True))

        for element in before:
            copy(element)
        empty = frozenset([etree.SubElement(top, tag) for tag in stand_ins])
        for element in after:
            copy(element)
        return cls(top, empty, origins)

    def origin(self, element: etree._Element) -> etree._Element:
        """Return the element of the document for one of the outline."""
        return self._origins.get(element, element)
