"""Displays of a notebook: HTML tables, charts and maps.

The top layer. It registers itself with ``sorparse.notebook`` when something is shown for the first
time; its modules are loaded one by one as they are needed. Everything shown is bounded in size, and
every value from a file is escaped.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from ..notebook import register_display


def _lazy(module: str, name: str) -> Callable[..., Any]:
    def call(*args: Any, **options: Any) -> Any:
        return getattr(import_module(f".{module}", __name__), name)(*args, **options)

    return call


register_display(
    html=_lazy("html", "html"),
    map=_lazy("maps", "build_map"),
    timeline=_lazy("timeline", "draw_timeline"),
    activity=_lazy("activity", "draw_activity"),
)
