"""``sorparse check``: what is wrong in the content."""

from __future__ import annotations

import argparse
import sys
from collections import Counter

import sorparse

from .. import arguments, reading
from ..output import Output

NAME = "check"
HELP = "look for what is wrong in the data, with lines and codes"
ABOUT = (
    "Read a source whole and report what could not be read and what is wrong in its content: "
    "orphans, circles, gaps, overlaps, check digits, duplicate keys and more, each with its line "
    "and a stable code. Exit status 1 where an error is found; --fail-on makes it stricter."
)
EXAMPLES = """\
  sorparse check Sor_complete.zip
  sorparse check Sor_complete.zip --fail-on warning --csv > findings.csv
  sorparse check sor.csv --summary
"""

_COLUMNS = ("severity", "code", "file", "line", "column", "sor_id", "value", "message")
_SEVERITIES = ("error", "warning", "info")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    arguments.file(parser)
    parser.add_argument(
        "--fail-on",
        choices=_SEVERITIES,
        default="error",
        help="the least severity that makes the exit status 1; error where left out",
    )
    parser.add_argument("--summary", action="store_true", help="only how often each code was found")
    arguments.output(parser)
    arguments.reading(parser)


def run(args: argparse.Namespace, out: Output) -> int:
    """Print the findings."""
    register = reading.load(args)
    # loading reports some of what the check finds
    found = list(dict.fromkeys([*register.issues, *register.check()]))
    reading.write(found, args)
    order = {severity: place for place, severity in enumerate(_SEVERITIES)}
    found.sort(key=lambda issue: order[issue.severity])  # stable: by place within a severity
    if args.summary:
        counts = Counter((issue.severity, issue.code) for issue in found)
        out.rows(("severity", "code", "count"), ((*key, n) for key, n in counts.items()))
    else:
        out.rows(
            _COLUMNS,
            ([getattr(issue, column) for column in _COLUMNS] for issue in found),
            objects=map(sorparse.to_dict, found),
            styles={"severity": _style},
        )
    if not args.quiet:
        by_severity = Counter(issue.severity for issue in found)
        told = ", ".join(f"{number} {each}" for each, number in by_severity.most_common())
        print(f"sorparse: {told or 'nothing found'}", file=sys.stderr)
    failing = order[args.fail_on]
    return 1 if any(order[issue.severity] <= failing for issue in found) else 0


def _style(severity: str) -> str:
    return {"error": "red", "warning": "yellow"}.get(severity, "")
