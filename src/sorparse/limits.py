"""Limits against hostile input."""

from __future__ import annotations

import attrs

from .notebook import HtmlRepr


@attrs.frozen
class Limits(HtmlRepr):
    """Limits on the size of files and values. Real files stay well below the defaults.

    A file beyond a limit raises one :class:`SorFileError`; a value or row is one issue.

    Example:
        >>> limits = sorparse.Limits(max_field_chars=500, max_member_bytes=2 * 1024**3)
        >>> with sorparse.open("Sor_complete.zip", limits=limits) as feed:
        ...     print(feed.format)
        SOR2
    """

    max_member_bytes: int = 16 * 1024**3
    """Largest unpacked size of one file, in bytes."""
    max_ratio: float = 200.0
    """Largest ratio of unpacked to packed size of a zip member (text packs 10 to 30 times)."""
    max_field_chars: int = 1_000_000
    """Longest single value, in characters; the row of a longer one is not read."""
    max_depth: int = 200
    """Deepest nesting of XML elements."""
    max_unit_elements: int = 100_000
    """Most XML elements from the end of one unit, or entry, to the end of the next."""
    max_unit_attributes: int = 10_000
    """Most XML attributes from the end of one unit, or entry, to the end of the next."""
    max_unit_bytes: int = 16 * 1024**2
    """Most bytes of XML from the end of one unit, or entry, to the end of the next, checked for
    each 64 KB read."""
    max_issues: int = 100_000
    """Most issues that a feed stores; further ones are counted, not stored."""
    max_issue_chars: int = 100_000_000
    """Most text (messages, values, ids and raw rows) in the stored issues together, in characters,
    of which those beyond Latin-1 count twice or four times; further issues are counted, not
    stored."""
    max_columns: int = 4_096
    """Most columns that a header may have."""
    max_members: int = 10_000
    """Most members that a zip or a folder may have."""


DEFAULT_LIMITS = Limits()
