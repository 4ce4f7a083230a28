"""Made-up names, addresses, telephones and e-mails in the place of real ones.

A made-up text keeps the shape of the original: its length, capitals, digits, spaces, quotes,
semicolons and Danish letters. A file that causes a problem in a reader still causes it. The same
text always becomes the same text, within a file and from one run to the next, so that equal names
stay equal.

Ids and codes stay (SOR, SHAK, CVR, P-, provider and location numbers), and so do post code,
municipality, region and country: they are the structure of the register. Nothing else of an
address stays. The register is public; whoever has an id can look the unit up there. The rule of
each field is declared in :mod:`sorparse.records.tables`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from hashlib import blake2b
from typing import Any, TypeVar, cast

import attrs

from ..records import Extra
from ..records.record_table import Mask
from ..records.tables import MASKS

R = TypeVar("R", bound=attrs.AttrsInstance)

_GRID = 10_000
"""Metres that a coordinate is cut to: the part of the country stays, the place goes."""
_KINDS = ("aeiouy", "bcdfghjklmnpqrstvwxz", "æøå", "0123456789")
_KIND_OF = {letter: kind for kind in _KINDS for letter in kind}
_OTHER_LETTERS = _KINDS[1]
_EMAIL = re.compile(r"([^\s@;,<>]+)@[^\s@;,<>]+")
_WEBSITE = re.compile(r"(?P<scheme>https?://)?(?P<www>www\.)?[^\s/]+(?P<path>/\S*)?", re.IGNORECASE)


def scrambled(text: str) -> str:
    """Return another text of the same shape; always the same one for the same text."""
    if not any(letter.isalnum() for letter in text):
        return text
    for attempt in range(16):  # one letter may become itself
        drawn = _numbers(f"{attempt}{text}")
        result = "".join(_another(letter, drawn) for letter in text)
        if result != text:
            return result
    return "x" * len(text)


def _another(letter: str, drawn: Iterator[int]) -> str:
    if not letter.isalnum():
        return letter
    lower = letter.lower()
    kind = _KIND_OF.get(lower, _OTHER_LETTERS)
    chosen = kind[next(drawn) % len(kind)]
    return chosen if letter == lower else chosen.upper()


def _numbers(seed: str) -> Iterator[int]:
    block = 0
    while True:
        yield from blake2b(seed.encode("utf-8", "surrogatepass"), salt=b"%d" % block).digest()
        block += 1


def _telephone(text: str) -> str:
    # zeros first: no Danish number begins so, and nobody's number comes out by chance
    letters = list(scrambled(text))
    digits = [place for place, letter in enumerate(text) if letter.isdigit()]
    for place in digits[:-2]:
        letters[place] = "0"
    made_up = "".join(letters)
    return made_up if made_up != text else scrambled(text)


def _email(text: str) -> str:
    pieces, at = [], 0
    for match in _EMAIL.finditer(text):
        pieces += [scrambled(text[at : match.start()]), f"{scrambled(match[1])}@example.dk"]
        at = match.end()
    return "".join([*pieces, scrambled(text[at:])])


def _website(text: str) -> str:
    match = _WEBSITE.fullmatch(text)
    if match is None:
        return scrambled(text)
    path = scrambled(match["path"] or "")
    return f"{match['scheme'] or ''}{match['www'] or ''}example.dk{path}"


def _coordinate(metres: Decimal) -> Decimal:
    if not metres.is_finite():
        return Decimal(0)
    return metres - metres % _GRID


def _texts(texts: tuple[str | None, ...]) -> tuple[str | None, ...]:
    return tuple(None if text is None else scrambled(text) for text in texts)


def _extra(extra: Extra) -> Extra:
    return Extra({name: scrambled(text) for name, text in extra.items()})


def masked(record: R) -> R:
    """Return a record with made-up names, addresses, telephones, e-mails and remarks.

    What columns that the library does not know hold is made up as well: it may be anything.

    Raises:
        LookupError: If :data:`~sorparse.records.tables.MASKS` does not declare the record or one of
            its fields. Nothing is passed on by oversight.
    """
    kind = type(record)
    changed: dict[str, Any] = {}
    for field in attrs.fields(kind):
        rule = MASKS.get(kind, {}).get(field.name)
        if rule is None:
            raise LookupError(
                f"{kind.__name__}.{field.name} has no rule for masking: declare it in "
                "sorparse.records.tables"
            )
        value = getattr(record, field.name)
        if rule is not Mask.KEEP and value:
            changed[field.name] = _MAKERS[rule](value)
    return attrs.evolve(cast("Any", record), **changed) if changed else record


_MAKERS: dict[Mask, Callable[[Any], Any]] = {
    Mask.TEXT: scrambled,
    Mask.TEXTS: _texts,
    Mask.PARTS: masked,
    Mask.COORDINATE: _coordinate,
    Mask.EMAIL: _email,
    Mask.WEBSITE: _website,
    Mask.TELEPHONE: _telephone,
    Mask.EXTRA: _extra,
}
