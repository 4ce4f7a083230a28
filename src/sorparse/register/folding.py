"""Text as people type it: case, accents and Danish letters folded.

``Ærø``, ``AERO`` and ``aeroe`` fold alike, as do ``Århus``, ``arhus`` and ``aarhus``: æ is ae, ø is
o or oe, å is a or aa. Both the register's text and the question are folded, to the shorter form.
"""

from __future__ import annotations

import re
import unicodedata

_LETTERS = str.maketrans(
    {"æ": "ae", "ø": "o", "å": "a", "ä": "ae", "ö": "o", "ü": "u", "ð": "d", "þ": "th", "ß": "ss"}
)
_RUN_OF_A = re.compile("aa+")
words_of = re.compile(r"\w+").findall
"""Gives the words of a folded text, in their order."""


def fold(text: str) -> str:
    """Fold a text for comparison; blanks at the ends and runs of blanks do not count."""
    folded = " ".join(text.casefold().split())
    if not folded.isascii():
        folded = unicodedata.normalize("NFC", folded).translate(_LETTERS)
        if not folded.isascii():
            parts = unicodedata.normalize("NFKD", folded)
            folded = "".join([letter for letter in parts if not unicodedata.combining(letter)])
    if "aa" in folded:
        folded = _RUN_OF_A.sub("a", folded)
    return folded.replace("oe", "o")
