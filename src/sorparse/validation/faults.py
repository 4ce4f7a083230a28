"""Collect errors: equal ones are reported once, with a count and the first places."""

from __future__ import annotations

from sys import getsizeof

import attrs
from lxml import etree

from ..issues import Issue, Severity
from ..limits import DEFAULT_LIMITS, Limits
from .components import local
from .explain import Places, Violation

SHOWN_PLACES = 3
"""Places of each distinct fault that are reported."""
_SHOWN_CHARS = 60
_VALUE_CHARS = 1_000


@attrs.define(eq=False)
class Fault:
    """One distinct fault: the same rule broken at the same element path."""

    first: Issue
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
    each: bool = True
    """Whether each occurrence is stored, and not only the first places of each distinct fault."""
    count: int = attrs.field(default=0, init=False)
    _size: int = attrs.field(default=0, init=False)
    """Bytes of the texts of the occurrences."""
    occurrences: list[Issue] = attrs.field(factory=list, init=False)
    """Each fault at each place; without ``each`` the first places of each."""
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

    def add(
        self, violation: Violation, element: etree._Element | None = None
    ) -> tuple[Issue | None, int]:
        """Add a violation, at ``element`` if its own element is only a copy.

        Returns the issue for this one place, and the number of equal ones so far. There is no
        issue if it is only counted.
        """
        at = violation.element if element is None else element
        path, short = self.elements.paths(at)
        if violation.attribute is not None:
            path, short = (f"{each}/@{violation.attribute}" for each in (path, short))
        key = (violation.code, short, violation.rule)
        fault = self.faults.get(key)
        if fault is not None and not self.each and fault.count >= SHOWN_PLACES:
            self.count += 1
            fault.count += 1
            return None, fault.count
        issue = self._issue(
            violation.code,
            local(at),
            violation.rule,
            path=path,
            line=self.elements.line(at),
            value=violation.value,
            sor_id=self.elements.sor_id(at),
        )
        return issue, self._count(key, issue)

    def add_times(self, code: str, subject: str, rule: str, times: int) -> None:
        """Add an error without its place, ``times`` times."""
        issue = self._issue(code, subject, rule, path=subject, line=None, value=None, sor_id=None)
        self._count((code, subject, rule), issue, times)

    def _issue(
        self,
        code: str,
        subject: str,
        rule: str,
        *,
        path: str,
        line: int | None,
        value: str | None,
        sor_id: str | None,
    ) -> Issue:
        shown = "" if value is None else f" {_short(value)}" if value else " (empty)"
        value = value if value is None else value[:_VALUE_CHARS]
        return Issue(
            self.severity,
            code,
            self._once(f"{subject}{shown} {rule}"),
            file=self.file,
            line=line,
            column=self._once(path),
            value=value if value is None else self._once(value),
            sor_id=sor_id,
        )

    def _count(self, key: tuple[str, str, str], issue: Issue, times: int = 1) -> int:
        """Store an issue; return the number of equal ones so far."""
        self.count += times
        fault = self.faults.get(key)
        if fault is None:
            fault = self.faults[key] = Fault(issue)
        fault.count += times
        if len(fault.places) < SHOWN_PLACES:
            fault.places.append((issue.line, issue.value))
        self.occurrences.append(issue)
        return fault.count

    def _once(self, text: str) -> str:
        """Return one object for equal texts."""
        if text not in self._texts:
            self._size += getsizeof(text)
        return self._texts.setdefault(text, text)

    def issues(self) -> tuple[Issue, ...]:
        """Return one issue for each distinct fault, in the order of their first places."""
        return tuple(fault.issue() for fault in self.faults.values())
