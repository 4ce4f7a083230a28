"""``Register.check``: contradictions in the content of a register."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ...issues import Issue
from ..core import Core
from .codes import check_codes, check_identifiers
from .tables import check_tables
from .tree import check_parents
from .versions import check_versions

CHECKS: tuple[Callable[[Core], Iterator[Issue]], ...] = (
    check_versions,
    check_parents,
    check_identifiers,
    check_codes,
    check_tables,
)


def check(core: Core) -> list[Issue]:
    """Run all checks; issues come check by check, each in the order of the source."""
    return [issue for run in CHECKS for issue in run(core)]
