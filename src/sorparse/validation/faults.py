"""Collect errors: equal ones are reported once, with a count and the first places."""

from __future__ import annotations

from functools import lru_cache
from sys import getsizeof

import attrs
from lxml import etree

from ..issues import Issue, Severity
from ..limits import DEFAULT_LIMITS, Limits
from .components import local
from .explain import Places, Violation

_SHOWN_PLACES = 3
_SHOWN_CHARS = 60
_VALUE_CHARS = 1_000


@attrs.define(eq=False)
class Fault:
    """One distinct fault: the same rule broken at the same element path."""

    first: Issue
    subject: str
    rule: str
    count: int = 0
    places: list[tuple[int | None, str | None]] = attrs.field(factory=list)
    """Lines and values of the first few."""

    def issue(self) -> Issue:
        """Return the fault as one issue, with its count and first places."""
        if self.count == 1:
            return self.first
        same = len({value for _, value in self.places}) == 1
        places = ", ".join(
            _place(line, None if same else value) for line, value in self.places if line is not None
        )
        at = f", first at line {places}" if places else ""
        message = f"{self.first.message} ({self.count:,} times{at})"
        return attrs.evolve(self.first, message=message)


def _place(line: int | None, value: str | None) -> str:
    return f"{line}" if value is None else f"{line} ({_short(value)})"


def _short(value: str) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN_CHARS else f"{text[:_SHOWN_CHARS]}…'"


@attrs.define(eq=False)
class FaultLog:
    """Collects errors in the order of the document; memory is bounded however many there are."""

    file: str | None
    severity: Severity = "error"
    limits: Limits = DEFAULT_LIMITS
    count: int = attrs.field(default=0, init=False)
    _size: int = attrs.field(default=0, init=False)
    """Bytes of the texts of the occurrences."""
    occurrences: list[Issue] = attrs.field(factory=list, init=False)
    faults: dict[tuple[str, str, str], Fault] = attrs.field(factory=dict, init=False)
    elements: Places = attrs.field(factory=Places, init=False)
    _texts: dict[str, str] = attrs.field(factory=dict, init=False)

    @property
    def room(self) -> int:
        """How many more errors the limits permit."""
        return max(0, self.limits.max_issues - self.count)

    @property
    def full(self) -> bool:
        """Whether as many errors were found, or as much text is in them, as the limits permit."""
        limits = self.limits
        return self.count >= limits.max_issues or self._size > limits.max_issue_chars

    def add(self, violation: Violation, element: etree._Element | None = None) -> tuple[Issue, int]:
        """Add a violation, at ``element`` if its own element is only a copy.

        Returns the issue for this one place, and the number of equal ones so far.
        """
        at = violation.element if element is None else element
        return self.add_times(
            violation.code,
            local(at),
            violation.rule,
            path=self.elements.path(at, violation.attribute),
            line=self.elements.line(at),
            value=violation.value,
            sor_id=self.elements.sor_id(at),
        )

    def add_times(
        self,
        code: str,
        subject: str,
        rule: str,
        *,
        path: str,
        line: int | None,
        value: str | None,
        sor_id: str | None,
        times: int = 1,
    ) -> tuple[Issue, int]:
        """Add an error by its parts, ``times`` times."""
        shown = "" if value is None else f" {_short(value)}" if value else " (empty)"
        value = value if value is None else value[:_VALUE_CHARS]
        message = f"{subject}{shown} {rule}"
        issue = Issue(
            self.severity,
            code,
            self._once(message),
            file=self.file,
            line=line,
            column=self._once(path),
            value=value if value is None else self._once(value),
            sor_id=sor_id,
        )
        self.count += times
        key = (code, _without_depth(path), rule)
        fault = self.faults.get(key)
        if fault is None:
            fault = self.faults[key] = Fault(issue, subject, rule)
        fault.count += times
        if len(fault.places) < _SHOWN_PLACES:
            fault.places.append((line, value))
        self.occurrences.append(issue)
        return issue, fault.count

    def _once(self, text: str) -> str:
        """Return one object for equal texts."""
        if text not in self._texts:
            self._size += getsizeof(text)
        return self._texts.setdefault(text, text)

    def issues(self) -> tuple[Issue, ...]:
        """Return one issue for each distinct fault, in the order of their first places."""
        return tuple(fault.issue() for fault in self.faults.values())


@lru_cache(maxsize=16)
def _without_depth(path: str) -> str:
    """Return a path without repeated steps: a fault is the same in a unit a level deeper."""
    steps = path.split("/")
    return "/".join(s for at, s in enumerate(steps) if at == 0 or s != steps[at - 1])
