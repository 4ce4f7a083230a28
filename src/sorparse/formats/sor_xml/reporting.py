"""Report issues of elements."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import attrs

from ...errors import SorFileError
from ...issues import Issue, IssueLog, Place, Severity
from ...limits import Limits
from ...xml.elements import Element, line_of, shortened, split_tag, texts_in
from ...xml.head import Header
from ...xml.lines import FIRST_UNKNOWN_LINE, StartTagLines
from ...xml.namespaces import refuse_many_namespaces
from ..decode import swapped_message
from .names import DECLARED_ELEMENTS, ROOT, UNITS
from .namespaces import KNOWN_NAMESPACES, namespaces_of

_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_SWAPPED = "coordinates-swapped"
_MOST_LATEST = 64


@attrs.define(eq=False)
class Context:
    """The state that is needed to report issues."""

    file: str
    log: IssueLog
    limits: Limits
    own: Mapping[str, str]
    """The caller's mapping of element paths to fields."""
    start_lines: StartTagLines | None = None
    """Knows the lines of units and location numbers in a long document."""
    reported: set[str] = attrs.Factory(set)
    """Paths of unknown elements, and codes of issues, that were reported and are reported once."""
    lines_before: int = 0
    """Lines of the document before the part that contains the elements."""
    _latest: dict[tuple[str, str | None], tuple[object, Issue]] = attrs.Factory(dict)
    """The latest issue of each code and path, and its parts."""

    def start_line(self, element: Element) -> int | None:
        """Return the line on which a unit or a location number begins."""
        line = line_of(element)
        return line if self.start_lines is None else self.start_lines.line(line)

    def issue(
        self,
        severity: Severity,
        code: str,
        message: str,
        element: Element | None,
        path: str,
        *,
        value: str | None = None,
        sor_id: str | None = None,
        raw: Callable[[], str] | None = None,
    ) -> None:
        """Report an issue at an element; ``raw`` is called if the issue is not only counted.

        After line 65,535, the line of an element that has no text itself is the line of the first
        text in it. For units, the exact line is reported.
        """
        line = None
        if element is not None:
            line = line_of(element)
            if line is not None:
                if line >= FIRST_UNKNOWN_LINE and split_tag(element.tag)[1] in UNITS:
                    line = self.start_line(element) or line
                line += self.lines_before
        place = (self.file, line, path or None, value, sor_id)
        if not self.log.only_counts(severity, code, place):
            if element is not None:
                refuse_many_namespaces(element, self.file)  # ``raw`` declares them all
            self.log.add(self._issue(severity, code, message, place, raw() if raw else None))

    def _issue(
        self, severity: Severity, code: str, message: str, place: Place, raw: str | None
    ) -> Issue:
        """Return an issue; one object for equal ones that follow each other.

        A hostile document has a million on one line, which are one issue.
        """
        key = (severity, code, message, place, raw)
        known = self._latest.get((code, place[2]))
        if known is not None and known[0] == key:
            return known[1]
        if len(self._latest) >= _MOST_LATEST:
            self._latest.clear()
        issue = Issue(severity, code, message, *place, raw=raw)
        self._latest[code, place[2]] = key, issue
        return issue

    def only_counts_unit(self, unit: Element, sor_id: str | None) -> bool:
        """Return whether the issues in a unit, with its SOR id, are only counted."""
        line = self.start_line(unit) or 0
        return self.log.only_counts_unit(self.file, line + self.lines_before, sor_id)

    def coordinates_swapped(self) -> None:
        """Report, once, that northing and easting are exchanged."""
        if self._is_new(_SWAPPED):
            self.issue(
                "warning",
                _SWAPPED,
                swapped_message("element"),
                None,
                "",
            )

    def unknown(self, element: Element, path: str, value: str | None, sor_id: str | None) -> None:
        """Report an element that has no column, once for each path."""
        if self._is_new(path):
            self.issue(
                "info",
                "unknown-element",
                f"{path} is unknown; its content is stored in extra (reported once)",
                element,
                path,
                value=value,
                sor_id=sor_id,
            )

    def texts_in(self, element: Element, path: str) -> Iterator[tuple[Element, str, str]]:
        """Yield every text and attribute in an element under its path."""
        return texts_in(element, path, file=self.file, limits=self.limits, step_name=step_name)

    def _is_new(self, path: str) -> bool:
        if path in self.reported:
            return False
        refuse_many_paths(len(self.reported), self.file, self.limits)
        self.reported.add(path)
        return True


def refuse_many_paths(count: int, file: str, limits: Limits) -> None:
    """Raise SorFileError if a document has more different paths than columns are allowed."""
    if count >= limits.max_columns:
        raise SorFileError(
            "has more different unknown elements and attributes than Limits.max_columns "
            f"({limits.max_columns})",
            file=file,
        )


class ExtraTexts(dict[str, str]):
    """Values without a column, by their path; a path that occurs again gets a number."""

    _counts: dict[str, int] | None = None

    def add(self, path: str, text: str) -> None:
        """Store a text, if there is any."""
        if not text:
            return
        if path not in self:
            self[path] = text
            return
        if self._counts is None:
            self._counts = {}
        # counted, not searched for: a malicious unit may hold thousands of one kind
        number = self._counts[path] = self._counts.get(path, 1) + 1
        self[f"{path} ({number})"] = text


def step_name(tag: object) -> str:
    """Return the name of an element in a path: local, or with its namespace if that is foreign."""
    namespace, local = split_tag(tag)
    known = namespaces_of(local) if local in DECLARED_ELEMENTS else KNOWN_NAMESPACES
    return local if namespace in known else str(tag)


def report_attribute(context: Context, element: Element | None, path: str, value: str) -> None:
    """Report an attribute that cannot be part of a record."""
    context.issue(
        "warning",
        "unknown-element",
        f"{path} is unknown and belongs to no unit; it is stored in this issue only",
        element,
        path,
        value=shortened(value),
    )


def report_root(context: Context, header: Header | None) -> None:
    """Report the attributes of the root, except those for a validator."""
    for name, value in header.attributes if header is not None else ():
        if split_tag(name)[0] != _XSI:
            report_attribute(context, None, f"{ROOT}/@{name}", value)
