"""Write the realistic SOREntity.csv of the benchmarks: sparse rows with their full history.

    python benchmarks/history.py FOLDER [--units 100000]

About four versions a unit, in three row orders and once with every cell quoted:

- ``SOREntity.csv``: the versions of a unit after each other
- ``by_date.csv``: by from-date
- ``random.csv``: shuffled
- ``quoted.csv``: as ``SOREntity.csv``, each cell in quotation marks

All values are synthetic and seeded.
"""

from __future__ import annotations

import argparse
import random
from datetime import date, timedelta
from pathlib import Path

from data import REGIONS, WORDS, Maker, sor_id

from sorparse.formats import sor2

SEED = 4711
UNITS = 100_000
ORDERS = ("SOREntity", "by_date", "random", "quoted")
_BEGIN = date(2005, 1, 1)
_TYPES = [(str(550000000005100 + n), f"enhedstype {n}") for n in range(74)]
_SPECIALITIES = [(str(394570000 + n), f"speciale {n}") for n in range(56)]
_STREETS = [
    first + last
    for first in ("Øster", "Vester", "Nørre", "Sønder", "Kirke", "Skole", "Mølle", "Park")
    for last in ("gade", "vej", "allé", "stræde", "parken", "torvet")
]

Row = dict[str, str]


class History(Maker):
    """The versions of made-up units."""

    def __init__(self, seed: int = SEED) -> None:
        super().__init__(seed)
        self.item = 0
        self.rows: list[Row] = []

    def address(self) -> Row:
        town = self.random.randrange(900)
        region = REGIONS[town % 5]
        return super().address() | {
            "StreetName": self.random.choice(_STREETS),
            "PostCodeId": str(1000 + 9 * town),
            "DistrictName": f"Nørreby {town}",
            "MunicipalityCode": f"{101 + town % 98:04d}",
            "MunicipalityName": f"Kommune {town % 98}",
            "RegionCode": region[0],
            "RegionName": region[1],
        }

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def telephone(self) -> str:
        return str(self.random.randrange(20_000_000, 99_999_999))

    def write(self, units: int) -> list[Row]:
        """Return the rows of that many units, the versions of a unit together."""
        pick, made = self.random.choice, 0
        while made < units:
            owner = self.unit("IE", None, {})
            made += 1
            of_owner = {key: owner[key] for key in owner if key.startswith("InstitutionOwner")}
            for _ in range(min(pick((1, 1, 1, 2, 6)), units - made)):
                institution = self.unit("SI", owner["SorId"], of_owner)
                made += 1
                both = of_owner | {
                    key: institution[key] for key in institution if key.startswith("Health")
                }
                parents = [institution["SorId"]]
                for _ in range(min(pick((0, 0, 1, 2, 8, 40)), units - made)):
                    parents.append(self.unit("OE", pick(parents[-6:]), both)["SorId"])
                    made += 1
        return self.rows

    def unit(self, kind: str, parent: str | None, above: Row) -> Row:
        """Add the versions of one unit and return the first."""
        pick = self.random.choice
        self.item += pick((1, 1, 2))
        code, type_name = pick(_TYPES)
        words = self.random.sample(WORDS, pick((2, 3, 3, 4)))
        name = f"{' '.join(words)}, Nørreby {self.random.randrange(900)}"
        if self.chance(0.02):
            name += '; kaldet "Huset"'
        row = {
            "SorId": sor_id(self.item),
            "EntityName": name,
            "SorType": kind,
            "EntityTypeId": code,
            "EntityTypeName": type_name,
            "ParentSorId": parent or "",
            **above,
        }
        prefix = {"IE": "InstitutionOwner", "SI": "HealthInstitution"}.get(kind)
        if prefix:
            row |= {
                f"{prefix}SorId": row["SorId"],
                f"{prefix}EntityName": name,
                f"{prefix}EntityTypeId": code,
                f"{prefix}EntityTypeName": type_name,
            }
        if kind == "IE":
            row["InstitutionOwnerCvrNumberId"] = self.cvr()
        row |= self.codes(kind) | self.places(kind) | self.contact() | self.activity(kind)
        return self.versions(kind, row)

    def codes(self, kind: str) -> Row:
        rng = self.random
        row = {}
        if self.chance(0.05 if kind == "OE" else 0.02):
            row["ShakId"] = str(rng.randrange(100_000, 999_999)) + rng.choice(("", "0", "1", "2"))
        if kind != "IE" and self.chance(0.12):
            row["ProviderId"] = f"{rng.randrange(1, 999_999):06d}"
        own = self.chance(0.6 if kind == "SI" else 0.25)
        if own:
            region = rng.choice(REGIONS)
            row |= {
                "EanLocationCode": self.location_code(),
                "EanLocationCodeRegionCode": region[0],
                "EanLocationCodeRegionName": region[1],
            }
        if own or kind == "OE":
            row["EanLocationCodeInheritedIndicator"] = "false" if own else "true"
        if kind == "SI" and self.chance(0.5):
            row["ProductionUnitId"] = str(rng.randrange(10**9, 2 * 10**9))
        return row

    def places(self, kind: str) -> Row:
        row: Row = {}
        if kind != "OE" or self.chance(0.35):
            row |= _prefixed("PostalAddress", self.address())
        if kind != "IE" and self.chance(0.5 if kind == "SI" else 0.3):
            address = self.address()
            row |= _prefixed("VisitingAddress", address)
            if self.chance(0.5):
                row |= _prefixed("ActivityAddress", address)
        return row

    def contact(self) -> Row:
        row = {}
        if self.chance(0.7):
            row["VirtualAddressTelephoneNumber"] = self.telephone()
        if self.chance(0.4):
            row["VirtualAddressEmailAddress"] = f"enhed{self.item}@example.dk"
        if self.chance(0.3):
            row["VirtualAddressWebsite"] = f"www.enhed{self.item % 5000}.example.dk"
        return row

    def activity(self, kind: str) -> Row:
        pick, row = self.random.choice, {}
        for place in range(1, 1 + (pick((0, 1, 1, 2, 3)) if kind != "IE" else 0)):
            row |= _speciality(place, pick(_SPECIALITIES))
        if kind == "OE":
            for activity in ("AmbulantActivity", "PatientsAdmitted", "ReportingLevel"):
                row[f"{activity}Indicator"] = pick(("true", "false"))
        return row

    def versions(self, kind: str, row: Row) -> Row:
        rng = self.random
        day = _BEGIN + timedelta(days=rng.randrange(7600))
        first = row = row | {"FirstFromDate": day.isoformat()}
        for left in reversed(range(rng.choice((1, 1, 2, 3, 4, 4, 5, 6, 7, 7)))):
            end = day + timedelta(days=rng.randrange(1, 900))
            stays_open = not left and self.chance(0.6)
            row = row | {
                "FromDate": day.isoformat(),
                "ToDate": "" if stays_open else end.isoformat(),
                "UpdatedAt": (day + timedelta(days=rng.randrange(3))).isoformat(),
            }
            self.rows.append(row)
            day = end + timedelta(days=1 if self.chance(0.98) else 30)
            row = row | self.change(kind, row)
        return first

    def change(self, kind: str, row: Row) -> Row:
        """Return what differs in the next version: one or two columns, or an address."""
        chance = self.random.random()
        if chance < 0.25:
            name = row["EntityName"].split(",")[0]
            return {"EntityName": f"{name}, Nørreby {self.random.randrange(900)}"}
        if chance < 0.4 and "PostalAddressStreetName" in row:
            return _prefixed("PostalAddress", self.address())
        if chance < 0.6:
            return {"VirtualAddressTelephoneNumber": self.telephone()}
        if chance < 0.7 and "EanLocationCode" in row:
            return {"EanLocationCode": self.location_code()}
        if chance < 0.8 and kind == "OE":
            return {"ReportingLevelIndicator": self.random.choice(("true", "false"))}
        if chance < 0.9 and kind != "IE":
            return _speciality(1, self.random.choice(_SPECIALITIES))
        return {}


def _prefixed(prefix: str, address: Row) -> Row:
    return {prefix + key: value for key, value in address.items()}


def _speciality(place: int, speciality: tuple[str, str]) -> Row:
    prefix = f"PrioritizedEntitySpeciality{place}"
    return {f"{prefix}Id": speciality[0], f"{prefix}Name": speciality[1]}


def _lines(rows: list[Row], *, quoted: bool = False) -> list[str]:
    names = [column.name for column in sor2.ENTITIES.columns]
    unknown = {name for row in rows[:100] for name in row} - set(names)
    assert not unknown, unknown
    ids = {column.name for column in sor2.ENTITIES.columns if column.kind.name == "SOR_ID"}
    lines = []
    for row in rows:
        cells = []
        for name in names:
            text = row.get(name, "")
            if text and name in ids:
                text = f'="{text}"'
            if quoted or '"' in text or ";" in text:
                text = '"' + text.replace('"', '""') + '"'
            cells.append(text)
        lines.append(";".join(cells))
    return lines


def write_history(folder: Path, units: int = UNITS) -> None:
    """Write the four files; files that exist already are left unchanged."""
    if all((folder / f"{name}.csv").exists() for name in ORDERS):
        return
    folder.mkdir(parents=True, exist_ok=True)
    rows = History().write(units)
    header = ";".join(column.name for column in sor2.ENTITIES.columns)
    by_date = sorted(rows, key=lambda row: row["FromDate"])
    shuffled = random.Random(SEED).sample(rows, len(rows))
    for name, ordered in zip(ORDERS, (rows, by_date, shuffled, rows), strict=True):
        lines = [header, *_lines(ordered, quoted=name == "quoted"), ""]
        partial = folder / f"{name}.partial"
        partial.write_text("\r\n".join(lines), encoding="utf-8-sig", newline="")
        partial.replace(folder / f"{name}.csv")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--units", type=int, default=UNITS)
    arguments = parser.parse_args()
    write_history(arguments.folder, arguments.units)
