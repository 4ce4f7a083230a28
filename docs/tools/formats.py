"""The pages of the files' columns, made of the declarations that the readers use."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import attrs

from sorparse.formats import shak
from sorparse.formats.declare import TableSpec
from sorparse.records.docs import field_docs

MADE = (
    "<!-- Made by docs/tools/make.py of the declarations in src/sorparse/formats: do not edit. -->"
)
EVIDENCE = {
    "verified": "confirmed",
    "inferred": "inferred",
    "hypothesis": "assumed",
}
LEGEND = """\
Evidence for a name: **confirmed** by the publisher's own texts or by use on the real file;
**inferred** from the publisher's rules of naming and from its other formats; **assumed** if no name
is known and the library uses a reference name."""
FOLDED = """\
Names are compared without regard to case, `_`, `-`, spaces and Danish letters (`æ` is `ae`), and a
final `Identifier` counts as `Id`."""


def pages() -> dict[str, str]:
    """Give each page by its path below docs."""
    made = {
        "formats/sor2-columns.md": _page(
            "Columns of the SOR2 CSV set",
            "The files of `Sor_complete.zip`, and `SorEntity_daily.csv`, which has the columns of "
            "`SOREntity`. See [the format](sor2.md).",
            _specs("sorparse.formats.sor2"),
        ),
        "formats/sor-csv-columns.md": _page(
            "Columns of the CSV 1.2.1.19 set",
            "`sor.csv` and `Edityper.csv`. See [the format](sor-csv.md).",
            _specs("sorparse.formats.sor_csv"),
        ),
        "formats/shak-columns.md": _shak(),
        "formats/shak-region-columns.md": _page(
            "Columns of SHAKregion",
            "`SHAKregion.txt`, which has no header and these columns in this order, and the "
            "elements of `SHAKregion.xml`. See [the format](shak.md).",
            _specs("sorparse.formats.shak_region"),
        ),
        "formats/skrs-columns.md": _page(
            "Columns of SKRS",
            "The datatypes of version 1. Rows of version 2 are read by the "
            "[columns of SOR2](sor2-columns.md). See [the format](skrs.md).",
            _specs("sorparse.formats.skrs.names"),
        ),
    }
    if find_spec("sorparse.formats.sor_xml") is not None:
        made["formats/sor-xml-elements.md"] = _page(
            "Elements of Sor.xml",
            "A path is that of the element below its unit, in 2.0.0; `[1]` is a place among equal "
            "elements; the paths of 1.0.0 stand below where they differ. A name with `::` or "
            "`()` follows from where the unit stands in the tree. See [the format](sor-xml.md).",
            _specs("sorparse.formats.sor_xml.names"),
            column="Element",
        )
    return made


def _specs(module: str) -> list[TableSpec]:
    return [value for value in vars(import_module(module)).values() if isinstance(value, TableSpec)]


def _page(title: str, about: str, specs: list[TableSpec], *, column: str = "Column") -> str:
    legend = f"{LEGEND} {FOLDED}" if column == "Column" else LEGEND
    parts = [MADE, f"# {title}", about, legend]
    for spec in specs:
        parts += [f"## {spec.title}", _told(spec), _table(spec, column)]
    return "\n\n".join(parts) + "\n"


def _told(spec: TableSpec) -> str:
    key = ", ".join(f"`{field}`" for field in spec.key)
    needed = ", ".join(f"`{field}`" for field in spec.required)
    return (
        f"Table `{spec.table}`: `feed.{spec.table}()` returns `{spec.record.__name__}` records. "
        f"A row without {needed} is reported and not read. The fields that name a row: {key}."
    )


def _table(spec: TableSpec, column: str) -> str:
    rows = [
        (
            "<br>".join([f"`{one.name}`", *(f"or `{alias}`" for alias in one.aliases)]),
            "<br>".join(f"`{field}`" for field in (one.field, *one.also)),
            one.kind.value,
            EVIDENCE[one.evidence],
            meaning(spec.record, one.field),
        )
        for one in spec.columns
    ]
    heads = (column, "Field", "Holds", "Name is", "Meaning")
    return "\n".join(table_lines(heads, rows))


def table_lines(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> Iterator[str]:
    yield "| " + " | ".join(heads) + " |"
    yield "|" + "---|" * len(heads)
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |"


def meaning(record: type[Any], field: str) -> str:
    """Give the docstrings of a field and its parts, without the column names they repeat."""
    told: list[str] = []
    above: type[Any] | None = record
    for part in field.split("."):
        name = re.sub(r"\[\d+\]", "", part)
        if above is None:
            break
        told.append(_plain(field_docs(above).get(name, "")))
        above = _class_of(above, name)
    if field == "validity.from_date":
        return f"{told[1]} {told[0]}"
    if len(told) > 1 and not field.startswith("validity."):
        outer = [one.split(";")[0].split(", at most")[0].rstrip(".") for one in told[:-1]]
        first, *others = [*outer, told[-1]]
        return f"{first}: " + ", ".join(_lowered(one) for one in others)
    return told[-1]


def _lowered(text: str) -> str:
    if text[1:2].isupper() or text.startswith("E-"):
        return text
    return text[:1].lower() + text[1:]


def _plain(docstring: str) -> str:
    told = re.sub(r"\s*\((?:columns )?(?:``|``…|OIO)[^()]*\)", "", docstring).replace("``", "`")
    told = re.sub(r":\w+:`~?\.?([\w.]+)`", r"`\1`", told)
    return told.strip()


def _class_of(record: type[Any], field: str) -> type[Any] | None:
    if field not in attrs.fields_dict(record):
        return None
    from sorparse import records

    words = re.findall(r"\w+", str(attrs.fields_dict(record)[field].type))
    classes = [getattr(records, word) for word in words if word in records.__all__]
    return next((cls for cls in classes if attrs.has(cls)), None)


def _shak() -> str:
    rows = []
    for span in shak.LAYOUT:
        fields = [
            f"`{column.field}` ({kind})"
            for kind, spec in (("sgh", shak.HOSPITALS), ("afd", shak.DEPARTMENTS))
            for column in spec.columns
            if column.name == span.name
        ]
        if len({one.split()[0] for one in fields}) == 1 and len(fields) > 1:
            fields = [fields[0].split()[0]]
        rows.append(
            (f"`{span.name}`", str(span.start), str(span.length), ", ".join(fields) or "`extra`")
        )
    about = (
        f"Fixed width, {shak.WIDTH} characters a line; places count from 1. `sgh` is a hospital's "
        "line, `afd` that of a department or section. `feed.shak_units()` returns `SHAKUnit` "
        "records. See [the format](shak.md)."
    )
    table = "\n".join(table_lines(("Field of the file", "From place", "Places", "Field"), rows))
    return (
        "\n\n".join(
            [
                MADE,
                "# Layout of the SHAK file",
                about,
                table,
            ]
        )
        + "\n"
    )
