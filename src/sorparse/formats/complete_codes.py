"""The other half of a code, where a file holds only one half."""

from __future__ import annotations

from functools import lru_cache

from ..records import Coded

KIND_OF_CODE = {
    "entity_type": "entity_type",
    "specialities": "clinical_speciality",
    "location_code_region": "region",
    "region": "region",
    "communication_supplier": "network_operator",
    "location_code_communication_supplier": "network_operator",
}
"""Field of a record to the list of ``sorparse.codes`` that its codes are of."""


@lru_cache(maxsize=4096)
def with_code(field: str, coded: Coded) -> Coded:
    """Put the code beside a name, where the library's own table knows it."""
    if coded.code is not None or coded.name is None or field not in KIND_OF_CODE:
        return coded
    from .. import codes

    code = codes.code_of(KIND_OF_CODE[field], coded.name)
    return coded if code is None else Coded(code, coded.name, supplied="code")
