"""Patterns of XML Schema, matched in bounded time.

Python's ``re`` needs exponential time for patterns such as ``(a|aa)+b``. Here a pattern is a
function from the places of a text at which a match may begin to those at which it may end. A set
of places is an integer with a bit for each, so a character costs one operation for all places.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

import attrs

_MOST_STEPS = 1_000_000_000
"""Places that may be tried for one value; beyond, the pattern counts as undecidable."""
_QUANTIFIER = re.compile(r"[?*+]|\{(\d+)(,(\d*))?\}")
_INNERMOST = re.compile(r"\(([^()]*)\)([*?]?)")
_ESCAPE = re.compile(r"\\(?:[pP]\{[^}]*\}|.)", re.DOTALL)


class TooManySteps(Exception):
    """A value cannot be matched within the bound."""


@attrs.define(eq=False)
class _Text:
    """A text that is being matched."""

    text: str
    _steps: int = 0
    _places: dict[str, int] = attrs.field(factory=dict)

    def step(self) -> None:
        self._steps += len(self.text) + 1
        if self._steps > _MOST_STEPS:
            raise TooManySteps

    def places_of(self, atom: str) -> int:
        """Return the places of the characters that an atom matches."""
        if atom not in self._places:
            from elementpath import translate_pattern  # slow to import; xmlschema has it loaded

            translated = translate_pattern(
                atom, back_references=False, lazy_quantifiers=False, anchors=False
            )
            matches = re.compile(translated).match
            bits = {character: "1" if matches(character) else "0" for character in set(self.text)}
            self._places[atom] = int("0" + "".join(bits[c] for c in reversed(self.text)), 2)
        return self._places[atom]


_Matcher = Callable[[_Text, int], int]


class BoundedPattern:
    """Has the method of a compiled pattern that xmlschema uses."""

    def __init__(self, pattern: str) -> None:
        self._matcher, _ = _alternatives(pattern, 0)

    def match(self, text: str) -> Literal[True] | None:
        """Return ``True`` if the whole text matches. Raises TooManySteps."""
        ends = self._matcher(_Text(text), 1)
        return True if ends >> len(text) else None


def is_ambiguous(pattern: str) -> bool:
    """Return whether libxml2 may need exponential time: choices or repeats that are repeated."""
    text, at = "", 0
    while at < len(pattern):
        end = at + 1 if pattern[at] in "()|" else _end_of_atom(pattern, at)
        text += pattern[at] if pattern[at] in "()|" else "x"
        if quantifier := _QUANTIFIER.match(pattern, end):
            least, most = _bounds(quantifier)
            text += "" if least == most else "?" if most == 1 else "*"
            end = quantifier.end()
        at = end
    while group := _INNERMOST.search(text):
        if group[2] == "*" and re.search(r"[|*?]", group[1]):
            return True
        text = text[: group.start()] + group[1] + group[2] + text[group.end() :]
    return False


def _alternatives(pattern: str, at: int) -> tuple[_Matcher, int]:
    branches: list[list[_Matcher]] = [[]]
    while at < len(pattern) and pattern[at] != ")":
        if pattern[at] == "|":
            branches.append([])
            at += 1
            continue
        if pattern[at] == "(":
            matcher, at = _alternatives(pattern, at + 1)
            atom, at = None, at + 1
        else:
            end = _end_of_atom(pattern, at)
            atom, at = pattern[at:end], end
            matcher = _character(atom)
        if quantifier := _QUANTIFIER.match(pattern, at):
            at = quantifier.end()
            matcher = _repeated(matcher, atom, *_bounds(quantifier))
        branches[-1].append(matcher)
    return lambda text, starts: _either(branches, text, starts), at


def _end_of_atom(pattern: str, at: int) -> int:
    if escape := _ESCAPE.match(pattern, at):
        return escape.end()
    depth = 0
    while True:  # a class in brackets may hold another, which is subtracted
        escape = _ESCAPE.match(pattern, at)
        if escape is None:
            depth += (pattern[at] == "[") - (pattern[at] == "]" and depth > 0)
        at = escape.end() if escape else at + 1
        if not depth:
            return at


def _bounds(quantifier: re.Match[str]) -> tuple[int, int | None]:
    if quantifier[1] is None:
        return {"?": (0, 1), "*": (0, None), "+": (1, None)}[quantifier[0]]
    least = int(quantifier[1])
    return least, least if quantifier[2] is None else int(quantifier[3]) if quantifier[3] else None


def _either(branches: list[list[_Matcher]], text: _Text, starts: int) -> int:
    ends = 0
    for branch in branches:
        reached = starts
        for matcher in branch:
            reached = matcher(text, reached)
        ends |= reached
    text.step()
    return ends


def _character(atom: str) -> _Matcher:
    return lambda text, starts: (starts & text.places_of(atom)) << 1


def _repeated(matcher: _Matcher, atom: str | None, least: int, most: int | None) -> _Matcher:
    def repeat(text: _Text, starts: int) -> int:
        for _ in range(least):
            ends = matcher(text, starts)
            if ends == starts:  # so it stays, however often it is repeated
                break
            starts = ends
            text.step()
        if atom is not None and most is None:  # a carry runs through all that match
            places = text.places_of(atom)
            return ((places & starts) + places ^ places) | starts
        reached = ends = starts
        count = least
        while ends and (most is None or count < most):
            ends = matcher(text, ends) & ~reached
            reached |= ends
            count += 1
            text.step()
        return reached

    return repeat
