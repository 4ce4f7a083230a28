"""The sub-commands, one module each, in the order in which the help lists them.

A module has ``NAME``, ``HELP`` (one line), ``ABOUT`` (a paragraph), ``EXAMPLES`` (commands with
what they do), ``add_arguments(parser)`` and ``run(args, out)``, which returns the exit status.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from importlib import import_module
from typing import Protocol, cast

from ..output import Output

NAMES = (
    "describe",
    "show",
    "tree",
    "find",
    "terms",
    "map_shak",
    "diff",
    "counts",
    "check",
    "validate",
    "convert",
    "extract",
    "fetch",
    "archive",
    "examples",
    "browse",
    "cache",
    "completion",
)


class Command(Protocol):
    """Module of a sub-command."""

    NAME: str
    HELP: str
    ABOUT: str
    EXAMPLES: str

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the arguments."""

    def run(self, args: argparse.Namespace, out: Output) -> int:
        """Run the command; return the exit status."""


def all_commands() -> Sequence[Command]:
    """Return the modules of all sub-commands."""
    return [cast("Command", import_module(f".{name}", __name__)) for name in NAMES]
