"""Two snapshots of one table of one format: which of them is read.

They are never merged. The one with the newer date inside the data is read; where the dates do not
decide, nothing is read. The time of a file is never looked at.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

import attrs

from .errors import SorFileError
from .formats import Format, TableReader
from .formats.base import muted
from .formats.edits import latest_edit
from .issues import Issue
from .records import Validity
from .sources import HEAD_BYTES, Member

_UNFINISHED = re.compile(
    r"\.(?:part|partial|filepart|tmp|temp|crdownload|download|opdownload)$|^~\$", re.IGNORECASE
)
_DELTA = re.compile("delta", re.IGNORECASE)


class Snapshots:
    """Chooses among the files of one source, table by table."""

    def __init__(
        self,
        source: str,
        stated: Callable[[Member], date | None],
        report: Callable[[Issue], None],
    ) -> None:
        """Prepare to choose.

        Args:
            source: The name of the source, for messages.
            stated: Returns the date that a file states, if it does.
            report: Is called with each issue.
        """
        self._source = source
        self._stated = stated
        self._report = report
        self._taken: list[TableReader] = []
        self._refused: set[Member] = set()
        self._outdated: set[str] = set()
        """Places, a zip for example, of which another one is the newer snapshot."""

    def refuses(self, member: Member) -> bool:
        """Return whether a newer file is read instead."""
        return member in self._refused or _place(member) in self._outdated

    def choose(self, readers: Sequence[TableReader]) -> list[TableReader]:
        """Return the readers of one table of one format that are read."""
        left = [reader for reader in readers if not self.refuses(reader.member)]
        whole = [one for one in left if not _UNFINISHED.search(one.member.base_name)]
        if whole:
            for one in left:
                if one not in whole:
                    self._refuse(one, whole[0], "an unfinished download")
            left = whole
        left = self._without_changes(left)
        if len(left) > 1:
            left = self._beside_taken(left) or [self._newest(left)]
        self._taken += left
        return left

    def _without_changes(self, readers: list[TableReader]) -> list[TableReader]:
        """Leave out the SHAK files that hold the changes of a week only."""
        full = [
            one
            for one in readers
            if one.format is not Format.SHAK or not _DELTA.search(one.member.base_name)
        ]
        for one in readers:
            if full and one not in full:
                self._refuse(one, full[0], "a file of changes")
        return full or readers

    def _beside_taken(self, readers: Sequence[TableReader]) -> list[TableReader]:
        """Return the one reader of the file, or the place, from which units are read already."""
        for key in (id, _place, _mark):
            taken = {key(other.member) for other in self._taken}
            beside = [one for one in readers if key(one.member) in taken]
            if len(beside) == 1:
                for other in readers:
                    if other is not beside[0]:
                        self._refuse(other, beside[0], "another snapshot")
                return beside
        return []

    def _newest(self, readers: Sequence[TableReader]) -> TableReader:
        days = {reader.member: self._day(reader) for reader in readers}
        newest = max(readers, key=lambda one: days[one.member] or date.min)
        best = days[newest.member]
        for other in readers:
            day = days[other.member]
            if other is not newest and (day is None or day == best):
                dates = "without a date" if None in (day, best) else f"both of {best}"
                raise SorFileError(
                    f"two snapshots of {newest.table}, {dates}: {newest.member.name} and "
                    f"{other.member.name}; keep one of them",
                    file=self._source,
                )
        for other in readers:
            if other is not newest:
                self._refuse(other, newest, f"of {days[other.member]}, the other of {best}")
        return newest

    def _day(self, reader: TableReader) -> date | None:
        stated = self._stated(reader.member)
        return stated or latest_day(record for _, record in muted(reader).numbered())

    def _refuse(self, other: TableReader, newest: TableReader, why: str) -> None:
        if other.member in self._refused:
            return
        self._refused.add(other.member)
        place = _place(other.member)
        if place not in (_place(newest.member), self._source):
            self._outdated.add(place)
        self._report(
            Issue(
                "warning",
                "several-snapshots",
                f"{other.member.name} is not read ({why}): {newest.table} is read from "
                f"{newest.member.name}",
                file=other.member.name,
            )
        )


def _place(member: Member) -> str:
    """Return the folder or zip that holds a file."""
    return member.name[: -len(member.base_name) - 1]


def _mark(member: Member) -> str:
    """Return how a name is marked: that of ``A (1).csv`` is that of ``B (1).csv``."""
    return re.sub(r"[^\W\d_]+", "", member.base_name.partition(".")[0])


def latest_day(records: Iterable[Any]) -> date | None:
    """Return the latest edit of records that others support, else their latest start."""
    edits: Counter[int] = Counter()
    starts: Counter[int] = Counter()
    for record in records:
        validity: Validity | None = getattr(record, "validity", None)
        edit = getattr(record, "updated_at", None)
        start = getattr(record, "from_date", None) if validity is None else validity.from_date
        edits.update(() if edit is None else (edit.toordinal(),))
        starts.update(() if start is None else (start.toordinal(),))
    latest = latest_edit(edits) or latest_edit(starts)
    return None if latest is None else date.fromordinal(latest)


def may_have_rows(reader: TableReader) -> bool:
    """Return whether a table can have rows: ``False`` if the whole file was read and has none."""
    member = reader.member
    head = member.head()
    if len(head) >= HEAD_BYTES:
        return True
    quiet: Any = muted(reader)
    seen = attrs.evolve(quiet, member=attrs.evolve(member, opener=lambda: io.BytesIO(head)))
    try:
        return next(iter(seen.numbered()), None) is not None
    except SorFileError:
        return True  # a broken file: reported when it is read
