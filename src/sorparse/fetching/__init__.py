"""Fetch the publisher's files. The only part of the library that uses the network.

Needs the extra ``[fetch]``. Nothing else of the library imports it.
"""

from __future__ import annotations

import os

from ..limits import DEFAULT_LIMITS, Limits
from .addresses import BASE_URL, FILES, PublishedFile
from .download import Progress
from .fetcher import Fetched, Fetcher

__all__ = ["BASE_URL", "FILES", "Fetched", "PublishedFile", "fetch"]


def fetch(
    what: str,
    folder: str | os.PathLike[str],
    *,
    base_url: str = BASE_URL,
    force: bool = False,
    limits: Limits | None = None,
    progress: Progress | None = None,
) -> Fetched:
    """Fetch a file of the publisher into a folder, if it has changed.

    The file has the publisher's name there. It replaces the earlier one only if it is whole and is
    what it should be; ``NAME.fetched.json`` beside it states where it is from, its version, its
    SHA-256 and the times. If the server fails, it is asked again after growing pauses, for about
    five minutes.

    Args:
        what: A short name of :data:`FILES` (``"sor2"``, ``"daily"``, ``"csv"``, ``"edi"``,
            ``"xml"``, ``"xsd"``, ``"shak"``, ``"shakregion"``), or a path or an address below
            the share.
        folder: Where to write the file; it is created if it is missing.
        base_url: Root of the share, for example of the test environment, with user and password if
            it asks for them (``https://user:password@...``; these are not written anywhere).
        force: Fetch between 01:00 and 05:00 Danish time, while the files are renewed; fetch the
            whole file without asking whether it has changed; replace a file that was not fetched.
        limits: Guards against hostile files.
        progress: Is called with the number of bytes there are, and of those there will be (None
            if the server does not state it).

    Returns:
        The path, whether the content has changed, and the date of the data.

    Raises:
        FetchError: If the file cannot be fetched or is not what it should be. The earlier file is
            unchanged then.
        MissingExtraError: If the extra is not installed.

    Example:
        >>> from sorparse.fetching import fetch
        >>> fetched = fetch("sor2", "inbox")  # doctest: +SKIP
        >>> fetched.data_date, fetched.changed  # doctest: +SKIP
        (datetime.date(2026, 6, 15), True)
    """
    return Fetcher(base_url, force, limits or DEFAULT_LIMITS, progress).fetch(what, folder)
