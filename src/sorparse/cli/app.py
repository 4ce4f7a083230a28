"""The entry point: it runs a command, and turns every outcome into an exit status.

0 success; 1 issues in the data, or nothing found; 2 wrong use, or input that cannot be read;
130 interrupted; 141 the reader of the output has closed it.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import textwrap
import threading
import traceback
from collections.abc import Sequence
from typing import Any, NoReturn

import sorparse

from .commands import Command, all_commands
from .output import Output, clean, make_writable, message, one_line
from .reading import check_outputs

ISSUES = 1
WRONG_USE = 2
INTERRUPTED = 130  # 128 + SIGINT, the number that shells use
PIPE_CLOSED = 141  # 128 + SIGPIPE

_EXIT_NOTE = "exit status: 0 success, 1 issues or nothing found, 2 wrong use or unreadable input"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status; ``argv`` is like ``sys.argv[1:]``.

    Never raises for bad input or bad arguments: the error is one line on stderr.
    """
    make_writable(sys.stdout)
    make_writable(sys.stderr)
    debug = False
    earlier_handlers = _end_on_signals()
    try:
        args = make_parser().parse_args(argv)
        debug = args.debug
        command: Command = args.command
        check_outputs(args)
        out = Output(args.mode, wide=getattr(args, "wide", False))
        status = command.run(args, out)
        sys.stdout.flush()
    except SystemExit as stop:  # argparse: --help, --version, wrong use
        return stop.code if isinstance(stop.code, int) else WRONG_USE
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _discard_stdout()
        return PIPE_CLOSED
    except (sorparse.UnknownUnitError, sorparse.GuardError, sorparse.EmptySourceError) as reason:
        message(str(reason))
        return ISSUES
    except (sorparse.SorError, OSError) as error:
        return _report_failure(error, _message_of(error), debug=debug)
    except Exception as error:  # users do not see a traceback
        text = f"internal error, please report it ({type(error).__name__}: {error})"
        return _report_failure(error, text, debug=debug)
    finally:
        for number, handler in earlier_handlers.items():
            signal.signal(number, handler)
    return status


def _end_on_signals() -> dict[int, Any]:
    """Let SIGTERM and SIGHUP raise SystemExit, so that temporary files are removed.

    Returns:
        The earlier handlers, to be set again.
    """
    before: dict[int, Any] = {}
    if threading.current_thread() is not threading.main_thread():
        return before
    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]

    def end(number: int, _frame: object) -> NoReturn:
        for each in before:
            signal.signal(each, signal.SIG_IGN)  # a second one does not interrupt the removal
        raise SystemExit(128 + number)

    for number in numbers:
        if signal.getsignal(number) is signal.SIG_DFL:  # nohup ignores SIGHUP
            before[number] = signal.signal(number, end)
    return before


def _report_failure(error: BaseException, text: str, *, debug: bool) -> int:
    if debug:
        lines = "".join(traceback.format_exception(error)).splitlines()
        sys.stderr.writelines(f"{clean(line)}\n" for line in lines)
    message(text, "sorparse: error: ")
    return WRONG_USE


def _message_of(error: BaseException) -> str:
    if isinstance(error, OSError) and not isinstance(error, sorparse.SorError):
        place = f"{error.filename}: " if error.filename else ""
        return f"{place}{error.strerror or error}"
    if isinstance(error, sorparse.UnrecognisedFormatError):
        from sorparse.formats.guess_format import NAME_COLUMNS

        return str(error).replace(NAME_COLUMNS, "name its columns with --column THEIRNAME=sor_id")
    return str(error)


def _discard_stdout() -> None:
    """Discard what is still to be written, so that Python does not fail on the closed pipe."""
    try:
        descriptor = sys.stdout.fileno()
    except (OSError, ValueError):
        return  # stdout is not a file of the system: there is nothing to flush
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, descriptor)
    os.close(null)


class _HelpFormatter(argparse.RawDescriptionHelpFormatter):
    """Formatter that wraps paragraphs to the terminal, and leaves lists of examples unchanged."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        if "\n" in text:
            return super()._fill_text(text, width, indent)
        return textwrap.fill(text, width, break_on_hyphens=False)  # options have hyphens


class _Parser(argparse.ArgumentParser):
    """Parser that reports a wrong argument in one line, without the usage."""

    _inside = False

    def parse_known_args(  # type: ignore[override] # argparse's own overloads are not callable
        self, args: Any = None, namespace: Any = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """Accept options anywhere: before, between and after the other arguments."""
        if self._subparsers is not None or self._inside:
            return super().parse_known_args(args, namespace)
        self._inside = True  # the call below calls this method again
        try:
            return self.parse_known_intermixed_args(args, namespace)
        finally:
            self._inside = False

    def _get_values(self, action: argparse.Action, arg_strings: list[str]) -> Any:
        """Read ``--option=--`` as the value ``--``, which argparse would drop."""
        if action.option_strings and arg_strings == ["--"]:
            value = self._get_value(action, "--")
            self._check_value(action, value)
            return value
        return super()._get_values(action, arg_strings)

    def error(self, message: str) -> NoReturn:
        self.exit(WRONG_USE, f"{self.prog}: error: {one_line(message)} (see {self.prog} --help)\n")


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line, from which shell completion is derived."""
    parser = _Parser(
        prog="sorparse",
        description="Read SOR, the Danish register of health organisations, in every format.",
        epilog=f"Each command has its own --help, with examples.\n\n{_EXIT_NOTE}",
        formatter_class=_HelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"sorparse {sorparse.__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True, parser_class=_Parser)
    for command in all_commands():
        sub = commands.add_parser(
            command.NAME,
            help=command.HELP,
            description=command.ABOUT,
            epilog=f"examples:\n{command.EXAMPLES.rstrip()}\n\n{_EXIT_NOTE}",
            formatter_class=_HelpFormatter,
        )
        sub.set_defaults(command=command, mode="text")
        command.add_arguments(sub)
        sub.add_argument(
            "--debug", action="store_true", help="show the traceback if something fails"
        )
    return parser
