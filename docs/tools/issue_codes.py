"""The page of issue codes. The register's own checks declare theirs in the source."""

from __future__ import annotations

import re
from pathlib import Path

from formats import table_lines
from sorparse.register.checks.issues import CHECK_ISSUES
from sorparse.register.shak.check import SHAK_ISSUES

READING = {
    "bad-boolean": ("error", "The value is neither yes nor no. The field is `None`."),
    "bad-cvr": (
        "warning",
        "A CVR number that does not have eight digits. The value is stored as it is.",
    ),
    "bad-date": ("error", "The value is not a valid date. The field is `None`."),
    "bad-kind": ("warning", "A SHAK line whose code does not match its kind. The line is read."),
    "bad-location-code": (
        "warning",
        "A location number that does not have 13 digits. The value is stored as it is.",
    ),
    "bad-number": ("error", "The value is not a valid number. The field is `None`."),
    "bad-shak-code": (
        "warning",
        (
            "A malformed SHAK code, often damaged by a spreadsheet (`3800E1` became 38000). The"
            " value is stored as it is."
        ),
    ),
    "bad-token": (
        "warning",
        (
            "The id of an SKRS entry does not end in a token. The entry stays at its place in "
            "the page."
        ),
    ),
    "bad-sor-id": ("warning", "The value is not a well-formed SOR id. It is stored as it is."),
    "bad-sor-type": (
        "error",
        "The value is not IE, SI or OE, nor one of their names. The field is `None`.",
    ),
    "check-digit": (
        "warning",
        (
            "The check digit is wrong, for example after a typing error. The value is stored as"
            " it is."
        ),
    ),
    "control-character": (
        "error",
        "A row contains NUL or a similar character. The row is not read; see `raw`.",
    ),
    "coordinate-in-degrees": (
        "error",
        "The coordinate is in degrees; expected metres (EPSG:25832). The field is `None`.",
    ),
    "coordinates-swapped": (
        "warning",
        (
            "Easting and northing were swapped, as their sizes show. The record has them in the"
            " right fields."
        ),
    ),
    "damaged-sor-id": (
        "warning",
        (
            "A spreadsheet has damaged the id. The message has the right one, and `repair=True`"
            " uses it."
        ),
    ),
    "duplicate-column": (
        "warning",
        "Two columns are read as the same field. The first filled one is used.",
    ),
    "duplicate-element": ("warning", "A unit has the same element twice. The first one is used."),
    "entry-not-read": (
        "error",
        (
            "An SKRS entry of another table or register than its page. It is only in the issue;"
            " see `raw`."
        ),
    ),
    "entry-out-of-order": (
        "warning",
        (
            "The token of an SKRS entry is smaller than an earlier one. The entry is read; "
            "reported once a page."
        ),
    ),
    "entry-without-row": ("error", "The content of an SKRS entry has no row. See `raw`."),
    "field-too-long": (
        "error",
        "A value is longer than `Limits.max_field_chars`. Its row is not read.",
    ),
    "line-above-header": (
        "info",
        "A title, or a spreadsheet's `sep=;`, above the header of a CSV file. It is not read.",
    ),
    "misplaced-element": (
        "warning",
        "A unit of an XML document is outside the tree. Its parent is the nearest unit.",
    ),
    "implausible-date": (
        "warning",
        "A date before 1800, or one from 2100 on that is not a to-date. It is read as that date.",
    ),
    "missing-element": (
        "warning",
        (
            "A unit of an XML document lacks an element that every unit of its level has, or an"
            " SKRS row lacks its period."
        ),
    ),
    "missing-key": ("error", "A row lacks its key, for example the SOR id. The row is not read."),
    "names-not-read": (
        "warning",
        "The file of names of an XML set cannot be read. The library's own names are used.",
    ),
    "no-entities": (
        "error",
        (
            "A set that should have units has none: the file of units is missing, empty or "
            "another file."
        ),
    ),
    "no-entries": ("warning", "A file beside `Sor.xml` has nothing that looks like entries."),
    "no-longer-registered": (
        "info",
        (
            "Rows of SKRS version 2 whose `ValidTo` has passed: earlier content of the "
            "register. `load` and `convert` omit them."
        ),
    ),
    "not-validated": (
        "warning",
        (
            "An owner of an XML document is too large to be validated while it is read. "
            "`sorparse.validate` validates it."
        ),
    ),
    "open-end-date": (
        "warning",
        (
            "The date of an open end (2500-01-01 or later) in a field that is not a to-date. It"
            " is read as that date."
        ),
    ),
    "record-too-long": ("error", "A line is longer than the limits allow. The row is not read."),
    "repeated-entry": (
        "warning",
        (
            "An SKRS entry has the token of an earlier one, for example because a page was "
            "saved twice. `load` and `convert` read it once; reported once a page."
        ),
    ),
    "row-length": (
        "error",
        "A row has more or fewer values than there are columns. It is not read; see `raw`.",
    ),
    "several-datatypes": (
        "warning",
        "An SKRS page has entries of several datatypes. All are read.",
    ),
    "several-snapshots": (
        "warning",
        (
            "A second snapshot of a table, older or incomplete. It is not read; snapshots are "
            "never merged."
        ),
    ),
    "stray-quote": ("warning", "Unexpected quotation mark. It is read literally."),
    "stray-text": (
        "warning",
        "Text between the elements of an XML document. It is only in the issue.",
    ),
    "table-passed-over": (
        "info",
        "The source has the same table in a richer format, which is read instead.",
    ),
    "too-many-issues": (
        "error",
        "There are more issues than `Limits.max_issues`. Further ones are only counted.",
    ),
    "unclosed-quote": ("error", "A quotation mark is never closed. Its line is not read."),
    "undecodable-text": (
        "warning",
        "A line of UTF-8 among lines of Windows-1252, or the reverse, or a line of both.",
    ),
    "unknown-element": ("info", "An unknown element, reported once. Its values are in `extra`."),
    "unrecognised-file": (
        "warning",
        "A file beside the others that is not a recognised SOR file. It is not read.",
    ),
}
WRITING = {
    "coordinates-outside": (
        "The coordinates are outside UTM zone 32N. The unit has no point on the map."
    ),
    "field-not-written": "The target has no column for a field that some rows fill.",
    "not-vacuumed": "The rows are loaded, but PostgreSQL did not run VACUUM or ANALYZE.",
    "row-without-key": "Rows without a key, which readers of the target refuse.",
    "same-content": "The database already holds the same rows (severity `info`).",
    "table-made-anew": (
        "A table of another version of the library was created anew. Grant its rights again."
    ),
    "table-not-written": "The target cannot hold a table.",
}
VALIDATION_PAGE = Path(__file__).parent.parent / "how-to" / "validation.md"

_TEXT = """\
# Data quality: issue codes

Nothing is skipped silently. Each problem is a `sorparse.Issue` with severity, code, message, file,
line, column and value, the SOR id if it is known, and the raw text of a row that could not become a
record. The codes are stable: use them to count and to filter.

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

| Severity | Means |
|---|---|
| `error` | A value or a row could not be read |
| `warning` | It was read, but looks wrong |
| `info` | Good to know |

With `on_issue="raise"`, the first error raises `SorDataError`. `on_issue` can also be a function
that gets each issue as it is found.

`sorparse.load` collects issues in `register.issues`; `register.check()` finds contradictions in the
content.
"""


_RULES = "the rules of [time](../explanation/time.md)"


def documented() -> set[str]:
    """Return every code that this page and the one on validation have."""
    of_validation = re.findall(r"`(xsd-[a-z-]+)`", VALIDATION_PAGE.read_text(encoding="utf-8"))
    return {*READING, *CHECK_ISSUES, *SHAK_ISSUES, *WRITING, *of_validation}


def pages() -> dict[str, str]:
    """Return the page by its path below docs."""
    parts = [
        "<!-- Generated by docs/tools/make.py from docs/tools/issue_codes.py. -->",
        _TEXT.rstrip(),
        "## Found while reading",
        _table(
            ("Code", "Severity", "What it means, and what happens with the value"),
            [(code, *texts) for code, texts in sorted(READING.items())],
        ),
        "## Found by `register.check()`",
        f"Contradictions in the content. They do not change answers: {_RULES} decide.",
        _table(
            ("Code", "Severity", "What it means"),
            [
                (code, severity, _sentence(texts))
                for code, (severity, texts) in CHECK_ISSUES.items()
            ],
        ),
        "## Found by `ShakRegister.check()`",
        f"Contradictions in [SHAK](formats/shak.md). Here too, {_RULES} decide.",
        _table(
            ("Code", "Severity", "What it means"),
            [(code, severity, _sentence(texts)) for code, (severity, texts) in SHAK_ISSUES.items()],
        ),
        "## Found by writing",
        "Values that `sorparse convert` cannot write to the target: warnings, each reported once.",
        _table(("Code", "What it means"), sorted(WRITING.items())),
        "## Found by validation",
        "See [validation](../how-to/validation.md#the-codes).",
    ]
    return {"reference/data-quality.md": "\n\n".join(parts) + "\n"}


def _table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    return "\n".join(table_lines(heads, [(f"`{row[0]}`", *row[1:]) for row in rows]))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."
