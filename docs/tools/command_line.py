"""The page of the command line, from the parser that the command line itself uses."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator

from formats import table_lines
from sorparse.cli.app import make_parser
from sorparse.cli.commands import all_commands

HEAD = """\
<!-- Made by docs/tools/make.py: the commands' texts are in src/sorparse/cli. -->

# The command line

`sorparse` is installed with the library; `python -m sorparse` is the same. The extra `cli` adds
drawn tables, colours, a progress bar, shell completion and a [cache](#cache)
([install](install.md)); without it the text is the same and plain. Each command has a `--help` of its own. To try them, copy the example
register to a folder of your own: `sorparse examples --copy try-sor`.

## For scripts

| Exit status | Means |
|---|---|
| 0 | fine |
| 1 | issues: `check` or `validate` found errors, `diff` more closings than allowed, a unit or a code was not found, `convert` and a guard tripped, or `--strict` and the data could not be read in full |
| 2 | wrong use, or input that cannot be read: one line on standard error says what |
| 130, 141 | interrupted; the reader of the output has gone |

Results go to standard output, everything else to standard error. `--json` gives records as nested
objects with the names of the [records' fields](reference/index), days as `2021-03-31`, ids and
coordinates as text; lists have one element a line. `--csv` gives the table that is shown to people:
UTF-8, commas, a header. Text for people may change from version to version; JSON and CSV do not
without notice.

Colours and the progress bar appear only on a terminal; `NO_COLOR` is respected. On a terminal that
lacks Danish letters they are spelled out (`Aeroe`), and JSON has escapes: nothing is lost there.
Control characters in a file or an argument never reach a terminal: they are shown as escapes such
as `\\u001b`, also in JSON, CSV and what `convert -o -` and `--issues -` write. In files and pipes
JSON and CSV are exact.

The issues in the data are summarised on standard error; `--issues OUT` writes all of them,
`--quiet` none.

## What most commands take
"""  # noqa: E501 - a row of a table stands on one line


def pages() -> dict[str, str]:
    """Give the page by its path below docs."""
    parser = make_parser()
    subs = _actions(parser)
    told = {command.NAME: list(_arguments(subs[command.NAME])) for command in all_commands()}
    shared = [pair for pair in told["show"] if sum(pair in rows for rows in told.values()) > 5]
    lines = [HEAD, *table_lines(("Argument", "What it is"), shared), ""]
    for command in all_commands():
        lines += [f"## {command.NAME}", "", _typed(command.ABOUT), ""]
        lines += ["```text", *(line.strip() for line in command.EXAMPLES.splitlines()), "```", ""]
        own = [pair for pair in told[command.NAME] if pair not in shared]
        if own:
            lines += [*table_lines(("Argument", "What it is"), own), ""]
        for name, action in _actions(subs[command.NAME]).items():
            own = [pair for pair in _arguments(action) if pair not in shared]
            lines += [
                f"### {command.NAME} {name}",
                "",
                *table_lines(("Argument", "What it is"), own),
                "",
            ]
    return {"command-line.md": "\n".join(lines).rstrip() + "\n"}


_OPTION = re.compile(r"(?<![\w`-])--[a-z]+(?:-[a-z]+)*(?: [A-Z][\w]*=\w+| [a-z_]+=\w+)?")


def _typed(text: str) -> str:
    """Set options as what one types."""
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
        told = " ".join(filter(None, (names, str(value) if takes_value or not names else "")))
        yield f"`{told}`", _typed(action.help or "")
