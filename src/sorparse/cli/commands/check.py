"""``sorparse check``: errors in the data."""

from __future__ import annotations

import argparse
from collections import Counter
from operator import attrgetter

import sorparse

from .. import arguments, reading, shak
from ..output import Output, message

NAME = "check"
HELP = "report errors in the data, each with its line and a code"
ABOUT = (
    "Read a whole source, and report what could not be read and errors in the content: units "
    "without their parent, cycles, gaps, overlaps, check digits, duplicate keys and more. Each "
    "issue has its line and a stable code. The exit status is 1 if there is an error; --fail-on "
    "makes it stricter."
)
EXAMPLES = """\
  sorparse check Sor_complete.zip
  sorparse check Sor_complete.zip --fail-on warning --csv > issues.csv
  sorparse check sor.csv --summary
"""

_COLUMNS = ("severity", "code", "file", "line", "column", "sor_id", "value", "message")
_BRIEF_COLUMNS = ("severity", "code", "line", "sor_id", "message")
_SEVERITIES = ("error", "warning", "info")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    arguments.file(parser)
    parser.add_argument(
        "--fail-on",
        choices=_SEVERITIES,
        default="error",
        help="exit status 1 if there is an issue of this severity or worse; error if omitted",
    )
    parser.add_argument(
        "--summary", action="store_true", help="show only the number of issues by code"
    )
    arguments.output(parser, wide=True)
    arguments.loading(parser)


def run(args: argparse.Namespace, out: Output) -> int:
    """Print the issues."""
    register = shak.loaded(args)
    # loading reports some of what the check reports
    issues = list(dict.fromkeys([*register.issues, *register.check()]))
    reading.write_issues(issues, args)
    order = {severity: place for place, severity in enumerate(_SEVERITIES)}
    issues.sort(key=lambda issue: order[issue.severity])  # stable: by place within a severity
    if args.summary:
        counts = Counter((issue.severity, issue.code) for issue in issues)
        out.rows(("severity", "code", "count"), ((*key, n) for key, n in counts.items()))
    else:
        columns: tuple[str, ...] = _COLUMNS
        if out.is_brief:
            several = len({issue.file for issue in issues if issue.file}) > 1
            columns = ("file", *_BRIEF_COLUMNS) if several else _BRIEF_COLUMNS
        out.rows(
            columns,
            map(attrgetter(*columns), issues),
            objects=map(sorparse.to_dict, issues),
            styles={"severity": _style},
        )
    if not args.quiet:
        by_severity = Counter(issue.severity for issue in issues)
        numbers = ", ".join(f"{number} {each}" for each, number in by_severity.most_common())
        message(numbers or "no issues")
    failing = order[args.fail_on]
    return 1 if any(order[issue.severity] <= failing for issue in issues) else 0


def _style(severity: str) -> str:
    return {"error": "red", "warning": "yellow"}.get(severity, "")
