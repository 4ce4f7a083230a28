"""Build records from the entries of a list that is read by its shape."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, partial
from operator import itemgetter
from typing import Any

import attrs

from ...records import Extra
from ...xml.elements import Element, flat_paths, flat_texts, line_of, shortened_raw, split_tag
from ..declare import TableSpec
from ..decode import CarefulDecoder, make_plan
from ..generator import Memo
from ..record_writer import RecordWriter
from ..tolerant_writer import TolerantDecoder
from .list_shape import Kind, Role, Shape, field_of
from .list_values import ListValues
from .names import CLASSIFICATIONS
from .reader_base import cell_reporter
from .reporting import Context, ExtraTexts, step_name

_NAMESPACE = re.compile(r"\{[^}]*\}")


@attrs.frozen
class _Step:
    """What to do with a value of an entry."""

    place: int | None
    name: str


class EntryDecoding:
    """Builds records from entries."""

    def __init__(self, spec: TableSpec, context: Context, *, repair: bool) -> None:
        self.lists = ListValues()
        self._spec = spec
        self._context = context
        self._place = {column.field: place for place, column in enumerate(spec.columns)}
        names = [column.name for column in spec.columns]
        self._decoder = CarefulDecoder(make_plan(spec, names, spec.columns), repair=repair)
        writer = RecordWriter(self._decoder, trimmed_texts=True)
        self._make, self._getters = writer.record(), writer.getters()
        self._key = self._place[spec.required[0]]
        self._steps = Memo(self._find_steps)
        """By the name of an entry and the paths of its values."""
        self._flat_steps = Memo(self._find_flat_steps)
        self._was_irregular = False
        """Whether the last entry had invalid values: the next one often has, too."""
        self._empty: tuple[object, str | None, int | None] | None = None
        """Tag, prefix and line of the last entry without any value whose issue was stored."""

    def entries(
        self, shape: Shape, kind: Kind, children: Iterable[Element], depth: int
    ) -> Iterator[tuple[int | None, Any]]:
        """Yield lines and records of the entries among complete elements, and of those in lists.

        Args:
            shape: The shape of the document.
            kind: The kind of the element around them.
            children: The elements.
            depth: The number of elements around them if the error of the shape, which is then
                raised, may be in one of them; else 0.
        """
        stack = [(kind, iter(children))]
        while stack:
            kind, rest = stack[-1]
            for element in rest:
                inner = kind.by_tag.get(element.tag) or shape.child(kind, element)
                role = inner.role
                if role is Role.LIST:
                    self.lists.begin(element)
                    stack.append((inner, iter(element[:])))
                    break
                if depth:
                    shape.count(kind, (element,), depth + len(stack) - 1)
                if role is Role.ENTRY:
                    record = self.read(element)
                    if record is not None:
                        yield line_of(element), record
                elif role is Role.VALUE and element.text:
                    self.lists.take(element, self._context)
            else:
                stack.pop()
                if stack:
                    self.lists.end()

    def read(self, element: Element) -> Any:
        """Build the record of an entry; ``None`` if it has no identifier."""
        context = self._context
        own = split_tag(element.tag)[1]
        is_empty = not (len(element) or element.text or element.keys())
        if is_empty and self._is_known(element, own):
            return None
        flat = flat_texts(element) if context.limits.max_depth > 1 else None
        if flat is None:
            read = [*context.texts_in(element, "")]
            texts, steps = [text for *_, text in read], self._steps[(own, *[p for _, p, _ in read])]
        else:
            texts, steps = flat[0], self._flat_steps[flat[1]]
        cells = [""] * len(self._place)
        extra = ExtraTexts()
        for text, step in zip(texts, steps, strict=True):
            if text:
                place = step.place
                if place is not None and not cells[place]:
                    cells[place] = text
                else:
                    extra.add(step.name, text)
        if self._spec is CLASSIFICATIONS:
            self._take_lists(own, cells, extra)
        elif not cells[self._key] and cells[self._place["sor_id"]]:
            cells[self._key] = cells[self._place["sor_id"]]  # its only identifier is the unit's
        if self._was_irregular:
            record = self._irregular(element, cells, steps)
        else:
            try:
                record = self._make(cells, self._getters)
            except ValueError:
                record = self._irregular(element, cells, steps)
        if record is None:
            dropped = context.log.target.dropped
            context.issue(
                "error",
                "missing-key",
                f"the entry lacks an identifier ({self._spec.columns[self._key].name})",
                element,
                own,
                raw=partial(shortened_raw, element),
            )
            if is_empty:
                is_stored = context.log.target.dropped == dropped
                self._empty = _same_if_empty(element) if is_stored else None
        elif extra:
            object.__setattr__(record, "extra", Extra(extra))
        return record

    def _is_known(self, element: Element, own: str) -> bool:
        """Return whether an empty entry is reported with the one before, or was counted.

        A hostile document has millions of them.
        """
        log, line = self._context.log, line_of(element)
        begun = self.lists.have_entries or self._spec is not CLASSIFICATIONS
        if not begun or log.on_issue != "collect":
            return False
        place = (self._context.file, line, own, None, None)
        if log.only_counts("error", "missing-key", place):
            return True
        return _same_if_empty(element) == self._empty

    def _irregular(self, element: Element, cells: list[str], steps: Iterable[_Step]) -> Any:
        """Build the record of an entry with invalid values, and report them."""
        log, line = self._context.log, line_of(element)
        if line is not None and log.only_counts_line(self._context.file, line):
            counting = self._counting
            record = counting.decode(cells)
            log.tally(counting.kinds)
            self._was_irregular = bool(counting.kinds)
            counting.kinds.clear()
            return record if self._decoder.has_required(cells) else None
        tolerant = self._tolerant
        tolerant.invalid.clear()
        record = tolerant.decode(cells)
        self._was_irregular = bool(tolerant.invalid)
        if tolerant.invalid:
            elements = self._elements_of(element, steps) if len(element) else {}
            report = cell_reporter(self._context, elements, element, None)
            for _, leaf, text, bad in sorted(tolerant.invalid, key=itemgetter(0)):
                report(bad, leaf, text)
        return record if self._decoder.has_required(cells) else None

    @cached_property
    def _tolerant(self) -> TolerantDecoder:
        return TolerantDecoder(self._decoder, None)

    @cached_property
    def _counting(self) -> TolerantDecoder:
        return TolerantDecoder(self._decoder, None, counting=True)

    def _elements_of(self, entry: Element, steps: Iterable[_Step]) -> dict[int, Element]:
        """Return the elements from which the cells of an entry were read, by their places."""
        elements: dict[int, Element] = {}
        for (element, _, text), step in zip(self._context.texts_in(entry, ""), steps, strict=True):
            if text and step.place is not None:
                elements.setdefault(step.place, element)
        return elements

    def _find_flat_steps(self, key: Sequence[str]) -> list[_Step]:
        """Return the step for each text of :func:`flat_texts`."""
        steps: list[_Step] = self._steps[(split_tag(key[0])[1], *flat_paths(key, step_name))]
        return steps

    def _find_steps(self, look: tuple[str, ...]) -> list[_Step]:
        """Return the step for each path of an entry."""
        own, *paths = (_NAMESPACE.sub("", path).removeprefix("/") for path in look)
        blocks = {path.partition("/")[0] for path in paths if "/" in path}
        direct = [path for path in paths if path and "/" not in path and path not in blocks]

        def find(path: str) -> int | None:
            field = self._context.own.get(path)
            if field is None and path:
                field = field_of(self._spec, path, own, direct)
            return None if field is None else self._place.get(field)

        return [_Step(find(path), path or "text()") for path in paths]

    def _take_lists(self, own: str, cells: list[str], extra: ExtraTexts) -> None:
        """Find the name of the entry's list: from its values, else from the entry's element."""
        code, name = self._place["classification.code"], self._place["classification.name"]
        codes, names, others = self.lists.around(code=not cells[code], name=not cells[name])
        cells[code] = cells[code] or codes
        cells[name] = cells[name] or names
        for key, text in others.items():
            extra.add(key, text)
        if not cells[code] and not cells[name]:
            cells[name] = own


def _same_if_empty(element: Element) -> tuple[object, str | None, int | None]:
    """Return what makes the issues of two entries without any value equal."""
    return element.tag, element.prefix, line_of(element)
