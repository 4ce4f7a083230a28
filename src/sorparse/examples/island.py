"""The second region of the example register, with an island and a renamed hospital."""

from __future__ import annotations

from .build import AMBULANT, BOTH, SOUTH, WARD, Builder
from .model import Unit


def island(b: Builder, geriatric_team: Unit) -> None:
    """Add a second region, with a hospital on Ærø and a psychiatric one, renamed in 2016."""
    region = b.owner(
        "Region Øresø",
        "region",
        "2007-01-01",
        "Odense",
        virtual_address=b.virtual("oeresoe", website="www.example.dk/oeresoe"),
    )
    hospital = b.institution(
        region,
        "Ærøvig Sygehus",
        "hospital",
        "2007-01-01",
        shak_code="9902",
        production_unit_number="1099000002",
        organisational_level="Hospital",
        postal_address=b.address(
            "Ærøskøbing", mail_delivery_sublocation="Sygehusgården", district_subdivision="Vesterby"
        ),
        virtual_address=b.virtual("aeroevig"),
        **b.location(SOUTH),
    )
    medicine = b.hospital_unit(
        hospital,
        "990201",
        "Medicinsk Afdeling, Ærøvig",
        "2007-01-01",
        ["intern medicin", "geriatri"],
        **BOTH,
    )
    b.hospital_unit(
        medicine, "9902011", "Sengeafsnit Ærø", "2007-01-01", ["intern medicin"], **WARD
    )
    geriatric_team.change(
        "2022-01-01",
        parent_id=medicine.sor_id,
        shak_code="9902013",
        postal_address=b.address("Marstal"),
    )
    b.hospital_unit(
        hospital,
        "9902101",
        "Jordemoderklinikken på Ærø",
        "2009-10-08",
        ["gynækologi og obstetrik"],
        kind="jordemoderklinik",
        geographical_parent_relation="3",
        geographical_parent_id=medicine.sor_id,
        **b.location(SOUTH),
        **AMBULANT,
    )
    psychiatry = b.institution(
        region,
        "Psykiatrisk Hospital Blåhøj",
        "hospital",
        "2007-01-01",
        shak_code="9903",
        organisational_level="Hospital",
        postal_address=b.address("Svendborg"),
        visiting_address=b.address("Svendborg"),
        virtual_address=b.virtual("psykiatri"),
    )
    psychiatry.change("2016-01-01", name="Psykiatrien Øresø")
    department = b.hospital_unit(
        psychiatry,
        "990301",
        "Voksenpsykiatrisk Afdeling",
        "2007-01-01",
        ["psykiatri"],
        location_code_inherited=False,
        kind="psykiatrienhed",
        organisational_level="Overafdeling",
        **BOTH,
    )
    b.hospital_unit(
        department,
        "9903012",
        "Lukket Afsnit P2",
        "2007-01-01",
        ["psykiatri"],
        location_code_inherited=False,
        kind="psykiatrienhed",
        **WARD,
    ).close("2026-06-10", registered="2026-06-05")
