"""Fields to group units by: paths of a record or of ``Effective``, and short names for them."""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import attrs

from ..errors import UnknownFieldError
from ..inheritance import Effective
from ..paths import PathError, Steps, column_name, field_types, parse_path, types_at, value_at
from ..records import Coded, EntityRef, SOREntity
from .schema import DataType, data_type_of

if TYPE_CHECKING:
    from ..register import Register, View

SHORT: dict[str, tuple[str, ...]] = {
    "type": ("entity_type",),
    "level": ("sor_type",),
    "region": ("effective.region",),
    "municipality": ("effective.municipality",),
    "owner": ("owner",),
    "institution": ("health_institution",),
    "speciality": ("specialities[0]",),
}
"""Short names of fields, each with the paths that are tried in turn."""

_EFFECTIVE = "effective"


@attrs.frozen
class Field:
    """A field to group by."""

    column: str
    """Name of its column."""
    doc: str
    type: DataType
    paths: tuple[Steps, ...]

    @classmethod
    def of(cls, name: str) -> Field:
        """Read a short name or a path.

        Raises:
            UnknownFieldError: If the name is not a field, or is one that holds several values.
        """
        paths = SHORT.get(name, (name,))
        found = [_checked(path, name) for path in paths]
        column = name if name in SHORT else column_name(name)
        return cls(column, ", else ".join(paths), found[0][1], tuple(steps for steps, _ in found))

    def value(self, view: View, unit: SOREntity) -> Any:
        """Return the value of a unit in force in the view; codes and owners by their names."""
        for steps in self.paths:
            inherited = steps[0] == _EFFECTIVE
            whole = view.effective(unit.sor_id) if inherited else unit
            value = value_at(whole, steps[inherited:])
            if value is None and steps == _OWNER and unit.parent_id is None:
                value = unit.name or unit.sor_id  # an owner is its own owner
            if isinstance(value, Coded):
                value = value.name or value.code
            elif isinstance(value, EntityRef):
                value = value.name or _latest_name(view.register, value.sor_id)
            if value is not None:
                return str(value) if self.type is DataType.TEXT else value
        return None


_OWNER: Steps = ("owner",)


def grouper(fields: Sequence[Field]) -> Callable[[View, SOREntity], tuple[Any, ...]]:
    """Return the function from a unit in force to the values of all fields."""
    return lambda view, unit: tuple([field.value(view, unit) for field in fields])


def _latest_name(register: Register, sor_id: str | None) -> str | None:
    if sor_id is not None and sor_id in register:
        return register.history(sor_id)[-1].name or sor_id
    return sor_id


def _checked(path: str, given: str) -> tuple[Steps, DataType]:
    try:
        kind = types_at(SOREntity, path, {_EFFECTIVE: Effective})[0]
    except PathError as error:
        raise _unknown(given, error.why, error.fields) from None
    steps = parse_path(path)
    if kind in (Coded, EntityRef):
        return steps, DataType.TEXT
    if attrs.has(kind):
        raise _unknown(given, "it holds several values", field_types(kind))
    if typing.get_origin(kind) is tuple:
        raise _unknown(given, f"it is a series: write {given}[0] for its first value")
    try:
        found = data_type_of(kind)
    except KeyError:
        found = DataType.JSON
    if found is DataType.JSON:
        raise _unknown(given, "its values cannot be grouped")
    return steps, found


def _unknown(given: str, why: str, fields: Iterable[str] = ()) -> UnknownFieldError:
    listed = f" Fields there: {', '.join(fields)}." if fields else ""
    return UnknownFieldError(
        f"cannot group by {given!r}: {why}. Use {', '.join(SHORT)}, or a path such as "
        f"entity_type.name or effective.postal_address.post_code.{listed}"
    )
