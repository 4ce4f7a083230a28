"""The register in time: every version of every unit, asked about any day."""

from .differences import Change, Diff, diff
from .matching import Candidate, Match, ShakMatch
from .register import Register, load
from .replacements import Replacement
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
    "Status",
    "Term",
    "View",
    "diff",
    "load",
]
