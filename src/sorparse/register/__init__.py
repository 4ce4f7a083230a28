"""The register in time: every version of every unit, queried on any date.

A name is loaded on first use: a saved register answers look-ups without the modules that compare,
check and read.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .differences import Change, Diff
    from .loading import diff, load
    from .matching import Candidate, Match, ShakMatch
    from .register import Register
    from .replacements import Replacement
    from .shak.loading import load_shak
    from .shak.register import ShakRegister
    from .shak.view import ShakView
    from .terms import Term
    from .timeline import Status
    from .view import View

_HOMES = {
    "differences": ("Change", "Diff"),
    "loading": ("diff", "load"),
    "matching": ("Candidate", "Match", "ShakMatch"),
    "register": ("Register",),
    "replacements": ("Replacement",),
    "shak.register": ("ShakRegister",),
    "shak.loading": ("load_shak",),
    "shak.view": ("ShakView",),
    "terms": ("Term",),
    "timeline": ("Status",),
    "view": ("View",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Candidate",
    "Change",
    "Diff",
    "Match",
    "Register",
    "Replacement",
    "ShakMatch",
    "ShakRegister",
    "ShakView",
    "Status",
    "Term",
    "View",
    "diff",
    "load",
    "load_shak",
]


def __getattr__(name: str) -> Any:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f".{home}", __name__), name)
    return value
