"""Indexes that are built on first use, once, whichever thread asks first."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar, cast

T = TypeVar("T")


class Lazily:
    """Keeps what is costly to build by name. Pickles and copies empty: it can be built again."""

    def __init__(self) -> None:
        self._built: dict[str, Any] = {}
        self._lock = threading.RLock()  # building one index may need another

    def get(self, name: str, build: Callable[[], T]) -> T:
        """Give what stands under ``name``, building it where it does not stand yet."""
        try:
            return cast("T", self._built[name])
        except KeyError:
            pass
        with self._lock:
            if name not in self._built:
                self._built[name] = build()
            return cast("T", self._built[name])

    def __reduce__(self) -> tuple[type[Lazily], tuple[()]]:
        return (Lazily, ())
