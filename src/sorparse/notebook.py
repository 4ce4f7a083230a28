"""What a notebook asks an object for.

How things look is the matter of the top layer, ``display``. Its modules are loaded by name when
something is shown for the first time, so that no other layer imports it.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, TypeVar

T = TypeVar("T")

_DISPLAYS = {
    "html": ("html", "html"),
    "map": ("maps", "build_map"),
    "timeline": ("timeline", "draw_timeline"),
    "activity": ("activity", "draw_activity"),
}
"""What can be shown of an object: the module of ``display`` and its function."""


def show(what: str, *args: Any, **options: Any) -> Any:
    """Return the ``"html"``, ``"map"``, ``"timeline"`` or ``"activity"`` of an object."""
    module, function = _DISPLAYS[what]
    display = import_module(f"{__package__}.display.{module}")
    return getattr(display, function)(*args, **options)


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
