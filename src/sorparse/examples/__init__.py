"""Paths of the small synthetic register that ships with the package, once in every format.

All files describe the same made-up units, as of 2026-06-15. No unit, person or number in them is
real. ``README.txt`` beside them lists what each unit shows.

>>> from sorparse import examples
>>> examples.sor2_zip.name
'Sor_complete.zip'
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

folder: Path
"""The folder that holds all of them."""
readme: Path
"""A text that lists what each unit of the files shows."""
sor2_zip: Path
"""The SOR2 set with full history: eight CSV files in ``Sor_complete.zip``."""
daily_csv: Path
"""``SorEntity_daily.csv`` of SOR2, as of ``snapshot_date``."""
daily_csv_earlier: Path
"""``SorEntity_daily.csv`` on ``earlier_date``, two weeks before."""
sor_csv_folder: Path
"""The CSV 1.2.1.19 set as a folder: ``sor.csv`` and ``Edityper.csv``."""
sor_csv: Path
"""``sor.csv`` 1.2.1.19 alone."""
edi_types_csv: Path
"""``Edityper.csv`` alone."""
sor_xml_zip: Path
"""``Sor.zip`` with ``Sor.xml`` 2.0.0 and the two files beside it."""
sor_xml: Path
"""``Sor.xml`` 2.0.0 alone."""
sor_xml_1_0_0: Path
"""``Sor.xml`` 1.0.0."""
shak: Path
"""``SHAKCOMPLETE.TXT``."""

snapshot_date: Final = date(2026, 6, 15)
"""The date that the files represent."""
earlier_date: Final = date(2026, 6, 1)
"""The date that ``daily_csv_earlier`` represents."""

FILES: Final = {  # by the name of the path; make.py writes to the same places
    "folder": "",
    "readme": "README.txt",
    "sor2_zip": "Sor_complete.zip",
    "daily_csv": "SorEntity_daily.csv",
    "daily_csv_earlier": "earlier/SorEntity_daily.csv",
    "sor_csv_folder": "sorcsv",
    "sor_csv": "sorcsv/sor.csv",
    "edi_types_csv": "sorcsv/Edityper.csv",
    "sor_xml_zip": "Sor.zip",
    "sor_xml": "Sor.xml",
    "sor_xml_1_0_0": "Sor_1_0_0.xml",
    "shak": "SHAKCOMPLETE.TXT",
}

__all__ = [
    "daily_csv",
    "daily_csv_earlier",
    "earlier_date",
    "edi_types_csv",
    "folder",
    "readme",
    "shak",
    "snapshot_date",
    "sor2_zip",
    "sor_csv",
    "sor_csv_folder",
    "sor_xml",
    "sor_xml_1_0_0",
    "sor_xml_zip",
]


if not TYPE_CHECKING:  # type checkers use the names above, and so report misspelt ones

    def __getattr__(name: str) -> Path:
        relative = FILES.get(name)
        if relative is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return Path(__file__).parent / "data" / relative


def __dir__() -> list[str]:
    return sorted(__all__)
