"""Nouns after numbers, in messages."""

from __future__ import annotations


def plural(noun: str, count: int) -> str:
    """Return a noun as it follows a number: ``1 row``, ``2 rows``."""
    return noun if count == 1 else f"{noun}s"
