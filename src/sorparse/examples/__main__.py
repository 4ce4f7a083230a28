"""A tour of the example register: ``python -m sorparse.examples [--html PAGE]``.

It shows answers of the library without a file of the publisher. ``--html`` writes it as a page
for a browser, with a map if the extra ``map`` is installed.
"""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import sorparse
from sorparse import examples, targets
from sorparse.cli import arguments
from sorparse.cli.app import PIPE_CLOSED
from sorparse.cli.output import make_writable, one_line
from sorparse.replace import replaced_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sorparse import Register, View

_PAGE_START = '<!doctype html><html lang="en"><meta charset="utf-8"><title>sorparse: a tour</title>'
HOSPITAL = "9000161000016009"
HOME = "9000471000016005"
SHARED_SHAK = "9901203"
REPLACED = "9000681000016009"
DAYS = ("2021-03-31", "2021-04-01")


def paragraphs(register: Register, view: View) -> Iterator[str]:
    """Yield the tour, a paragraph at a time."""
    yield (
        f"The synthetic example register, from {examples.sor2_zip.name}: {len(register)} units, of "
        f"which {len(view)} are in force on {view.day}; "
        f"{len(register.issues)} issues while reading it."
    )
    yield f"A unit and the units below it, on {view.day}:\n\n{view.tree(HOSPITAL)}"
    then = register.as_of(DAYS[0])
    yield f"The same on {then.day}:\n\n{then.tree(HOSPITAL)}"
    last = register.history(HOME)[-1]
    statuses = " and ".join(f"{register.as_of(day).status(HOME)} on {day}" for day in DAYS)
    yield f"{last.name} ({HOME}) has the to-date {last.validity.to_date}. It is {statuses}."
    match = view.shak_to_sor(SHARED_SHAK)
    names = ", ".join(f"{one.name} ({one.sor_id})" for one in match.candidates)
    best = match.best.sor_id if match.best else "none of them"
    yield f"SHAK {match.code} is assigned to {names}. Chosen: {best} ({match.rule})."
    gone = register.history(REPLACED)[-1]
    active = ", ".join(f"{one.name} ({one.sor_id})" for one in view.active_successors(REPLACED))
    yield (
        f"{gone.name} ({REPLACED}) closed on {gone.validity.to_date}; "
        f"active in its place: {active}."
    )
    yield "With a file of your own: sorparse.load(path), or in a terminal: sorparse describe PATH"


def page(register: Register, view: View) -> str:
    """Return the tour as a page of HTML, as a notebook would show it."""
    parts: list[Any] = [register, view, view.tree(HOSPITAL), view.shak_to_sor(SHARED_SHAK)]
    parts.append(register.diff("2018-06-01", view.day))
    try:
        parts.append(view.map())
    except sorparse.MissingExtraError as missing:
        body = f"<p>{missing}</p>"
    else:
        body = ""
    shown = "<hr>".join(part._repr_html_() for part in parts)
    return (
        f"{_PAGE_START}"
        '<meta name="viewport" content="width=device-width"><meta name="color-scheme" '
        'content="light dark"><body style="font-family:system-ui,sans-serif;margin:1.5em">'
        f"<h1>A tour of the example register</h1>{shown}{body}</body></html>"
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Show the tour; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m sorparse.examples", description="A tour of the example register."
    )
    parser.add_argument(
        "--html",
        metavar="PAGE",
        type=arguments.path,
        help="write the tour as a page for a browser; - for standard output",
    )
    parser.add_argument(
        "--force", action="store_true", help="also replace a file that is not a tour"
    )
    given = parser.parse_args(argv)
    make_writable(sys.stdout)
    make_writable(sys.stderr)
    try:
        status = _show(parser, given)
        sys.stdout.flush()
    except BrokenPipeError:  # as in `python -m sorparse.examples | head`
        with suppress(OSError, ValueError):  # Python flushes it once more at its end
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    return status


def _show(parser: argparse.ArgumentParser, given: argparse.Namespace) -> int:
    register = sorparse.load(examples.sor2_zip)
    view = register.as_of(examples.snapshot_date)
    if given.html is None:
        print("\n\n".join(paragraphs(register, view)))
    elif given.html == targets.STDOUT:
        print(page(register, view))
    else:
        try:
            _write(given.html, page(register, view), force=given.force)
        except sorparse.SorError as error:
            print(f"{parser.prog}: error: {one_line(str(error))}", file=sys.stderr)
            return 2
        print(f"written: {one_line(given.html)}")
    return 0


def _write(name: str, text: str, *, force: bool) -> None:
    is_own = targets.starts_with(_PAGE_START)
    path = targets.writable(name, is_own, sources=[examples.folder], force=force)
    with replaced_file(path) as new:
        new.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
