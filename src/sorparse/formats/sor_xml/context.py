"""Telling what is found in elements, and small helpers for elements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import attrs
from lxml import etree

from ...issues import Issue, IssueLog, Severity
from ...limits import Limits
from ...xml_safety import attributes_of
from .names import DECLARED_ELEMENTS
from .namespaces import KNOWN_NAMESPACES, namespaces_of
from .start_lines import StartTagLines
from .stream import split_tag, too_deep

Element = etree._Element


_SWAPPED = "coordinates-swapped"


@attrs.define(eq=False)
class Context:
    """What the telling of findings needs to know."""

    file: str
    log: IssueLog
    limits: Limits
    own: Mapping[str, str]
    """The caller's own mapping: element path to field."""
    start_lines: StartTagLines | None = None
    """Knows the lines of units and location numbers in a long document."""
    told: set[str] = attrs.Factory(set)
    """Paths of unknown elements that have been told, and codes of what is told once."""
    lines_before: int = 0
    """Lines of the document before the piece of it that the elements are of."""

    def start_line(self, element: Element) -> int | None:
        """Return the line on which a unit or a location number begins."""
        line = line_of(element)
        return line if self.start_lines is None else self.start_lines.line(line)

    def issue(
        self, severity: Severity, code: str, message: str, element: Element, path: str, **more: Any
    ) -> None:
        """Report a finding at an element."""
        line = line_of(element)
        self.log.add(
            Issue(
                severity,
                code,
                message,
                file=self.file,
                line=None if line is None else line + self.lines_before,
                column=path or None,
                **more,
            )
        )

    def tell_swap(self) -> None:
        """Tell, once, that coordinates stand the wrong way round."""
        if _SWAPPED in self.told:
            return
        self.told.add(_SWAPPED)
        self.log.add(
            Issue(
                "warning",
                _SWAPPED,
                "eastings stand in the northing element and northings in the easting element; "
                "each pair is told by its size and put right (reported once for the file)",
                file=self.file,
            )
        )

    def unknown(self, element: Element, path: str, value: str | None, sor_id: str | None) -> None:
        """Report an element that has no column, once for each path."""
        if path in self.told:
            return
        self.told.add(path)
        self.issue(
            "info",
            "unknown-element",
            f"{path} is not known; what it holds is kept in extra (told once for this path)",
            element,
            path,
            value=value,
            sor_id=sor_id,
        )


class Kept(dict[str, str]):
    """What has no column, by its path; what stands on a path again gets a number."""

    def __init__(self) -> None:
        super().__init__()
        self._counts: dict[str, int] = {}

    def keep(self, path: str, text: str) -> None:
        """Keep a text, if there is any."""
        if text:
            # counted, not searched for: a hostile unit holds thousands of one kind
            number = self._counts[path] = self._counts.get(path, 0) + 1
            self[path if number == 1 else f"{path} ({number})"] = text


def line_of(element: Element) -> int | None:
    """Line on which an element begins."""
    line = element.sourceline
    return line if isinstance(line, int) else None


def step_name(tag: object) -> str:
    """The name of an element within a path: local, or with its namespace where that is foreign."""
    namespace, local = split_tag(tag)
    known = namespaces_of(local) if local in DECLARED_ELEMENTS else KNOWN_NAMESPACES
    return local if namespace in known else str(tag)


def flatten(element: Element, path: str, context: Context) -> Iterator[tuple[Element, str, str]]:
    """Give every text and attribute in an element under its path, without recursion."""
    stack = [(element, path, 1)]
    while stack:
        current, name, depth = stack.pop()
        if depth > context.limits.max_depth:
            raise too_deep(context.file, line_of(current), context.limits)
        yield current, name, (current.text or "").strip()
        for key, value in attributes_of(current).items():
            yield current, f"{name}/@{key}", value.strip()
        for child in current:
            tail = (child.tail or "").strip()
            if tail:
                yield current, f"{name}/text()", tail
        stack += [
            (child, f"{name}/{step_name(child.tag)}", depth + 1) for child in reversed(current)
        ]


def depth_below(element: Element) -> int:
    """How many elements deep an element is, itself included."""
    deepest = depth = 0
    for event, _ in etree.iterwalk(element, ("start", "end")):
        depth += 1 if event == "start" else -1
        deepest = max(deepest, depth)
    return deepest


_RAW_CHARS = 10_000


def shortened_raw(element: Element) -> str:
    """The element as XML, for an issue."""
    raw = etree.tostring(element, encoding="unicode", with_tail=False)
    return raw if len(raw) <= _RAW_CHARS else raw[:_RAW_CHARS] + "…"
