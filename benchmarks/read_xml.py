"""How fast Sor.xml is read, as a ratio to lxml's plain walk over the same file.

The floor is ``iterparse("end")`` over every element with ``clear()``: what a program pays that
reads nothing at all. Each case runs in a process of its own and reports its peak memory; the floor
runs again before each case, because the speed of a machine drifts.

    python benchmarks/read_xml.py [--mb 100] [--rounds 3] [--one-owner]
"""

from __future__ import annotations

import argparse
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = """<?xml version="1.0" encoding="utf-8"?>
<SorTree xmlns="urn:oio:nsi:2.0.0"
  xmlns:sor1="urn:oio:sundhedsstyrelsen:organisation:1.0.0"
  xmlns:xkom="http://rep.oio.dk/xkom.dk/xml/schemas/2006/01/06/"
  xmlns:xkom1="http://rep.oio.dk/xkom.dk/xml/schemas/2005/03/15/"
  xmlns:dkcc="http://rep.oio.dk/ebxml/xml/schemas/dkcc/2003/02/13/"
  xmlns:dkcc2005="http://rep.oio.dk/ebxml/xml/schemas/dkcc/2005/03/15/"
  xmlns:cpr="http://rep.oio.dk/cpr.dk/xml/schemas/core/2005/03/18/"
  xmlns:cvr="http://rep.oio.dk/cvr.dk/xml/schemas/2005/03/22/"
  xmlns:kms="http://rep.oio.dk/kms.dk/xml/schemas/2007/05/23/"
  xmlns:osak="http://rep.oio.dk/osak.dk/xml/schemas/2006/04/25/">
\t<sor1:CreatedAtTime>2026-03-01T01:00:29.6269718+01:00</sor1:CreatedAtTime>
\t<sor1:SnapshotDate>2026-03-01</sor1:SnapshotDate>
"""
MUNICIPALITIES = [("0101", "1084"), ("0461", "1083"), ("0751", "1082"), ("0851", "1081")]


class Writer:
    """Writes a register of made-up units."""

    def __init__(self, seed: int = 1) -> None:
        self.random = random.Random(seed)
        self.item = 0
        self.units = 0
        self.body: list[str] = []

    def sor_id(self) -> str:
        from stdnum import verhoeff

        self.item += 1
        front = f"{self.item}100001600"
        return front + verhoeff.calc_check_digit(front)

    def block(self, depth: int, name: str, lines: list[str]) -> list[str]:
        tabs = "\t" * depth
        return [f"{tabs}<{name}>", *(f"\t{line}" for line in lines), f"{tabs}</{name}>"]

    def address(self, depth: int, name: str) -> list[str]:
        r = self.random
        tabs = "\t" * depth
        if self.body and r.random() < 0.6:  # most units of an institution share its address
            return [f"{tabs}<{name}>", *(tabs + line for line in self.body), f"{tabs}</{name}>"]
        municipality, region = r.choice(MUNICIPALITIES)
        street = [
            f"<dkcc2005:StreetName>Prøvevej {r.randrange(200)}</dkcc2005:StreetName>",
            f"<dkcc:StreetBuildingIdentifier>{r.randrange(1, 200)}</dkcc:StreetBuildingIdentifier>",
            f"<dkcc2005:PostCodeIdentifier>{r.randrange(1000, 9999)}</dkcc2005:PostCodeIdentifier>",
            "<dkcc2005:DistrictName>Prøveby</dkcc2005:DistrictName>",
            (
                '<dkcc:CountryIdentificationCode scheme="iso3166-alpha2">DK'
                "</dkcc:CountryIdentificationCode>"
            ),
        ]
        easting, northing = r.randrange(440_000_000, 890_000_000), r.randrange(6_050_000, 6_400_000)
        self.body = [
            "\t<xkom:AddressPostal>",
            *(f"\t\t{line}" for line in street),
            "\t</xkom:AddressPostal>",
            f"\t<cpr:MunicipalityCode>{municipality}</cpr:MunicipalityCode>",
            f"\t<cpr:StreetCode>{r.randrange(1, 9999):04}</cpr:StreetCode>",
            f"\t<kms:RegionCode>{region}</kms:RegionCode>",
            (
                f"\t<osak:CoordETRS89z32NMeasure>{northing}.{r.randrange(1000):03}"
                "</osak:CoordETRS89z32NMeasure>"
            ),
            f"\t<osak:CoordETRS89z32EMeasure>{easting / 1000:.3f}</osak:CoordETRS89z32EMeasure>",
        ]
        return [f"{tabs}<{name}>", *(tabs + line for line in self.body), f"{tabs}</{name}>"]

    def status(self, depth: int) -> list[str]:
        tabs = "\t" * depth
        year, month = self.random.randrange(2005, 2026), self.random.randrange(1, 13)
        return [
            f"{tabs}<sor1:SorStatus>",
            f"{tabs}\t<sor1:FromDate>{year}-{month:02}-02</sor1:FromDate>",
            f"{tabs}\t<sor1:UpdatedAt>{year}-{month:02}-01</sor1:UpdatedAt>",
            f"{tabs}\t<sor1:FirstFromDate>{year - 1}-01-01</sor1:FirstFromDate>",
            f"{tabs}</sor1:SorStatus>",
        ]

    def unit(self, depth: int, name: str, kind: str) -> list[str]:
        r = self.random
        self.units += 1
        tabs = "\t" * (depth + 1)
        lines = [
            "\t" * depth + f"<{name}>",
            f"{tabs}<sor1:SorIdentifier>{self.sor_id()}</sor1:SorIdentifier>",
            f"{tabs}<sor1:EntityName>Prøveenhed nummer {self.units}</sor1:EntityName>",
            f"{tabs}<EntityTypeIdentifier>{kind}</EntityTypeIdentifier>",
        ]
        if name != "InstitutionOwner":
            if r.random() < 0.3:
                lines.append(
                    f"{tabs}<sor1:ShakIdentifier>{r.randrange(130000, 139999)}"
                    "</sor1:ShakIdentifier>"
                )
            own = r.random() < 0.15
            lines.append(f"{tabs}<EanLocationCodeOption>")
            if own:
                lines += self.location_code(depth + 2)
            else:
                lines.append(
                    f"{tabs}\t<EntityInheritanceIndicator>true</EntityInheritanceIndicator>"
                )
            lines.append(f"{tabs}</EanLocationCodeOption>")
        if name == "InstitutionOwner" or r.random() < 0.7:
            lines += self.address(depth + 1, "PostalAddressInformation")
        if name != "InstitutionOwner" and r.random() < 0.3:
            lines += self.address(depth + 1, "VisitingAddressInformation")
        if name == "InstitutionOwner" or r.random() < 0.6:
            lines += [
                f"{tabs}<sor1:VirtualAddressInformation>",
                (
                    f"{tabs}\t<xkom1:EmailAddressIdentifier>enhed{self.units}@example.dk"
                    "</xkom1:EmailAddressIdentifier>"
                ),
                f"{tabs}\t<sor1:Website>www.example.dk/{self.units}</sor1:Website>",
                (
                    f"{tabs}\t<sor1:TelephoneNumberIdentifier>{r.randrange(10**7, 10**8)}"
                    "</sor1:TelephoneNumberIdentifier>"
                ),
                f"{tabs}</sor1:VirtualAddressInformation>",
            ]
        if name == "OrganizationalUnit" and r.random() < 0.5:
            lines += [
                f"{tabs}<ClinicalSpecialityCollection>",
                f"{tabs}\t<ClinicalSpeciality>",
                f"{tabs}\t\t<SpecialityIdentifier>394594003</SpecialityIdentifier>",
                f"{tabs}\t\t<SpecialityTypeIdentifier>51000095001</SpecialityTypeIdentifier>",
                f"{tabs}\t</ClinicalSpeciality>",
                f"{tabs}</ClinicalSpecialityCollection>",
            ]
        lines += self.status(depth + 1)
        if name == "InstitutionOwner":
            lines.append(f"{tabs}<cvr:CVRnumberIdentifier>29190623</cvr:CVRnumberIdentifier>")
        lines.append("\t" * depth + f"</{name}>")
        return lines

    def location_code(self, depth: int) -> list[str]:
        from stdnum import ean

        tabs = "\t" * depth
        front = f"579{self.item:09}"
        return [
            f"{tabs}<EanLocationCodeEntity>",
            (
                f"{tabs}\t<sor1:EanLocationCode>{front}{ean.calc_check_digit(front)}"
                "</sor1:EanLocationCode>"
            ),
            f"{tabs}\t<sor1:OnlyInternalIndicator>false</sor1:OnlyInternalIndicator>",
            f"{tabs}\t<sor1:NonActiveIndicator>false</sor1:NonActiveIndicator>",
            f"{tabs}\t<SystemSupplierIdentifier>162</SystemSupplierIdentifier>",
            f"{tabs}\t<SystemTypeIdentifier>225</SystemTypeIdentifier>",
            f"{tabs}\t<CommunicationSupplierIdentifier>41000035001</CommunicationSupplierIdentifier>",
            f"{tabs}\t<kms:RegionCode>1081</kms:RegionCode>",
            f"{tabs}\t<EdiAdministratorIdentifier>639</EdiAdministratorIdentifier>",
            *self.status(depth + 1),
            f"{tabs}</EanLocationCodeEntity>",
        ]

    def institution(self, units: int) -> list[str]:
        lines = ["\t\t<HealthInstitutionEntity>"]
        lines += self.unit(3, "HealthInstitution", "22232009")
        open_units = 0
        for _ in range(units):
            while open_units and self.random.random() < 0.5:
                open_units -= 1
                lines.append("\t" * (3 + open_units) + "</OrganizationalUnitEntity>")
            lines.append("\t" * (3 + open_units) + "<OrganizationalUnitEntity>")
            lines += self.unit(4 + open_units, "OrganizationalUnit", "550851000005109")
            open_units += 1
        while open_units:
            open_units -= 1
            lines.append("\t" * (3 + open_units) + "</OrganizationalUnitEntity>")
        lines.append("\t\t</HealthInstitutionEntity>")
        return lines

    def document(self, size: int, *, one_owner: bool) -> Iterator[str]:
        yield ROOT
        written, is_open = 0, False
        while written < size:
            lines = []
            if not is_open:
                lines += ["\t<InstitutionOwnerEntity>"]
                lines += self.unit(2, "InstitutionOwner", "550881000005103")
                is_open = True
            lines += self.institution(int(self.random.paretovariate(0.9)) % 400)
            if not one_owner:
                lines.append("\t</InstitutionOwnerEntity>")
                is_open = False
            text = "\n".join(lines) + "\n"
            written += len(text.encode())
            yield text
        if is_open:
            yield "\t</InstitutionOwnerEntity>\n"
        yield "</SorTree>\n"


def floor(path: Path) -> int:
    from lxml import etree

    count = 0
    for _, element in etree.iterparse(str(path), ("end",)):
        element.clear()
        count += 1
    return count


def readers(path: Path) -> tuple[object, ...]:
    from sorparse.formats.base import ReadOptions
    from sorparse.formats.sor_xml import recognise
    from sorparse.sources import open_source

    member = open_source(path).members[0]
    options = ReadOptions()
    found = recognise(member, member.head(), options)
    assert found is not None
    return (*found.readers, options)


def entities(path: Path) -> int:
    reader, _, options = readers(path)
    count = sum(1 for _ in reader.numbered())
    assert not options.log.counts, options.log.as_list()[:3]
    return count


def location_codes(path: Path) -> int:
    _, reader, options = readers(path)
    count = sum(1 for _ in reader.numbered())
    assert not options.log.counts, options.log.as_list()[:3]
    return count


CASES = {"floor": floor, "entities": entities, "location_codes": location_codes}


def run(case: str, path: Path) -> tuple[float, float, int]:
    done = subprocess.run(
        [sys.executable, __file__, "--case", case, "--file", str(path)],
        check=True,
        capture_output=True,
        text=True,
    )
    seconds, peak, count = done.stdout.split()
    return float(seconds), float(peak), int(count)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mb", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--one-owner", action="store_true")
    parser.add_argument("--case", choices=CASES)
    parser.add_argument("--file", type=Path)
    arguments = parser.parse_args()
    if arguments.case:
        started = time.process_time()
        count = CASES[arguments.case](arguments.file)
        seconds = time.process_time() - started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(seconds, peak, count)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = arguments.file or Path(folder, "Sor.xml")
        if not path.exists():
            writer = Writer()
            with path.open("w", encoding="utf-8") as stream:
                stream.writelines(
                    writer.document(arguments.mb * 10**6, one_owner=arguments.one_owner)
                )
        size = path.stat().st_size / 1e6
        for case in ("entities", "location_codes"):
            ratios, peaks, times, count = [], [], [], 0
            for _ in range(arguments.rounds):
                base, _, elements = run("floor", path)
                seconds, peak, count = run(case, path)
                ratios.append(seconds / base)
                peaks.append(peak)
                times.append(seconds)
            print(
                f"{case}: {statistics.median(ratios):.2f}x the floor, "
                f"{size / statistics.median(times):.0f} MB/s, {count} records of "
                f"{elements} elements in {size:.0f} MB, peak {max(peaks):.0f} MB"
            )


if __name__ == "__main__":
    main()
