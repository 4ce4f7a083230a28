"""Hostile files of the other tables: SHAK, SHAKregion.txt, sor.csv and SKRS."""

from __future__ import annotations

from collections.abc import Callable

from support.hostile_shapes import Shape, each_another
from support.shak import HOSPITAL, REGIONS
from support.skrs_writer import ATOM, ROWS
from support.xml import OTHER


def _lines(first: str, piece: Callable[[int], str]) -> Shape:
    return Shape(f"{first}\n", piece, "", declaration="")


def _shak(piece: Callable[[int], str]) -> Shape:
    return _lines(HOSPITAL.decode("cp1252").splitlines()[0], piece)


SHAK_SHAPES = {
    "lines of one character": _shak(lambda _: "x\n"),
    "lines of four characters": _shak(lambda n: f"{n % 10**4:04}\n"),
    "lines of letters, each another": _shak(lambda n: f"{each_another(n)}\n"),
    "bad codes, each another": _shak(lambda n: f"sgh{n:<20}\n"),
    "bad kinds": _shak(lambda n: f"{each_another(n)[:3]}{9901:<20}\n"),
    "bad dates, each another": _shak(lambda n: f"sgh{9901:<20}{n:<8}\n"),
    "lines that are too long": _shak(lambda n: f"sgh{9901:<240}{n}\n"),
    "empty lines": _shak(lambda _: "\n"),
    "lines of spaces": _shak(lambda _: "  \n"),
}


def _region(piece: Callable[[int], str]) -> Shape:
    return _lines(REGIONS.decode("cp1252").splitlines()[0], piece)


_SEVEN = "\t" * 7
REGION_SHAPES = {
    "too few values, each line another": _region(lambda n: f"{each_another(n)}\n"),
    "tabs": _region(lambda _: "\t\n"),
    "no codes": _region(lambda _: f"{_SEVEN}\n"),
    "bad codes, each another": _region(lambda n: f"{n}{_SEVEN}\n"),
    "bad dates, each another": _region(lambda n: f"9901\t\t{n}{_SEVEN[2:]}\n"),
    "names, each another": _region(lambda n: f"9901\t{n}{_SEVEN[1:]}\n"),
}


def _sor_csv(piece: Callable[[int], str], header: str = "SOR-kode;Enhedsnavn") -> Shape:
    width = header.count(";")
    return Shape(f"{header}\n{OTHER}{';' * width}\n", piece, "", declaration="")


SOR_CSV_SHAPES = {
    "bad ids, each another": _sor_csv(lambda n: f"{n};\n"),
    "bad ids, always the same": _sor_csv(lambda _: "x;\n"),
    "lone quotes": _sor_csv(lambda _: '"\n'),
    "too few cells, each row another": _sor_csv(lambda n: f"{each_another(n)}\n"),
    "quotes behind a letter": _sor_csv(lambda n: f'{n};a"b\n'),
    "units below each other": _sor_csv(
        lambda n: f"{n + 1};{n or ''}\n", header="SOR-kode;Parent-SOR-kode"
    ),
    "the same unit below itself": _sor_csv(
        lambda _: f"{OTHER};{OTHER}\n", header="SOR-kode;Parent-SOR-kode"
    ),
    "bad dates, each another": _sor_csv(lambda n: f"1;{n}\n", header="SOR-kode;Gaeldende_fra_dato"),
    "names of types, each another": _sor_csv(lambda n: f"1;{n}\n", header="SOR-kode;Enhedstype"),
    "bad location numbers, each another": _sor_csv(
        lambda n: f"1;{n};\n", header="SOR-kode;Lokationsnummer;Nedarvningsstatus"
    ),
}

_FEED = f'<feed xmlns="{ATOM}"><id>tag:nsi.dk,2011:sor/yder/v1</id>'


def _entries(piece: Callable[[int], str]) -> Shape:
    first = _entry(0, f"<sorNummer>{OTHER}</sorNummer>")
    return Shape(f"{_FEED}{first}", piece, "</feed>")


def _entry(number: int, row: str, content: str = "") -> str:
    return (
        f"<entry><id>a/{number}</id><content>"
        f'<yder xmlns="{ROWS}">{row}</yder>{content}</content></entry>'
    )


SKRS_SHAPES = {
    "empty entries": _entries(lambda _: "<entry/>"),
    "entries without an id": _entries(
        lambda _: f'<entry><content><yder xmlns="{ROWS}"/></content></entry>'
    ),
    "empty rows": _entries(lambda n: _entry(n, "")),
    "bad ids, each another": _entries(lambda n: _entry(n, f"<sorNummer>{n}</sorNummer>")),
    "bad tokens": _entries(
        lambda n: f'<entry><id>x</id><content><yder xmlns="{ROWS}"/></content></entry>'
    ),
    "columns in a row": _entries(
        lambda n: _entry(n, f"<sorNummer>{OTHER}</sorNummer>{'<x>1</x>' * 4_000}")
    ),
    "columns of many names": _entries(
        lambda n: _entry(n, "".join(f"<x{n}-{i}>1</x{n}-{i}>" for i in range(500)))
    ),
    "texts in a row": _entries(lambda n: _entry(n, "<x/>y" * 1_000)),
    "rows of other types": _entries(
        lambda n: f'<entry><id>a/{n}</id><content><x xmlns="{ROWS}"/></content></entry>'
    ),
    "rows of many types": _entries(
        lambda n: f'<entry><id>a/{n}</id><content><x{n} xmlns="{ROWS}"/></content></entry>'
    ),
    "rows in an entry": _entries(lambda n: _entry(n, "", "<x/>" * 1_000)),
    "elements between entries": _entries(lambda _: "<n/>"),
    "texts between entries": _entries(lambda _: "<n/>x"),
    "equal tokens": _entries(lambda _: _entry(1, "<sorNummer>1</sorNummer>")),
}
TABLE_SHAPES = {
    "SHAKCOMPLETE.TXT": SHAK_SHAPES,
    "SHAKregion.txt": REGION_SHAPES,
    "sor.csv": SOR_CSV_SHAPES,
    "yder.xml": SKRS_SHAPES,
}
"""By the name of a file."""
