"""The page of the command line, from its own parser."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator

from formats import table_lines
from sorparse.cli.app import make_parser
from sorparse.cli.commands import all_commands

HEAD = """\
<!-- Written by docs/tools/make.py: the texts of the commands are in src/sorparse/cli. -->

# The command line

`sorparse` is installed with the library; `python -m sorparse` is the same. The extra `cli` adds
tables that fit the terminal, colours, a progress bar, shell completion and a [cache](#cache)
([install](../how-to/install.md));
without it the text is plain. Each command has its own `--help`. To try the commands, copy the
example register to a new folder: `sorparse examples --copy try-sor`.

## On a terminal

A terminal shows the main values, and fits its width: `find`, `check`, `diff` and `map-shak` have a
few columns, `show` has groups with each address on one line, `tree` has name, SOR id and type. Ids
are never cut or broken. `--wide` shows all values. If a table does not fit, each row is a short
list. Output to a file or a pipe always has all values and does not depend on the terminal.

Colours and the progress bar appear only on a terminal; `NO_COLOR` is respected. A terminal that
lacks Danish letters shows them spelled out (`Aeroe`), and JSON as escapes, so that nothing is lost.
Control characters in a file or an argument never reach a terminal: they are shown as escapes such
as `\\u001b`, also in JSON, CSV and the output of `convert -o -` and `--issues -`. Files and pipes
get JSON and CSV unchanged.

## For scripts

| Exit status | Meaning |
|---|---|
| 0 | success |
| 1 | issues: `check` or `validate` found errors, `diff` found more closings than allowed, a unit or a code was not found, a guard stopped `convert`, or `--strict` and the data have errors |
| 2 | wrong use, or input that cannot be read; one line on standard error has the reason |
| 130, 141 | interrupted; the reader of the output has closed it |

Results go to standard output, everything else to standard error. `--json` writes records as nested
objects with the names of the [records' fields](python.md), dates as `2021-03-31`, ids and
coordinates as text; lists have one element per line. `--csv` writes the complete table: UTF-8,
commas, a header. Text for people can change in any version; JSON and CSV are
[stable](stability.md).

A summary of the issues in the data goes to standard error; `--issues OUT` writes all of them to a
file, `--quiet` shows none.

## Arguments of most commands
"""  # noqa: E501 - a row of a table is one line


def pages() -> dict[str, str]:
    """Return the page by its path below docs."""
    parser = make_parser()
    subs = _actions(parser)
    arguments = {command.NAME: list(_arguments(subs[command.NAME])) for command in all_commands()}
    shared = [
        pair for pair in arguments["show"] if sum(pair in rows for rows in arguments.values()) > 5
    ]
    lines = [HEAD, *table_lines(("Argument", "Meaning"), shared), ""]
    for command in all_commands():
        lines += [f"## {command.NAME}", "", _options_as_code(command.ABOUT), ""]
        lines += ["```text", *(line.strip() for line in command.EXAMPLES.splitlines()), "```", ""]
        own = [pair for pair in arguments[command.NAME] if pair not in shared]
        if own:
            lines += [*table_lines(("Argument", "Meaning"), own), ""]
        for name, action in _actions(subs[command.NAME]).items():
            own = [pair for pair in _arguments(action) if pair not in shared]
            lines += [
                f"### {command.NAME} {name}",
                "",
                *table_lines(("Argument", "Meaning"), own),
                "",
            ]
    return {"reference/command-line.md": "\n".join(lines).rstrip() + "\n"}


_OPTION = re.compile(r"(?<![\w`-])--[a-z]+(?:-[a-z]+)*(?: [A-Z][\w]*=\w+| [a-z_]+=\w+)?")


def _options_as_code(text: str) -> str:
    """Mark options as code."""
    return _OPTION.sub(lambda found: f"`{found[0]}`", text)


def _actions(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """Return the parsers of the commands, or of the actions of a command, by their names."""
    found = [each for each in parser._actions if isinstance(each, argparse._SubParsersAction)]
    return dict(found[0].choices) if found else {}


def _arguments(parser: argparse.ArgumentParser) -> Iterator[tuple[str, str]]:
    for action in parser._actions:
        if isinstance(action, (argparse._HelpAction, argparse._SubParsersAction)):
            continue
        if action.help == argparse.SUPPRESS:
            continue
        names = ", ".join(action.option_strings)
        value = action.metavar or (
            "|".join(map(str, action.choices)) if action.choices else action.dest.upper()
        )
        takes_value = action.nargs != 0
        usage = " ".join(filter(None, (names, str(value) if takes_value or not names else "")))
        yield f"`{usage}`", _options_as_code(action.help or "")
