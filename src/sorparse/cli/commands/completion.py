"""``sorparse completion``: let the shell complete commands, options and file names."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from sorparse.extras import load_extra

from ..output import Output

NAME = "completion"
HELP = "print the script that completes commands in a shell"
ABOUT = (
    "Print the script with which a shell completes commands, options and file names. Needs the "
    "extra [cli] (shtab)."
)
EXAMPLES = """\
  sorparse completion bash > ~/.local/share/bash-completion/completions/sorparse
  sorparse completion zsh > ~/.zfunc/_sorparse
  sorparse completion fish > ~/.config/fish/completions/sorparse.fish
"""

_FILES = frozenset({"FILE", "SECOND", "OUT", "LIST", "PATH"})
_FOLDERS = frozenset({"FOLDER"})


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("shell", choices=("bash", "zsh", "fish"), help="the shell")


def run(args: argparse.Namespace, out: Output) -> int:
    """Print the script."""
    shtab = load_extra("shtab", "cli", "Completion scripts")
    from ..app import make_parser

    parser = make_parser()
    for action in _actions(parser):
        # shtab reads the attribute; argparse does not declare it
        if action.metavar in _FILES:
            vars(action)["complete"] = shtab.FILE
        elif action.metavar in _FOLDERS:
            vars(action)["complete"] = shtab.DIRECTORY
    out.stream.write(shtab.complete(parser, shell=args.shell) + "\n")
    return 0


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in parser._actions:
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for sub in action.choices.values():
                yield from _actions(sub)
