"""Make the data of the benchmarks: synthetic, seeded, of the register's shape.

    python benchmarks/data.py FOLDER [--scale 1.0]

writes the four files of ``history.py`` (100,000 units), Sor.xml (about 100 MB) and versions.csv
(1.5 million versions of 300,000 units).
"""

from __future__ import annotations

import argparse
import random
from datetime import date, timedelta
from pathlib import Path

from stdnum import ean, verhoeff
from stdnum.dk import cvr

SEED = 20260615
VERSIONED_UNITS = 300_000
XML_UNITS = 56_000
VERSIONS_PER_UNIT = 5

TYPES = [
    ("22232009", "hospital"),
    ("550811000005108", "klinisk enhed"),
    ("550841000005107", "administrativ enhed"),
    ("394761003", "almen lægepraksis"),
    ("264372000", "apotek"),
    ("550671000005100", "speciallægepraksis"),
    ("255203001", "supplerende oplysninger"),
    ("554061000005105", "fodterapeutklinik"),
    ("42665001", "plejehjem"),
]
SPECIALITIES = [
    ("394609007", "kirurgi"),
    ("394579002", "kardiologi"),
    ("394585009", "gynækologi og obstetrik"),
    ("394582007", "dermato-venerologi"),
    ("394594003", "oftalmologi"),
    ("394587001", "psykiatri"),
]
REGIONS = [
    ("1081", "Region Nordjylland"),
    ("1082", "Region Midtjylland"),
    ("1083", "Region Syddanmark"),
    ("1084", "Region Hovedstaden"),
    ("1085", "Region Sjælland"),
]
STREETS = [
    "Ahorn",
    "Birke",
    "Cedertræs",
    "Elme",
    "Fyrre",
    "Gran",
    "Hassel",
    "Ibsens",
    "Jernbane",
    "Kirke",
    "Lærke",
    "Møllegårds",
]
TOWNS = [
    "Ærøby",
    "Granstrup",
    "Havneby",
    "Kildelund",
    "Nørremark",
    "Skovby",
    "Sønderkøb",
    "Vesterbro",
    "Åkilde",
]
WORDS = [
    "Medicinsk",
    "Kirurgisk",
    "Ambulatorium",
    "Sengeafsnit",
    "Modtagelse",
    "Klinik",
    "Laboratorium",
    "Dagafsnit",
]


def sor_id(item: int) -> str:
    body = f"{item}100001600"
    return body + verhoeff.calc_check_digit(body)


class Maker:
    """Values as they repeat in the register: owners, institutions and addresses come in runs."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.days = [
            date(2000, 1, 1) + timedelta(days=self.random.randrange(9500)) for _ in range(300)
        ]
        self.gln = 0

    def day(self) -> str:
        return self.random.choice(self.days).isoformat()

    def location_code(self) -> str:
        self.gln += 1
        body = f"5790{self.gln:08d}"
        return body + ean.calc_check_digit(body)

    def cvr(self) -> str:
        while True:
            number = str(self.random.randrange(10_000_000, 99_999_999))
            if cvr.is_valid(number):
                return number

    def address(self) -> dict[str, str]:
        pick = self.random.choice
        region, region_name = pick(REGIONS)
        return {
            "StreetName": pick(STREETS) + "vej",
            "StreetBuildingId": str(self.random.randrange(1, 200)),
            "FloorId": pick(["", "", "", "1", "2", "st"]),
            "PostCodeId": str(self.random.randrange(1000, 9999)),
            "DistrictName": pick(TOWNS),
            "CountryIdentificationCode": "DK",
            "MunicipalityCode": f"0{self.random.randrange(101, 860)}",
            "MunicipalityName": pick(TOWNS) + " Kommune",
            "StreetCode": f"{self.random.randrange(1, 9999):04d}",
            "RegionCode": region,
            "RegionName": region_name,
            "CoordETRS89z32EMeasure": f"{self.random.uniform(445_000, 864_000):.2f}".replace(
                ".", ","
            ),
            "CoordETRS89z32NMeasure": f"{self.random.uniform(6_071_000, 6_398_000):.2f}".replace(
                ".", ","
            ),
        }


_OIO = {
    "": "urn:oio:nsi:2.0.0",
    "sor1": "urn:oio:sundhedsstyrelsen:organisation:1.0.0",
    "xkom": "http://rep.oio.dk/xkom.dk/xml/schemas/2006/01/06/",
    "xkom1": "http://rep.oio.dk/xkom.dk/xml/schemas/2005/03/15/",
    "dkcc": "http://rep.oio.dk/ebxml/xml/schemas/dkcc/2003/02/13/",
    "dkcc2005": "http://rep.oio.dk/ebxml/xml/schemas/dkcc/2005/03/15/",
    "cpr": "http://rep.oio.dk/cpr.dk/xml/schemas/core/2005/03/18/",
    "cvr": "http://rep.oio.dk/cvr.dk/xml/schemas/2005/03/22/",
    "kms": "http://rep.oio.dk/kms.dk/xml/schemas/2007/05/23/",
    "osak": "http://rep.oio.dk/osak.dk/xml/schemas/2006/04/25/",
}


class XmlWriter:
    def __init__(self, path: Path) -> None:
        self.out = path.open("w", encoding="utf-8-sig", newline="")
        self.depth = 0

    def open(self, tag: str) -> None:
        self.out.write("\t" * self.depth + f"<{tag}>\r\n")
        self.depth += 1

    def close(self, tag: str) -> None:
        self.depth -= 1
        self.out.write("\t" * self.depth + f"</{tag}>\r\n")

    def leaf(self, tag: str, text: str, attributes: str = "") -> None:
        text = text.replace("&", "&amp;").replace("<", "&lt;")
        name = tag.split(" ", maxsplit=1)[0]
        self.out.write("\t" * self.depth + f"<{tag}{attributes}>{text}</{name}>\r\n")

    def address(self, tag: str, address: dict[str, str]) -> None:
        self.open(tag)
        self.open("xkom:AddressPostal")
        self.leaf("dkcc2005:StreetName", address["StreetName"])
        self.leaf("dkcc:StreetBuildingIdentifier", address["StreetBuildingId"])
        if address["FloorId"]:
            self.leaf("dkcc:FloorIdentifier", address["FloorId"])
        self.leaf("dkcc2005:PostCodeIdentifier", address["PostCodeId"])
        self.leaf("dkcc2005:DistrictName", address["DistrictName"])
        self.leaf("dkcc:CountryIdentificationCode", "DK", ' scheme="iso3166-alpha2"')
        self.close("xkom:AddressPostal")
        self.leaf("cpr:MunicipalityCode", address["MunicipalityCode"])
        self.leaf("cpr:StreetCode", address["StreetCode"])
        self.leaf("kms:RegionCode", address["RegionCode"])
        self.leaf(
            "osak:CoordETRS89z32NMeasure", address["CoordETRS89z32NMeasure"].replace(",", ".")
        )
        self.leaf(
            "osak:CoordETRS89z32EMeasure", address["CoordETRS89z32EMeasure"].replace(",", ".")
        )
        self.close(tag)

    def status(self, maker: Maker, to_date: str = "") -> None:
        self.open("sor1:SorStatus")
        self.leaf("sor1:FromDate", maker.day())
        if to_date:
            self.leaf("sor1:ToDate", to_date)
        self.leaf("sor1:UpdatedAt", maker.day())
        self.leaf("sor1:FirstFromDate", maker.day())
        self.close("sor1:SorStatus")

    def location(self, maker: Maker) -> None:
        self.open("EanLocationCodeEntity")
        self.leaf("sor1:EanLocationCode", maker.location_code())
        self.leaf("sor1:OnlyInternalIndicator", "false")
        self.leaf("sor1:NonActiveIndicator", "false")
        self.leaf("SystemSupplierIdentifier", "162")
        self.leaf("SystemTypeIdentifier", "225")
        self.leaf("CommunicationSupplierIdentifier", "41000035001")
        self.leaf("kms:RegionCode", "1081")
        self.leaf("EdiAdministratorIdentifier", "639")
        self.status(maker)
        self.close("EanLocationCodeEntity")


def write_xml(path: Path, units: int) -> None:
    maker = Maker(SEED + 1)
    rng, pick = maker.random, maker.random.choice
    xml = XmlWriter(path)
    spaces = " ".join(f'xmlns{":" if key else ""}{key}="{uri}"' for key, uri in _OIO.items())
    xml.out.write(f'<?xml version="1.0" encoding="utf-8"?>\r\n<SorTree {spaces}>\r\n')
    xml.depth = 1
    xml.leaf("sor1:CreatedAtTime", "2026-06-15T01:00:29.6269718+02:00")
    xml.leaf("sor1:SnapshotDate", "2026-06-15")
    item = made = 0

    def head(tag: str) -> None:
        nonlocal item, made
        item += 1
        made += 1
        xml.open(tag)
        xml.leaf("sor1:SorIdentifier", sor_id(item))
        xml.leaf("sor1:EntityName", f"{pick(WORDS)} {pick(TOWNS)} {item}")
        xml.leaf(
            "EntityTypeIdentifier",
            pick(TYPES)[0] if tag != "InstitutionOwner" else "550891000005100",
        )

    def virtual() -> None:
        xml.open("sor1:VirtualAddressInformation")
        xml.leaf("xkom1:EmailAddressIdentifier", f"enhed{item}@example.dk")
        xml.leaf("sor1:TelephoneNumberIdentifier", str(rng.randrange(20_000_000, 99_999_999)))
        xml.close("sor1:VirtualAddressInformation")

    def unit(depth: int) -> None:
        xml.open("OrganizationalUnitEntity")
        head("OrganizationalUnit")
        xml.open("EanLocationCodeOption")
        if rng.random() < 0.1:
            xml.location(maker)
        else:
            xml.leaf("EntityInheritanceIndicator", "true")
        xml.close("EanLocationCodeOption")
        if rng.random() < 0.5:
            xml.address("PostalAddressInformation", maker.address())
        if rng.random() < 0.6:
            xml.address("VisitingAddressInformation", maker.address())
        if rng.random() < 0.3:
            virtual()
        if rng.random() < 0.5:
            xml.open("sor1:ClinicalSpecialityCollection")
            xml.open("sor1:ClinicalSpeciality")
            xml.leaf("sor1:SpecialityIdentifier", pick(SPECIALITIES)[0])
            xml.leaf("sor1:SpecialityTypeIdentifier", "51000095001")
            xml.close("sor1:ClinicalSpeciality")
            xml.close("sor1:ClinicalSpecialityCollection")
        xml.status(maker, maker.day() if rng.random() < 0.2 else "")
        xml.close("OrganizationalUnit")
        for _ in range(rng.choice([0, 0, 1, 3]) if depth < 6 else 0):
            if made < units:
                unit(depth + 1)
        xml.close("OrganizationalUnitEntity")

    while made < units:
        xml.open("InstitutionOwnerEntity")
        head("InstitutionOwner")
        xml.location(maker)
        xml.address("PostalAddressInformation", maker.address())
        virtual()
        xml.status(maker)
        xml.leaf("cvr:CVRnumberIdentifier", maker.cvr())
        xml.close("InstitutionOwner")
        for _ in range(rng.choice([1, 1, 2, 20])):
            if made >= units:
                break
            xml.open("HealthInstitutionEntity")
            head("HealthInstitution")
            xml.open("EanLocationCodeOption")
            xml.leaf("EntityInheritanceIndicator", "true")
            xml.close("EanLocationCodeOption")
            xml.address("PostalAddressInformation", maker.address())
            xml.address("VisitingAddressInformation", maker.address())
            virtual()
            xml.status(maker)
            xml.close("HealthInstitution")
            for _ in range(rng.choice([1, 3, 10])):
                if made < units:
                    unit(0)
            xml.close("HealthInstitutionEntity")
        xml.close("InstitutionOwnerEntity")
    xml.depth = 0
    xml.close("SorTree")
    xml.out.close()


def write_versions(path: Path, units: int) -> None:
    """Periods of each unit, in no order: id, first day, last day or nothing."""
    rng = random.Random(SEED + 2)
    lines = []
    for item in range(1, units + 1):
        unit = sor_id(item)
        day = date(1998, 1, 1) + timedelta(days=rng.randrange(3000))
        count = rng.randrange(1, 2 * VERSIONS_PER_UNIT)
        for version in range(count):
            end = day + timedelta(days=rng.randrange(30, 2000))
            last = version == count - 1
            closed = not last or rng.random() < 0.3
            lines.append(f"{unit};{day};{end if closed else ''}\n")
            day = end + timedelta(days=1 if rng.random() < 0.97 else 40)
    rng.shuffle(lines)
    path.write_text("".join(lines), encoding="utf-8")


def make(folder: Path, scale: float = 1.0) -> None:
    """Write the files that do not exist yet."""
    from history import UNITS, write_history

    folder.mkdir(parents=True, exist_ok=True)
    write_history(folder, int(UNITS * scale))
    for name, write, size in (
        ("Sor.xml", write_xml, XML_UNITS),
        ("versions.csv", write_versions, VERSIONED_UNITS),
    ):
        path = folder / name
        if not path.exists():
            partial = path.with_suffix(".partial")
            write(partial, int(size * scale))
            partial.rename(path)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scale", type=float, default=1.0)
    arguments = parser.parse_args()
    make(arguments.folder, arguments.scale)
