"""Open a source with the options of the arguments, and report its issues on stderr."""

from __future__ import annotations

import argparse
import errno
import json
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sorparse
from sorparse import targets
from sorparse.register.loading import cache_options
from sorparse.register.saved.file import is_saved_register
from sorparse.replace import replaced_file

from .output import Output, data_stream, message
from .progress import counted

if TYPE_CHECKING:
    from sorparse import ConversionReport, Feed, Issue, Limits, Register, View

SHOWN_ISSUES = 5
"""Issues that the summary shows."""


def options(args: argparse.Namespace) -> dict[str, Any]:
    """Return the reading options as ``sorparse.open`` and ``sorparse.load`` take them."""
    return {
        "columns": dict(args.columns),
        "encoding": args.encoding,
        "repair": args.repair,
        "limits": limits(args),
    }


def limits(args: argparse.Namespace) -> Limits | None:
    """Return the guards against hostile files, if the arguments change one."""
    return sorparse.Limits(**dict(args.limits)) if args.limits else None


@contextmanager
def source(args: argparse.Namespace, name: str | None = None) -> Iterator[Any]:
    """Yield the source to open, the argument FILE if none is named, with a progress bar."""
    given: str = args.file if name is None else name
    if given == "-":
        yield sys.stdin.buffer
        return
    # a saved register is mapped, not read
    with counted(given, wanted=not args.quiet and not is_saved_register(given)) as opened:
        yield opened


@contextmanager
def feed(args: argparse.Namespace) -> Iterator[Feed]:
    """Open the argument FILE; the issues in its data are reported at the end."""
    with source(args) as given, sorparse.open(given, **options(args)) as opened:
        yield opened
    report_issues(opened.issues, args, opened.issue_counts)


def load(args: argparse.Namespace, name: str | None = None) -> Register:
    """Load the argument FILE, or the source named, by way of the cache; issues are not reported."""
    given: str = args.file if name is None else name

    def read() -> Register:
        with source(args, given) as opened:
            return sorparse.load(opened, **options(args))

    folder = None if args.no_cache or given == "-" or is_saved_register(given) else cache_folder()
    if folder is None:
        return read()
    from sorparse.register.saved.cache import RegisterCache

    return RegisterCache(folder).load(given, cache_options(**options(args)), read)


def cache_folder() -> Path | None:
    """Return the folder of saved registers; ``None`` if there is none."""
    named = os.environ.get("SORPARSE_CACHE")
    if named is not None:
        return Path(named) if named not in ("", "0") else None
    try:
        from platformdirs import user_cache_path
    except ImportError:
        return None
    return user_cache_path("sorparse", appauthor=False) / "registers"


def register(args: argparse.Namespace) -> Register:
    """Load the argument FILE; the issues in its data are reported."""
    loaded = load(args)
    report_issues(loaded.issues, args)
    return loaded


def view(args: argparse.Namespace, loaded: Register) -> View:
    """Return the register on the date of ``--as-of``; its caveats are reported."""
    seen = loaded.as_of(args.as_of)
    report_caveats(seen.caveats, args)
    return seen


def report_caveats(caveats: Iterable[str], args: argparse.Namespace) -> None:
    """Report why answers may be incomplete."""
    if not args.quiet:
        for caveat in caveats:
            message(caveat, "sorparse: note: ")


def status(args: argparse.Namespace, issues: Sequence[Issue], otherwise: int = 0) -> int:
    """Return the exit status: with ``--strict`` it is 1 if the data have errors."""
    if args.strict and any(issue.severity == "error" for issue in issues):
        return 1
    return otherwise


def report_issues(
    issues: Sequence[Issue], args: argparse.Namespace, counts: Counter[str] | None = None
) -> None:
    """Summarise the issues on stderr, and write them all to the file of ``--issues``."""
    write_issues(issues, args)
    serious = [issue for issue in issues if issue.severity != "info"]
    if args.quiet or not serious:
        return
    counts = Counter(issue.code for issue in issues) if counts is None else counts
    by_code = ", ".join(f"{code} {number}" for code, number in counts.most_common())
    message(f"issues in the data: {by_code}")
    for issue in serious[:SHOWN_ISSUES]:
        message(f"{issue.severity}: {issue}", "  ")
    if len(serious) > SHOWN_ISSUES and args.issues is None:
        message("... (--issues OUT writes them all)", "  ")


def show_report(report: ConversionReport, out: Output) -> None:
    """Show what was written, and the rows of what was replaced."""
    if out.is_json:
        out.json(sorparse.to_dict(report))
        return
    if out.is_text:
        out.line(report.title)
    else:  # the columns of CSV do not change
        out.rows(("table", "rows"), report.tables.items())
        return
    before = report.replaced or {}
    names = dict.fromkeys((*report.tables, *before))
    rows = ((name, report.tables.get(name), before.get(name)) for name in names)
    out.rows(("table", "rows", "rows_before"), rows)


def write_issues(issues: Sequence[Issue], args: argparse.Namespace) -> None:
    """Write all issues to the file of ``--issues``."""
    if args.issues is None:
        return
    lines = (json.dumps(sorparse.to_dict(issue), ensure_ascii=False) + "\n" for issue in issues)
    if args.issues == targets.STDOUT:
        stream = data_stream(sys.stdout)
        stream.flush()
        stream.buffer.writelines(line.encode("utf-8") for line in lines)
        stream.buffer.flush()
        return
    path = _checked_issues(args)
    with replaced_file(path) as new, new.open("w", encoding="utf-8") as file:
        file.writelines(lines)


def check_outputs(args: argparse.Namespace) -> None:
    """Refuse what ``--issues`` must not replace, before anything is read."""
    issues = getattr(args, "issues", None)
    if issues is None:
        return
    output = getattr(args, "output", None)
    if issues == targets.STDOUT:
        if output == targets.STDOUT or args.mode != "text":
            raise sorparse.SorError("--issues - and the result cannot both go to standard output")
        return
    path = _checked_issues(args)
    if output and args.command.NAME in ("convert", "extract"):
        place, file = Path(output).absolute(), path.absolute()
        if place == file or place in file.parents:
            raise sorparse.SorError("--issues must not be the output, nor a file in it")


def _checked_issues(args: argparse.Namespace) -> Path:
    inputs = [args.file, *(getattr(args, name, None) for name in ("second", "ids", "schema"))]
    sources = [sys.stdin.buffer if name == "-" else name for name in inputs if name is not None]
    path = targets.writable(args.issues, targets.own_issues, sources=sources, force=args.force)
    if not path.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
    return path
