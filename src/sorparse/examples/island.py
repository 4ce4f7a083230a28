"""The second region of the example register, with an island and a renamed hospital."""

from __future__ import annotations

from .build import AMBULANT, BOTH, INHERITED, SOUTH, WARD, Builder
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
        geographical_parent_relation="1",
        **b.location(SOUTH),
    )
    medicine = b.unit(
        hospital,
        "Medicinsk Afdeling, Ærøvig",
        "klinisk enhed",
        "2007-01-01",
        shak_code="990201",
        organisational_level="Afdeling",
        specialities=["intern medicin", "geriatri"],
        **INHERITED,
        **BOTH,
    )
    b.unit(
        medicine,
        "Sengeafsnit Ærø",
        "klinisk enhed",
        "2007-01-01",
        shak_code="9902011",
        organisational_level="Afsnit",
        specialities=["intern medicin"],
        **INHERITED,
        **WARD,
    )
    geriatric_team.change(
        "2022-01-01",
        parent_id=medicine.sor_id,
        shak_code="9902013",
        postal_address=b.address("Marstal"),
    )
    b.unit(
        hospital,
        "Jordemoderklinikken på Ærø",
        "jordemoderklinik",
        "2009-10-08",
        shak_code="9902101",
        organisational_level="Afsnit",
        specialities=["gynækologi og obstetrik"],
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
        geographical_parent_relation="1",
    )
    psychiatry.change("2016-01-01", name="Psykiatrien Øresø")
    department = b.unit(
        psychiatry,
        "Voksenpsykiatrisk Afdeling",
        "psykiatrienhed",
        "2007-01-01",
        shak_code="990301",
        organisational_level="Overafdeling",
        specialities=["psykiatri"],
        **BOTH,
    )
    b.unit(
        department,
        "Lukket Afsnit P2",
        "psykiatrienhed",
        "2007-01-01",
        shak_code="9903012",
        organisational_level="Afsnit",
        specialities=["psykiatri"],
        **WARD,
    ).close("2026-06-10", registered="2026-06-05")
