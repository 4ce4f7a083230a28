"""``sorparse completion``: let the shell complete commands, options and file names."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import sorparse

from ..output import Output

NAME = "completion"
HELP = "print the script that makes a shell complete sorparse"
ABOUT = "Print a completion script for a shell. Needs the extra [cli] (shtab)."
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
    try:
        import shtab
    except ImportError:
        raise sorparse.MissingExtraError(
            'shell completion needs shtab: pip install "sorparse[cli]"'
        ) from None
    from ..app import make_parser

    parser = make_parser()
    for action in _actions(parser):
        # shtab looks for the attribute; argparse knows nothing of it
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
