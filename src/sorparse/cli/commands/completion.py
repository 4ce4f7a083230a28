"""``sorparse completion``: let the shell complete commands and options."""

from __future__ import annotations

import argparse

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


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("shell", choices=("bash", "zsh", "fish"), help="the shell")


def run(args: argparse.Namespace, out: Output) -> int:
    """Print the script."""
    try:
        import shtab
    except ImportError:
        raise sorparse.MissingExtraError(
            "shell completion needs shtab: pip install sorparse[cli]"
        ) from None
    from ..app import make_parser

    out.stream.write(shtab.complete(make_parser(), shell=args.shell) + "\n")
    return 0
