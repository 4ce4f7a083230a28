"""The 70 columns of the real sor.csv: each is known, and each value is somewhere in the record."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import sorparse
from sorparse import Coded, examples
from support.csv_files import A, B, C, one, read, sor_csv, sor_id, units

_NAMES = (
    "Enhedsnavn; Enhedstype; Organisatorisk niveau; Navn org. niveau; SOR-type; "
    "Gaeldende_fra_dato; Ophoert_dato; Sidst_aendret_dato; SghAfd-kode; SOR-kode; "
    "Parent-SOR-kode; Institutionsejer; Sundhedsinstitution; Ydernummer; Lokalkode; Telefon; Fax; "
    "E-mail; Hjemmeside; Lokationsnummer; Region; EDB-system; Systemleverandoer; "
    "Netoperatoer; Nedarvningsstatus; Lokationsnummerstatus; Lokalattribut1; Lokalattribut2; "
    "Lokalattribut3; Lokalattribut4; Lokalattribut5; P_Postnummer; P_By; Postadresse; "
    "B_Postnummer; B_By; Besoegsadresse; A_Postnummer; A_By; Aktivitetsadresse; "
    "Hovedspeciale; Speciale2; Speciale3; Speciale4; Speciale5; Speciale6; Speciale7; "
    "Speciale8; Apoteksnummer; Sengeafsnit; Ambulante_kontakter; Indberetningsniveau; "
    "Geografisk_lokalisation; CVR; P-nummer; P_Region; P_KK; P_VK; P_X; P_Y; B_Region; B_KK; "
    "B_VK; B_X; B_Y; A_Region; A_KK; A_VK; A_X; A_Y"
)
HEADER = _NAMES.split("; ")
VALUES = {
    "SOR-kode": A,
    "Organisatorisk niveau": "1234551000005105",
    "Navn org. niveau": "Afsnit",
    "SOR-type": "Organisatorisk enhed",
    "SghAfd-kode": "999001A",
    "Lokationsnummer": "5790000000005",
    "Lokationsnummerstatus": "Kun intern",
    "Nedarvningsstatus": "nedarvet",
    "Apoteksnummer": "362,1",
    "Sengeafsnit": "Ja",
    "Ambulante_kontakter": "Nej",
    "Indberetningsniveau": "J",
    "CVR": "12345674",
    "P_X": "557481,68",
    "P_Y": "6347032,45",
    "Gaeldende_fra_dato": "01-01-2007",
    "Ophoert_dato": "31.12.2027",
    "Sidst_aendret_dato": "2025-03-15",
}
EMPTY = ("B_X", "B_Y", "A_X", "A_Y", "Parent-SOR-kode")


def row(**values: str) -> str:
    return ";".join(
        values.get(name, VALUES.get(name, "" if name in EMPTY else f"værdi {place}"))
        for place, name in enumerate(HEADER)
    )


def flat(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set().union(*map(flat, value.values()))
    if isinstance(value, (list, tuple)):
        return set().union(*map(flat, value))
    return {str(value)}


def test_every_column_is_known_and_no_value_is_lost() -> None:
    assert len(HEADER) == 70
    data = sor_csv(row(), header=HEADER)
    with sorparse.open(data) as feed:
        entities = feed.describe().tables[0]
        assert [column.name for column in entities.columns if column.field is None] == []
        assert entities.missing == ()
    (unit,) = units(data)
    assert not unit.extra
    assert unit.organisational_level == Coded("1234551000005105", "Afsnit")
    assert unit.local_attributes == tuple(f"værdi {n}" for n in range(26, 31))
    assert (unit.patients_admitted, unit.ambulant_activity) == (True, False)
    assert unit.reporting_level is True
    assert unit.location_code_status == "Kun intern"
    assert unit.geographical_location == "værdi 52"
    assert unit.location_code_system_type == Coded(None, "værdi 21")
    assert unit.postal_address is not None
    assert unit.postal_address.easting == Decimal("557481.68")
    kept = flat(sorparse.to_dict(unit))
    assert [
        each for each in row().split(";") if each.startswith("værdi") and each not in kept
    ] == []


@pytest.mark.parametrize(
    ("text", "value"),
    [("Ja", True), ("nej", False), ("1", True), ("0", False), ("J", True), ("N", False)],
)
def test_the_indicators_in_several_forms(text: str, value: bool) -> None:
    data = sor_csv(row(Sengeafsnit=text, Indberetningsniveau=text), header=HEADER)
    (unit,) = units(data)
    assert unit.patients_admitted is unit.reporting_level is value


def test_an_indicator_that_says_neither_is_reported() -> None:
    unit, issue = one(sor_csv(row(Sengeafsnit="måske"), header=HEADER))
    assert unit.patients_admitted is None
    assert (issue.code, issue.column, issue.value) == ("bad-boolean", "Sengeafsnit", "måske")


def test_the_made_up_file_has_this_header() -> None:
    first = examples.sor_csv.read_bytes().split(b"\r\n")[0].decode("cp1252")
    assert first.split(";") == HEADER


def test_nothing_is_lost_on_the_way_through_sor2(tmp_path: Path) -> None:
    (tmp_path / "sor.csv").write_bytes(sor_csv(row(), header=HEADER))
    sorparse.convert(tmp_path / "sor.csv", "sor2", tmp_path / "x.zip")
    assert units(tmp_path / "x.zip") == units(tmp_path / "sor.csv")


FAMILY = ("SOR-kode", "Parent-SOR-kode", "CVR")
ROWS = (f"{A};;12345674", f"{B};{A};", f"{C};{B};")


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
def test_the_owners_cvr_number_reaches_the_units_below(order: tuple[int, ...]) -> None:
    data = sor_csv(*(ROWS[n] for n in order), header=FAMILY)
    assert {unit.cvr for unit in units(data)} == {"12345674"}
    with sorparse.open(data) as feed:
        assert {each.cvr for each in feed.entities(fields=("cvr",))} == {"12345674"}
    assert len(sorparse.load(data).as_of("2026-01-01").by_cvr("12345674")) == 3


def test_a_units_own_cvr_number_stays_and_no_number_is_invented() -> None:
    own, stray, circle = sor_id(104), sor_id(105), sor_id(106)
    rows = (f"{own};{A};99000015", f"{stray};{sor_id(999)};", f"{circle};{circle};")
    records, _ = read(sor_csv(*ROWS, *rows, header=FAMILY))
    assert [unit.cvr for unit in records[3:]] == ["99000015", None, None]
