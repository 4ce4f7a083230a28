"""Saved responses of the national copy service, SKRS (Stamdata Kopi Register Service).

A response is one page of one datatype: an Atom feed, mostly in a SOAP envelope. ``names.py``
declares the datatypes and their columns, ``pages.py`` reads a page, ``decoding.py`` builds
records from its rows, and ``reader.py`` joins the pages of a table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..base import Found, ReadOptions
from .names import TABLES

if TYPE_CHECKING:
    from ...sources import Member

__all__ = ["TABLES", "recognise"]

_BEFORE_XML = b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"
_WORDS = (b"www.w3.org/2005/Atom", b"StamdataKrs", b"StamdataRfs", b"Envelope")


def recognise(member: Member, head: bytes, options: ReadOptions) -> Found | None:
    """Recognise a response by its elements and their namespaces.

    Raises:
        SorFileError: If the response is a fault of the service, or broken before its first row.
        UnrecognisedFormatError: If the response is of another register than SOR.
    """
    if not head.lstrip(_BEFORE_XML).startswith(b"<"):
        return None
    if b"\0" not in head and not any(word in head for word in _WORDS):
        return None
    # imported here, so that the parser is not loaded for a CSV file
    from .pages import page_of
    from .reader import SkrsTable

    page = page_of(member, head, options)
    if page is None:
        return None
    return Found(tuple(SkrsTable(table, (page,), options) for table in page.tables))
