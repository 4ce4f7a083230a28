"""Values that are built on first use, once, whichever thread asks first."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar, cast

T = TypeVar("T")


class LazyCache:
    """Values that are costly to build, by name. Pickles and copies are empty: they build anew."""

    def __init__(self) -> None:
        self._built: dict[str, Any] = {}
        self._lock = threading.RLock()  # building one value may need another

    def get(self, name: str, build: Callable[[], T]) -> T:
        """Return the value of a name; build it on first use."""
        try:
            return cast("T", self._built[name])
        except KeyError:
            pass
        with self._lock:
            if name not in self._built:
                self._built[name] = build()
            return cast("T", self._built[name])

    def __reduce__(self) -> tuple[type[LazyCache], tuple[()]]:
        return (LazyCache, ())
