"""The hospitals of the example register, and the events of their units."""

from __future__ import annotations

from .build import AMBULANT, BOTH, INHERITED, NO_PATIENTS, NORTH, WARD, Builder
from .model import Unit


def north(b: Builder) -> Unit:
    """Add a region with a large hospital; return the team that moves to the island later."""
    region = b.owner(
        "Region Nordhavet",
        "region",
        "2007-01-01",
        "Aalborg",
        virtual_address=b.virtual("region", website="www.example.dk/nordhavet", fax="00009999"),
        postal_address=b.address("Aalborg", post_office_box="117"),
        **b.location(NORTH),
    )
    hospital = b.institution(
        region,
        "Nordhavet Universitetshospital",
        "hospital",
        "2007-01-01",
        shak_code="9901",
        production_unit_number="1099000001",
        organisational_level="Hospital",
        postal_address=b.address("Aalborg"),
        visiting_address=b.address("Aalborg", additional_info="Indgang Ø"),
        virtual_address=b.virtual("hospital", website="www.example.dk/nuh"),
        **b.location(NORTH),
    )
    hospital.change("2014-05-01", name="Nordhavets Universitetshospital")
    b.unit(
        hospital,
        "Ledelse og Økonomi",
        "administrativ enhed",
        "2007-01-01",
        local_code="ADM-1",
        **INHERITED,
        **NO_PATIENTS,
    )
    _medicine(b, hospital)
    _surgery(b, hospital)
    _emergency(b, hospital)
    _service(b, hospital)
    return b.hospital_unit(
        hospital, "9901301", "Geriatrisk Team Øhavet", "2012-01-01", ["geriatri"], **AMBULANT
    )


def _medicine(b: Builder, hospital: Unit) -> None:
    center = b.unit(
        hospital,
        "Medicinsk Center",
        "administrativ enhed",
        "2010-01-01",
        organisational_level="Center",
        **INHERITED,
        **NO_PATIENTS,
    )
    heart = b.hospital_unit(
        center,
        "990101",
        "Hjertemedicinsk Afdeling M",
        "2010-01-01",
        ["kardiologi", "intern medicin"],
        visiting_address=b.address(
            "Aalborg",
            floor_id="2",
            suite_id="th",
            stairway="Opgang Æ",
            street_name="Admiral Søren Skarvs Strandpromenade",
            street_name_for_addressing="Adm S Skarvs Strandp",
        ),
        virtual_address=b.virtual("hjerte"),
        **b.location(NORTH),
        **BOTH,
    )
    b.hospital_unit(
        heart,
        "9901011",
        "Hjertesengeafsnit M1",
        "2010-01-01",
        ["kardiologi"],
        activity_address=b.address("Aalborg", floor_id="3"),
        **WARD,
    )
    clinic = b.hospital_unit(
        heart,
        "9901012",
        "Hjerteambulatoriet",
        "2010-01-01",
        ["kardiologi", "intern medicin"],
        local_attributes=("HJ-12", None, "spor 3"),
        virtual_address=b.virtual(),
        **AMBULANT,
    )
    clinic.change("2017-09-01", name='Hjerteambulatoriet "Søstjernen"')
    b.hospital_unit(
        heart,
        "9901013",
        "Endokrinologisk Ambulatorium – voksne",
        "2011-04-01",
        ["endokrinologi"],
        **b.location(NORTH),
        **AMBULANT,
    )
    b.hospital_unit(
        heart,
        "9901014",
        "Dialyseafsnit M4",
        "2026-09-01",
        ["nefrologi", "intern medicin"],
        registered="2026-05-20",
        **AMBULANT,
    )
    lungs = b.hospital_unit(
        center, "990102", "Lungemedicinsk Afdeling L", "2010-01-01", ["lungesygdomme"], **BOTH
    )
    b.hospital_unit(
        lungs, "9901021", "Lungesengeafsnit L1", "2010-01-01", ["lungesygdomme"], **WARD
    )
    moved = b.hospital_unit(
        heart, "9901015", "Søvnklinikken", "2013-01-01", ["intern medicin"], **AMBULANT
    )
    moved.change("2019-02-01", parent_id=lungs.sor_id, shak_code="9901022", registered="2019-02-04")
    travel = b.hospital_unit(
        lungs, "9901023", "Rejsemedicinsk Ambulatorium", "2015-06-01", ["tropemedicin"], **AMBULANT
    )
    travel.close("2026-12-31", registered="2026-04-10")


def _surgery(b: Builder, hospital: Unit) -> None:
    center = b.unit(
        hospital,
        "Kirurgisk Center",
        "administrativ enhed",
        "2010-01-01",
        organisational_level="Center",
        **INHERITED,
        **NO_PATIENTS,
    )
    surgery = b.hospital_unit(
        center,
        "990110",
        "Kirurgisk Afdeling K",
        "2010-01-01",
        ["kirurgi"],
        virtual_address=b.virtual("kirurgi"),
        **b.location(NORTH),
        **BOTH,
    )
    ward = b.hospital_unit(
        surgery, "9901101", "Kirurgisk Sengeafsnit K1", "2010-01-01", ["kirurgi"], **WARD
    )
    ward.change("2026-06-08", name="Kirurgisk Sengeafsnit Kaj 1")
    bones = b.hospital_unit(
        center, "9901X2", "Ortopædkirurgisk Afdeling", "2010-01-01", ["ortopædisk kirurgi"], **BOTH
    )
    hands = b.hospital_unit(
        bones, "9901X2A", "Håndkirurgisk Afsnit", "2010-01-01", ["ortopædisk kirurgi"], **AMBULANT
    )
    hands.change("2026-10-01", name="Hånd- og Albuekirurgisk Afsnit", registered="2026-06-02")
    east = b.hospital_unit(
        center,
        "9901121",
        "Operationsgang Øst",
        "2010-01-01",
        ["anæstesiologi"],
        kind="operationsgang",
        **NO_PATIENTS,
    )
    west = b.hospital_unit(
        center,
        "9901122",
        "Operationsgang Vest",
        "2010-01-01",
        ["anæstesiologi"],
        kind="operationsgang",
        **NO_PATIENTS,
    )
    east.close("2021-03-31")
    west.close("2021-03-31")
    merged = b.hospital_unit(
        center,
        "9901123",
        "Fælles Operationsgang",
        "2021-04-01",
        ["anæstesiologi", "kirurgi"],
        kind="operationsgang",
        **NO_PATIENTS,
    )
    merged.replaces = [east, west]
    b.hospital_unit(
        center,
        "9901131",
        "Intensivafsnit Fyret",
        "2010-01-01",
        ["anæstesiologi"],
        kind="intensivenhed",
        **WARD,
    )


def _emergency(b: Builder, hospital: Unit) -> None:
    """Add two units with one SHAK code."""
    emergency = b.hospital_unit(
        hospital,
        "990120",
        "Akutmodtagelsen",
        "2012-01-01",
        ["akutmedicin"],
        kind="akutmodtageenhed",
        visiting_address=b.address("Aalborg", street_building_id="70B"),
        **BOTH,
    )
    for name, kind in (("Akutklinik", "klinisk enhed"), ("Skadestuen", "skadestue")):
        b.hospital_unit(
            emergency, "9901203", name, "2012-01-01", ["akutmedicin"], kind=kind, **AMBULANT
        )


def _service(b: Builder, hospital: Unit) -> None:
    old = b.hospital_unit(
        hospital,
        "990130",
        "Prøver og Billeder",
        "2010-01-01",
        ["klinisk biokemi", "diagnostisk radiologi"],
        kind="serviceenhed",
        **AMBULANT,
    )
    old.close("2018-12-31")
    for name, kind, code, speciality in (
        ("Klinisk Biokemisk Afdeling", "klinisk enhed", "990131", "klinisk biokemi"),
        ("Røntgenafdelingen", "billeddiagnostisk enhed", "990132", "diagnostisk radiologi"),
    ):
        new = b.hospital_unit(
            hospital,
            code,
            name,
            "2019-01-01",
            [speciality],
            kind=kind,
            virtual_address=b.virtual(),
            **b.location(NORTH),
            **AMBULANT,
        )
        new.replaces = [old]
    b.unit(
        hospital,
        "Forskningsenhed for Hav og Helbred",
        "forskningsenhed",
        "2016-08-15",
        local_code="FE-7",
        local_attributes=("forskning", "hav", None, None, "ekstern"),
        note="Åben for samarbejde; skriv først",
        **INHERITED,
        **NO_PATIENTS,
    )
