"""The page of the schemas as a tree."""

from __future__ import annotations


def pages() -> dict[str, str]:
    """Give the page by its path below docs."""
    return {}
