"""Elements of a unit of Sor.xml from paths and values."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import strategies as st

from sorparse.formats.sor_xml.names import ENTITIES, LOCATION_CODES, is_structural
from sorparse.formats.sor_xml.namespaces import namespaces_of
from support.xml import OWNER, UNIT, V2

TEXTS = st.sampled_from(
    [
        "",
        " ",
        "x",
        "  å &amp; ø\n",
        "2020-01-02",
        "9999-12-31",
        " 2020-01-02 ",
        "true",
        "0",
        "1081",
        "394579002",
        "51000095001",
        "6347032.450",
        "557481,68",
        OWNER,
        UNIT,
        "5790099900019",
        "5790099900018",
        "i dag",
    ]
)


PATHS = sorted(
    {
        path
        for column in ENTITIES.columns
        if not is_structural(column)
        for path in (column.name, *column.aliases)
    }
    | {
        f"EanLocationCodeOption/EanLocationCodeEntity/{column.name}"
        for column in LOCATION_CODES.columns
        if not is_structural(column)
    }
    | {
        f"ClinicalSpecialityCollection/ClinicalSpeciality[{n}]/SpecialityTypeIdentifier"
        for n in (1, 2, 3)
    }
    | {"New", "New/Part", "PostalAddressInformation/New", "SorStatus", "EanLocationCodeOption"}
)


BASIC = {"SorIdentifier", "EntityName", "EntityTypeIdentifier", "OwnerType", "InstitutionType"} | {
    path for path in PATHS if path in ("UnitType", "SorStatus") or path.startswith("SorStatus/")
}


def nested(values: dict[str, str], order: list[str], *, prefixed: bool = False) -> str:
    """Elements from paths; ``[n]`` makes equal siblings."""
    tree: dict[str, Any] = {}
    for path in order:
        node = tree
        *blocks, leaf = path.split("/")
        for step in blocks:
            inner = node.setdefault(step, {})
            if not isinstance(inner, dict):
                inner = node[step] = {}
            node = inner
        node.setdefault(leaf, values[path])
    return "".join(element(name, content, prefixed) for name, content in tree.items())


# as the root declares them, for the first namespace of each element
PREFIXES = {uri: prefix for prefix, uri in re.findall(r'xmlns:?(\w*)="([^"]*)"', V2)}


def element(name: str, content: Any, prefixed: bool) -> str:
    local = name.partition("[")[0]
    inside = (
        "".join(element(*pair, prefixed) for pair in content.items())
        if isinstance(content, dict)
        else content
    )
    prefix = PREFIXES.get(namespaces_of(local)[0])
    if prefixed and prefix is not None:
        written = f"{prefix}:{local}" if prefix else local
        return f"<{written}>{inside}</{written}>"
    return f'<{local} xmlns="{namespaces_of(local)[0]}">{inside}</{local}>'
