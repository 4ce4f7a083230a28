"""Text as people type it: case, accents and Danish letters folded.

``Ærø``, ``AERO`` and ``aeroe`` fold alike, as do ``Århus``, ``arhus`` and ``aarhus``: æ is ae, ø is
o or oe, å is a or aa. Both the register's text and the question are folded, to the shorter form.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_LETTERS = str.maketrans(
    {"æ": "ae", "ø": "o", "å": "a", "ä": "ae", "ö": "o", "ü": "u", "ð": "d", "þ": "th", "ß": "ss"}
)
_DIGRAPHS = re.compile("aa+|oe")
_WORD = re.compile(r"\w+")


def fold(text: str) -> str:
    """Fold a text for comparison; blanks at the ends and runs of blanks do not count."""
    lowered = " ".join(text.casefold().split())
    if not lowered.isascii():
        lowered = unicodedata.normalize("NFC", lowered).translate(_LETTERS)
        if not lowered.isascii():
            parts = unicodedata.normalize("NFKD", lowered)
            lowered = "".join([letter for letter in parts if not unicodedata.combining(letter)])
    return _DIGRAPHS.sub(lambda match: match[0][0], lowered)


@lru_cache(maxsize=1 << 16)
def words(text: str) -> tuple[str, ...]:
    """Give the folded words of a text, in their order."""
    return tuple(_WORD.findall(fold(text)))
