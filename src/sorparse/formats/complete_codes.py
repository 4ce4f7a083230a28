"""Add the code to a name, for files that hold the names only."""

from __future__ import annotations

from .. import codes
from ..records import Coded

KIND_OF_CODE = {
    "entity_type": "entity_type",
    "specialities": "clinical_speciality",
    "location_code_region": "region",
    "region": "region",
    "communication_supplier": "network_operator",
    "location_code_communication_supplier": "network_operator",
}
"""Field of a record to the list of ``sorparse.codes`` that has its codes."""


def with_code(field: str, coded: Coded) -> Coded:
    """Return a name with its code, if the library's table has the code."""
    if coded.code is not None or coded.name is None or field not in KIND_OF_CODE:
        return coded
    code = codes.code_of(KIND_OF_CODE[field], coded.name)
    return coded if code is None else Coded(code, coded.name, supplied="code")
