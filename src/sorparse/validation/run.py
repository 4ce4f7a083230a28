"""``sorparse.validate``: the passes over a document."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import closing
from functools import partial
from typing import IO, Any, get_args

import attrs
from lxml import etree

from ..errors import SorFileError, UnrecognisedFormatError
from ..limits import DEFAULT_LIMITS, Limits
from ..sources import SourceInput, open_source
from ..xml.name_watch import NameWatch
from ..xml.namespaces import LongNamespaceError, until_long_namespace
from ..xml.parser import MOST_REFERENCES, SAFE, Meter, pull_parser, syntax_error
from .components import local_of
from .document import Document, find_document
from .engines import Engine, EngineName, LibXml2, UndecidedError, make_engine, value_violation
from .faults import FaultLog
from .owners import OwnerValidator, is_owner
from .report import ValidationReport
from .schema_set import BUNDLED_ROOTS, ROOT, load_schema

_CHUNK = 64 * 1024
"""Bytes given to the parser at once: what fits in the processor's cache is read faster."""
_COUNTED_AT_ONCE = 16
"""Chunks after which the errors are counted."""
ENGINES: tuple[EngineName, ...] = get_args(EngineName)
"""The first one is tried first."""
_LIBXML2_DEPTH = 256
_UNIT_END = re.compile(rb"</[^<>]{0,100}Entity\s{0,9}>")  # never inside a start tag
_LARGE = 100_000
"""Tags of one owner after which its units are emptied as soon as they are validated."""


def validate(
    source: SourceInput,
    *,
    schema: str | os.PathLike[str] | None = None,
    engine: EngineName | None = None,
    places: bool = True,
    limits: Limits | None = None,
) -> ValidationReport:
    """Check a Sor.xml against its XML schema, offline and in constant memory.

    A valid document costs one pass that builds no tree. If that pass finds an error, a second one
    validates owner by owner and reports each error with line, path, value and SOR id. It stops
    when ``Limits.max_issues`` errors are found.

    Args:
        source: A path, zip, folder, bytes or binary file object. The document is the one whose
            root element is SorTree.
        schema: The path of an XSD, or of a folder or zip of XSDs such as the publisher's. What it
            imports from elsewhere is served from the set itself or from the bundled components,
            never from the network. Defaults to the bundled schema of the document's version.
        engine: ``"libxml2"`` or ``"xmlschema"``. By default libxml2, and xmlschema for a schema
            that libxml2 cannot use, and for patterns that may take it exponential time.
        places: ``False`` returns the rules broken and how often, without lines, paths and SOR
            ids, which is faster for a document with many errors. The count may differ: after an
            element out of place, the rest of its parent is skipped.
        limits: Limits for hostile input.

    Returns:
        The report. Errors of the document raise nothing.

    Raises:
        UnrecognisedFormatError: If the source is not SOR XML.
        SorFileError: If the XML is not well-formed, a limit is exceeded, the schema cannot be
            used, or no engine can decide whether the document is valid.
        ValueError: If the engine is unknown.

    Example:
        >>> import sorparse
        >>> sorparse.validate(sorparse.examples.sor_xml).valid
        True
    """
    if engine is not None and engine not in ENGINES:
        raise ValueError(f"engine must be one of {', '.join(ENGINES)}, not {engine!r}")
    limits = limits or DEFAULT_LIMITS
    with closing(open_source(source, limits=limits)) as opened:
        document = find_document(opened)
        if schema is None and document.namespace not in BUNDLED_ROOTS:
            known = ", ".join(BUNDLED_ROOTS)
            raise UnrecognisedFormatError(
                f"a {ROOT} in the namespace {document.namespace or '(none)'} has no bundled schema "
                f"(bundled: {known}); pass one with schema=",
                file=document.member.name,
            )
        prepared = load_schema(schema, document.namespace)
        # a stream that can be read once has no size
        rereadable = document.member.size is not None
        undecided: UndecidedError | None = None
        order = reversed(ENGINES) if prepared.components.ambiguous else ENGINES
        for name in order if engine is None else (engine,):
            try:
                chosen = make_engine(name, prepared)
            except UndecidedError as exc:
                undecided = exc.after(undecided)
                continue
            try:
                return _validated(document, chosen, limits, rereadable=rereadable, places=places)
            except UndecidedError as exc:
                undecided = exc.after(undecided)
                if not rereadable:
                    break
        assert undecided is not None
        raise undecided


def _validated(
    document: Document, engine: Engine, limits: Limits, *, rereadable: bool, places: bool
) -> ValidationReport:
    if not isinstance(engine, LibXml2) or not rereadable:
        report = _precise(document, engine, limits)
        return report if places else attrs.evolve(report, occurrences=())
    if not places:
        return _count(document, engine, limits)
    if _is_valid(document, engine, limits):
        return _report(document, engine, FaultLog(document.member.name))
    report = _precise(document, engine, limits)
    # a rule across owners, such as xs:unique, cannot be decided owner by owner
    return _count(document, engine, limits) if report.valid else report


def _report(
    document: Document, engine: Engine, log: FaultLog, *, complete: bool = True
) -> ValidationReport:
    return ValidationReport(
        errors=log.issues(),
        schema=engine.schema.name,
        fault_count=log.count,
        occurrences=tuple(log.occurrences),
        file=document.member.name,
        version=document.version,
        snapshot_date=document.snapshot_date,
        complete=complete,
        engine=engine.name,
    )


class _Nothing:
    """A parser target that builds nothing: the schema sees each event on its way.

    With no more than ``close`` lxml calls no Python at all while it parses.
    """

    def close(self) -> None:
        return None


def _huge(limits: Limits) -> bool:
    # without huge_tree libxml2 itself stops at 256 levels and at texts of 10 MB
    return limits.max_depth > _LIBXML2_DEPTH


class _NeedsTree(Exception):
    """A unit is too large, or has too many references, for the pass without a tree."""


def _streamed_errors(
    document: Document, engine: LibXml2, limits: Limits, *, chunks: int = 1
) -> Generator[list[etree._LogEntry], None, None]:
    """Validate without a tree; after so many chunks yield libxml2's errors so far (if any).

    Raises XMLSyntaxError for broken XML, though its text may be that of the first error,
    _NeedsTree for a document that is to be validated as a tree, SorFileError for a long namespace
    and for very many names, and UndecidedError for a pattern on which libxml2 gives up.
    """
    target: Any = _Nothing()  # the stubs ask for every method of a target
    parser = etree.XMLParser(
        schema=engine.validator, target=target, huge_tree=_huge(limits), **SAFE
    )
    names = NameWatch(document.member.name)
    number = attributes = size = 0
    has_errors = False
    with document.member.open() as stream:
        for data in _chunks(stream, document):
            if _UNIT_END.search(data):
                attributes = size = 0
            attributes += data.count(b"=")
            size += len(data)
            if (
                data.count(b"&") > MOST_REFERENCES
                or attributes > limits.max_unit_attributes
                or size > limits.max_unit_bytes
            ):
                raise _NeedsTree
            parser.feed(data)
            has_errors = has_errors or bool(parser.feed_error_log)
            if has_errors:  # else the schema knows the names
                names.elements(data, attributes=True)
            number += 1
            if number % chunks == 0:
                yield list(parser.feed_error_log)
    parser.close()
    entries = list(parser.feed_error_log)
    if any(entry.type_name == "SCHEMAV_INTERNAL" for entry in entries):
        raise engine.undecided()
    yield entries


def _chunks(stream: IO[bytes], document: Document) -> Iterator[bytes]:
    return until_long_namespace(iter(partial(stream.read, _CHUNK), b""), document.member.name)


def _is_valid(document: Document, engine: LibXml2, limits: Limits) -> bool:
    try:
        with closing(_streamed_errors(document, engine, limits)) as errors:
            return not any(errors)
    except (etree.XMLSyntaxError, LongNamespaceError, _NeedsTree):
        return False  # the precise pass reports what and where


def _count(document: Document, engine: LibXml2, limits: Limits) -> ValidationReport:
    entries: list[etree._LogEntry] = []
    complete = True
    try:
        streamed = _streamed_errors(document, engine, limits, chunks=_COUNTED_AT_ONCE)
        with closing(streamed):
            for entries in streamed:
                if len(entries) > limits.max_issues:
                    complete = False
                    break
    except (etree.XMLSyntaxError, LongNamespaceError, _NeedsTree):
        return attrs.evolve(_precise(document, engine, limits), occurrences=())
    log = FaultLog(document.member.name, limits=limits)
    # a hundred thousand errors are often a few hundred texts
    alike = Counter(entry.message for entry in entries)
    first = {entry.message: entry for entry in reversed(entries)}
    for entry in (first[message] for message in alike):
        # without a tree the value is not at hand, and the path is the element's name alone
        subject = local_of(entry.message.partition("'")[2].partition("'")[0])
        stand_in = etree.Element(subject if ":" not in subject else "element")
        violation = value_violation(entry, stand_in, engine.schema.components)
        if violation is not None:
            code = _code_of(entry, violation.code)
            log.add_times(code, subject, violation.rule, alike[entry.message])
    log.occurrences.clear()
    return _report(document, engine, log, complete=complete)


def _code_of(entry: etree._LogEntry, code: str) -> str:
    if entry.type_name != "SCHEMAV_ELEMENT_CONTENT":
        return code
    return "xsd-missing-element" if "Missing child" in entry.message else "xsd-order"


def _precise(document: Document, engine: Engine, limits: Limits) -> ValidationReport:
    log = FaultLog(document.member.name, limits=limits)
    validator = OwnerValidator(engine, document.namespace, log, limits)
    parser = pull_parser(("end",), validator.tags, whole=True, huge=_huge(limits))
    meter = Meter(document.member.name, limits)
    names = NameWatch(document.member.name)
    in_owner = 0
    # completed units of a large owner, emptied one chunk later: the next texts have their lines
    completed: list[etree._Element] = []
    with document.member.open() as stream:
        for data in _chunks(stream, document):
            if log.full:
                break
            error = _feed(parser, data)
            meter.add(data)
            names.elements(data, attributes=True)
            for unit in completed:
                validator.check_unit(unit)
            validator.check_size()
            in_owner += data.count(b"<")
            if in_owner > _LARGE:
                validator.count_elements(data.count(b"<") - data.count(b"</"))
            completed.clear()
            for _, unit in parser.read_events():
                if is_owner(unit):
                    validator.check(unit)
                    completed.clear()  # what has no reference is freed in less time
                    _prune(unit)
                    meter.ended()
                    in_owner = 0
                elif validator.is_unit(unit):
                    completed.append(unit)
                    meter.ended()
            if in_owner <= _LARGE:
                completed.clear()
            if error is not None:
                raise _file_error(error, document, limits, _so_far(validator))
            meter.check()
    if not log.full:
        try:
            root = parser.close()
        except etree.XMLSyntaxError as exc:
            raise _file_error(exc, document, limits, _so_far(validator)) from None
        validator.finish(root)
    return _report(document, engine, log, complete=not log.full)


def _feed(parser: etree.XMLPullParser[etree._Element], data: bytes) -> etree.XMLSyntaxError | None:
    try:
        parser.feed(data)
    except etree.XMLSyntaxError as exc:
        return exc  # the owners completed before it are still to be looked at
    return None


def _prune(owner: etree._Element) -> None:
    owner.clear(keep_tail=True)
    root = owner.getparent()
    assert root is not None
    # previous siblings only: later ones may be there already, half read
    while (previous := owner.getprevious()) is not None:
        root.remove(previous)


def _so_far(validator: OwnerValidator) -> str:
    log = validator.log
    text = f"; before it {validator.owners:,} owners were checked"
    if not log.count:
        return f"{text} without a fault"
    first = next(iter(log.faults.values())).first
    where = f" (line {first.line})" if first.line is not None else ""
    return f"{text} and {log.count:,} faults found, the first: {first.message}{where}"


def _file_error(
    exc: etree.XMLSyntaxError, document: Document, limits: Limits, more: str
) -> SorFileError:
    broad = attrs.evolve(limits, max_depth=max(limits.max_depth, _LIBXML2_DEPTH))
    return syntax_error(exc, document.member.name, broad, more)
