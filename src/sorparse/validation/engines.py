"""The two engines that decide whether an element is valid: libxml2 and xmlschema.

Both report the same errors. libxml2 is many times faster; xmlschema takes
schemas and patterns that libxml2 does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Literal, Protocol

from lxml import etree

from ..errors import SorFileError
from ..xml.elements import attributes_of
from .components import Components, local_of
from .content import ContentExplainer
from .explain import (
    Violation,
    element_in_text,
    facet_rule,
    missing_attribute,
    other,
    stray_text,
    type_rule,
    unknown_attribute,
    unknown_root,
)
from .lines import Locator
from .patterns import BoundedPattern, TooManySteps
from .schema_set import Schema

EngineName = Literal["libxml2", "xmlschema"]
StandIns = frozenset[etree._Element] | set[etree._Element]


class UndecidedError(SorFileError):
    """An engine cannot use a schema, or cannot decide with it whether an element is valid."""

    def after(self, earlier: UndecidedError | None) -> UndecidedError:
        """Return one error for this engine and an engine that was tried before."""
        if earlier is None:
            return self
        return UndecidedError(
            f"{earlier.reason}; {self.reason}", file=earlier.file, line=earlier.line
        )


class Engine(Protocol):
    """Decides whether elements are valid."""

    name: EngineName
    schema: Schema

    def violations(
        self, top: etree._Element, stand_ins: StandIns = frozenset()
    ) -> Iterator[Violation]:
        """Yield every error of a subtree, without those inside the empty ``stand_ins``.

        Raises UndecidedError.
        """
        ...


def make_engine(name: EngineName, schema: Schema) -> Engine:
    """Return an engine for a schema. Raises UndecidedError if it cannot use the schema."""
    return LibXml2(schema) if name == "libxml2" else XmlSchema(schema)


class LibXml2:
    """libxml2's validator. One object serves one thread: its errors are stored on it."""

    name: EngineName = "libxml2"

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self._explainer = ContentExplainer(schema.components)
        try:
            self.validator = etree.XMLSchema(schema.document())
        except etree.XMLSchemaParseError as exc:
            raise _unusable(exc, schema) from None

    def undecided(self) -> UndecidedError:
        """Return the error for a pattern on which libxml2 gives up."""
        return UndecidedError(
            "libxml2 gave up on a pattern of this schema that can match a value in too many ways, "
            "so it is unknown whether the document is valid; simplify the pattern",
            file=self.schema.name,
        )

    def violations(
        self, top: etree._Element, stand_ins: StandIns = frozenset()
    ) -> Iterator[Violation]:
        """Yield every error of a subtree.

        After a child that is not allowed at its place, libxml2 skips the rest of the parent. So
        the children from there on are validated one by one: an error must not hide others.
        """
        pending = [top]
        while pending:
            yield from self._violations_in(pending.pop(), stand_ins, pending)

    def _violations_in(
        self, top: etree._Element, stand_ins: StandIns, pending: list[etree._Element]
    ) -> Iterator[Violation]:
        components = self.schema.components
        try:
            if self.validator.validate(top):
                return
        except etree.XMLSchemaValidateError:
            raise self.undecided() from None
        attributes = _Attributes()
        locator = Locator(top)
        for entry in list(self.validator.error_log):
            element = locator.find(entry.path)
            element = top if element is None else element
            # an element that cannot be located is reported at the top element
            unexpected = "This element is not expected" in entry.message and element is not top
            if element in stand_ins and (not unexpected or element.getparent() in stand_ins):
                continue
            if entry.type_name != "SCHEMAV_ELEMENT_CONTENT":
                violation = value_violation(entry, element, components, attributes)
                if violation is not None:
                    yield violation
                continue
            parent = element.getparent() if unexpected else element
            if parent is None:
                continue
            yield from self._explainer.violations(parent, element, partial(_expected, entry))
            if unexpected:
                content = components.content(str(parent.tag))
                for sibling in (element, *element.itersiblings("*")):
                    known = content is None or content.places(str(sibling.tag))
                    if known and components.has_element(str(sibling.tag)):
                        pending.append(sibling)


def _expected(entry: etree._LogEntry) -> str:
    names = entry.message.rpartition("Expected is ")[2].removeprefix("one of ")
    names = names.strip("(). ") if names != entry.message else ""
    return ", ".join(dict.fromkeys(names.split(", ")))


class _Attributes:
    """The attributes of the last element: it may have thousands of wrong ones."""

    def __init__(self) -> None:
        self._element: etree._Element | None = None
        self._values: Mapping[str, str] = {}

    def value(self, element: etree._Element, name: str) -> str:
        """Return the value of an attribute by its name, or by the end of it."""
        if element is not self._element:
            self._element, self._values = element, attributes_of(element)
        known = self._values.get(name)
        if known is None:
            known = next((v for k, v in self._values.items() if k.endswith(name)), "")
        return known


_ATTRIBUTE = re.compile(r"^Element '[^']*', attribute '(?:\{[^}]*\})?([^']+)': ")
_HEAD = re.compile(r"^Element '[^']*'(?:, attribute '[^']*')?: ")
_FACET = re.compile(r"^\[facet '(\w+)'\] ")
_FACET_VALUES = (
    re.compile(r"pattern '(?!.*pattern ')(.*)'\.$", re.DOTALL),
    re.compile(r"the set \{(?!.*the set \{)(.*)\}\.$", re.DOTALL),
    re.compile(r"length of '\d+'.* length of '(\d+)'"),
    re.compile(r"\('([^']*)'\)\.$"),
)
_ATOMIC = re.compile(r"(?:atomic|list|union) type '([^']*)'\.$")
_MISSING_ATTRIBUTE = re.compile(r"The attribute '(?:\{[^}]*\})?([^']+)' is required")


def value_violation(
    entry: etree._LogEntry,
    element: etree._Element,
    components: Components,
    attributes: _Attributes | None = None,
) -> Violation | None:
    """Explain libxml2's error about a value, an attribute or text; ``None`` for a repetition."""
    message = entry.message
    rest = _HEAD.sub("", message)
    kind = entry.type_name
    match = _ATTRIBUTE.match(message)
    attribute = match[1] if match else None
    if kind == "SCHEMAV_CVC_COMPLEX_TYPE_4" and (missing := _MISSING_ATTRIBUTE.search(rest)):
        return missing_attribute(element, missing[1])
    if attribute is None:
        value = element.text or ""
    else:
        value = (attributes or _Attributes()).value(element, attribute)
    if attribute and kind in ("SCHEMAV_CVC_COMPLEX_TYPE_3_2_1", "SCHEMAV_CVC_TYPE_3_1_1"):
        return unknown_attribute(element, attribute, value)
    if kind in ("SCHEMAV_CVC_COMPLEX_TYPE_2_3", "SCHEMAV_CVC_COMPLEX_TYPE_2_1") and (
        rest.startswith("Character content")
    ):
        return stray_text(element)
    if kind in ("SCHEMAV_CVC_TYPE_3_1_2", "SCHEMAV_CVC_COMPLEX_TYPE_2_2"):
        return element_in_text(element)
    facet, atomic = _FACET.match(rest), _ATOMIC.search(rest)
    if (facet or atomic) and attribute is None and len(element):
        return None  # there are elements in a text, which is already reported
    if facet:
        values = (pattern.search(rest) for pattern in _FACET_VALUES)
        bound = next((match[1] for match in values if match), None)
        rule = facet_rule(facet[1], bound, components)
        return Violation("xsd-bad-value", rule, element, value, attribute)
    if atomic:
        rule = type_rule(atomic[1], components)
        return Violation("xsd-bad-value", rule, element, value, attribute)
    if kind == "SCHEMAV_CVC_ELT_1":
        return unknown_root(element)
    return other(element, rest, attribute)


def _unusable(exc: etree.XMLSchemaParseError, schema: Schema) -> UndecidedError:
    entry = next((e for e in exc.error_log if e.level_name in ("ERROR", "FATAL")), None)
    if entry is None:
        return UndecidedError(f"the schema cannot be used: {exc}", file=schema.name)
    return UndecidedError(
        f"the schema cannot be used: {entry.message}",
        file=schema.file_names.get(entry.filename, schema.name),
        line=entry.line or None,
    )


_ATTRIBUTE_VALUE = re.compile(r"attribute (?:\{[^}]*\}|[^:=]*:)?([^=]+)=")
_QUOTED_NAME = re.compile(r"'(?:\{[^}]*\}|[^:']*:)?([^']+)'")
_FACET_CLASS = re.compile(r"Xsd(\w)(\w+?)Facets?$")


class XmlSchema:
    """The library xmlschema, whose model of the schema is built once for each validation."""

    name: EngineName = "xmlschema"

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self._explainer = ContentExplainer(schema.components)
        try:
            self._built = _built(schema)
        except Exception as exc:
            raise self._undecided(exc) from exc

    def _undecided(self, exc: Exception) -> UndecidedError:
        if isinstance(exc, TooManySteps):
            reason = "a pattern of this schema can match a value in too many ways"
        elif isinstance(exc, RecursionError):
            reason = "it is nested too deeply"
        else:
            text = str(getattr(exc, "message", None) or exc)
            reason = f"{type(exc).__name__}: {' '.join(text.split())[:300]}"
        return UndecidedError(
            f"xmlschema cannot use the schema, or cannot decide by it: {reason}",
            file=self.schema.name,
        )

    def violations(
        self, top: etree._Element, stand_ins: StandIns = frozenset()
    ) -> Iterator[Violation]:
        """Yield every error of a subtree."""
        errors: list[Any] = []
        try:
            errors += self._built.iter_errors(top)
        except Exception as exc:
            raise self._undecided(exc) from exc
        explained = set()
        values: set[tuple[etree._Element, str | None]] = set()
        for error in errors:
            element = top if error.elem is None else error.elem
            child = error.invalid_child
            if error.validator is self._built:
                yield unknown_root(element)
            elif child is not None or type(error).__name__ == "XMLSchemaChildrenValidationError":
                if element in stand_ins or element in explained:
                    continue
                explained.add(element)  # one explanation has all that is wrong among the children
                at = element if child is None else child
                yield from self._explainer.violations(element, at, partial(_names_of, error))
            elif element not in stand_ins:
                violation = self._value_violation(element, error)
                if violation is None or (element, violation.attribute) in values:
                    continue  # of the rules that a value breaks, the first is reported
                if violation.code == "xsd-bad-value":
                    values.add((element, violation.attribute))
                yield violation

    def _value_violation(self, element: etree._Element, error: Any) -> Violation | None:
        validator, reason = error.validator, error.reason or error.message
        kind = type(validator).__name__
        name = _QUOTED_NAME.search(reason)
        if kind == "XsdAttributeGroup" and name and reason.startswith("missing required"):
            return missing_attribute(element, name[1])
        if kind == "XsdAttributeGroup" and name and "not allowed" in reason:
            return unknown_attribute(element, name[1], _ending(attributes_of(element), name[1]))
        if reason.startswith("character data between child elements"):
            return stray_text(element)
        if reason.startswith("a simple content element can't have child"):
            return element_in_text(element)
        match = _ATTRIBUTE_VALUE.match(reason)
        attribute = match[1] if match else None
        facet = _FACET_CLASS.match(kind)
        if facet or hasattr(validator, "to_python"):
            if attribute is None and len(element):
                return None  # there are elements in a text, which is already reported
            if facet:
                value = _facet_value(validator)
                rule = facet_rule(facet[1].lower() + facet[2], value, self.schema.components)
            else:
                rule = type_rule(str(validator.name), self.schema.components)
            text = element.text or ""
            if attribute is not None:
                text = _ending(attributes_of(element), attribute)
            return Violation("xsd-bad-value", rule, element, text, attribute)
        return other(element, reason, attribute)


def _names_of(error: Any) -> str:
    expected = [local_of(n).rpartition(":")[2] for n in error.expected_tags or () if n]
    return ", ".join(dict.fromkeys(expected))


def _ending(attributes: Mapping[str, str], name: str) -> str:
    return next((value for key, value in attributes.items() if local_of(key) == name), "")


def _facet_value(facet: Any) -> str | None:
    if hasattr(facet, "regexps"):
        return "|".join(facet.regexps)
    if hasattr(facet, "enumeration"):
        return ", ".join(f"'{value}'" for value in facet.enumeration)
    value = getattr(facet, "value", None)
    return None if value is None else str(value)


def _built(schema: Schema) -> Any:
    import xmlschema  # takes a third of a second

    built: Any = None
    for namespace, text in schema.texts_without_locations():
        if built is None:
            built = xmlschema.XMLSchema(text, build=False, allow="none", defuse="never")
        else:
            built.add_schema(text, namespace=namespace)
    built.build()
    for kind in built.maps.iter_components(xmlschema.validators.XsdSimpleType):
        patterns = kind.patterns
        if patterns is not None:
            patterns.patterns[:] = map(BoundedPattern, patterns.regexps)
    for name, element in built.maps.elements.items():
        if local_of(name) == "SorTree" and element.identities:
            raise NotImplementedError("rules across units (xs:unique, xs:key) are not supported")
    return built
