"""The page of issue codes. What the register's checks find is told where they are declared."""

from __future__ import annotations

import re
from pathlib import Path

from formats import table_lines
from sorparse.register.check_issues import CHECK_ISSUES
from sorparse.register.shak_check import SHAK_ISSUES

READING = {
    "bad-boolean": ("error", "A value that is neither yes nor no. The field is `None`."),
    "bad-cvr": ("warning", "Not eight digits. Kept as it is."),
    "bad-date": ("error", "A value that is not a valid date. The field is `None`."),
    "bad-kind": ("warning", "A SHAK line whose code does not fit its kind. Read all the same."),
    "bad-location-code": ("warning", "Not 13 digits. Kept as it is."),
    "bad-number": ("error", "A value that is not a valid number. The field is `None`."),
    "bad-shak-code": (
        "warning",
        "A malformed SHAK code, often a spreadsheet's damage (`3800E1` written as 38000). Kept.",
    ),
    "bad-token": (
        "warning",
        "The id of an SKRS entry does not end in a token. The entry is read in the order of the page.",
    ),
    "bad-sor-id": ("warning", "Not of the form of a SOR id. Kept as it is."),
    "bad-sor-type": ("error", "Not IE, SI or OE, nor their names. The field is `None`."),
    "check-digit": ("warning", "The check digit is wrong: a typing error. Kept as it is."),
    "control-character": ("error", "A NUL or the like in a row. The row is not read; see `raw`."),
    "coordinate-in-degrees": (
        "error",
        "Degrees where metres belong (EPSG:25832). The field is `None`.",
    ),
    "coordinates-swapped": (
        "warning",
        "Easting and northing stood in each other's place, told by their size, and were put right.",
    ),
    "damaged-sor-id": (
        "warning",
        "A spreadsheet damaged the id; the message names the right one (`repair=True` takes it).",
    ),
    "duplicate-column": ("warning", "Two columns for one field. The first that is filled counts."),
    "duplicate-element": ("warning", "An element stands twice in a unit. The first counts."),
    "entry-not-read": (
        "error",
        (
            "An SKRS entry of another table or register than its page. Kept in the issue only; see "
            "`raw`."
        ),
    ),
    "entry-out-of-order": (
        "warning",
        "The token of an SKRS entry is smaller than one before it. Read; reported once a page.",
    ),
    "entry-without-row": ("error", "An SKRS entry without a row in its content. See `raw`."),
    "field-too-long": ("error", "A value beyond `Limits.max_field_chars`. Its row is not read."),
    "line-above-header": (
        "info",
        "A title, or a spreadsheet's `sep=;`, above the header of a CSV. Not read.",
    ),
    "misplaced-element": (
        "warning",
        "A unit of an XML outside the tree. Hung below the nearest one.",
    ),
    "implausible-date": (
        "warning",
        "A date before 1800, or one from 2100 on that is no to-date. Kept as that day.",
    ),
    "missing-element": (
        "warning",
        "A unit of an XML lacks what every unit of its level has, an SKRS row its period.",
    ),
    "missing-key": ("error", "A row without its key, the SOR id for example. The row is not read."),
    "names-not-read": (
        "warning",
        "The XML set's file of names failed; the library's own are used.",
    ),
    "no-entities": (
        "error",
        "A set that should have units has none: their file is missing, empty or no such file.",
    ),
    "no-entries": ("warning", "A file beside Sor.xml in which nothing looks like entries."),
    "no-longer-registered": (
        "info",
        (
            "Rows of SKRS version 2 whose `ValidTo` has passed: what the register said "
            "before. `load` and `convert` omit them."
        ),
    ),
    "not-validated": (
        "warning",
        (
            "An owner of an XML is too large to be validated while it is read. "
            "`sorparse.validate` validates it."
        ),
    ),
    "open-end-date": (
        "warning",
        "The date of an open end (2500-01-01 or later) that is no to-date. Kept as that day.",
    ),
    "record-too-long": ("error", "A line without end, beyond the limits. The row is not read."),
    "repeated-entry": (
        "warning",
        (
            "An SKRS entry whose token came before, as in a page saved twice. `load` and `convert` "
            "read it once; reported once a page."
        ),
    ),
    "row-length": ("error", "More or fewer values than columns. The row is not read; see `raw`."),
    "several-datatypes": (
        "warning",
        "An SKRS page has entries of several datatypes. They are read.",
    ),
    "several-snapshots": (
        "warning",
        "A second snapshot of a table, older or unfinished. Not read; never merged.",
    ),
    "stray-quote": ("warning", "A quotation mark where none belongs. Read as a character."),
    "stray-text": ("warning", "Text between the elements of an XML. Kept in the issue only."),
    "table-passed-over": ("info", "The same table in a richer format beside it was read instead."),
    "too-many-issues": ("error", "More issues than `Limits.max_issues`; the rest was counted."),
    "unclosed-quote": ("error", "A quotation mark that never closes. Its line is not read."),
    "undecodable-text": ("warning", "Bytes that the encoding does not have. Read as Windows-1252."),
    "unknown-element": ("info", "An element that is not known, reported once. Kept in `extra`."),
    "unrecognised-file": ("warning", "A file beside the others that is none of SOR's. Not read."),
}
WRITING = {
    "coordinates-outside": "Coordinates that are no place in UTM zone 32N: no point on the map.",
    "field-not-written": "The target has no column for a field that some rows fill.",
    "not-vacuumed": "The rows are loaded, but PostgreSQL skipped VACUUM or ANALYZE.",
    "row-without-key": "Rows that a reader of the target will not take, for they lack the key.",
    "same-content": "The database holds the same rows already (severity `info`).",
    "table-made-anew": "A table with the columns of another version was made anew: grant its "
    "rights again.",
    "table-not-written": "The target has no place for a table.",
}
VALIDATION_PAGE = Path(__file__).parent.parent / "validation.md"

_TEXT = """\
# Data quality: issue codes

Nothing is skipped silently. Each problem is an `Issue` with severity, code, message, file, line,
column, value, the SOR id where it is known, and the raw text of a row that could not become a
record. The codes are stable: count by them, filter by them.

```python
>>> import sorparse
>>> data = b"SorId;EntityName;FromDate\\r\\n11000016002;A;2021-02-30\\r\\n;B;2021-01-01\\r\\n"
>>> with sorparse.open(data) as feed:
...     units = list(feed.entities())
...     for issue in feed.issues:
...         print(issue.severity, issue.code, issue.line, issue.column, issue.value)
error bad-date 2 FromDate 2021-02-30
error missing-key 3 None None
```

An `error` costs the value or the row; a `warning` was read but looks wrong; `info` is worth
knowing. With `on_issue="raise"` the first error raises `SorDataError`; `on_issue=` takes a function
too, which is given each issue as it comes.
"""


def documented() -> set[str]:
    """Give every code that this page and the one on validation have."""
    of_validation = re.findall(r"`(xsd-[a-z-]+)`", VALIDATION_PAGE.read_text(encoding="utf-8"))
    return {*READING, *CHECK_ISSUES, *SHAK_ISSUES, *WRITING, *of_validation}


def pages() -> dict[str, str]:
    """Give the page by its path below docs."""
    parts = [
        "<!-- Made by docs/tools/make.py: edit docs/tools/issue_codes.py. -->",
        _TEXT.rstrip(),
        "## Found while reading",
        _table(
            ("Code", "Severity", "What it means, and what becomes of the value"),
            [(code, *told) for code, told in sorted(READING.items())],
        ),
        "## Found by `register.check()`",
        "Contradictions in the content. They change no answer; the rules of [time](time.md) hold.",
        _table(
            ("Code", "Severity", "What it means"),
            [(code, severity, _sentence(told)) for code, (severity, told) in CHECK_ISSUES.items()],
        ),
        "## Found by `ShakRegister.check()`",
        "Contradictions in [SHAK](formats/shak.md); the same rules of time hold.",
        _table(
            ("Code", "Severity", "What it means"),
            [(code, severity, _sentence(told)) for code, (severity, told) in SHAK_ISSUES.items()],
        ),
        "## Found by writing",
        "What `sorparse convert` could not put into the target; warnings, reported once for each.",
        _table(("Code", "What it means"), sorted(WRITING.items())),
        "## Found by validation",
        "See [validation](validation.md#the-codes).",
    ]
    return {"data-quality.md": "\n\n".join(parts) + "\n"}


def _table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    return "\n".join(table_lines(heads, [(f"`{row[0]}`", *row[1:]) for row in rows]))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."
