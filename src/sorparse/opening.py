"""``sorparse.open``: from a path, bytes or a stream to a feed."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import IO, BinaryIO

from .feed import Feed
from .formats import ReadOptions, check_mapping
from .formats.base import Validator
from .issues import IssueLog, OnIssue
from .limits import DEFAULT_LIMITS, Limits
from .sources import open_source


def open(  # noqa: A001 - the name is the library's own `open`, as in gzip.open
    source: str | os.PathLike[str] | bytes | BinaryIO | IO[bytes],
    *,
    columns: Mapping[str, str] | None = None,
    on_issue: OnIssue = "collect",
    encoding: str | None = None,
    limits: Limits | None = None,
    repair: bool = False,
    validate: bool | str | os.PathLike[str] = False,
) -> Feed:
    """Open a published SOR file, or a set of them, and detect its format.

    Only the beginning of each file is read. The tables of the feed are read row by row when you
    ask for them. The network is never used.

    Args:
        source: A path to a ``.csv``, ``.txt``, ``.xml`` or ``.zip`` file, or to a folder of such
            files; or the content as ``bytes``; or a binary file object. The format is detected
            from the content, not from the name.
        columns: For columns that the library does not know yet: a file's column name to a field's
            name, e.g. ``{"GLN": "location_code"}``; a field of a value object with a dot, e.g.
            ``{"By": "postal_address.district_name"}``.
        on_issue: What to do with issues in the data. ``"collect"``: continue, and collect them in
            ``feed.issues``; ``"raise"``: raise ``SorDataError`` at the first error; or a callable
            that gets each ``Issue`` (they are collected too).
        encoding: The encoding of the text files. The default is to detect it.
        limits: Protection against hostile input, see ``Limits``.
        repair: Replace a SOR id that a spreadsheet has damaged by the repaired one, if only one id
            is possible. The issue is reported either way.
        validate: Validate a Sor.xml against its schema while ``entities`` reads it. ``True`` uses
            the bundled schema, a path another one (see :func:`sorparse.validate`). Violations are
            warnings in ``feed.issues``; an invalid document is read too.

    Returns:
        The tables of the source. Close it, or use it in a ``with`` statement.

    Raises:
        UnrecognisedFormatError: If the content is not a recognised SOR file.
        SorFileError: If it cannot be read.
        InvalidOptionError: If ``columns`` names a field that does not exist.
        SorError: If ``validate`` is set and there is no Sor.xml.

    Example:
        >>> with sorparse.open("Sor_complete.zip") as feed:
        ...     print(feed.format, sum(1 for unit in feed.entities() if unit.pharmacy_number))
        SOR2 2
    """
    limits = limits or DEFAULT_LIMITS
    check_mapping(columns or {})
    options = ReadOptions(
        log=IssueLog(on_issue, limits.max_issues, limits.max_issue_chars),
        columns=dict(columns or {}),
        encoding=encoding,
        limits=limits,
        repair=repair,
        validator=_validator_factory(validate, limits),
    )
    opened = open_source(source, limits=limits)
    try:
        return Feed(opened, options)
    except BaseException:
        opened.close()
        raise


def _validator_factory(
    validate: bool | str | os.PathLike[str], limits: Limits
) -> Callable[[str, str], Validator] | None:
    """Return a function that returns a validator for a namespace and a file name."""
    if validate is False:
        return None
    schema = None if validate is True else validate

    def make(namespace: str, file: str) -> Validator:
        from .validation import OwnerValidator

        return OwnerValidator.for_document(namespace, schema=schema, file=file, limits=limits)

    return make
