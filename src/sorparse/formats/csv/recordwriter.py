"""Writes the source of the functions that make a record of a row.

What such a function looks like, shortened, for a header of ids, owner, dates and address::

    def decode(line, sep=';'):
        nonlocal owner_text, owner_value, cvr_value, kept_5, kept_5_value
        rest = line
        c0, c1, c2, c3, c4, c5, rest = rest.split(sep, 6)
        if c1 and (c1.strip(EDGE) != c1 or c1 == 'NULL'):
            c1 = text_of(c1)                      # the same without blanks; may raise
        if (after := rest.removeprefix(owner_text)) != rest:
            pass                                  # as in the row before
        else:
            *cells, after = rest.split(sep, 9)
            text = rest[:len(rest) - len(after)]
            owner_value, cvr_value, health_institution_value = make_owner(cells)
            owner_text = text                     # last: what raises changes nothing
        rest = after
        c15, c16, c17, rest = rest.split(sep, 3)
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

from ...paths import parse_path
from ...records.build import builder_of
from ..declare import Kind
from ..decode import Group, Leaf, defaults_of
from .cell_text import NO_TEXT
from .runs import UNIQUE, Run, find_runs
from .valuewriter import ValueWriter, names_of


class RecordWriter:
    """Writes one function from a line, or from the cells of a row, to a record."""

    def __init__(self, values: ValueWriter) -> None:
        self._values = values
        self._plan = values.plan
        self._runs = find_runs(values.plan)
        self._in_runs = {name for run in self._runs for name, _ in run.parts}

    def decoder(self) -> Callable[..., Any]:
        """Compile the function."""
        return self._values.decoder([*self._pieces(), *self._record()], "a line of")

    # -- taking the row apart

    def _pieces(self) -> Iterator[str]:
        """Take cells and runs off the line, one piece after the other."""
        width = len(self._plan.header)
        runs, last = self._runs, None
        if runs and runs[-1].recurs:
            *runs, last = runs
        place = 0
        yield "rest = line"
        for i, run in enumerate(runs):
            yield from self._cells(range(place, run.places.start))
            if run.places.stop == width:
                yield "rest += sep"  # it ends with a delimiter here, too
            yield from self._run(run, runs[:i])
            place = run.places.stop
        if last is not None:
            yield from self._cells(range(place, last.places.start))
            yield from self._last_run(last, range(last.places.stop, width))
        elif place < width:
            yield f"{names_of(range(place, width))}, = rest.split(sep)"
            yield from self._looked_at(range(place, width))
        else:
            yield "if rest:"
            yield "    raise NeedsCarefulParsing"

    def _cells(self, places: range) -> Iterator[str]:
        """Take single cells off the rest."""
        if places:
            yield f"{names_of(places)}, rest = rest.split(sep, {len(places)})"
            yield from self._looked_at(places)

    def _looked_at(self, places: range) -> Iterator[str]:
        """Look at single cells: at texts for blanks and quotes, at unused ones for quotes."""
        unused = set(places).difference(place for place, _ in self._plan.unknown)
        for name, part in self._plan.fields.items():
            unused.difference_update(leaf.place for leaf in part.leaves)
            if isinstance(part, Group) and name not in UNIQUE:
                continue  # their makers see to it
            for leaf in part.leaves:
                if leaf.place in places and leaf.column.kind is Kind.TEXT:
                    yield from self._values.tidied_leaf(leaf)
        if unused:
            cells = names_of(sorted(unused))
            yield f"""if '"' in line and any(cell[:1] == '"' for cell in ({cells},)):"""
            yield "    raise NeedsCarefulParsing"

    def _run(self, run: Run, before: Sequence[Run]) -> Iterator[str]:
        """Take a run off the rest, and make its values where it is not as in the row before."""
        values = self._values
        text, names = self._kept(run)
        made = values.run_value(run)
        yield f"if (after := rest.removeprefix({text})) != rest:"
        yield "    pass"
        if run.is_address:
            (value,) = names
            nothing = values.delimiter * len(run.places)
            yield f"elif (after := rest.removeprefix({nothing!r})) != rest:"
            yield f"    {text} = {nothing!r}"
            yield f"    {value} = None"
            for other in before:  # often one address is another's too
                if values.run_value(other) == made:
                    yield f"elif (after := rest.removeprefix({other.name}_text)) != rest:"
                    yield f"    {text} = {other.name}_text"
                    yield f"    {value} = {other.name}_value"
        yield "else:"
        yield f"    *cells, after = rest.split(sep, {len(run.places)})"
        yield "    text = rest[:len(rest) - len(after)]"
        yield f"    {', '.join(names)} = {made}"
        yield f"    {text} = text"
        yield "rest = after"

    def _last_run(self, run: Run, behind: range) -> Iterator[str]:
        """Take the last run off the rest: it is what remains between cells on both sides."""
        text, names = self._kept(run)
        if behind:
            yield f"rest, {names_of(behind)} = rest.rsplit(sep, {len(behind)})"
            yield from self._looked_at(behind)
        yield f"if rest != {text}:"
        yield "    text = rest + sep"
        yield f"    {', '.join(names)} = {self._values.run_value(run)}"
        yield f"    {text} = rest"

    def _kept(self, run: Run) -> tuple[str, list[str]]:
        """Name what goes from row to row of a run: its text, and its values."""
        text, names = f"{run.name}_text", [f"{name}_value" for name, _ in run.parts]
        self._values.keep(text, at_first=NO_TEXT)
        self._values.keep(*names)
        return text, names

    # -- putting the record together

    def _record(self) -> Iterator[str]:
        plan, names = self._plan, self._values.names
        names["Builder"] = builder_of(plan.spec.record)
        names["Record"] = plan.spec.record
        yield "record = new(Builder)"
        for name, default in defaults_of(plan.spec.record).items():
            part = plan.fields.get(name)
            if name in self._in_runs:
                yield f"record.{name} = {name}_value"
            elif isinstance(part, Leaf):
                value, before = self._values.kept_value(part)
                yield from before
                yield f"record.{name} = {value}"
            elif isinstance(part, Group) and name in UNIQUE:
                yield from self._unique(name, part)
                yield f"record.{name} = {name}"
            elif part is not None:
                yield f"record.{name} = {self._values.group_value(name, part)}"
            elif name == "extra" and plan.unknown:
                yield f"record.extra = {self._values.extra_value()}"
            else:
                names[f"default_{name}"] = default
                yield f"record.{name} = default_{name}"
        for path in plan.spec.required:
            whole = ["record"]
            for step in parse_path(path):
                whole.append(f"{whole[-1]}.{step}")
            yield f"if {' or '.join(f'{step} is None' for step in whole[1:])}:"
            yield "    raise NeedsCarefulParsing"
        yield "record.__class__ = Record"
        yield "return record"

    def _unique(self, name: str, part: Group) -> Iterator[str]:
        """Write what makes a value that hardly repeats, but for periods without an end."""
        end = part.parts.get("to_date")
        made = self._values.part(name, part)
        if not isinstance(end, Leaf):
            yield from made
            return
        yield f"if c{end.place}:"
        yield from (f"    {line}" for line in made)
        yield "else:"
        yield f"    {name} = {self._values.group_value(name, part)}"
