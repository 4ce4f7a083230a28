"""Whether what was fetched is what it should be, and of which date."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

from ..errors import SorFileError, UnrecognisedFormatError
from ..formats.guess_format import guess_format
from ..limits import Limits
from ..opening import open as open_feed
from ..snapshots import latest_day
from ..sources import HEAD_BYTES, open_source
from ..sources.zips import is_zip
from .addresses import PublishedFile

_PIECE = 1 << 20


def date_of_data(path: Path, file: PublishedFile | None, limits: Limits) -> date | None:
    """Check a file, and return the date of its data.

    That is the snapshot date that the file states, else the latest edit in its rows, else their
    latest start; None if it has none of these.

    Args:
        path: The file, under its own name.
        file: What it should be. None if that is unknown: then it may also be another file.
        limits: Guards against hostile files.

    Raises:
        SorFileError: If it is broken, another file than expected, or without units.
    """
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    looks = guess_format(head)
    if path.suffix.lower() == ".zip" and not is_zip(head):
        raise SorFileError(f"expected a zip; it is {looks}", file=str(path))
    if looks.startswith("an HTML page") and path.suffix.lower() not in (".html", ".htm"):
        raise SorFileError(f"expected a file; it is {looks}", file=str(path))
    names = _read_through(path, limits)
    if file is not None and file.format is None:
        if not any(name.lower().endswith(".xsd") for name in names):
            raise SorFileError("expected XML schemas (*.xsd) in the zip", file=str(path))
        return None
    try:
        return _date_of_tables(path, file, limits)
    except UnrecognisedFormatError:
        if file is not None:
            raise
        return None  # documentation, for example


def _read_through(path: Path, limits: Limits) -> list[str]:
    """Read every member to its end, where its checksum is compared."""
    with closing(open_source(path, limits=limits)) as source:
        for member in source.members:
            with member.open() as stream:
                while stream.read(_PIECE):
                    pass
        return [member.base_name for member in source.members]


def _date_of_tables(path: Path, file: PublishedFile | None, limits: Limits) -> date | None:
    with open_feed(path, limits=limits) as feed:
        if file is not None and feed.format is not file.format:
            raise SorFileError(f"expected {file.format}; it is {feed.format}", file=str(path))
        rows = 0

        def counted() -> Iterator[Any]:
            nonlocal rows
            for record in feed.records(feed.tables[0]):
                rows += 1
                yield record

        day = latest_day(counted())
        empty = [issue.message for issue in feed.issues if issue.code == "no-entities"]
        if empty or not rows:
            raise SorFileError("".join(empty[:1]) or "it has no rows", file=str(path))
        return feed.snapshot_date or day
