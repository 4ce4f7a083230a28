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
        geographical_parent_relation="1",
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
    return b.unit(
        hospital,
        "Geriatrisk Team Øhavet",
        "klinisk enhed",
        "2012-01-01",
        shak_code="9901301",
        organisational_level="Afsnit",
        specialities=["geriatri"],
        **INHERITED,
        **AMBULANT,
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
    heart = b.unit(
        center,
        "Hjertemedicinsk Afdeling M",
        "klinisk enhed",
        "2010-01-01",
        shak_code="990101",
        organisational_level="Afdeling",
        specialities=["kardiologi", "intern medicin"],
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
    b.unit(
        heart,
        "Hjertesengeafsnit M1",
        "klinisk enhed",
        "2010-01-01",
        shak_code="9901011",
        organisational_level="Afsnit",
        specialities=["kardiologi"],
        activity_address=b.address("Aalborg", floor_id="3"),
        **INHERITED,
        **WARD,
    )
    clinic = b.unit(
        heart,
        "Hjerteambulatoriet",
        "klinisk enhed",
        "2010-01-01",
        shak_code="9901012",
        organisational_level="Afsnit",
        specialities=["kardiologi", "intern medicin"],
        local_attributes=("HJ-12", None, "spor 3"),
        virtual_address=b.virtual(),
        **INHERITED,
        **AMBULANT,
    )
    clinic.change("2017-09-01", name='Hjerteambulatoriet "Søstjernen"')
    b.unit(
        heart,
        "Endokrinologisk Ambulatorium – voksne",
        "klinisk enhed",
        "2011-04-01",
        shak_code="9901013",
        organisational_level="Afsnit",
        specialities=["endokrinologi"],
        **b.location(NORTH),
        **AMBULANT,
    )
    b.unit(
        heart,
        "Dialyseafsnit M4",
        "klinisk enhed",
        "2026-09-01",
        registered="2026-05-20",
        shak_code="9901014",
        organisational_level="Afsnit",
        specialities=["nefrologi", "intern medicin"],
        **INHERITED,
        **AMBULANT,
    )
    lungs = b.unit(
        center,
        "Lungemedicinsk Afdeling L",
        "klinisk enhed",
        "2010-01-01",
        shak_code="990102",
        organisational_level="Afdeling",
        specialities=["lungesygdomme"],
        **INHERITED,
        **BOTH,
    )
    b.unit(
        lungs,
        "Lungesengeafsnit L1",
        "klinisk enhed",
        "2010-01-01",
        shak_code="9901021",
        organisational_level="Afsnit",
        specialities=["lungesygdomme"],
        **INHERITED,
        **WARD,
    )
    moved = b.unit(
        heart,
        "Søvnklinikken",
        "klinisk enhed",
        "2013-01-01",
        shak_code="9901015",
        organisational_level="Afsnit",
        specialities=["intern medicin"],
        **INHERITED,
        **AMBULANT,
    )
    moved.change("2019-02-01", parent_id=lungs.sor_id, shak_code="9901022", registered="2019-02-04")
    travel = b.unit(
        lungs,
        "Rejsemedicinsk Ambulatorium",
        "klinisk enhed",
        "2015-06-01",
        shak_code="9901023",
        organisational_level="Afsnit",
        specialities=["tropemedicin"],
        **INHERITED,
        **AMBULANT,
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
    surgery = b.unit(
        center,
        "Kirurgisk Afdeling K",
        "klinisk enhed",
        "2010-01-01",
        shak_code="990110",
        organisational_level="Afdeling",
        specialities=["kirurgi"],
        virtual_address=b.virtual("kirurgi"),
        **b.location(NORTH),
        **BOTH,
    )
    ward = b.unit(
        surgery,
        "Kirurgisk Sengeafsnit K1",
        "klinisk enhed",
        "2010-01-01",
        shak_code="9901101",
        organisational_level="Afsnit",
        specialities=["kirurgi"],
        **INHERITED,
        **WARD,
    )
    ward.change("2026-06-08", name="Kirurgisk Sengeafsnit Kaj 1")
    bones = b.unit(
        center,
        "Ortopædkirurgisk Afdeling",
        "klinisk enhed",
        "2010-01-01",
        shak_code="9901X2",
        organisational_level="Afdeling",
        specialities=["ortopædisk kirurgi"],
        **INHERITED,
        **BOTH,
    )
    hands = b.unit(
        bones,
        "Håndkirurgisk Afsnit",
        "klinisk enhed",
        "2010-01-01",
        shak_code="9901X2A",
        organisational_level="Afsnit",
        specialities=["ortopædisk kirurgi"],
        **INHERITED,
        **AMBULANT,
    )
    hands.change("2026-10-01", name="Hånd- og Albuekirurgisk Afsnit", registered="2026-06-02")
    east = b.unit(
        center,
        "Operationsgang Øst",
        "operationsgang",
        "2010-01-01",
        shak_code="9901121",
        organisational_level="Afsnit",
        specialities=["anæstesiologi"],
        **INHERITED,
        **NO_PATIENTS,
    )
    west = b.unit(
        center,
        "Operationsgang Vest",
        "operationsgang",
        "2010-01-01",
        shak_code="9901122",
        organisational_level="Afsnit",
        specialities=["anæstesiologi"],
        **INHERITED,
        **NO_PATIENTS,
    )
    east.close("2021-03-31")
    west.close("2021-03-31")
    merged = b.unit(
        center,
        "Fælles Operationsgang",
        "operationsgang",
        "2021-04-01",
        shak_code="9901123",
        organisational_level="Afsnit",
        specialities=["anæstesiologi", "kirurgi"],
        **INHERITED,
        **NO_PATIENTS,
    )
    merged.replaces = [east, west]
    b.unit(
        center,
        "Intensivafsnit Fyret",
        "intensivenhed",
        "2010-01-01",
        shak_code="9901131",
        organisational_level="Afsnit",
        specialities=["anæstesiologi"],
        **INHERITED,
        **WARD,
    )


def _emergency(b: Builder, hospital: Unit) -> None:
    """Add two units with one SHAK code."""
    emergency = b.unit(
        hospital,
        "Akutmodtagelsen",
        "akutmodtageenhed",
        "2012-01-01",
        shak_code="990120",
        organisational_level="Afdeling",
        specialities=["akutmedicin"],
        visiting_address=b.address("Aalborg", street_building_id="70B"),
        **INHERITED,
        **BOTH,
    )
    for name, kind in (("Akutklinik", "klinisk enhed"), ("Skadestuen", "skadestue")):
        b.unit(
            emergency,
            name,
            kind,
            "2012-01-01",
            shak_code="9901203",
            organisational_level="Afsnit",
            specialities=["akutmedicin"],
            **INHERITED,
            **AMBULANT,
        )


def _service(b: Builder, hospital: Unit) -> None:
    old = b.unit(
        hospital,
        "Prøver og Billeder",
        "serviceenhed",
        "2010-01-01",
        shak_code="990130",
        organisational_level="Afdeling",
        specialities=["klinisk biokemi", "diagnostisk radiologi"],
        **INHERITED,
        **AMBULANT,
    )
    old.close("2018-12-31")
    for name, kind, code, speciality in (
        ("Klinisk Biokemisk Afdeling", "klinisk enhed", "990131", "klinisk biokemi"),
        ("Røntgenafdelingen", "billeddiagnostisk enhed", "990132", "diagnostisk radiologi"),
    ):
        new = b.unit(
            hospital,
            name,
            kind,
            "2019-01-01",
            shak_code=code,
            organisational_level="Afdeling",
            specialities=[speciality],
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
