"""Read one page: its beginning, and its rows in order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial
from itertools import islice
from xml.sax.saxutils import escape

import attrs
from lxml import etree

from ...errors import SorFileError, UnrecognisedFormatError
from ...issues import IssueLog
from ...sources import Member
from ...xml.elements import (
    Element,
    attributes_of,
    line_of,
    shortened_raw,
    split_tag,
    too_deep,
)
from ...xml.head import read_header
from ...xml.namespaces import until_long_namespace
from ...xml.parser import pull_parser, syntax_error
from ..base import ReadOptions
from ..cells import BadCell, to_date_in_denmark
from ..declare import TableSpec
from ..sor_xml.reader_base import context_of, growing, steps_of
from .names import ATOM, FEED_ID, REGISTER, ROWS, SERVICES, SOAP, spec_of

_FEED, _ENTRY, _ID, _UPDATED, _CONTENT = (
    f"{{{ATOM}}}{name}" for name in ("feed", "entry", "id", "updated", "content")
)
_RESPONSES = tuple(f"{{{uri}}}ReplicationResponse" for uri in SERVICES)
_ENVELOPES = tuple(f"{{{uri}}}Envelope" for uri in SOAP)
_SOAP_FAULTS = tuple(f"{{{uri}}}Fault" for uri in SOAP)
_TOKEN = re.compile(r"\d{1,20}", re.ASCII)
TOKEN_DIGITS = 20
_RAW_CHARS = 10_000


def token_in(entry_id: str) -> str | None:
    """Return the token of an entry's id: what follows the last ``/``, padded to 20 digits."""
    last = entry_id.strip().rpartition("/")[2]
    return last.zfill(TOKEN_DIGITS) if _TOKEN.fullmatch(last) else None


@attrs.define(eq=False)
class Page:
    """One response; the attributes are read from its beginning."""

    member: Member
    register: str
    """Register in the feed's id, empty if there is none."""
    specs: dict[str, TableSpec | None]
    """The datatypes at the beginning, by name."""
    first_token: str = ""
    updated: date | None = None
    """Date in Denmark on which the service wrote the page."""
    last_tokens: dict[str, str] | None = None
    """The greatest token of each datatype; set when the page has been read to its end."""

    def is_of_sor(self, namespace: str) -> bool:
        """Return whether a row in this namespace is of SOR."""
        return _register_of(namespace, self.register) == REGISTER

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables that the page has."""
        return tuple(dict.fromkeys(spec.table for spec in self.specs.values() if spec))


@attrs.frozen(eq=False)
class Row:
    """One entry: its token, and the columns of its row."""

    file: str
    line: int | None
    token: str | None
    tag: str
    datatype: str
    values: tuple[tuple[str, str], ...]
    """Names and texts; a name includes its namespace if that is not the row's."""

    @property
    def raw(self) -> str:
        """The row as XML, for an issue; without the namespaces."""
        parts, size = [f"<{self.datatype}>"], 0
        for name, text in self.values:
            parts.append(f"<{name}>{escape(text)}</{name}>")
            size += len(parts[-1])
            if size > _RAW_CHARS:
                break
        raw = "".join((*parts, f"</{self.datatype}>"))
        return raw if len(raw) <= _RAW_CHARS else raw[:_RAW_CHARS] + "…"


@attrs.define
class _Beginning:
    """What is known from the first bytes of a document."""

    root: str | None = None
    is_response: bool = False
    feed_id: str | None = None
    has_feed: bool = False
    updated: str | None = None
    first_id: str | None = None
    rows: dict[str, tuple[str, list[str]]] = attrs.Factory(dict)
    """Name of each datatype to its namespace and the columns of its first row."""
    fault: Element | None = None
    error: SorFileError | None = None

    @property
    def is_of_service(self) -> bool:
        """Whether the document is a response of the copy service."""
        return (
            self.is_response
            or (self.feed_id or "").startswith(FEED_ID)
            or any(namespace.startswith(ROWS) for namespace, _ in self.rows.values())
        )

    @property
    def id_steps(self) -> tuple[str, str]:
        """Register and datatype in ``tag:nsi.dk,2011:<register>/<datatype>/v<version>``."""
        steps = (self.feed_id or "").rpartition(":")[2].split("/")
        names = [step for step in steps if step and not re.fullmatch(r"v\d+", step)]
        return (names[0], names[-1]) if len(names) > 1 else ("", "")

    def look(self, event: str, element: Element) -> None:
        """Process one event of the parser."""
        tag = str(element.tag)
        parent = element.getparent()
        above = None if parent is None else parent.tag
        if event == "start":
            self.root = self.root or tag
            self.is_response = self.is_response or tag in _RESPONSES
            self.has_feed = self.has_feed or tag == _FEED
            if self.fault is None and _is_fault(tag) and not self.has_feed:
                self.fault = element
            if above == _CONTENT:
                namespace, name = split_tag(tag)
                self.rows.setdefault(name, (namespace, []))
        elif tag == _ID and above == _FEED:
            self.feed_id = (element.text or "").strip()
        elif tag == _UPDATED and above == _FEED:
            self.updated = (element.text or "").strip()
        elif tag == _ID and above == _ENTRY and self.first_id is None:
            self.first_id = (element.text or "").strip()
        elif above == _CONTENT:
            namespace, name = split_tag(tag)
            if not self.rows[name][1]:
                columns = [split_tag(child.tag)[1] for child in element]
                self.rows[name] = (namespace, columns)


def _is_fault(tag: str) -> bool:
    return tag in _SOAP_FAULTS or split_tag(tag)[1] == "ReplicationFault"


def _beginning(head: bytes, file: str, options: ReadOptions) -> _Beginning | None:
    """Read the first bytes of a document; ``None`` if another reader reports the error in them."""
    beginning = _Beginning()
    try:
        read_header(until_long_namespace([head], file), file=file, encoding=options.encoding)
    except SorFileError:
        return None
    parser = pull_parser(("start", "end"), encoding=options.encoding)
    try:
        parser.feed(head)
    except etree.XMLSyntaxError as exc:
        beginning.error = syntax_error(exc, file)
    for event, element in parser.read_events():
        beginning.look(event, element)
    return beginning


def page_of(member: Member, head: bytes, options: ReadOptions) -> Page | None:
    """Recognise a page by its first bytes; ``None`` for another document."""
    start = _beginning(head, member.name, options)
    if start is None:
        return None
    if start.fault is not None and start.root in (*_RESPONSES, *_ENVELOPES, start.fault.tag):
        raise SorFileError(_fault_message(start.fault), file=member.name)
    if not start.has_feed:
        if start.is_response:
            raise start.error or SorFileError(
                "a response of SKRS without a feed in it; expected an Atom feed", file=member.name
            )
        return None
    if not start.is_of_service:
        return None
    specs = _specs(start, member.name, options)
    first = token_in(start.first_id or "") or ""
    return Page(member, start.id_steps[0], specs, first, _date(start.updated))


def _specs(beginning: _Beginning, file: str, options: ReadOptions) -> dict[str, TableSpec | None]:
    register, datatype = beginning.id_steps
    named = [
        (_register_of(namespace, register), name, columns)
        for name, (namespace, columns) in beginning.rows.items()
    ]
    if not named and datatype:
        named = [(register, datatype, [])]
    specs = {
        name: spec_of(name, columns, options) if of == REGISTER else None
        for of, name, columns in named
    }
    if any(specs.values()):
        return specs
    if not named:
        raise beginning.error or SorFileError(
            "a response of SKRS that names no datatype: it has neither entries nor a feed id such "
            f"as {FEED_ID}2011:sor/yder/v1",
            file=file,
        )
    names = ", ".join(f"{of}/{name}" for of, name, _ in named)
    raise UnrecognisedFormatError(
        f"a response of SKRS with {names}, which is not a datatype of SOR that is known", file=file
    )


def _register_of(namespace: str, of_feed: str) -> str:
    """Return the register of a row; without its own namespace, that of the feed."""
    if namespace in ("", ATOM):
        return of_feed
    return namespace.removeprefix(ROWS).partition("/")[0] if namespace.startswith(ROWS) else ""


def _date(text: str | None) -> date | None:
    if not text:
        return None
    try:
        return to_date_in_denmark(text)
    except BadCell:
        return None


def _fault_message(fault: Element) -> str:
    texts = [" ".join(str(text).split()) for text in fault.itertext()]
    reasons = ": ".join(dict.fromkeys(text for text in texts if text))[:500] or "without a reason"
    return f"a fault of the service in place of a feed ({reasons}); send the request again"


class RowReader:
    """Reads the rows of one page."""

    def __init__(self, page: Page, options: ReadOptions, log: IssueLog) -> None:
        self._page = page
        self._options = options
        self._context = context_of(page.member, attrs.evolve(options, log=log))
        self._line_of_empty: int | None = None
        self._depth = 0
        """Number of incomplete elements around the next ones."""

    def rows(self) -> Iterator[Row]:
        """Read the entries to the end, and note the last token of each datatype in the page."""
        self._depth = 0
        tree = growing(self._page.member, self._options, self._is_around)
        last: dict[str, str] = {}
        for ended, children in steps_of(tree, self._page.member, self._options):
            if ended is not None:
                self._depth -= 1
            for entry in self._entries_in(children):
                self._refuse_large(entry)
                row = self._row(entry)
                if row is not None:
                    if row.token is not None:
                        last[row.datatype] = max(row.token, last.get(row.datatype, ""))
                    yield row
        self._page.last_tokens = last

    def _is_around(self, element: Element) -> bool:
        """Return whether an incomplete element may contain entries."""
        if element.tag == _ENTRY:
            self._refuse_large(element)
            return False
        self._depth += 1
        return True

    def _entries_in(self, elements: Sequence[Element]) -> Iterator[Element]:
        """Yield the entries among complete elements and in them; not those in entries."""
        stack = [iter(elements)]
        while stack:
            is_too_deep = self._depth + len(stack) > self._options.limits.max_depth
            for element in stack[-1]:
                if is_too_deep:
                    raise too_deep(self._page.member.name, line_of(element), self._options.limits)
                if element.tag == _ENTRY:
                    yield element
                elif len(element):
                    stack.append(iter(element))
                    break
            else:
                stack.pop()

    def _refuse_large(self, entry: Element) -> None:
        """Raise SorFileError if an entry has too many elements."""
        most = self._options.limits.max_columns
        if next(islice(entry.iterdescendants(), most, None), None) is not None:
            raise SorFileError(
                f"an entry holds more than {most} elements (Limits.max_columns)",
                file=self._page.member.name,
                line=line_of(entry),
            )

    def _is_empty_again(self, entry: Element) -> bool:
        """Return whether an entry is empty, as one on the same line: its issue would be equal."""
        if len(entry) or entry.text or entry.attrib:
            return False
        line, self._line_of_empty = self._line_of_empty, line_of(entry)
        return line is not None and line == self._line_of_empty

    def _row(self, entry: Element) -> Row | None:
        context = self._context
        if self._is_empty_again(entry):
            return None
        written = next((child.text or "" for child in entry if child.tag == _ID), "")
        rows = [row for child in entry if child.tag == _CONTENT for row in child]
        if len(rows) != 1:
            context.issue(
                "error",
                "entry-without-row",
                f"the entry holds {len(rows)} rows, expected one element in its content",
                entry,
                "entry",
                value=written.strip() or None,
                raw=partial(shortened_raw, entry),
            )
            return None
        row = rows[0]
        token = token_in(written)
        if token is None:
            context.issue(
                "warning",
                "bad-token",
                "the entry's id does not end in a token of at most 20 digits; the entry is "
                "read in the order of the page",
                entry,
                "entry/id",
                value=written.strip(),
            )
        return Row(
            context.file,
            line_of(entry),
            token,
            str(row.tag),
            split_tag(row.tag)[1],
            tuple(self._values(row)),
        )

    def _values(self, row: Element) -> Iterator[tuple[str, str]]:
        own = split_tag(row.tag)[0]
        texts = (row.text, *(child.tail for child in row))
        for text in dict.fromkeys(text.strip() for text in texts if text):
            if text:
                self._context.issue(
                    "warning",
                    "stray-text",
                    "text between the columns of the row; it is stored in this issue only",
                    row,
                    split_tag(row.tag)[1],
                    value=text,
                )
        for key, text in attributes_of(row).items():
            yield f"@{split_tag(key)[1]}", text.strip()
        for child in row:
            namespace, local = split_tag(child.tag)
            name = local if namespace == own else str(child.tag)
            if len(child) or child.attrib:
                for _, path, text in self._context.texts_in(child, name):
                    if text or path == name:
                        yield path, text
            else:
                yield name, (child.text or "").strip()
