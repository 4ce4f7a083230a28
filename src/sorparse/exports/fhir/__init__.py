"""Units and location numbers as FHIR R4 resources after the Danish profiles.

``to_fhir`` returns an ``Organization``, ``to_fhir_endpoints`` the ``Endpoint`` resources of a
location number. docs/fhir.md lists what each profile contains.
"""

from .endpoints import to_fhir_endpoints
from .organization import to_fhir

__all__ = ["to_fhir", "to_fhir_endpoints"]
