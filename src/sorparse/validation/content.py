"""Explain all errors among the children of an element, not only the first.

The errors follow from the tags alone, so they are found once for equal sequences of tags: a
document with a hundred thousand errors usually has a few hundred sequences.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence

from lxml import etree

from .components import Components, Content, local_of, namespace_of
from .explain import Violation, without_namespaces

Wrong = tuple[str, str, int | None]
"""Code and rule, and the number of the child; ``None`` for the parent."""
_MOST_SEQUENCES = 1_000
_MOST_TAGS = 100
"""Children of an element whose tags are remembered."""


class ContentExplainer:
    """Explains errors among the children of elements."""

    def __init__(self, components: Components) -> None:
        self._components = components
        self._known: dict[tuple[str, ...], tuple[Wrong, ...]] = {}

    def violations(
        self, parent: etree._Element, at: etree._Element, expected: Callable[[], str]
    ) -> list[Violation]:
        """Explain all errors among the children of ``parent``.

        ``at`` is the element that the engine's error names: the parent (something is missing at its
        end), or a child that is not allowed there; ``expected`` returns the engine's names of what
        could be there.
        """
        children = list(parent.iterchildren("*"))
        tags = str(parent.tag), *[str(child.tag) for child in children]
        found = self._known.get(tags)
        if found is None:
            content = self._components.content(tags[0])
            found = () if content is None else tuple(_wrong(tags, content, self._components))
            if len(tags) <= _MOST_TAGS:
                if len(self._known) >= _MOST_SEQUENCES:
                    self._known.clear()
                self._known[tags] = found
        if not found:
            return [_in_general(parent, at, expected())]
        return [
            Violation(code, rule, parent if number is None else children[number])
            for code, rule, number in found
        ]


def _wrong(tags: Sequence[str], content: Content, components: Components) -> Iterator[Wrong]:
    parent, *children = tags
    unknown = list(_unknown(parent, children, content, components))
    yield from unknown
    strangers = {local_of(children[number]) for _, _, number in unknown if number is not None}
    yield from _missing(children, strangers, content)
    yield from _misplaced(parent, children, content)


def _unknown(
    parent: str, children: Sequence[str], content: Content, components: Components
) -> Iterator[Wrong]:
    if content.open:
        return
    for number, name in enumerate(children):
        if content.places(name):
            continue
        other = next((n for n in components.namesakes(name) if content.places(n)), None)
        if other is not None:
            rule = (
                f"is in the namespace {namespace_of(name) or '(none)'}; "
                f"the schema declares it in {namespace_of(other)}"
            )
        elif components.has_element(name):
            rule = f"does not belong in {local_of(parent)}"
        else:
            rule = "is not known to the schema"
        yield "xsd-unknown-element", rule, number


def _missing(children: Sequence[str], strangers: set[str], content: Content) -> Iterator[Wrong]:
    present = set(children)
    for slot in content.slots:
        if slot.required and not slot.names & present:
            names = sorted({local_of(name) for name in slot.names})
            if strangers.intersection(names):
                continue  # it is there in another namespace, which is reported
            yield "xsd-missing-element", f"lacks the element {' or '.join(names)}", None


def _misplaced(parent: str, children: Sequence[str], content: Content) -> Iterator[Wrong]:
    # an element that may be at several places is never out of order
    placed = []
    seen: dict[str, int] = {}
    for number, name in enumerate(children):
        places = content.places(name)
        if len(places) != 1:
            continue
        most = content.slots[places[0]].most
        seen[name] = count = seen.get(name, 0) + 1
        if most is not None and count > most:
            times = "a second time" if most == 1 else f"more than {most} times"
            yield "xsd-repeated-element", f"occurs {times} in {local_of(parent)}", number
        else:
            placed.append((places[0], number))
    in_order = sorted(_longest_rising([place for place, _ in placed]))
    order = [placed[at][0] for at in in_order]
    in_run = set(in_order)
    for at, (place, number) in enumerate(placed):
        if at in in_run:
            continue
        # the places in order rise, so the first one beyond this one is found by bisection
        first_beyond = bisect_right(order, place)
        if first_beyond < len(order) and in_order[first_beyond] < at:
            before = children[placed[in_order[first_beyond]][1]]
            rule = f"follows {local_of(before)}, but belongs before it"
        else:
            after = children[placed[in_order[bisect_left(order, place) - 1]][1]]
            rule = f"precedes {local_of(after)}, but belongs after it"
        yield "xsd-order", rule, number


def _longest_rising(places: list[int]) -> set[int]:
    """Indices of a longest non-decreasing run through ``places``: the others are out of order."""
    tails: list[int] = []  # smallest last place of a run of each length
    ends: list[int] = []  # its index
    back: list[int | None] = []
    for at, place in enumerate(places):
        length = bisect_right(tails, place)
        back.append(ends[length - 1] if length else None)
        tails[length : length + 1] = [place]
        ends[length : length + 1] = [at]
    in_run: set[int] = set()
    step = ends[-1] if ends else None
    while step is not None:
        in_run.add(step)
        step = back[step]
    return in_run


def _in_general(parent: etree._Element, at: etree._Element, expected: str) -> Violation:
    shown = without_namespaces(expected)
    if at is parent:
        return Violation("xsd-missing-element", f"ends too early; expected next: {shown}", parent)
    wanted = f"; expected: {shown}" if shown else ""
    return Violation("xsd-order", f"may not be here{wanted}", at)
