"""The register in time: every version of every unit, asked about any day."""

from .differences import Change, Diff
from .loading import diff, load
from .matching import Candidate, Match, ShakMatch
from .register import Register
from .replacements import Replacement
from .shak import ShakRegister
from .shak_loading import load_shak
from .shak_view import ShakView
from .terms import Term
from .timeline import Status
from .view import View

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
