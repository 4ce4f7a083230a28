"""Guess the format of a file that is not a SOR file."""

from __future__ import annotations

import re

from ..saved_mark import SAVED_REGISTER
from .blocks import decode_windows_1252

_MAGIC = (
    (SAVED_REGISTER, "a saved register: open it with sorparse.load and its path"),
    (b"%PDF", "a PDF document"),
    (b"\x1f\x8b", "a gzip file; unpack it first"),
    (b"7z\xbc\xaf", "a 7-Zip file; unpack it first"),
    (b"Rar!", "a RAR file; unpack it first"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls) or Word document: save it as CSV"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"PAR1", "a Parquet file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
)
_PACKED = (
    (b"xl/", "an Excel workbook: save it as CSV"),
    (b"opendocument.spreadsheet", "an OpenDocument spreadsheet: save it as CSV"),
    (b"word/", "a Word document"),
    (b"opendocument", "an OpenDocument file"),
)
"""Names that are among the first in a zip, and what the zip is."""
NAME_COLUMNS = 'name its columns with columns={"TheirName": "sor_id", …}'
"""What to do with a file whose columns are not known; the command line has an option for it."""
_SEEN = 4000  # characters that are examined; in more the patterns would search too long
_ROOT = re.compile(r"<\s*([A-Za-z_][\w.:-]*)")
_TITLE = re.compile(r"<title[^>]*>\s*([^<]{1,100})", re.IGNORECASE)


def guess_format(head: bytes) -> str:
    """Describe the beginning of an unrecognised file in a few words."""
    if not head:
        return "an empty file"
    if head.startswith(b"PK"):
        return next((what for name, what in _PACKED if name in head), "a zip")
    for magic, what in _MAGIC:
        if head.startswith(magic):
            return what
    body = head.removeprefix(b"\xef\xbb\xbf")
    if b"\0" in body and not body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "binary data"
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = body.decode("utf-16", "replace")
    else:
        text = decode_windows_1252(body)
    text = text.strip()[:_SEEN]
    if not text:
        return "a file of whitespace alone"
    lowered = text.lower()
    if lowered.startswith("<!doctype html") or "<html" in lowered:
        title = _TITLE.search(text)
        return "an HTML page" + (f" titled {title[1].strip()!r}" if title else "")
    if text.startswith("<"):
        inner = re.sub(r"<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>]*>", "", text, flags=re.DOTALL)
        root = _ROOT.search(inner)
        return f"an XML document with the root element {root[1]!r}" if root else "broken XML"
    if text[0] in "{[":
        return "JSON"
    first = text.splitlines()[0]
    shown = first if len(first) <= 120 else first[:119] + "…"
    if ";" in first or "," in first or "\t" in first:
        return f"a CSV with the header {shown!r}, whose columns are not known; {NAME_COLUMNS}"
    return f"the text begins with {shown!r}"
