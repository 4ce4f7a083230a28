"""Output of the commands on stdout: text, JSON or CSV, safe on any terminal."""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
import shutil
import sys
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_LETTERS = {
    "æ": "ae",
    "ø": "oe",
    "å": "aa",
    "Æ": "Ae",
    "Ø": "Oe",
    "Å": "Aa",
    "…": "...",
    "–": "-",
    "—": "-",
    "→": "->",
    "·": "-",
    "⏎": " ",
    "│": "|",
    "├": "|",
    "└": "`",
    "─": "-",
}
_IN_CAPITALS = {"sor": "SOR", "shak": "SHAK", "cvr": "CVR", "edi": "EDI"}
MOST_DRAWN = 1000
"""Rows that rich draws as a table on a terminal; more are written as plain text, which is fast."""
_HANDLER = "sorparse-spell-out"
# C0 and C1 control characters, and those that change the direction of writing: no file and no
# argument may control the terminal it is shown on
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")

# a message may quote an address of a database
_PASSWORD = re.compile(
    r"(?<=postgres:/)\S*(?=@)|(?<=postgresql:/)\S*(?=@)|(?<=password=)[^\s&]+", re.IGNORECASE
)


def _spell_out(error: UnicodeError) -> tuple[str, int]:
    """Replace letters that an encoding lacks: Ærø on an ASCII terminal is Aeroe."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    spelled = []
    for letter in error.object[error.start : error.end]:
        plain = _LETTERS.get(letter)
        if plain is None:
            decomposed = unicodedata.normalize("NFKD", letter)
            plain = "".join(part for part in decomposed if part.isascii()) or "?"
        spelled.append(plain)
    return "".join(spelled), error.end


codecs.register_error(_HANDLER, _spell_out)


def make_writable(stream: TextIO) -> None:
    """Make a stream accept any text, whatever its encoding."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors=_HANDLER)


def clean(text: str) -> str:
    """Make control characters visible, so that a value is one line of a table."""
    return _CONTROL.sub(lambda match: repr(match[0])[1:-1], text)


def one_line(text: str) -> str:
    """Return a message as one line without control characters and passwords of databases."""
    return clean(_PASSWORD.sub("***", " ".join(text.split("\n"))))


def message(text: str, start: str = "sorparse: ") -> None:
    """Write one line to stderr."""
    print(f"{start}{one_line(text)}", file=sys.stderr)


class _VisibleControls(io.BufferedIOBase):
    """Stream for a terminal: control characters become escapes, which JSON reads as the same."""

    def __init__(self, terminal: TextIO) -> None:
        self._terminal = terminal
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogatepass")

    def writable(self) -> bool:
        return True

    def write(self, data: ReadableBuffer, /) -> int:
        content = bytes(data)
        lines = self._decoder.decode(content).split("\n")
        escaped = (_CONTROL.sub(lambda match: f"\\u{ord(match[0]):04x}", line) for line in lines)
        self._terminal.write("\n".join(escaped))
        return len(content)

    def flush(self) -> None:
        if not self._terminal.closed:  # at the end of the program the terminal may be closed first
            self._terminal.flush()


def data_stream(stream: TextIO) -> TextIO:
    """Return a stream for data: the same, or for a terminal one that escapes control characters."""
    if not stream.isatty():
        return stream
    visible: Any = _VisibleControls(stream)
    return io.TextIOWrapper(
        visible, encoding="utf-8", errors="surrogatepass", newline="", write_through=True
    )


def shown(value: object) -> str:
    """Return a value as one line of a table: empty if absent, yes or no for a truth value."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (tuple, list)):
        return ", ".join(shown(each) for each in value)
    return clean(str(value))


def field_label(field: str) -> str:
    """Return the name of a field in words: ``shak_code`` is ``SHAK code``."""
    return " ".join(_IN_CAPITALS.get(word, word) for word in re.split(r"[._]", field))


class Output:
    """Results on stdout, in the format that the options ask for."""

    def __init__(self, mode: str, *, wide: bool = False) -> None:
        self.mode = mode
        self.stream = sys.stdout
        self._wide = wide
        self._data = data_stream(self.stream)
        self.console = self._rich_console()
        """The console of rich if stdout is a terminal and rich is installed; else None."""

    @property
    def is_json(self) -> bool:
        """Whether JSON was asked for."""
        return self.mode == "json"

    @property
    def is_text(self) -> bool:
        """Whether the output is for a person."""
        return self.mode == "text"

    @property
    def is_brief(self) -> bool:
        """Whether only the main values are shown: on a terminal, without ``--wide``."""
        return self.is_text and not self._wide and self.stream.isatty()

    @property
    def draws(self) -> bool:
        """Whether rich draws tables, to the width of the terminal."""
        return self.console is not None

    def line(self, text: str = "", style: str = "") -> None:
        """Write one line of text for a person."""
        if self.console is not None:
            from .terminal_table import draw_line, styled

            draw_line(self.console, styled(clean(text), style))
        else:
            self.stream.write(clean(text) + "\n")

    def branch(self, branch: str, below: str, parts: Sequence[tuple[str, str]]) -> None:
        """Write a line of a tree for a person.

        Args:
            branch: The lines that lead to the unit.
            below: The lines that lead past it, before its further lines.
            parts: Texts with their styles.
        """
        if self.console is None:
            self.line(branch + "  ".join(text for text, _ in parts))
            return
        from .terminal_table import draw_branch, styled

        texts = [styled(clean(text), style) for text, style in parts]
        draw_branch(self.console, branch, below, styled("  ").join(texts))

    def pairs(self, title: str, pairs: Sequence[tuple[str, str]]) -> None:
        """Write a title and, below it, values with their titles, for a person."""
        self.line(title, "bold")
        texts = [(clean(name), shown(text)) for name, text in pairs]
        if self.console is not None:
            from .terminal_table import draw_pairs

            draw_pairs(self.console, texts)
            return
        width = max((len(name) for name, _ in texts), default=0)
        for name, text in texts:
            self.line(f"  {name.ljust(width)}  {text}".rstrip())

    def json(self, value: object) -> None:
        """Write one JSON document."""
        self._data.write(self._dumped(value, indent=2) + "\n")

    def json_lines(self, values: Iterable[object]) -> None:
        """Write a JSON array, one element per line, while the elements are read."""
        self._data.write("[")
        separator = "\n"
        for value in values:
            self._data.write(separator + self._dumped(value))
            separator = ",\n"
        self._data.write("\n]\n")

    def rows(
        self,
        columns: Sequence[str],
        rows: Iterable[Sequence[object]],
        *,
        objects: Iterable[Mapping[str, object]] | None = None,
        styles: Mapping[str, Callable[[str], str]] | None = None,
        cut: Collection[str] = (),
    ) -> None:
        """Write a table: as JSON its ``objects`` (or the rows by column), as CSV or as text.

        Args:
            columns: The names of the columns.
            rows: The rows.
            objects: What JSON has instead of the rows.
            styles: For a column, what returns the style of a value on terminals with colours.
            cut: Columns of samples, of which a terminal shows as many as fit.
        """
        if self.mode == "json":
            by_column = (dict(zip(columns, row, strict=True)) for row in rows)
            self.json_lines(by_column if objects is None else objects)
        elif self.mode == "csv":
            writer = csv.writer(self._data, lineterminator="\n")
            writer.writerow(columns)
            writer.writerows([_cell(value) for value in row] for row in rows)
        elif values := list(rows):
            self._text_table(columns, values, styles or {}, cut)

    def _text_table(
        self,
        columns: Sequence[str],
        rows: Sequence[Sequence[object]],
        styles: Mapping[str, Callable[[str], str]],
        cut: Collection[str],
    ) -> None:
        numbers = {
            at
            for at, column in enumerate(zip(*rows, strict=True))
            if all(value is None or type(value) is int for value in column)
        }
        texts = [[shown(value) for value in row] for row in rows]
        if self.console is not None and len(texts) <= MOST_DRAWN:
            from .terminal_table import draw

            draw(
                self.console,
                [field_label(column) for column in columns],
                texts,
                [styles.get(column) for column in columns],
                numbers=numbers,
                cut=[field_label(column) for column in cut],
            )
            return
        titles = [column.replace("_", " ") for column in columns]
        widths = None
        if self.stream.isatty():
            from .terminal_table import fitted

            widths = fitted(titles, texts, shutil.get_terminal_size().columns)
        if widths is None:
            widths = [max(map(len, column)) for column in zip(titles, *texts, strict=True)]
        for line in [titles, ["-" * width for width in widths], *texts]:
            self._plain_row(line, widths, numbers)

    def _plain_row(self, row: Sequence[str], widths: Sequence[int], numbers: set[int]) -> None:
        from .terminal_table import wrapped

        cells = [wrapped(text, width) for text, width in zip(row, widths, strict=True)]
        for line in zip_longest(*cells, fillvalue=""):
            padded = (
                text.rjust(width) if at in numbers else text.ljust(width)
                for at, (text, width) in enumerate(zip(line, widths, strict=True))
            )
            self.stream.write("  ".join(padded).rstrip() + "\n")

    def _dumped(self, value: object, indent: int | None = None) -> str:
        # an encoding that lacks letters gets escapes: unlike text, JSON loses nothing
        unicode = (getattr(self.stream, "encoding", None) or "utf-8").lower().startswith("utf")
        return json.dumps(value, ensure_ascii=not unicode, indent=indent, default=str)

    def _rich_console(self) -> Any:
        """Return rich's console if stdout is a terminal and rich is installed."""
        if self.mode != "text" or not self.stream.isatty():
            return None
        try:
            from rich.console import Console
        except ImportError:
            return None
        return Console(file=self.stream, highlight=False)


def _cell(value: object) -> str:
    if isinstance(value, (tuple, list)):
        return " ".join(_cell(each) for each in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
