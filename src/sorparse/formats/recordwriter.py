"""Writes the source of the functions that make a record of a row.

What such a function looks like, shortened, for a header of ids, owner, dates and address::

    def decode(line, row=None):
        nonlocal owner_cells, owner_value, kept_5, kept_5_value
        if row is None:
            row = line.split(';')
        if len(row) != 121:
            raise Odd
        c0, c1, c2 = row[0:3]
        if c1 and (c1.strip(EDGE) != c1 or '"' in c1 or c1 == 'NULL'):
            c1 = text_of(c1)                       # the same without blanks; may raise
        cells = row[6:10]
        if cells != owner_cells:                   # not as in the row before
            owner_value = owner_made[tuple(cells)] # a memo; what it lacks, make_owner makes
            owner_cells = cells                    # last: what raises changes nothing
        ...
        record = new(Builder)
        record.owner = owner_value
        record.sor_id = to_SOR_ID(c0) if c0 else None
        record.name = c1 or None
        record.first_from_date = DATE[c15]
        ...
        record.__class__ = Record
        return record
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import attrs

from ..records.build import builder_of
from .declare import Kind
from .decode import Group, Leaf, Plan, defaults_of
from .valuewriter import ValueWriter, names_of, places_of

RUN_COLUMNS = 4
"""How many columns a group needs for comparing its cells to be cheaper than asking a memo."""

# Fields with a value of their own in nearly every row: there is nothing to compare.
_UNIQUE = {"sor_id", "validity", "virtual_address"}


@attrs.frozen
class Run:
    """A value object whose columns stand together, and mostly hold what the row before held."""

    name: str
    group: Group
    places: range


def find_runs(plan: Plan) -> list[Run]:
    """Find the groups whose columns stand together, in order of place."""
    found: list[Run] = []
    for name, part in sorted(plan.fields.items(), key=lambda item: min(places_of(item[1]))):
        if not isinstance(part, Group) or name in _UNIQUE:
            continue
        places = places_of(part)
        whole = range(places[0], places[-1] + 1)
        if len(places) == len(whole) >= RUN_COLUMNS:
            found.append(Run(name, part, whole))
    return found


class RecordWriter:
    """Writes one function from a line, or from the cells of a row, to a record."""

    def __init__(self, values: ValueWriter) -> None:
        self._values = values
        self._plan = values.plan
        self._runs = find_runs(values.plan)

    def decoder(self) -> Callable[..., Any]:
        """Compile the function."""
        return self._values.decoder([*self._pieces(), *self._record()], "a line of")

    # -- taking the row apart

    def _pieces(self) -> Iterator[str]:
        yield "if row is None:"
        yield f"    row = line.split({self._values.delimiter!r})"
        yield f"if len(row) != {len(self._plan.header)}:"
        yield "    raise Odd"
        place = 0
        for run in self._runs:
            yield from self._taken(range(place, run.places.start))
            place = run.places.stop
        yield from self._taken(range(place, len(self._plan.header)))
        for i, run in enumerate(self._runs):
            yield from self._run(run, self._runs[:i])

    def _taken(self, places: range) -> Iterator[str]:
        """Take cells by name out of the row."""
        if len(places) == 1:
            yield f"c{places.start} = row[{places.start}]"
        elif places:
            yield f"{names_of(places)} = row[{places.start}:{places.stop}]"
        for name, part in self._plan.fields.items():
            if isinstance(part, Group) and name not in _UNIQUE:
                continue  # their makers see to it
            for leaf in part.leaves if isinstance(part, Group) else [part]:
                if leaf.place in places and leaf.column.kind is Kind.TEXT:
                    yield from self._values.tidied_leaf(leaf)

    def _run(self, run: Run, before: Sequence[Run]) -> Iterator[str]:
        kept, value = f"{run.name}_cells", f"{run.name}_value"
        self._values.keep(kept, value)
        made = self._values.made(run.name, run.group, "cells", "tuple(cells)")
        nothing = f"nothing_{len(run.places)}"
        self._values.names |= {
            nothing: [""] * len(run.places),
            f"empty_{run.name}": run.group.empty,
        }
        yield f"cells = row[{run.places.start}:{run.places.stop}]"
        yield f"if cells != {kept}:"
        yield f"    if cells == {nothing}:"
        yield f"        {value} = empty_{run.name}"
        for other in before:  # often one address is another's too
            if self._values.made(other.name, other.group, "cells", "tuple(cells)") == made:
                yield f"    elif cells == {other.name}_cells:"
                yield f"        {value} = {other.name}_value"
        yield "    else:"
        yield f"        {value} = {made}"
        yield f"    {kept} = cells"

    # -- putting the record together

    def _record(self) -> Iterator[str]:
        plan, names = self._plan, self._values.names
        names["Builder"] = builder_of(plan.spec.record)
        names["Record"] = plan.spec.record
        runs = {run.name for run in self._runs}
        yield "record = new(Builder)"
        for name, default in defaults_of(plan.spec.record).items():
            part = plan.fields.get(name)
            if name in runs:
                yield f"record.{name} = {name}_value"
            elif isinstance(part, Leaf):
                value, before = self._values.kept_value(part)
                yield from before
                yield f"record.{name} = {value}"
            elif part is not None and name in _UNIQUE:
                yield from self._values.part(name, part)
                yield f"record.{name} = {name}"
            elif part is not None:
                yield f"record.{name} = {self._values.group_value(name, part)}"
            elif name == "extra" and plan.unknown:
                yield f"record.extra = {self._values.extra_value()}"
            else:
                names[f"default_{name}"] = default
                yield f"record.{name} = default_{name}"
        for path in plan.spec.required:
            steps = path.split(".")
            whole = [".".join(("record", *steps[: i + 1])) for i in range(len(steps))]
            yield f"if {' or '.join(f'{step} is None' for step in whole)}:"
            yield "    raise Odd"
        yield "record.__class__ = Record"
        yield "return record"
