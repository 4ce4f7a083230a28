"""Guards against hostile input."""

from __future__ import annotations

import attrs


@attrs.frozen
class Limits:
    """Limits on the size of a source; real files stay well below them.

    A source that exceeds one raises :class:`~sorparse.SorFileError`, or gets an issue, that names
    the limit. ``open``, ``load``, ``validate`` and ``convert`` take ``limits=``.

    Example:
        >>> import sorparse
        >>> limits = sorparse.Limits(max_member_bytes=500_000_000)
        >>> with sorparse.open(sorparse.examples.sor2_zip, limits=limits) as feed:
        ...     sum(1 for unit in feed.entities()) > 0
        True
    """

    max_member_bytes: int = 16 * 1024**3
    """Largest unpacked size of one file, in bytes."""
    max_ratio: float = 200.0
    """Largest ratio of unpacked to packed size of a zip member (text packs 10 to 30 times)."""
    max_field_chars: int = 1_000_000
    """Longest single value, in characters; a row with a longer one is not read."""
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
    """Most issues that a feed stores; further ones are counted."""
    max_issue_chars: int = 100_000_000
    """Most text (values and raw rows) in the stored issues together, in characters; further issues
    are counted."""
    max_columns: int = 4_096
    """Most columns that a header may have."""
    max_members: int = 10_000
    """Most members that a zip or a folder may have."""


DEFAULT_LIMITS = Limits()
