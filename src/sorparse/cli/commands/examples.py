"""``sorparse examples``: the bundled example files."""

from __future__ import annotations

import argparse
import shutil

import sorparse
from sorparse import targets

from .. import arguments
from ..output import Output

NAME = "examples"
HELP = "list or copy the bundled example files"
ABOUT = (
    "List the files of the small synthetic register that ships with the package, once in every "
    "published format, or copy them to a folder to try the commands."
)
EXAMPLES = """\
  sorparse examples
  sorparse examples --copy try-sor && sorparse describe try-sor/Sor_complete.zip
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--copy",
        metavar="FOLDER",
        type=arguments.path,
        help="copy the files to this folder, which must not exist yet",
    )
    arguments.output(parser)


def run(args: argparse.Namespace, out: Output) -> int:
    """List the files, or copy them."""
    home = sorparse.examples.folder
    if args.copy is not None:
        home = targets.writable(args.copy, lambda _: True, sources=[home])
        if home.exists():
            raise sorparse.SorError(f"{args.copy} already exists: name a new folder")
        shutil.copytree(sorparse.examples.folder, home)
    files = sorted(path for path in home.rglob("*") if path.is_file())
    out.rows(("file", "bytes"), ((path, path.stat().st_size) for path in files))
    return 0
