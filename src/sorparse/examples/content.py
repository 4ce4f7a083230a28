"""The units of the example register. All units and persons are synthetic."""

from __future__ import annotations

from .build import AMBULANT, CAPITAL, INHERITED, NORTH, SOUTH, Builder
from .hospitals import north
from .island import island
from .model import Unit


def units() -> list[Unit]:
    """Return every unit, in the order of the tree."""
    b = Builder()
    foundation(b)
    geriatric_team = north(b)
    island(b, geriatric_team)
    municipalities(b)
    state(b)
    practices(b)
    pharmacies(b)
    replaced_clinics(b)
    small_clinics(b)
    return b.units


def foundation(b: Builder) -> None:
    """Add the owner with the shortest possible id: item number 1."""
    owner = b.owner("Fonden Det Første Hus", "privat", "2006-01-01", "København", item=1)
    hospice = b.institution(owner, "Hvilestedet Ørehøj", "anden sundhedsinstitution", "2006-01-01")
    b.unit(hospice, "Hvilestedet Ørehøj, dagafsnit", "klinisk enhed", "2008-03-01", **AMBULANT)


def municipalities(b: Builder) -> None:
    """Add a Danish municipality and a Greenlandic one."""
    owner = b.owner("Ærøvig Kommune", "kommune", "2006-01-01", "Ærøskøbing", **b.location(SOUTH))
    health = b.institution(
        owner, "Ærøvig Kommune, Sundhed og Ældre", "sundhedsforvaltning", "2007-01-01", **INHERITED
    )
    b.unit(
        health,
        "Hjemmesygeplejen Ø",
        "hjemmesygeplejeenhed",
        "2007-01-01",
        local_code="0492-01",
        specialities=["hjemmesygepleje"],
        virtual_address=b.virtual("hjemmesygepleje"),
        **b.location(SOUTH),
    )
    b.unit(
        health,
        "Genoptræningen i Marstal",
        "genoptræningsenhed",
        "2007-01-01",
        specialities=["genoptræning efter hospitalsophold"],
        postal_address=b.address("Marstal"),
        **INHERITED,
    )
    b.unit(health, "Sundhedsplejen", "sundhedsplejen", "2007-01-01", **INHERITED)
    b.unit(health, "Den kommunale tandpleje", "tandplejeklinik", "2007-01-01", **b.location(SOUTH))
    home = b.institution(
        owner,
        "Plejehjemmet Æblelunden",
        "plejehjem",
        "2007-01-01",
        geographical_parent_relation=None,
        postal_address=b.address("Marstal"),
        **INHERITED,
    )
    home.close("2021-03-31")
    home_unit = b.unit(home, "Æblelunden, natteam", "klinisk enhed", "2007-01-01", **INHERITED)
    home_unit.close("2021-03-31")
    greenland = b.owner(
        "Kommuneqarfik Nuannaarfik",
        "kommune",
        "2018-01-01",
        "Nuuk",
        virtual_address=b.virtual("nuannaarfik"),
    )
    centre = b.institution(
        greenland,
        "Sundhedscenter Nuannaarfik",
        "sundhedscenter",
        "2018-01-01",
        visiting_address=b.address("Nuuk"),
    )
    b.unit(centre, "Sundhedscenter Nuannaarfik, klinik", "klinisk enhed", "2018-01-01")


def state(b: Builder) -> None:
    """Add a state owner on Bornholm, with an id of eighteen digits."""
    owner = b.owner("Statens Fyrvæsens Sundhedstjeneste", "stat", "2008-02-29", "Rønne")
    clinic = b.institution(
        owner,
        "Fyrvæsenets Klinik",
        "anden sundhedsinstitution",
        "2008-02-29",
        item=90000001,
        shak_code="9904",
    )
    b.unit(
        clinic,
        "Fyrvæsenets Klinik, konsultation",
        "klinisk enhed",
        "2008-02-29",
        specialities=["almen medicin"],
        geographical_parent_relation="5",
        **AMBULANT,
    )


def practices(b: Builder) -> None:
    """Add doctors with one provider number, a disabled number, and a future practice."""
    owner = b.owner("Lægerne Ålekær I/S", "privat", "2009-10-01", "Brønderslev", item=99990)
    practice = b.institution(
        owner,
        "Lægerne Ålekær",
        "almen lægepraksis",
        "2009-10-01",
        postal_address=b.address("Brønderslev"),
        virtual_address=b.virtual("aalekaer"),
        production_unit_number="1099000003",
        **b.location(NORTH),
    )
    for doctor in ("Sigrun Ægirsbakke", "Tormod Mågestrand"):
        b.unit(
            practice,
            doctor,
            "supplerende oplysninger",
            "2009-10-01",
            provider_number="000917",
            specialities=["almen medicin"],
            **INHERITED,
        )
    b.unit(
        practice,
        "Lægerne Ålekær, satellit Skagen",
        "supplerende oplysninger",
        "2013-01-01",
        provider_number="990917",
        specialities=["almen medicin"],
        activity_address=b.address("Skagen"),
        virtual_address=b.virtual(),
        **INHERITED,
    )
    owner = b.owner("Lægehuset Tåsingvang ApS", "privat", "2011-01-01", "Svendborg")
    practice = b.institution(
        owner,
        "Lægehuset Tåsingvang",
        "almen lægepraksis",
        "2011-01-01",
        virtual_address=b.virtual("taasingvang"),
        **b.location(SOUTH),
    )
    b.unit(
        practice,
        "Åse Tangløber",
        "supplerende oplysninger",
        "2011-01-01",
        provider_number="094003",
        specialities=["almen medicin"],
        **INHERITED,
    )
    owner = b.owner(
        "Lægehuset Havørnen ApS", "privat", "2026-08-01", "Aarhus", registered="2026-06-04"
    )
    practice = b.institution(
        owner, "Lægehuset Havørnen", "almen lægepraksis", "2026-08-01", registered="2026-06-04"
    )
    b.unit(
        practice,
        "Rógvi Skarvø",
        "supplerende oplysninger",
        "2026-08-01",
        registered="2026-06-04",
        provider_number="094004",
        specialities=["almen medicin"],
    )


def pharmacies(b: Builder) -> None:
    """Add a pharmacy and its branch."""
    owner = b.owner("Apoteker Inger Blåstjerne", "privat", "2010-01-01", "Skagen")
    pharmacy = b.institution(
        owner,
        "Skagerens Apotek",
        "apotek",
        "2010-01-01",
        pharmacy_number="362,1",
        postal_address=b.address("Skagen"),
        virtual_address=b.virtual("apotek", fax="00009998"),
        **b.location(NORTH),
    )
    b.unit(
        pharmacy,
        "Skagerens Apotek, Brønderslev",
        "apoteksfilial",
        "2012-05-01",
        pharmacy_number="362,2",
        visiting_address=b.address("Brønderslev"),
        geographical_parent_relation="1",
        **b.location(NORTH),
    )


def replaced_clinics(b: Builder) -> None:
    """Add an eye clinic of 2009 whose successor has a successor."""
    owner = b.owner("Øjenklinikken Søspejlet A/S", "privat", "2009-01-01", "København")
    last: Unit | None = None
    for name, opened, closed, code in (
        ("Øjenklinikken ved Søen", "2009-01-01", "2014-12-31", "9905"),
        ("Øjenklinikken Søspejlet", "2015-01-01", "2022-09-30", "9906"),
        ("Søspejlet Øjenhospital", "2022-10-01", None, "9907"),
    ):
        clinic = b.institution(
            owner, name, "hospital", opened, shak_code=code, **b.location(CAPITAL)
        )
        unit = b.unit(
            clinic,
            f"{name}, klinik",
            "klinisk enhed",
            opened,
            shak_code=f"{code}01",
            specialities=["oftalmologi"],
            **INHERITED,
            **AMBULANT,
        )
        if last is not None:
            clinic.replaces = [last]
        if closed:
            clinic.close(closed)
            unit.close(closed)
        last = clinic


def small_clinics(b: Builder) -> None:
    """Add clinics like most of the register: an owner, an institution, a practitioner."""
    for kind, word, person, year in (
        ("fodterapeutklinik", "Fodterapi", "Gåsefjer", 2018),
        ("tandlægepraksis", "Tandlægerne", "Perlemor", 2012),
        ("fysioterapiklinik", "Fysioterapien", "Æblehaven", 2010),
        ("psykologisk rådgivningsklinik", "Psykologerne", "Stilleø", 2020),
    ):
        town = b.pick(("Marstal", "Odense", "Aarhus", "Brønderslev"))
        opened = f"{year}-{1 + b.number(12):02d}-{1 + b.number(28):02d}"
        owner = b.owner(f"{word} {person} ApS", "privat", opened, town)
        clinic = b.institution(owner, f"{word} {person}", kind, opened, virtual_address=b.virtual())
        b.unit(clinic, f"Vigga {person}", "supplerende oplysninger", opened)
