"""Read SHAK whole."""

from __future__ import annotations

import os
from array import array
from typing import IO, Any, BinaryIO

from ...errors import MissingTableError
from ...issues import OnIssue
from ...limits import Limits
from .core import REGIONS, UNITS
from .register import ShakRegister


def load_shak(
    source: str | os.PathLike[str] | bytes | BinaryIO | IO[bytes],
    *,
    on_issue: OnIssue = "collect",
    encoding: str | None = None,
    limits: Limits | None = None,
) -> ShakRegister:
    """Read SHAK whole, with all its history.

    Args:
        source: ``SHAKCOMPLETE.TXT`` or a file of the same layout, or what else
            :func:`sorparse.open` takes. A folder or zip may also hold ``SHAKregion.txt`` or
            ``SHAKregion.xml``: each hospital then has its region and SOR id.
        on_issue: As in :func:`sorparse.open`.
        encoding: As in :func:`sorparse.open`.
        limits: As in :func:`sorparse.open`.

    Returns:
        The register; issues found while reading are in its ``issues``.

    Raises:
        MissingTableError: If the source has no SHAK codes.
        SorError: What :func:`sorparse.open` raises.

    Example:
        >>> import sorparse
        >>> from sorparse import examples
        >>> shak = sorparse.load_shak(examples.shak)
        >>> shak
        <ShakRegister: 40 codes in 45 periods>
    """
    from ...opening import open as open_feed

    with open_feed(source, on_issue=on_issue, encoding=encoding, limits=limits) as feed:
        if UNITS not in feed.tables:
            raise MissingTableError(
                f"{feed.name} has no SHAK codes (SHAKCOMPLETE.TXT); it has "
                f"{', '.join(feed.tables)}: read units with sorparse.load, other tables with "
                "sorparse.open"
            )
        read: dict[str, list[Any]] = {UNITS: [], REGIONS: []}
        lines: dict[str, array[int]] = {}
        for table, records in read.items():
            if table in feed.tables:
                lines[table] = array("q")
                for line, record in feed.numbered(table):
                    records.append(record)
                    lines[table].append(line or 0)
        return ShakRegister(read[UNITS], read[REGIONS], lines=lines, issues=feed.issues)
