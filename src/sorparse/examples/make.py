"""Write the example files: ``python -m sorparse.examples.make [FOLDER]``.

One small register (``content.py``) is written in every published format. Nothing in it depends
on the clock, the machine or the Python version: every run writes the same files.
"""

from __future__ import annotations

import argparse
import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from . import FILES, earlier_date, folder, snapshot_date
from .records import records
from .write_csv import daily, edi_types_file, sor2_set, sor_csv_file
from .write_shak import shak_file
from .write_xml import FILES as XML_FILES
from .write_xml import V1, sor_xml

README = """\
Synthetic example files of sorparse
===================================

These files are synthetic. No unit, person, telephone number, e-mail address or CVR number in them
is real; a SOR id or SHAK code that is in use elsewhere is so by chance. Place names, and the codes
of entity types, specialities, regions, municipalities and network operators, are the public ones;
codes of systems, suppliers, EDI administrators, organisational levels and of the secondary
speciality are invented.

One register of {units} units, as of {day}, in every published format:

    Sor_complete.zip            SOR2 set, eight CSV files, full history
    SorEntity_daily.csv         SOR2: active, closing and future units
    earlier/SorEntity_daily.csv the same two weeks before, {earlier}
    sorcsv/sor.csv              CSV 1.2.1.19
    sorcsv/Edityper.csv         location numbers and their message types
    Sor.zip                     XML 2.0.0: Sor.xml and the two files beside it
    Sor.xml                     XML 2.0.0 alone
    Sor_1_0_0.xml               XML 1.0.0
    SHAKCOMPLETE.TXT            the hospital-department classification

A file holds a field if the format has a place for it. Some parts of the formats are not published
(the headers of SOR2, SorDataCodeTypes.xml, GeographicalLocalisations.xml, Edityper.csv, the values
of indicators and directions); here they are assumptions. In every file an address is on the unit
that it belongs to, and is not repeated on the units that inherit it. LocationsCodes.csv has a
column FutureColumn that the library does not know.

Written by

    python -m sorparse.examples.make [FOLDER]
"""


def archive(files: Mapping[str, bytes]) -> bytes:
    """Pack a zip with a fixed time on every member."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as target:
        for name, content in files.items():
            member = zipfile.ZipInfo(name, (*snapshot_date.timetuple()[:3], 1, 30, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = 3
            member.external_attr = 0o644 << 16
            target.writestr(member, content)
    return packed.getvalue()


def files() -> dict[str, bytes]:
    """Return every file by its path below the folder."""
    example = records()
    xml = {name: write(example) for name, write in XML_FILES.items()}
    made = {
        "sor2_zip": archive(sor2_set(example)),
        "daily_csv": daily(example),
        "daily_csv_earlier": daily(records(earlier_date)),
        "sor_csv": sor_csv_file(example),
        "edi_types_csv": edi_types_file(example),
        "sor_xml_zip": archive(xml),
        "sor_xml": xml["Sor.xml"],
        "sor_xml_1_0_0": sor_xml(example, V1),
        "shak": shak_file(example.shak_units),
        "readme": README.format(
            units=len(example.histories()), day=snapshot_date, earlier=earlier_date
        ).encode(),
    }
    return {FILES[name]: content for name, content in made.items()}


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the files into a folder, by default that of the package."""
    parser = argparse.ArgumentParser(prog="python -m sorparse.examples.make", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=folder, help="folder to write to")
    target: Path = parser.parse_args(arguments).folder
    for name, content in files().items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


if __name__ == "__main__":
    main()
