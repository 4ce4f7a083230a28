"""The published formats. A new one is one new module with ``recognise``, and one line here."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

from .base import Format, Found, ReadOptions, Recognise, TableReader

_MODULES = ("shak", "sor2", "sor_csv")


def recognisers() -> Iterator[Recognise]:
    """Give each format's ``recognise``, the surest first; each module is loaded when asked for."""
    for name in _MODULES:
        recognise: Recognise = import_module(f".{name}", __name__).recognise
        yield recognise


__all__ = ["Format", "Found", "ReadOptions", "TableReader", "recognisers"]
