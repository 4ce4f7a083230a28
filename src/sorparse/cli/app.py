"""The entry point: arguments to a command, and every outcome to an exit status.

0 fine; 1 issues in the data, or nothing was found; 2 wrong use, or input that cannot be
read; 130 interrupted; 141 the reader of the output has gone.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
import traceback
from collections.abc import Sequence
from typing import Any, NoReturn

import sorparse

from .commands import Command, all_commands
from .output import Output, clean, make_writable, message, one_line
from .reading import check_outputs

ISSUES = 1
WRONG = 2
INTERRUPTED = 130  # 128 + SIGINT, as shells have it
PIPE_CLOSED = 141  # 128 + SIGPIPE

_EXIT_NOTE = "exit status: 0 fine, 1 issues or nothing found, 2 wrong use or unreadable input"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status; ``argv`` as in ``sys.argv[1:]``.

    Never raises for bad input or bad arguments: the error is one line on stderr.
    """
    make_writable(sys.stdout)
    make_writable(sys.stderr)
    debug = False
    before = _end_on_signals()
    try:
        args = make_parser().parse_args(argv)
        debug = args.debug
        command: Command = args.command
        check_outputs(args)
        out = Output(args.mode, wide=getattr(args, "wide", False))
        status = command.run(args, out)
        sys.stdout.flush()
    except SystemExit as stop:  # argparse: --help, --version, wrong use
        return stop.code if isinstance(stop.code, int) else WRONG
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _forget_stdout()
        return PIPE_CLOSED
    except (sorparse.UnknownUnitError, sorparse.GuardError, sorparse.EmptySourceError) as reason:
        message(str(reason))
        return ISSUES
    except (sorparse.SorError, OSError) as error:
        return _failed(error, _words(error), debug=debug)
    except Exception as error:  # the last resort: no user sees a traceback
        words = f"internal error, please report it ({type(error).__name__}: {error})"
        return _failed(error, words, debug=debug)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return status


def _end_on_signals() -> dict[int, Any]:
    """Let SIGTERM and SIGHUP raise an exception, so that temporary files are removed."""
    before: dict[int, Any] = {}
    if threading.current_thread() is not threading.main_thread():
        return before
    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]

    def end(number: int, _frame: object) -> NoReturn:
        for each in before:
            signal.signal(each, signal.SIG_IGN)  # a second one does not stop the cleaning up
        raise SystemExit(128 + number)

    for number in numbers:
        if signal.getsignal(number) is signal.SIG_DFL:  # nohup ignores SIGHUP
            before[number] = signal.signal(number, end)
    return before


def _failed(error: BaseException, words: str, *, debug: bool) -> int:
    if debug:
        lines = "".join(traceback.format_exception(error)).splitlines()
        sys.stderr.writelines(f"{clean(line)}\n" for line in lines)
    message(words, "sorparse: error: ")
    return WRONG


def _words(error: BaseException) -> str:
    if isinstance(error, OSError) and not isinstance(error, sorparse.SorError):
        place = f"{error.filename}: " if error.filename else ""
        return f"{place}{error.strerror or error}"
    return str(error)


def _forget_stdout() -> None:
    """Keep the interpreter from complaining when it flushes the closed pipe on its way out."""
    try:
        descriptor = sys.stdout.fileno()
    except (OSError, ValueError):
        return  # stdout is no real file, there is nothing to flush
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)


class _Parser(argparse.ArgumentParser):
    """Reports a wrong argument in one line, without a page of usage."""

    _inside = False

    def parse_known_args(  # type: ignore[override] # argparse's own overloads are not callable
        self, args: Any = None, namespace: Any = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """Take options anywhere: ``find FILE --status ALL text`` as well as the text first."""
        if self._subparsers is not None or self._inside:
            return super().parse_known_args(args, namespace)
        self._inside = True  # what it calls in turn is this method
        try:
            return self.parse_known_intermixed_args(args, namespace)
        finally:
            self._inside = False

    def _get_values(self, action: argparse.Action, arg_strings: list[str]) -> Any:
        """Take ``--option=--`` as that value; argparse drops the two dashes and goes on."""
        if action.option_strings and arg_strings == ["--"]:
            value = self._get_value(action, "--")
            self._check_value(action, value)
            return value
        return super()._get_values(action, arg_strings)

    def error(self, message: str) -> NoReturn:
        self.exit(WRONG, f"{self.prog}: error: {one_line(message)} (see {self.prog} --help)\n")


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line; shell completion is derived from it."""
    parser = _Parser(
        prog="sorparse",
        description="Read SOR, the Danish health organisation register, in every published form.",
        epilog=f"Each command has a --help of its own, with examples.\n\n{_EXIT_NOTE}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"sorparse {sorparse.__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True, parser_class=_Parser)
    for command in all_commands():
        sub = commands.add_parser(
            command.NAME,
            help=command.HELP,
            description=command.ABOUT,
            epilog=f"examples:\n{command.EXAMPLES.rstrip()}\n\n{_EXIT_NOTE}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        sub.set_defaults(command=command, mode="text")
        command.add_arguments(sub)
        sub.add_argument(
            "--debug", action="store_true", help="show the traceback if something fails"
        )
    return parser
