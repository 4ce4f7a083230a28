"""``sorparse fetch``: fetch a file of the publisher, if it has changed."""

from __future__ import annotations

import argparse
import sys

import sorparse

from .. import arguments
from ..output import Output, one_line
from ..progress import bar

NAME = "fetch"
HELP = "fetch a file of the publisher, if it has changed"
ABOUT = (
    "Fetch a file from the publisher's share into a folder, if it has changed. The earlier file "
    "is replaced only by a complete file of the expected kind. This is the only command that uses "
    "the network; it needs the extra [fetch]. The exit status is 1 if the date of the data has "
    "not changed for --max-age days."
)
EXAMPLES = """\
  sorparse fetch sor2 inbox
  sorparse fetch sor2 inbox --archive nights
  sorparse fetch xsd . --json
  sorparse fetch sor_produktion/docs/sorcsv/SorCsvDocumentation.html docs
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "what",
        metavar="WHAT",
        help="sor2, daily, csv, edi, xml, xsd, shak or shakregion; or the path or address of a "
        "file in the share",
    )
    parser.add_argument(
        "folder", metavar="FOLDER", type=arguments.path, help="where to write the file"
    )
    parser.add_argument(
        "--archive",
        metavar="ARCHIVE",
        type=arguments.path,
        help="add the night to this archive, even if nothing has changed",
    )
    parser.add_argument(
        "--max-age",
        metavar="DAYS",
        type=arguments.count,
        help="exit status 1 if the date of the data has not changed for so many days; if "
        "omitted 7, for edi 30, for xsd, shak and shakregion never",
    )
    parser.add_argument(
        "--base-url", metavar="URL", help="root of another share, for example the test environment"
    )
    parser.add_argument(
        "--force",
        action="store_true",
        help="fetch between 01:00 and 05:00 Danish time too, fetch an unchanged file again, and "
        "replace a file that was not fetched",
    )
    parser.add_argument("-q", "--quiet", action="store_true", help="show no progress and no result")
    arguments.output(parser)


def run(args: argparse.Namespace, out: Output) -> int:
    """Fetch the file, and add it to the archive."""
    files = sorparse.fetching.FILES
    archive = None if args.archive is None else sorparse.Archive(args.archive)
    with bar(f"fetching {args.what}", wanted=not args.quiet) as progress:
        fetched = sorparse.fetching.fetch(
            args.what,
            args.folder,
            base_url=sorparse.fetching.BASE_URL if args.base_url is None else args.base_url,
            force=args.force,
            progress=progress,
        )
    if archive is not None:
        try:
            archive.add(fetched.path, night=fetched.night)
        except sorparse.SorError as error:
            raise sorparse.SorError(
                f"{fetched.path} was fetched, but not added to the archive: {error}. To add it: "
                f"sorparse archive add {args.archive} {fetched.path} --night {fetched.night}"
            ) from error
    result = sorparse.to_dict(fetched)
    if out.is_json:
        out.json(result)
    elif not out.is_text:
        out.rows(tuple(result), [tuple(result.values())])
    elif not args.quiet:
        state = "changed" if fetched.changed else "unchanged"
        out.line(f"{fetched.path}: {state}, data of {fetched.data_date or 'an unknown date'}")
    max_age = args.max_age
    if max_age is None and args.what in files:
        max_age = files[args.what].max_age
    if max_age is None or fetched.unchanged_days < max_age:
        return 0
    words = (
        f"{fetched.path}: the date of the data has not changed for {fetched.unchanged_days} days "
        f"({fetched.data_date or 'it is unknown'}); has the publisher stopped or moved the file?"
    )
    print(f"sorparse: {one_line(words)}", file=sys.stderr)
    return 1
