"""``sorparse.validate``: the passes over a document."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Generator
from contextlib import closing
from typing import Any

import attrs
from lxml import etree

from ..errors import SorFileError, UnrecognisedFormatError
from ..limits import DEFAULT_LIMITS, Limits
from ..sources import SourceInput, open_source
from ..xml.parser import MOST_REFERENCES, SAFE, pull_parser, syntax_error
from .compile import BUNDLED_ROOTS, ROOT, Schema, load_schema
from .components import local_of
from .document import Document, find_document
from .faults import FaultLog
from .owners import OWNER, OwnerValidator, is_owner
from .report import ValidationReport
from .words import Attributes, value_finding

_CHUNK = 64 * 1024
"""Bytes given to the parser at once: what stays in the processor's cache is read faster."""
_COUNTED_AT_ONCE = 16
"""Chunks after which it is looked how many errors there are."""
_LIBXML2_DEPTH = 256
_MAX_OWNER_BYTES = 256 * 1024**2
"""The largest owner is held as a tree of about six times its bytes. A region has some MB."""


def validate(
    source: SourceInput,
    *,
    schema: str | os.PathLike[str] | None = None,
    places: bool = True,
    limits: Limits | None = None,
) -> ValidationReport:
    """Check a Sor.xml against its XML schema, offline and in constant memory.

    ``source``: a path, zip, folder, bytes or binary file object; the document is the one whose root
    element is SorTree. ``schema``: ``None`` for the bundled schema of the document's version, or
    the path of an XSD, or of a folder or zip of XSDs such as the publisher's; what it imports from
    elsewhere is served from the set itself or from the bundled components, never from the network.
    ``places=False`` is faster on a faulty document: it gives the rules broken and how often,
    without lines, paths and SOR ids; the count may differ, for after an element out of place the
    rest of its parent is passed over.

    A valid document costs one pass that builds no tree. Where that pass meets a fault, it stops and
    a second one goes owner by owner and gives each fault its line, path, value and SOR id.

    Raises UnrecognisedFormatError for what is no SOR XML, SorFileError for broken XML, a limit
    exceeded, or a schema that cannot be used. Faults of the document raise nothing.
    """
    limits = limits or DEFAULT_LIMITS
    with closing(open_source(source, limits=limits)) as opened:
        document = find_document(opened)
        if schema is None and document.namespace not in BUNDLED_ROOTS:
            known = ", ".join(BUNDLED_ROOTS)
            raise UnrecognisedFormatError(
                f"is a {ROOT} of the namespace {document.namespace or '(none)'}, for which there "
                f"is no bundled schema (there is for {known}); give one with schema=",
                file=document.member.name,
            )
        loaded = load_schema(schema, document.namespace)
        # a stream that can be read once has no size; it gets the precise pass at once
        rereadable = document.member.size is not None
        if not places:
            if rereadable:
                return _count(document, loaded, limits)
            return attrs.evolve(_precise(document, loaded, limits), occurrences=())
        if rereadable and _is_valid(document, loaded, limits):
            return _report(document, loaded, FaultLog(document.member.name))
        report = _precise(document, loaded, limits)
        if report.valid and rereadable:
            # a rule across owners, such as xs:unique, is beyond what looks at one at a time
            return _count(document, loaded, limits)
        return report


def _report(
    document: Document, schema: Schema, log: FaultLog, *, complete: bool = True
) -> ValidationReport:
    return ValidationReport(
        errors=log.told(),
        schema=schema.name,
        fault_count=log.count,
        occurrences=tuple(log.occurrences),
        file=document.member.name,
        version=document.version,
        snapshot_date=document.snapshot_date,
        complete=complete,
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


class _ManyReferences(Exception):
    """The text has too many references for the pass without a tree."""


def _faults_as_met(
    document: Document, schema: Schema, limits: Limits, *, chunks: int = 1
) -> Generator[list[etree._LogEntry], None, None]:
    """Validate without a tree; after so many chunks give libxml2's errors so far (if any).

    Raises XMLSyntaxError for broken XML, though its text may be that of the first fault,
    _ManyReferences for a document that is to be validated as a tree, and SorFileError for a pattern
    on which libxml2 gives up.
    """
    target: Any = _Nothing()  # the stubs ask for every method of a target
    parser = etree.XMLParser(
        schema=schema.validator, target=target, huge_tree=_huge(limits), **SAFE
    )
    number = 0
    with document.member.open() as stream:
        while data := stream.read(_CHUNK):
            if data.count(b"&") > MOST_REFERENCES:
                raise _ManyReferences
            parser.feed(data)
            number += 1
            if number % chunks == 0:
                yield list(parser.feed_error_log)
    parser.close()
    entries = list(parser.feed_error_log)
    if any(entry.type_name == "SCHEMAV_INTERNAL" for entry in entries):
        raise schema.undecided()
    yield entries


def _is_valid(document: Document, schema: Schema, limits: Limits) -> bool:
    try:
        with closing(_faults_as_met(document, schema, limits)) as faults:
            return not any(faults)
    except (etree.XMLSyntaxError, _ManyReferences):
        return False  # the precise pass reports what and where


def _count(document: Document, schema: Schema, limits: Limits) -> ValidationReport:
    entries: list[etree._LogEntry] = []
    complete = True
    try:
        met = _faults_as_met(document, schema, limits, chunks=_COUNTED_AT_ONCE)
        with closing(met) as faults:
            for entries in faults:
                if len(entries) > limits.max_issues:
                    complete = False
                    break
    except (etree.XMLSyntaxError, _ManyReferences):
        return attrs.evolve(_precise(document, schema, limits), occurrences=())
    log = FaultLog(document.member.name, most=limits.max_issues)
    # a hundred thousand errors are often a few hundred texts
    alike = Counter(entry.message for entry in entries)
    first = {entry.message: entry for entry in reversed(entries)}
    for entry in (first[message] for message in alike):
        # without a tree the value is not at hand, and the path is the element's name alone
        subject = local_of(entry.message.partition("'")[2].partition("'")[0])
        stand_in = etree.Element(subject if ":" not in subject else "element")
        finding = value_finding(entry, stand_in, schema.components, Attributes())
        if finding is not None:
            log.put(
                _code_of(entry, finding.code),
                subject,
                finding.rule,
                path=subject,
                line=None,
                value=None,
                sor_id=None,
                times=alike[entry.message],
            )
    log.occurrences.clear()
    return _report(document, schema, log, complete=complete)


def _code_of(entry: etree._LogEntry, code: str) -> str:
    if entry.type_name != "SCHEMAV_ELEMENT_CONTENT":
        return code
    return "xsd-missing-element" if "Missing child" in entry.message else "xsd-order"


def _precise(document: Document, schema: Schema, limits: Limits) -> ValidationReport:
    log = FaultLog(document.member.name, most=limits.max_issues)
    validator = OwnerValidator(schema, document.namespace, log)
    parser = pull_parser(("end",), validator.owner_tag, whole=True, huge=_huge(limits))
    since = 0
    with document.member.open() as stream:
        while data := stream.read(_CHUNK):
            error = _feed(parser, data)
            since += len(data)
            for _, owner in parser.read_events():
                if not is_owner(owner):
                    continue
                since = 0
                validator.check(owner)
                _prune(owner)
            if error is not None:
                raise _file_error(error, document, limits, _so_far(validator))
            if since > _MAX_OWNER_BYTES:
                raise SorFileError(
                    f"goes on for more than {_MAX_OWNER_BYTES // 1024**2} MiB without the end of "
                    f"an {OWNER}{_so_far(validator)}",
                    file=document.member.name,
                )
    try:
        root = parser.close()
    except etree.XMLSyntaxError as exc:
        raise _file_error(exc, document, limits, _so_far(validator)) from None
    validator.finish(root)
    return _report(document, schema, log)


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
