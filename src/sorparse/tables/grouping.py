"""Fields to group units by: paths of a record or of ``Effective``, and short names for them."""

from __future__ import annotations

import typing
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import attrs

from ..errors import UnknownFieldError
from ..inheritance import Effective
from ..paths import PathError, column_name, field_types, parse_path, types_at, value_at
from ..records import Coded, EntityRef, SOREntity
from .schema import DataType, data_type_of

if TYPE_CHECKING:
    from ..register.batch import Batch
    from ..register.core import Core

SHORT = {
    "type": "entity_type",
    "level": "sor_type",
    "region": "effective.region",
    "municipality": "effective.municipality",
    "owner": "owner",
    "institution": "health_institution",
    "speciality": "specialities[0]",
}
"""Short names of fields, and their paths."""

_EFFECTIVE = "effective"


@attrs.frozen
class Field:
    """A field to group by."""

    column: str
    """Name of its column."""
    path: str
    type: DataType

    @classmethod
    def of(cls, name: str) -> Field:
        """Read a short name or a path.

        Raises:
            UnknownFieldError: If the name is not a field, or is one that holds several values.
        """
        path = SHORT.get(name, name)
        kind = _type_of(path, name)
        return cls(name if name in SHORT else column_name(name), path, kind)

    def values(self, batch: Batch) -> list[Any]:
        """Return the values of versions in force; codes and owners by their names."""
        path = parse_path(self.path)
        inherited = path[0] == _EFFECTIVE
        field, rest = str(path[inherited]), path[1 + inherited :]
        column = batch.effective(field) if inherited else batch.own(field)
        shown = column.converted(lambda whole: self._shown(batch.core, value_at(whole, rest)))
        if self.path == "owner":  # an owner is its own owner
            value = batch.core.store.value
            for place, row in enumerate(batch.rows):
                if value(row, "owner") is None and value(row, "parent_id") is None:
                    shown[place] = value(row, "name") or value(row, "sor_id")
        return shown

    def _shown(self, core: Core, value: Any) -> Any:
        if isinstance(value, Coded):
            value = value.name or value.code
        elif isinstance(value, EntityRef):
            value = value.name or _latest_name(core, value.sor_id)
        return str(value) if value is not None and self.type is DataType.TEXT else value


def groups_of(batch: Batch, fields: Sequence[Field]) -> list[tuple[Any, ...]]:
    """Return the values of all fields for each of some versions in force."""
    if not fields:
        return [()] * len(batch)
    return list(zip(*(field.values(batch) for field in fields), strict=True))


def _latest_name(core: Core, sor_id: str | None) -> str | None:
    unit = None if sor_id is None else core.known_unit(sor_id)
    name = None if unit is None else core.store.value(core.index.history(unit)[-1], "name")
    return name or sor_id


def _type_of(path: str, given: str) -> DataType:
    try:
        kind = types_at(SOREntity, path, {_EFFECTIVE: Effective})[0]
    except PathError as error:
        raise _unknown(given, error.why, error.fields) from None
    if kind in (Coded, EntityRef):
        return DataType.TEXT
    if attrs.has(kind):
        raise _unknown(given, "it holds several values", field_types(kind))
    if typing.get_origin(kind) is tuple:
        raise _unknown(given, f"it is a series: write {given}[0] for its first value")
    try:
        data_type = data_type_of(kind)
    except KeyError:
        data_type = DataType.JSON
    if data_type is DataType.JSON:
        raise _unknown(given, "its values cannot be grouped")
    return data_type


def _unknown(given: str, why: str, fields: Iterable[str] = ()) -> UnknownFieldError:
    listed = f" Fields there: {', '.join(fields)}." if fields else ""
    return UnknownFieldError(
        f"cannot group by {given!r}: {why}. Use {', '.join(SHORT)}, or a path such as "
        f"entity_type.name or effective.postal_address.post_code.{listed}"
    )
