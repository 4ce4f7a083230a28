"""Read the units of Sor.xml."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import chain, islice

import attrs

from ...description import TableDescription
from ...issues import Issue, IssueKind, IssueLog, PassingLog, Place, Severity
from ...records import SOREntity
from ...xml.elements import Element, split_tag
from ...xml.head import Header
from ...xml.parser import chunks_of
from ..base import Validator
from .reader_base import XmlReader
from .reporting import report_root
from .text_parser import TextReading
from .text_scanner import NeedsElements, is_utf8
from .tree import OnOwner, walk
from .unit_decoding import UNIT_LAYOUT, UnitDecoding


@attrs.define(eq=False)
class EntitiesReader(XmlReader):
    """Reads the units of a Sor.xml."""

    table: str = "entities"
    on_owner: OnOwner | None = None
    """Called with the element of each complete owner (``InstitutionOwnerEntity``), after its units
    were read; changes to the element have no effect. Memory then grows to the largest owner."""

    def numbered(self) -> Iterator[tuple[int | None, SOREntity]]:
        """Read the units in document order: pairs of the line of the unit's element and its record.

        Raises:
            SorFileError: If the document is not well-formed, after the units before the error.
        """
        yielded = 0
        log = _Counting(self.options.log)
        with suppress(NeedsElements):
            for pair in self._by_text(log):
                yielded += 1
                yield pair
            return
        # again from the beginning, without the records and issues so far
        every = self.options.log
        rest = self._by_elements(_Skipping(every, log.count) if log.count else every)
        yield from islice(rest, yielded, None)

    def _by_text(self, log: IssueLog) -> Iterator[tuple[int | None, SOREntity]]:
        # a source that can be read only once is read by its elements, which never starts again
        if self.on_owner is not None or self.member.size is None:
            raise NeedsElements
        header = self.header()
        if header is None:
            raise NeedsElements
        schema = None
        if self.options.validator is not None:
            schema = self.options.validator(split_tag(header.root)[0], self.member.name).whole
        decoding = UnitDecoding(self, attrs.evolve(self.options, log=log))
        report_root(decoding.context, header)
        with self.member.open() as stream:
            chunks = chunks_of(stream, self.member.name)
            first = next(chunks, b"")
            if not is_utf8(first, self.options.encoding):
                raise NeedsElements
            yield from TextReading(decoding, header).numbered(chain((first,), chunks), schema)

    def _by_elements(self, log: IssueLog) -> Iterator[tuple[int | None, SOREntity]]:
        options = attrs.evolve(self.options, log=log)
        decoding = UnitDecoding(self, options)
        report_root(decoding.context, decoding.header)
        validation = self._validation(decoding.header, log)
        on_owner = self.on_owner if validation is None else validation.check
        yield from walk(self.member, options, decoding.context, decoding.read, on_owner=on_owner)
        if validation is not None:
            validation.finish()

    def _validation(self, header: Header | None, log: IssueLog) -> _Validation | None:
        if self.options.validator is None or header is None:
            return None
        namespace = split_tag(header.root)[0]
        return _Validation(self.options.validator(namespace, self.member.name), log, self.on_owner)

    def records(self) -> Iterator[SOREntity]:
        """Read the units in document order."""
        return (record for _, record in self.numbered())

    def describe(self) -> TableDescription:
        """Read the file once and return its element paths, their content and fields."""
        from .describe import describe_units

        return describe_units(self.member, self.options, UNIT_LAYOUT)


class _Validation:
    """Validates the document during one pass, owner by owner."""

    def __init__(self, validator: Validator, log: IssueLog, on_owner: OnOwner | None) -> None:
        self._validator = validator
        self._log = log
        self._on_owner = on_owner
        self._root: Element | None = None

    def check(self, owner: Element) -> None:
        """Validate an owner before it is freed."""
        if self._root is None:
            self._root = owner.getroottree().getroot()
        for issue in self._validator.check(owner):
            self._log.add(issue)
        if self._on_owner is not None:
            self._on_owner(owner)

    def finish(self) -> None:
        """Validate what follows the last owner."""
        if self._root is not None:
            for issue in self._validator.finish(self._root):
                self._log.add(issue)


class _Counting(PassingLog):
    """Passes issues on and counts them."""

    count = 0

    def add(self, issue: Issue) -> None:
        self.count += 1
        super().add(issue)

    def only_counts(self, severity: Severity, code: str, place: Place) -> bool:
        is_counted = self._log.only_counts(severity, code, place)
        self.count += is_counted
        return is_counted

    def tally(self, kinds: Sequence[IssueKind], times: int = 1) -> None:
        self.count += len(kinds) * times
        super().tally(kinds, times)


class _Skipping(PassingLog):
    """Passes issues on, except the first ones."""

    def __init__(self, log: IssueLog, count: int) -> None:
        super().__init__(log)
        self._left = count

    def add(self, issue: Issue) -> None:
        if self._left > 0:
            self._left -= 1
        else:
            self._log.add(issue)

    def only_counts(self, severity: Severity, code: str, place: Place) -> bool:
        if self._left > 0:
            self._left -= 1
            return True
        return self._log.only_counts(severity, code, place)

    def tally(self, kinds: Sequence[IssueKind], times: int = 1) -> None:
        every = [kind for kind in kinds for _ in range(times)]
        skipped = min(self._left, len(every))
        self._left -= skipped
        self._log.tally(every[skipped:])
