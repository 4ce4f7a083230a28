"""What a notebook asks an object for.

How things look is the matter of the top layer, ``display``. It registers its functions here when
something is shown for the first time, so that no other layer imports it.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, TypeVar

T = TypeVar("T")

_registered: dict[str, Callable[..., Any]] = {}


def register_display(**functions: Callable[..., Any]) -> None:
    """Register the functions that show objects, by the names that :func:`show` takes."""
    _registered.update(functions)


def show(what: str, *args: Any, **options: Any) -> Any:
    """Return the ``"html"``, ``"map"``, ``"timeline"`` or ``"activity"`` of an object."""
    if not _registered:
        import_module(f"{__package__}.display")  # registers itself
    return _registered[what](*args, **options)


class HtmlRepr:
    """Shows an object as HTML in a notebook. Has no slots of its own, so records stay slotted."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        html: str = show("html", self)
        return html


class Records(HtmlRepr, tuple[T, ...]):
    """A tuple of records, ids or dates that a notebook shows as a list; else it is a tuple."""

    __slots__ = ()


class Versions(Records[T]):
    """The versions of one unit, oldest first."""

    __slots__ = ()
