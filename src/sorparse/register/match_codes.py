"""Compare what a user types with codes and names of the register.

The XML has codes of regions and municipalities only, sor.csv has names of regions only, SOR2 has
both. A name is compared without "Region" before or "Kommune" after it; the missing half comes
from the code table that ships with the library.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial

from ..records import Coded
from .folding import fold


def coded_keys(value: Coded | None) -> Iterator[str]:
    """Yield the search keys of a code: the code, and the folded name."""
    if value is not None:
        if value.code is not None:
            yield value.code
        if value.name is not None:
            yield _folded(value.name)


_folded = lru_cache(maxsize=1024)(fold)


def asked_keys(asked: str | Coded) -> frozenset[str]:
    """Return the search keys of the caller's text, which may be a code or a name."""
    if isinstance(asked, Coded):
        if asked.code is not None:
            return frozenset({asked.code})  # the code decides, names change
        return frozenset(coded_keys(asked))
    return frozenset({asked.strip(), fold(asked)})


def _place_keys(kind: str, code: str | None, name: str | None) -> Iterator[str]:
    """Yield the search keys of a region or municipality."""
    if code is not None:
        yield code
    name = name or shipped_name(kind, code)
    if name is not None:
        yield _PLAIN[kind](name)


def asked_region(asked: str) -> frozenset[str]:
    """Return the search keys of the caller's region."""
    name = shipped_name("region", asked.strip()) or asked
    return frozenset({asked.strip(), region_name(name)})


def asked_municipality(asked: str) -> frozenset[str]:
    """Return the search keys of the caller's municipality."""
    name = shipped_name("municipality", asked.strip()) or asked
    return frozenset({asked.strip(), municipality_name(name)})


@lru_cache(maxsize=1024)
def region_name(name: str) -> str:
    """Return a region's name as it is compared."""
    return fold(name).removeprefix("region ")


@lru_cache(maxsize=1024)
def municipality_name(name: str) -> str:
    """Return a municipality's name as it is compared."""
    return fold(name).removesuffix(" kommune")


@lru_cache(maxsize=1024)
def shipped_name(kind: str, code: str | None) -> str | None:
    """Return the name of a code in the code table that ships with the library."""
    if code is None:
        return None
    from ..codes import name_of

    return name_of(kind, code)


_PLAIN = {"region": region_name, "municipality": municipality_name}
ADDRESS_KEYS: dict[str, tuple[tuple[str, ...], Callable[..., Iterable[str]]]] = {
    "post_code": (("post_code",), lambda code: () if code is None else (code,)),
    **{kind: ((f"{kind}_code", f"{kind}_name"), partial(_place_keys, kind)) for kind in _PLAIN},
}
"""The parts of an address that it is searched by, and the function from them to the search keys.

Units inherit addresses, so there is no index of units by them."""
