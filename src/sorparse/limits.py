"""Guards against hostile input."""

from __future__ import annotations

import attrs

from .notebook import HtmlRepr


@attrs.frozen
class Limits(HtmlRepr):
    """Bounds that every real file passes by far; beyond one there is one clear error or issue."""

    max_member_bytes: int = 16 * 1024**3
    """Largest unpacked size of one file, in bytes."""
    max_ratio: float = 200.0
    """Largest ratio of unpacked to packed size of a zip member (text packs 10 to 30 times)."""
    max_field_chars: int = 1_000_000
    """Longest single value, in characters; a longer one costs its row."""
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
    """How many issues a feed keeps; those beyond are counted, not kept."""
    max_issue_chars: int = 100_000_000
    """How much text (values and raw rows) those kept may hold in all, in characters; issues beyond
    are counted, not kept."""
    max_columns: int = 4_096
    """Most columns that a header may have."""
    max_members: int = 10_000
    """Most members that a zip or a folder may have."""


DEFAULT_LIMITS = Limits()
