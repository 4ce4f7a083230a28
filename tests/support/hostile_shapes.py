"""Hostile files of any size, XML and CSV: each shape repeats one piece."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import attrs

from support.xml import HOSPITAL, OTHER, STATUS, UNIT, V2, option

_DECLARATION, _, _REST = V2.partition("\n")
_ROOT = _REST.partition(">")[0] + ">"
_HEAD = "<s:SnapshotDate>2026-03-01</s:SnapshotDate>"
_UNIT = (
    f"<s:SorIdentifier>{UNIT}</s:SorIdentifier><s:EntityName>x</s:EntityName>"
    f"<EntityTypeIdentifier>1</EntityTypeIdentifier>{option()}{STATUS}"
)
_BEFORE = f"{_HEAD}<InstitutionOwnerEntity><InstitutionOwner>{_UNIT}"
_AFTER = "</InstitutionOwner></InstitutionOwnerEntity></SorTree>"
_OWNER = f"{_BEFORE}</InstitutionOwner>"
_END = "</InstitutionOwnerEntity></SorTree>"
_SMALL = f"<HealthInstitution><s:SorIdentifier>{HOSPITAL}</s:SorIdentifier></HealthInstitution>"


@attrs.frozen
class Shape:
    """A file: what precedes the pieces, the pieces, and what follows them."""

    before: str
    piece: Callable[[int], str]
    after: str
    declaration: str = _DECLARATION

    def write(self, path: Path, size: int) -> Path:
        """Write a file of about this many bytes."""
        with path.open("w", encoding="utf-8", errors="surrogateescape", newline="") as target:
            target.write(self.declaration)
            target.write(self.before)
            target.writelines(self._pieces(size))
            target.write(self.after)
        return path

    def _pieces(self, size: int) -> Iterator[str]:
        written = 0
        for number in count():
            piece = self.piece(number)
            written += len(piece)
            yield piece
            if written >= size:
                return


def _inside(piece: Callable[[int], str], before: str = "", after: str = "") -> Shape:
    return Shape(f"{_ROOT}{_BEFORE}{before}", piece, f"{after}{_AFTER}")


def _same(text: str) -> Callable[[int], str]:
    return lambda _: text


def _in_root(piece: Callable[[int], str]) -> Shape:
    return Shape(_ROOT.removesuffix(">"), piece, f">{_BEFORE}{_AFTER}")


_DEEP = "OrganizationalUnitEntity"
_LONG = "p" * 60
_LONG_ROOT = f'{_ROOT.removesuffix(">")} xmlns:{_LONG}="urn:oio:nsi:2.0.0">'
_INNER = f"<OrganizationalUnit><s:SorIdentifier>{UNIT}</s:SorIdentifier></OrganizationalUnit>"
SHAPES = {
    "elements in a unit": _inside(_same("<n>1</n>")),
    "empty elements in a unit": _inside(_same("<n/>")),
    "known elements in a unit": _inside(_same("<s:LocalCode>1</s:LocalCode>")),
    "elements of many names": _inside(lambda n: f"<n{n}/>"),
    "elements of many names in many units": Shape(
        f"{_ROOT}{_OWNER}",
        lambda n: (
            f"<HealthInstitutionEntity><HealthInstitution><s:SorIdentifier>{HOSPITAL}"
            f"</s:SorIdentifier>{''.join(f'<n{n}-{i}/>' for i in range(99))}"
            "</HealthInstitution></HealthInstitutionEntity>"
        ),
        _END,
    ),
    "attributes of an element": _inside(lambda n: f' a{n}="1"', "<n", "/>"),
    "attributes of many elements": _inside(_same('<n a="1" b="2" c="3"/>')),
    "attributes of the root": _in_root(lambda n: f' a{n}="1"'),
    "namespaces of the root": _in_root(lambda n: f' xmlns:a{n}="urn:x"'),
    "namespaces of an element": _inside(lambda n: f' xmlns:a{n}="urn:x"', "<n", "/>"),
    "namespaces of many elements": _inside(lambda n: f'<n xmlns="urn:{n}"/>'),
    "depth in a unit": _inside(_same("<n>")),
    "depth of containers": Shape(f"{_ROOT}{_OWNER}", _same(f"<{_DEEP}>"), ""),
    "elements before the owners": Shape(f"{_ROOT}{_HEAD}", _same("<n/>"), f"{_BEFORE}{_AFTER}"),
    "elements between the units": Shape(f"{_ROOT}{_OWNER}", _same("<n/>"), _END),
    "elements after the owners": Shape(
        f"{_ROOT}{_OWNER}</InstitutionOwnerEntity>", _same("<n/>"), "</SorTree>"
    ),
    "texts between the units": Shape(f"{_ROOT}{_OWNER}", _same("<n/>x"), _END),
    "strays and small units": Shape(
        f"{_ROOT}{_OWNER}",
        lambda n: "<n/>" * 200 + f"<HealthInstitutionEntity>{_SMALL}</HealthInstitutionEntity>",
        _END,
    ),
    "empty containers": Shape(f"{_ROOT}{_OWNER}", _same("<HealthInstitutionEntity/>"), _END),
    "small units": Shape(
        f"{_ROOT}{_OWNER}",
        _same(f"<HealthInstitutionEntity>{_SMALL}</HealthInstitutionEntity>"),
        _END,
    ),
    "units in one container": Shape(
        f"{_ROOT}{_OWNER}<HealthInstitutionEntity>",
        _same(_SMALL),
        f"</HealthInstitutionEntity>{_END}",
    ),
    "units in a unit": _inside(_same(_SMALL)),
    "units with invalid ids": Shape(
        f"{_ROOT}{_OWNER}",
        lambda n: (
            f"<HealthInstitutionEntity><HealthInstitution><s:SorIdentifier>{n}</s:SorIdentifier>"
            "</HealthInstitution></HealthInstitutionEntity>"
        ),
        _END,
    ),
    "empty units": Shape(
        f"{_ROOT}{_OWNER}",
        _same("<HealthInstitutionEntity><HealthInstitution/></HealthInstitutionEntity>"),
        _END,
    ),
    "empty units in one container": Shape(
        f"{_ROOT}{_OWNER}<HealthInstitutionEntity>",
        _same("<HealthInstitution/>"),
        f"</HealthInstitutionEntity>{_END}",
    ),
    "empty units on lines of their own": Shape(
        f"{_ROOT}{_OWNER}<HealthInstitutionEntity>",
        _same("<HealthInstitution/>\n"),
        f"</HealthInstitutionEntity>{_END}",
    ),
    "empty units in a unit": _inside(_same("<HealthInstitution/>")),
    "units of a text": Shape(
        f"{_ROOT}{_OWNER}<HealthInstitutionEntity>",
        _same("<HealthInstitution>x</HealthInstitution>"),
        f"</HealthInstitutionEntity>{_END}",
    ),
    "units of repeated elements": Shape(
        f"{_ROOT}{_OWNER}<HealthInstitutionEntity>",
        _same(
            f"<HealthInstitution><s:SorIdentifier>{HOSPITAL}</s:SorIdentifier>"
            f"{'<s:LocalCode/>' * 900}</HealthInstitution>"
        ),
        f"</HealthInstitutionEntity>{_END}",
    ),
    "owners of many small units": Shape(
        f"{_ROOT}{_HEAD}",
        _same(
            f"<InstitutionOwnerEntity><InstitutionOwner>{_UNIT}</InstitutionOwner>"
            f"{f'<HealthInstitutionEntity>{_SMALL}</HealthInstitutionEntity>' * 9_990}"
            "</InstitutionOwnerEntity>"
        ),
        "</SorTree>",
    ),
    "strays between containers": Shape(
        f"{_ROOT}{_OWNER}{'<HealthInstitutionEntity>' + _SMALL}</HealthInstitutionEntity>",
        lambda n: (
            "<n/><HealthInstitutionEntity/>" * 1_000
            + f"<HealthInstitutionEntity>{_SMALL}</HealthInstitutionEntity>"
        ),
        _END,
    ),
    "units between strays": Shape(
        f"{_ROOT}{_OWNER}<HealthInstitutionEntity>",
        _same("<HealthInstitution/><n/>"),
        f"</HealthInstitutionEntity>{_END}",
    ),
    "nested units": Shape(
        f"{_ROOT}{_OWNER}<HealthInstitutionEntity>{_SMALL}",
        lambda n: f"<{_DEEP}>{_INNER}" * 150 + f"</{_DEEP}>" * 150,
        f"</HealthInstitutionEntity>{_END}",
    ),
    "nested units on lines of their own": Shape(
        f"{_ROOT}{_OWNER}<HealthInstitutionEntity>{_SMALL}",
        lambda n: f"<{_DEEP}>{_INNER}\n" * 150 + f"</{_DEEP}>" * 150,
        f"</HealthInstitutionEntity>{_END}",
    ),
    "nested empty units": Shape(
        f"{_ROOT}{_OWNER}<HealthInstitutionEntity>{_SMALL}",
        lambda n: f"<{_DEEP}><OrganizationalUnit/>" * 150 + f"</{_DEEP}>" * 150,
        f"</HealthInstitutionEntity>{_END}",
    ),
    "nested units of a long prefix": Shape(
        f"{_LONG_ROOT}{_OWNER}<HealthInstitutionEntity>{_SMALL}",
        lambda n: f"<{_LONG}:{_DEEP}><OrganizationalUnit/>" * 150 + f"</{_LONG}:{_DEEP}>" * 150,
        f"</HealthInstitutionEntity>{_END}",
    ),
    "empty location codes": _inside(_same("<EanLocationCodeEntity/>")),
    "a long text": _inside(_same("x" * 50), "<s:LocalCode>", "</s:LocalCode>"),
    "a long text of many scripts": _inside(_same("x\U0001f600" * 10), "<n>", "</n>"),
    "a long attribute": _inside(_same("x" * 50), '<n a="', '"/>'),
    "a long snapshot date": Shape(
        f"{_ROOT}<s:SnapshotDate>", _same("2026-03-01 "), f"</s:SnapshotDate>{_BEFORE}{_AFTER}"
    ),
    "snapshot dates": Shape(_ROOT, _same(_HEAD), f"{_BEFORE}{_AFTER}"),
    "character references": _inside(_same("&#65;"), "<n>", "</n>"),
    "references in an attribute": _inside(_same("&#65;"), '<n a="', '"/>'),
    "comments in a unit": _inside(_same("<!---->")),
    "a long comment": _inside(_same("x" * 50), "<!--", "-->"),
    "comments before the root": Shape("", _same("<!---->"), f"{_ROOT}{_BEFORE}{_AFTER}"),
    "comments between the units": Shape(f"{_ROOT}{_OWNER}", _same("<!---->"), _END),
    "instructions in a unit": _inside(_same("<?a?>")),
    "instructions before the root": Shape("", _same("<?a?>"), f"{_ROOT}{_BEFORE}{_AFTER}"),
    "CDATA in an element": _inside(_same("<![CDATA[a]]>"), "<n>", "</n>"),
    "blanks in a unit": _inside(_same("\n")),
    "no unit at all": Shape(_ROOT, _same("<n>1</n>"), "</SorTree>"),
    "a name without end": Shape(f"{_ROOT}<", _same("n" * 50), ""),
}
"""By name. Every piece is repeated until the document has its size."""


def _entries(piece: Callable[[int], str], before: str = "", after: str = "") -> Shape:
    return Shape(f"<Lists><List><Name>x</Name>{before}", piece, f"{after}</List></Lists>")


LIST_SHAPES = {
    "entries": _entries(lambda n: f"<Code><Identifier>{n}</Identifier><Name>x</Name></Code>"),
    "entries on lines of their own": _entries(lambda n: f"<Code>\n<Id>{n}</Id></Code>\n"),
    "entries of one attribute": _entries(lambda n: f'<Code id="{n}"/>'),
    "empty entries": _entries(_same("<c/>"), '<c id="1"/>'),
    "entries of invalid dates": _entries(lambda n: f'<c id="1" FromDate="{n}"/>'),
    "nested entries": _entries(lambda n: f'<c id="{n}">' * 150 + "</c>" * 150),
    "lists of one entry": _entries(lambda n: f'<L id="{n}"><c id="1"/></L>'),
    "values between the entries": _entries(lambda n: f'<c id="{n}"/><x>1</x>'),
    "elements in an entry": _entries(
        _same("<n>1</n>"), "<Code><Identifier>1</Identifier>", "</Code>"
    ),
    "elements of many names": _entries(lambda n: f"<n{n}/>"),
    "attributes of an entry": _entries(lambda n: f' a{n}="1"', "<Code", "/>"),
    "depth": _entries(_same("<n>")),
    "a long text": _entries(_same("x" * 50), "<Code><Identifier>", "</Identifier></Code>"),
    "texts": _entries(_same("<n/>x")),
}
"""For SorDataCodeTypes.xml and GeographicalLocalisations.xml."""


def _regions(piece: Callable[[int], str], before: str = "", after: str = "") -> Shape:
    return Shape(
        f"<SHAKregioner><SHAKregion><SHAKkode>9901</SHAKkode></SHAKregion>{before}",
        piece,
        f"{after}</SHAKregioner>",
    )


REGION_SHAPES = {
    "entries": _regions(lambda n: f"<SHAKregion><SHAKkode>{n}</SHAKkode></SHAKregion>"),
    "entries of one attribute": _regions(lambda n: f'<r SHAKkode="{n}"/>'),
    "entries of few elements": _regions(lambda n: f"<r><SHAKkode>{n}</SHAKkode></r>"),
    "empty entries": _regions(_same("<r><SORid/></r>")),
    "invalid dates": _regions(lambda n: f'<r SHAKkode="1" DatoFra="{n}"/>'),
    "entries of other elements": _regions(lambda n: f'<r SHAKkode="{n}"><n>1</n></r>'),
    "elements of many names": _regions(lambda n: f'<r SHAKkode="{n}"><n{n}/></r>'),
    "nested entries": _regions(lambda n: f'<r SHAKkode="{n}">' * 150 + "</r>" * 150),
    "elements outside the entries": _regions(_same("<n>1</n>")),
    "containers outside the entries": _regions(_same("<n><m/>1</n>")),
    "texts between the entries": _regions(lambda n: f'<r SHAKkode="{n}"/>x'),
    "elements and entries": _regions(lambda n: f'<n>1</n><r SHAKkode="{n}"/>'),
    "empty elements": _regions(_same("<n/>")),
    "elements in an entry": _regions(_same("<n>1</n>"), '<r SHAKkode="1">', "</r>"),
    "attributes of an entry": _regions(lambda n: f' a{n}="1"', '<r SHAKkode="1"', "/>"),
    "depth": _regions(_same("<n>")),
    "a long text": _regions(_same("x" * 50), "<r><SHAKkode>", "</SHAKkode></r>"),
}
"""For SHAKregion.xml."""


def _rows(
    piece: Callable[[int], str] | str, before: str = "", header: str = "SorId;EntityName"
) -> Shape:
    pieces = _same(piece) if isinstance(piece, str) else piece
    return Shape(f"{header}\n{OTHER};x\n{before}", pieces, "", declaration="")


def each_another(number: int) -> str:
    """Return a text of three characters for each number below 50,000, then longer ones."""
    signs = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJ"
    text = ""
    while number or len(text) < 3:
        number, at = divmod(number, len(signs))
        text = signs[at] + text
    return text


_KINDS = "ToDate;ShakId;SorType;InstitutionOwnerCvrNumberId;AmbulantActivityIndicator"
_COLUMNS = "SorId;EntityName;" + ";".join(f"x{n}" for n in range(4_000))
CSV_SHAPES = {
    "lone quotes": _rows('"\n'),
    "pairs of quotes": _rows('""\n'),
    "bad ids": _rows("x;\n"),
    "bad ids, each another": _rows(lambda n: f"{n};\n"),
    "bad ids with names": _rows(lambda n: f"{n};x\n"),
    "wrong check digits": _rows(lambda n: f"{n}1000016009;y\n"),
    "bad ids and quoted empty cells": _rows('x;""\n'),
    "no ids": _rows(";x\n"),
    "quoted empty cells": _rows('"";""\n'),
    "quoted cells with doubled quotes": _rows(f'"{OTHER}";"a ""b"" c"\n'),
    "quoted delimiters": _rows(f'"{OTHER}";";"\n'),
    "quotes that stay open": _rows(f'{OTHER};"a\n{OTHER};b\n'),
    "a quote that stays open": _rows("\n", before=f'{OTHER};"a'),
    "a quote that stays open, over rows": _rows(f"{OTHER};b\n", before=f'{OTHER};"a'),
    "a quote that stays open, over lines": _rows("x\n", before=f'{OTHER};"a'),
    "a cell over a million lines": Shape(
        f'SorId;EntityName\n{OTHER};"a\n', _same("\n" * 999_990 + f'";\n{OTHER};"a'), '"', ""
    ),
    "cells over a thousand lines": _rows(f'{OTHER};"a' + "\n" * 999 + '"\n'),
    "cells over two lines": _rows(f'{OTHER};"a\nb"\n'),
    "short cells over two lines": _rows('x;"\n"\n'),
    "quotes behind a letter": _rows(f'{OTHER};a"b\n'),
    "quotes behind a letter of a bad id": _rows('a";\n'),
    "too few cells": _rows("x\n"),
    "too few cells, each row another": _rows(lambda n: f"{each_another(n)}\n"),
    "quoted bad ids, each another": _rows(lambda n: f'"{n}";\n'),
    "damaged ids, each another": _rows(lambda n: f"{n % 10**6 + 10**5}1000016000;\n"),
    "ids in another notation": _rows(lambda n: f"{OTHER}.0;\n"),
    "ids of many digits": _rows(lambda n: "1" * 100_000 + ";\n"),
    "ids of spaces": _rows(lambda n: f"%{' ' * 100_000}1;\n"),
    "bad values in many columns, each another": _rows(
        lambda n: f"{OTHER};{';'.join(each_another(5 * n + i) for i in range(5))}\n",
        header=f"SorId;{_KINDS}",
    ),
    "dates that do not exist": _rows(
        lambda n: f"{OTHER};{n % 10**4:04}-13-45\n", header="SorId;FromDate"
    ),
    "too many cells": _rows(";;x\n"),
    "too many empty cells": _rows("x;;\n"),
    "delimiters": _rows(";\n"),
    "whitespace": _rows(" ; \n"),
    "line ends": _rows("\n"),
    "carriage returns": _rows("\r"),
    "NUL": _rows("x;\0\n"),
    "NUL and quotes": _rows('"\0";"\0"\n'),
    "ids for Excel": _rows('="1";\n'),
    "empty ids for Excel": _rows('="";\n'),
    "ids named NULL": _rows("NULL;\n"),
    "letters beyond ASCII": _rows("ø;æ\n"),
    "lines that are not UTF-8": _rows("x;\udcff\n", before="ø;æ\n" * 100_000),
    "lines that are UTF-8 among others": _rows(
        "x;\udcc3\udcb8\n", before="\udcf8;\udce6\n" * 100_000
    ),
    "lines of both encodings": _rows("x;\udcff\udcc3\udcb8\n", before="\udcf8;\udce6\n" * 100_000),
    "NUL, each row another": _rows(lambda n: f"{n};\0\n"),
    "bad dates": _rows("1;x\n", header="SorId;FromDate"),
    "bad dates, each another": _rows(lambda n: f"1;{n}\n", header="SorId;FromDate"),
    "bad numbers": _rows(
        "1;x;x\n",
        header="SorId;PostalAddressCoordETRS89z32EMeasure;PostalAddressCoordETRS89z32NMeasure",
    ),
    "unknown values": _rows(lambda n: f"{OTHER};{n};{n}\n", header="SorId;EntityName;A"),
    "a million empty cells in a row": _rows(f"{OTHER};" + ";" * 999_000 + "\n"),
    "a million cells in a row": _rows(f"{OTHER};" + "1;" * 499_000 + "\n"),
    "long rows of wide letters": _rows(f"{OTHER};\U0001f600{'x' * 1_000};x\n"),
    "bad dates beside long ids": _rows(
        lambda n: f"{n}\U0001f600{'x' * 10_000};x\n", header="SorId;FromDate"
    ),
    "a line without end": _rows("x;", before=OTHER),
    "long values": _rows(lambda n: f"{OTHER};{n}" + "x" * 900_000 + "\n"),
    "long values of bad ids": _rows(lambda n: f"{n}" + "x" * 900_000 + ";\n"),
    "values beyond the limit": _rows(f"{OTHER};" + "x" * 1_100_000 + "\n"),
    "many columns": _rows(f"{OTHER};x;" + ";" * 3_999 + "\n", header=_COLUMNS),
    "many columns of values": _rows(f"{OTHER};x;" + "1;" * 3_999 + "1\n", header=_COLUMNS),
    "many columns of values, each another": _rows(
        lambda n: f"{OTHER};x;{';'.join(str(n % 90 + i) for i in range(4_000))}\n",
        header=_COLUMNS,
    ),
    "many columns and few cells": _rows("x\n", header=_COLUMNS),
    "many columns and one delimiter": _rows(f"{OTHER};\n", header=_COLUMNS),
}
"""For SOREntity.csv."""
