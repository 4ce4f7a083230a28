"""A location number as a FHIR R4 ``Endpoint``: the message types that it handles.

================  =========================================================================
element           from
================  =========================================================================
identifier        location number (GLN)
status            ``active`` where the number is in use, else ``off``
connectionType    text, as no code system has the Danish VANS network
managingOrganization  the unit that owns the number, by its SOR id
period            dates of the number
payloadType       message types: code and version of the type without a system, as none is
                  published; name and direction as text
payloadMimeType   syntax of the messages: EDIFACT, XML or FHIR, where the code shows it
address           none (``data-absent-reason``): messages are sent to the number itself
================  =========================================================================

System, supplier and network operator belong to ``Device`` resources, which are not written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from ...errors import FhirError
from ...identifiers import is_location_code
from ...records import EDIType, LocationCode, LocationCodeEDIType, Validity
from . import parts, systems
from .systems import Json, absent, filled, organization_reference

if TYPE_CHECKING:
    from ...register import Register, View

KEYS = (
    *("resourceType", "id", "identifier", "status", "connectionType", "managingOrganization"),
    *("period", "payloadType", "payloadMimeType", "_payloadMimeType", "_address"),
)
"""Keys of a resource, in their order."""
_EDIFACT, _XML, _FHIR = "application/EDIFACT", "application/xml", "application/fhir+xml"
_MIME_TYPES = (
    (re.compile(r"urn:.*:edifact:.*", re.IGNORECASE), _EDIFACT),
    (re.compile(r"urn:.*:(?:oioxml|xml):.*", re.IGNORECASE), _XML),
    (re.compile(r"urn:.*:fhir:.*", re.IGNORECASE), _FHIR),
    (re.compile(r"F(?:DIS[0-9]{2}|CTL)"), _FHIR),
    (re.compile(r"X[A-Z]{3}[0-9]{2}"), _XML),
    (re.compile(r"[A-Z]{3}[0-9]{2}"), _EDIFACT),
)
"""Codes of message types by their form: ``DIS91`` is EDIFACT, ``XDIS91`` XML, ``FDIS91`` FHIR."""


def to_fhir_endpoints(
    location_code: LocationCode | str,
    view: View | None = None,
    *,
    gln: str = systems.GLN,
) -> list[dict[str, Any]]:
    """Return a location number as FHIR R4 ``Endpoint`` resources with its message types.

    Args:
        location_code: A record of the table of location numbers, or the number (lokationsnummer,
            GLN) itself; the number needs a view.
        view: The register on the date for which status and message types are taken. Without it
            the message types are not known, and ``payloadType`` says so; the status is that of
            today in Denmark.
        gln: The identifier system of the location number.

    Returns:
        One endpoint for a record; for a number one endpoint per record in use on the date, else
        the last record with the status ``off``.

    Raises:
        FhirError: If the number is not in the register, is not a valid location number, or is
            passed without a view.

    Example:
        >>> import sorparse
        >>> view = sorparse.load(sorparse.examples.sor2_zip).as_of("2026-06-15")
        >>> sorparse.to_fhir_endpoints("5790099900026", view)[0]["status"]
        'active'
    """
    if not isinstance(location_code, str):
        if view is not None:
            payload = _payload(view.register, location_code, view.day)
            return [endpoint(location_code, view.day, payload, gln=gln)]
        from ...register.days import today_in_denmark

        return [endpoint(location_code, today_in_denmark(), None, gln=gln)]
    if view is None:
        raise FhirError(f"location number {location_code!r}: pass the view in which to look it up")
    return [
        endpoint(record, view.day, _payload(view.register, record, view.day), gln=gln)
        for record in _records(view, location_code.strip())
    ]


def _records(view: View, code: str) -> Sequence[LocationCode]:
    records = [record for record in view.register.location_codes if record.location_code == code]
    if not records:
        raise FhirError(f"location number {code!r} is not in the register's table LocationsCodes")
    in_use = [record for record in records if in_force(record, view.day)]
    return in_use or records[-1:]


def _payload(register: Register, record: LocationCode, day: date) -> list[Json]:
    by_code = register.core.records_by("location_code_edi_types", "location_code")
    pairs = by_code.get(record.location_code, ())
    types = register.core.records_by("edi_types", "edi_type_id")
    known = {edi_id: rows[-1] for edi_id, rows in types.items()}
    return [
        payload_type(pair, known) for pair in dict.fromkeys(pairs) if pair.validity.contains(day)
    ]


def in_force(record: LocationCode, day: date) -> bool:
    """Return whether a number is in use on a date; its first date is ``first_from_date``."""
    return Validity(_opening(record), record.validity.to_date).contains(day)


def _opening(record: LocationCode) -> date | None:
    return record.first_from_date or record.validity.from_date


def payload_type(pair: LocationCodeEDIType, known: Mapping[str, EDIType]) -> Json:
    """Return a message type, with the code, version and name from the table of message types."""
    kind = pair.edi_type
    code, name = (kind.code, kind.name) if kind is not None else (None, None)
    row = known.get(code) if code is not None else None
    version = None
    if row is not None:
        code, version, name = row.code or code, row.version, name or row.name
    label = name or code
    if label is None:
        return absent("unknown")
    coding = filled({"version": version, "code": code, "display": name}) if code else None
    text = f"{label} ({pair.direction})" if pair.direction else label
    return filled({"coding": [coding] if coding else None, "text": text})


def endpoint(
    record: LocationCode, day: date, payload: Iterable[Json] | None, *, gln: str = systems.GLN
) -> Json:
    """Build the resource; ``payload`` holds the message types, ``None`` if they are not known."""
    if not is_location_code(record.location_code):
        raise FhirError(f"{record.location_code!r} is not a valid location number (GLN)")
    types = list(payload or ())
    in_use = in_force(record, day) and not record.non_active
    mime_types = _mime_types(types)
    return filled(
        {
            "resourceType": "Endpoint",
            "id": record.location_code,
            "identifier": [{"system": gln, "value": record.location_code}],
            "status": "active" if in_use else "off",
            "connectionType": {"display": "VANS"},
            "managingOrganization": (
                organization_reference(record.sor_id) if record.sor_id is not None else None
            ),
            "period": parts.period(_opening(record), record.validity.to_date) or absent("unknown"),
            "payloadType": types or [absent("unknown")],
            "payloadMimeType": mime_types,
            "_payloadMimeType": None if mime_types else [absent("unknown")],
            "_address": absent("not-applicable"),
        }
    )


def _mime_types(types: Iterable[Json]) -> list[str]:
    mime_types = []
    for kind in types:
        code = next((coding["code"] for coding in kind.get("coding", ())), "")
        mime_types += [mime for form, mime in _MIME_TYPES if form.fullmatch(code)][:1]
    return list(dict.fromkeys(mime_types))
