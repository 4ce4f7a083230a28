"""``sorparse archive``: the register of each night in a folder."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from operator import itemgetter

import sorparse
from sorparse import targets
from sorparse.plural import plural

from .. import arguments, unit_details, units
from ..output import Output
from . import diff as diff_command

NAME = "archive"
HELP = "store the register of each night, and ask what it was on a night"
ABOUT = (
    "Add the register of each night to a folder, and ask what it was on a night, about any date. "
    "'archive export' writes a night as it was added; 'archive verify' checks with hashes that "
    "nothing has changed. A missing night is unknown: it is listed as a gap, and questions about "
    "it are refused. If adding a night fails, or a guard stops it, the archive is left unchanged."
)
EXAMPLES = """\
  sorparse archive add sor-archive Sor_complete.zip --night 2026-06-15
  sorparse archive list sor-archive
  sorparse archive show sor-archive 9000041000016007 --as-of 2013-05-01 --registered 2026-06-15
  sorparse archive show sor-archive 9000041000016007 --history
  sorparse archive diff sor-archive 2026-06-14 2026-06-15
  sorparse archive export sor-archive 2026-06-15 -o Sor_2026-06-15.zip
  sorparse archive verify sor-archive
"""
_Run = Callable[[argparse.Namespace, Output], int]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of each action."""
    actions = parser.add_subparsers(metavar="ACTION", required=True)

    def action(run: _Run, name: str, help: str) -> argparse.ArgumentParser:
        sub = actions.add_parser(name, help=help, description=help)
        sub.set_defaults(run_action=run, mode="text")
        sub.add_argument(
            "archive", metavar="ARCHIVE", type=arguments.path, help="the folder of the archive"
        )
        sub.add_argument(
            "--debug", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS
        )
        return sub

    add = action(_add, "add", "add a night")
    arguments.file(add)
    add.add_argument(
        "--night",
        metavar="NIGHT",
        type=arguments.day,
        help="the night, YYYY-MM-DD; the date in the data if omitted",
    )
    add.add_argument(
        "--replace",
        action="store_true",
        help="replace a night that has other content",
    )
    arguments.write_guards(add, "night before")
    add.add_argument("--strict", action="store_true", help="stop if the data have an error")
    arguments.output(add, csv=False)
    nights = action(_list, "list", "list the nights that are there and those that are missing")
    arguments.output(nights)
    show = action(_show, "show", "show one unit as the register had it on a night, about any date")
    show.add_argument("code", metavar="SOR_ID", help="a SOR id, in any notation")
    show.add_argument(
        "--registered",
        metavar="NIGHT",
        type=arguments.day,
        help="the night; the last one if omitted",
    )
    show.add_argument(
        "--history", action="store_true", help="list every record of the unit, with its nights"
    )
    show.add_argument(
        "--registers",
        metavar="FOLDER",
        type=arguments.path,
        help="save registers in this folder, so that later questions about a night are fast",
    )
    arguments.as_of(show)
    arguments.output(show, wide=True)
    diff = action(_diff, "diff", "compare two nights, each on its own date")
    diff.add_argument("night_a", metavar="NIGHT_A", type=arguments.day, help="the first night")
    diff.add_argument("night_b", metavar="NIGHT_B", type=arguments.day, help="the second night")
    arguments.output(diff, wide=True)
    verify = action(
        _verify, "verify", "compare every night with its hashes; exit status 1 if one differs"
    )
    arguments.output(verify)
    export = action(_export, "export", "write a night as it was added")
    export.add_argument("night", metavar="NIGHT", type=arguments.day, help="the night")
    export.add_argument(
        "-o",
        "--output",
        metavar="OUT",
        type=arguments.path,
        required=True,
        help="the file or folder to write; a zip if the name ends with .zip",
    )
    export.add_argument(
        "--force", action="store_true", help="also replace an existing file or folder"
    )


def run(args: argparse.Namespace, out: Output) -> int:
    """Run the action."""
    action: _Run = args.run_action
    return action(args, out)


def _opened(args: argparse.Namespace) -> sorparse.Archive:
    archive = sorparse.Archive(args.archive, registers=getattr(args, "registers", None))
    if not archive.nights:
        raise sorparse.SorError(
            f"{args.archive} does not have an archive with nights: "
            "add the first night with 'sorparse archive add'"
        )
    return archive


def _add(args: argparse.Namespace, out: Output) -> int:
    source = sys.stdin.buffer if args.file == "-" else args.file
    added = sorparse.Archive(args.archive).add(
        source,
        night=args.night,
        replace=args.replace,
        **arguments.read_guards(args),
    )
    if out.is_json:
        out.json(sorparse.to_dict(added))
    elif added.changed:
        out.line(
            f"{added.night} added to {args.archive}: "
            f"{added.records} {plural('record', added.records)}, "
            f"{added.new_rows} new {plural('row', added.new_rows)}"
        )
    else:
        out.line(f"{args.archive} already has {added.night} with the same content")
    return 0


def _list(args: argparse.Namespace, out: Output) -> int:
    archive = _opened(args)
    rows: list[tuple[object, ...]] = [(night, "missing", *[None] * 3) for night in archive.missing]
    for nights in map(archive.night, archive.nights):
        sums = (sum(nights.records.values()), sum(file.size for file in nights.files))
        rows.append((nights.night, "there", nights.name, *sums))
    rows.sort(key=itemgetter(0))
    out.rows(("night", "state", "name", "records", "bytes"), rows)
    return 0


def _show(args: argparse.Namespace, out: Output) -> int:
    archive = _opened(args)
    if args.history:
        history = archive.history(args.code)
        out.rows(
            ("registered_from", "registered_to", *units.VERSION_COLUMNS),
            (
                (one.registered_from, one.registered_to, *units.version_row(one.record))
                for one in history
            ),
            objects=map(sorparse.to_dict, history),
        )
        return 0
    view = archive.as_of(args.as_of, registered=args.registered)
    if out.is_brief:
        unit_details.write_groups(view, args.code, out)
        return 0
    details = unit_details.describe(view, args.code)
    if out.is_json:
        out.json({"registered": str(args.registered or archive.nights[-1]), **details})
    else:
        out.rows(("field", "value"), unit_details.flat(details["unit"]))
        if out.is_text:
            out.line(unit_details.status_line(view, args.code))
    return 0


def _diff(args: argparse.Namespace, out: Output) -> int:
    diff = _opened(args).diff(args.night_a, args.night_b)
    diff_command.show(diff, out)
    if out.is_text and not any(diff.counts().values()):
        out.line("no difference")
    return 0


def _verify(args: argparse.Namespace, out: Output) -> int:
    archive = _opened(args)
    problems = archive.verify()
    out.rows(("problem",), ((each,) for each in problems))
    if out.is_text and not problems:
        number = len(archive.nights)
        added = "it was" if number == 1 else "they were"
        out.line(f"{number} {plural('night', number)}, unchanged since {added} added")
    return 1 if problems else 0


def _export(args: argparse.Namespace, out: Output) -> int:
    if args.output == targets.STDOUT:
        raise sorparse.ConversionError(
            "cannot write a night to standard output: name a file or a folder (-o OUT)"
        )
    path = _opened(args).export(args.night, args.output, force=args.force)
    out.line(f"{args.night} written to {path}")
    return 0
