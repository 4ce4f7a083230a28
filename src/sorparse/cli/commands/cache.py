"""``sorparse cache``: the registers that earlier commands saved."""

from __future__ import annotations

import argparse
from datetime import datetime

from sorparse.plural import plural

from .. import reading
from ..arguments import output
from ..output import Output, message

NAME = "cache"
HELP = "list or remove the registers that earlier commands saved"
ABOUT = (
    "List the registers that earlier commands saved, or remove them. show, tree, find, terms, "
    "map-shak, diff, counts, check and browse save what they read in the cache folder of the "
    "user, and read a source again only if it changed. The folder holds the 20 registers used "
    "last, of at most 4 GB. The environment variable SORPARSE_CACHE names another folder; 0 "
    "turns the cache off, as --no-cache does for one command. Needs the extra [cli] "
    "(platformdirs), or the variable."
)
EXAMPLES = """\
  sorparse cache
  sorparse cache --clear
"""

_COLUMNS = ("source", "units", "bytes", "used")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--clear", action="store_true", help="remove all saved registers")
    output(parser)


def run(args: argparse.Namespace, out: Output) -> int:
    """List the registers, or remove them."""
    from sorparse.register.saved.cache import RegisterCache

    folder = reading.cache_folder()
    if folder is None:
        message(
            "there is no cache: SORPARSE_CACHE turns it off, or platformdirs is not installed "
            '(pip install "sorparse[cli]")'
        )
        return 0
    cache = RegisterCache(folder)
    if args.clear:
        removed = cache.clear()
        message(f"removed {removed} {plural('register', removed)} from {folder}")
        return 0
    entries = list(cache.entries())
    out.rows(
        _COLUMNS,
        (
            (
                entry.source,
                entry.units,
                entry.size,
                datetime.fromtimestamp(entry.used).astimezone().isoformat(" ", "seconds"),
            )
            for entry in entries
        ),
    )
    total = sum(entry.size for entry in entries)
    number = len(entries)
    message(f"{number} {plural('register', number)}, {total:,} bytes, in {folder}")
    return 0
