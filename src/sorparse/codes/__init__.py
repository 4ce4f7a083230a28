"""Known codes and their names, shipped with the library.

The files of 2.0.0 and 1.0.0 XML hold codes and no texts, the CSV 1.2.1.19 texts and no codes. The
publisher's own lists are not public as files, so these were gathered from what others have
published; each entry says from where, and whether it was seen (verified) or reasoned (inferred).
They are no official lists: a name that a file itself gives always goes before.

>>> from sorparse import codes
>>> codes.name_of("entity_type", "22232009")
'hospital'
>>> codes.code_of("region", "Region Hovedstaden")
'1084'
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import Literal

import attrs

__all__ = ["Entry", "code_of", "entries", "kinds", "name_of"]

# A kind is one list, or several of which the first that knows a code decides: the current list
# first, then older ones and other spellings.
_KINDS: dict[str, tuple[str, ...]] = {
    "entity_type": (
        "entity_type",
        "sorcsv_enhedstype_text",
        "entity_type_2019",
        "entity_type_snomed_da",
        "institution_type_2011",
        "unit_type_2011",
    ),
    "entity_type_en": ("entity_type_en",),
    "owner_type": ("owner_type",),
    "clinical_speciality": (
        "clinical_speciality",
        "clinical_speciality_laboratory",
        "clinical_speciality_2011",
    ),
    "clinical_speciality_en": ("clinical_speciality_en",),
    "speciality_type": ("speciality_type",),
    "sor_type": ("sor_type",),
    "organisational_level": ("organisational_level",),
    "geographical_parent_relation": ("geographical_parent_relation",),
    "region": ("region", "sorcsv_region_text"),
    "municipality": ("municipality", "municipality_greenland"),
    "network_operator": ("network_operator",),
    "sor_edi_type": ("sor_edi_type",),
    "medcom_message": ("medcom_message",),
    "shak_speciale": ("shak_speciale",),
    "shak_institutionsart": ("shak_institutionsart",),
    "shak_ejerforhold": ("shak_ejerforhold",),
    "shak_recart": ("shak_recart",),
    "shak_dval": ("shak_dval",),
    "shakregion_sghtype": ("shakregion_sghtype",),
}
# Kinds of which codes are in use but no name is known: asking for them is no mistake.
_NAMELESS = ("system_type", "system_supplier", "edi_administrator")


@attrs.frozen
class Entry:
    """One code with its name."""

    code: str
    """The code."""
    name: str
    """Its name, in Danish but for the kinds that end in ``_en``."""
    list: str
    """The list it stands in; a kind can have several."""
    source: str
    """Where it was published, or how it was reasoned."""

    @property
    def evidence(self) -> Literal["verified", "inferred"]:
        """Whether code and name were seen together, or one was reasoned from the other."""
        return "inferred" if "INFERRED" in self.source else "verified"


def kinds() -> tuple[str, ...]:
    """Give the kinds of codes that there are, e.g. ``entity_type``, ``region``."""
    return (*_KINDS, *_NAMELESS)


def entries(kind: str) -> tuple[Entry, ...]:
    """Give all entries of a kind; where it has several lists, the current list first.

    Raises ValueError for an unknown kind.
    """
    return _entries(kind)


def name_of(kind: str, code: str) -> str | None:
    """Give the name of a code, ``None`` where it is not known. Raises ValueError for the kind."""
    return _names(kind).get(code)


def code_of(kind: str, name: str) -> str | None:
    """Give the code of a name, in any case; ``None`` where there is none, or more than one.

    Older names and the spellings of the CSV 1.2.1.19 are known too. Raises ValueError for an
    unknown kind.
    """
    return _codes(kind).get(_folded(name))


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


@cache
def _entries(kind: str) -> tuple[Entry, ...]:
    if kind in _NAMELESS:
        return ()
    if kind not in _KINDS:
        raise ValueError(f"there is no kind of codes {kind!r}; there are {', '.join(kinds())}")
    lists = _lists()
    return tuple(entry for name in _KINDS[kind] for entry in lists[name])


@cache
def _names(kind: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for entry in _entries(kind):
        found.setdefault(entry.code, entry.name)
    return found


@cache
def _codes(kind: str) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    in_list: dict[str, str] = {}
    for entry in _entries(kind):
        name = _folded(entry.name)
        if name not in found:
            found[name] = entry.code
            in_list[name] = entry.list
        elif in_list[name] == entry.list and found[name] != entry.code:
            found[name] = None  # the same name twice in one list names no code
    return found


@cache
def _lists() -> dict[str, list[Entry]]:
    folder = files(__name__)
    sources = {number: text for number, text in _read(folder.joinpath("sources.csv").read_text("utf-8"))}
    lists: dict[str, list[Entry]] = {}
    for name, code, text, number in _read(folder.joinpath("codes.csv").read_text("utf-8")):
        lists.setdefault(name, []).append(Entry(code, text, name, sources[number]))
    return lists


def _read(text: str) -> list[list[str]]:
    return list(csv.reader(text.splitlines()))
