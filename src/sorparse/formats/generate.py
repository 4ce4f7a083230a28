"""Writes the source of the functions that ``fast.py`` tells of.

What a generated function looks like, shortened, for a header of ids, owner, dates and address::

    def decode(row):
        nonlocal owner_text, owner_size, owner_value
        rest, at = row, 0
        c0, c1, rest = rest.split(';', 2)
        if c1 and (c1[0] in EDGE or c1[-1] in EDGE or '"' in c1 or c1 == 'NULL'):
            c1 = text_of(c1)
        if rest.startswith(owner_text, at):        # as in the row before
            at += owner_size
        elif rest.startswith(';;;;', at):          # nothing filled in
            ...
        else:
            whole = rest[at:]
            cells = whole.split(';', 4)            # too few raise
            found = len(whole) - len(cells[-1])
            text = whole[:found]
            owner_value = owner_run_of[text]       # a memo; what it lacks, make_owner makes
            owner_text = text                      # last: what raises changes nothing
            owner_size = found
            at += found
        c6, c7, c8 = rest[at:].split(';')
        record = new(Builder)
        record.owner = owner_value
        record.sor_id = own_value(c0)
        record.name = c1 or None
        record.first_from_date = DATE[c6]
        ...
        record.__class__ = Record
        return record
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import attrs

from ..records import EntityRef
from ..records.build import builder_of, compile_function
from ..records.values import NO_EXTRA, Address
from .declare import Kind
from .decode import NORTHING_FROM, CarefulDecoder, Group, Leaf, Plan, defaults_of, trimmed
from .rows import BLANKS
from .texts import OBJECT_MEMO_SIZE, Memo, Odd, Texts

RUN_COLUMNS = 4
"""How many columns a group needs for comparing its text to be cheaper than splitting it."""

# A cell that begins or ends with one of these may not be its own value yet.
_EDGE = BLANKS + '="'
# Fields with a value of their own in nearly every row: a memo does not pay.
_UNIQUE = {"sor_id", "validity", "virtual_address"}


@attrs.frozen
class Run:
    """Columns that stand together and mostly hold what they held in the row before."""

    name: str
    places: range
    fields: tuple[str, ...]


def find_runs(plan: Plan) -> list[Run]:
    """Find the groups whose columns stand together, in order of place.

    The references to the units above, and a leaf such as the owner's CVR number between them,
    make one run: they change together.
    """
    needed = {place for places in plan.required for place in places}
    found: list[Run] = []
    for name, part in sorted(plan.fields.items(), key=lambda item: min(_places(item[1]))):
        if not isinstance(part, Group) or name in _UNIQUE:
            continue
        places = _places(part)
        whole = range(places[0], places[-1] + 1)
        # the last column has no delimiter after it, by which a run's end is known
        if (
            needed.intersection(places)
            or len(places) != len(whole)
            or len(whole) < RUN_COLUMNS
            or whole.stop == len(plan.header)
        ):
            continue
        if part.cls is EntityRef and found and _reference(plan, found[-1].fields[-1]):
            between = _leaves_at(plan, range(found[-1].places.stop, whole.start))
            if between is not None:
                last = found.pop()
                fields = (*last.fields, *between, name)
                found.append(Run(last.name, range(last.places.start, whole.stop), fields))
                continue
        found.append(Run(name, whole, (name,)))
    return found


def _reference(plan: Plan, name: str) -> bool:
    part = plan.fields[name]
    return isinstance(part, Group) and part.cls is EntityRef


def _leaves_at(plan: Plan, places: range) -> list[str] | None:
    """Give the fields that these places fill, where each is a field by itself."""
    by_place = {part.place: name for name, part in plan.fields.items() if isinstance(part, Leaf)}
    needed = {place for required in plan.required for place in required}
    if needed.intersection(places) or not all(place in by_place for place in places):
        return None
    return [by_place[place] for place in places]


class Writer:
    """Writes the source of one decoder, and collects the names it uses."""

    def __init__(self, careful: CarefulDecoder, delimiter: str, texts: Texts) -> None:
        self._careful = careful
        self.plan = careful.plan
        self.completes = careful.completes
        self._sign = repr(delimiter)
        self.delimiter = delimiter
        self._texts = texts
        self._runs = find_runs(careful.plan)
        self._memos: dict[Any, Memo] = {}
        self._state: dict[str, str] = {}
        self.names: dict[str, Any] = {
            "new": object.__new__,
            "Odd": Odd,
            "EDGE": _EDGE,
            "NO_EXTRA": NO_EXTRA,
            "NORTHING_FROM": NORTHING_FROM,
            "extra_of": self._extra,
            "text_of": texts.text_of,
            "trimmed": trimmed,
            "swapped": careful.on_swap,
            "completed": careful.completed,
        }

    def decoder(self) -> Callable[[str], Any]:
        """Compile the function from a line to a record."""
        body = [*self._pieces(), *self._record()]
        lines = ["def make_decode():"]
        lines += [f"    {name} = {value}" for name, value in self._state.items()]
        lines.append("    def decode(row):")
        if self._state:
            lines.append(f"        nonlocal {', '.join(self._state)}")
        lines += [f"        {line}" for line in body]
        lines.append("    return decode")
        decode: Callable[[str], Any] = self.compiled("make_decode", lines, "a line of")()
        return decode

    def compiled(self, name: str, lines: Iterable[str], about: str) -> Callable[..., Any]:
        """Compile generated lines."""
        source = "\n".join(lines) + "\n"
        title = f"{about} {self.plan.spec.title}"
        return compile_function(name, source, self.names, title)

    # -- taking the line apart

    def _pieces(self) -> Iterator[str]:
        yield "rest, at = row, 0"
        place, moved = 0, False
        for run in self._runs:
            if run.places.start > place:
                cells = range(place, run.places.start)
                rest = "rest[at:]" if moved else "rest"
                yield f"{_names(cells)}, rest = {rest}.split({self._sign}, {len(cells)})"
                yield from self._tidied_leaves(cells)
                if moved:
                    yield "at = 0"
            yield from self._run(run)
            place, moved = run.places.stop, True
        cells = range(place, len(self.plan.header))
        yield f"{_names(cells)}, = {'rest[at:]' if moved else 'rest'}.split({self._sign})"
        yield from self._tidied_leaves(cells)

    def _run(self, run: Run) -> Iterator[str]:
        text, size, value = f"{run.name}_text", f"{run.name}_size", f"{run.name}_value"
        count = len(run.places)
        empty = [getattr(self.plan.fields[name], "empty", None) for name in run.fields]
        self.names[f"empty_{value}"] = empty[0] if len(empty) == 1 else tuple(empty)
        nothing = self.delimiter * count
        self._state |= {text: repr(nothing), size: str(count), value: f"empty_{value}"}
        yield f"if rest.startswith({text}, at):"
        yield f"    at += {size}"
        yield f"elif rest.startswith({nothing!r}, at):"
        yield f"    {value} = empty_{value}"
        yield f"    {text} = {nothing!r}"
        yield f"    {size} = {count}"
        yield f"    at += {count}"
        yield "else:"
        yield "    whole = rest[at:]"
        yield f"    cells = whole.split({self._sign}, {count})"
        yield f"    if len(cells) != {count + 1}:"
        yield "        raise Odd"
        yield "    found = len(whole) - len(cells[-1])"
        yield "    text = whole[:found]"
        yield f"    {value} = {self._run_memo(run)}[text]"
        yield f"    {text} = text"
        yield f"    {size} = found"
        yield "    at += found"

    def _run_memo(self, run: Run) -> str:
        memo = f"{run.name}_run_of"
        if len(run.fields) == 1:
            group = self.plan.fields[run.fields[0]]
            assert isinstance(group, Group)
            key = (_shape(group), run.name if self.completes else None)
            if key not in self._memos:  # the three addresses share theirs
                maker = self._group_maker(run.name, group, by_text=True)
                self._memos[key] = Memo(
                    self.compiled(f"make_{run.name}", maker, run.name), OBJECT_MEMO_SIZE
                )
            self.names[memo] = self._memos[key]
            return memo
        lines = [f"def make_{run.name}_run(text):"]
        lines.append(f"    {_names(run.places)}, _ = text.split({self._sign})")
        lines += [f"    {line}" for line in self._tidied_leaves(run.places)]
        values = ", ".join(self._part_value(name) for name in run.fields)
        lines.append(f"    return {values}")
        make = self.compiled(f"make_{run.name}_run", lines, f"{run.name} and what follows,")
        self.names[memo] = Memo(make, OBJECT_MEMO_SIZE)
        return memo

    def _part_value(self, name: str) -> str:
        part = self.plan.fields[name]
        if isinstance(part, Leaf):
            return self.value(part)
        return self.group_value(name, part)

    # -- putting the record together

    def _record(self) -> Iterator[str]:
        plan = self.plan
        self.names["Builder"] = builder_of(plan.spec.record)
        self.names["Record"] = plan.spec.record
        yield "record = new(Builder)"
        done = set()
        for run in self._runs:
            done |= set(run.fields)
            yield f"{', '.join(f'record.{name}' for name in run.fields)} = {run.name}_value"
        for name, default in defaults_of(plan.spec.record).items():
            part = plan.fields.get(name)
            if name in done:
                continue
            if isinstance(part, Group) and name in _UNIQUE:
                yield from self._part(name, part)
                yield f"record.{name} = {name}"
            elif isinstance(part, Leaf) and name in _UNIQUE and part.column.kind is not Kind.TEXT:
                self.names["own_value"] = self._texts.converter(part.column.kind)
                yield f"record.{name} = own_value(c{part.place})"
            elif part is not None:
                yield f"record.{name} = {self._part_value(name)}"
            elif name == "extra" and plan.unknown:
                yield f"record.extra = {self.extra_value()}"
            else:
                self.names[f"default_{name}"] = default
                yield f"record.{name} = default_{name}"
        for path in plan.spec.required:
            steps = path.split(".")
            whole = [".".join(("record", *steps[: i + 1])) for i in range(len(steps))]
            yield f"if {' or '.join(f'{step} is None' for step in whole)}:"
            yield "    raise Odd"
        yield "record.__class__ = Record"
        yield "return record"

    def extra_value(self) -> str:
        """Write an expression for what stands in the unknown columns."""
        places = [place for place, _ in self.plan.unknown]
        return f"extra_of(({_names(places)},)) if {_any(places)} else NO_EXTRA"

    def _extra(self, cells: Sequence[str]) -> Any:
        take = self._texts.text_of
        return self._careful.extra_of([take(cell) if cell else None for cell in cells])

    def _tidied_leaves(self, places: range) -> Iterator[str]:
        """Take blanks and the like off texts. A row with a quoted cell mostly ends here."""
        for name, part in self.plan.fields.items():
            if isinstance(part, Group) and name not in _UNIQUE:
                continue  # see to it themselves
            for leaf in part.leaves if isinstance(part, Group) else [part]:
                if leaf.place in places and leaf.column.kind is Kind.TEXT:
                    yield from self.tidied_leaf(leaf)

    def tidied_leaf(self, leaf: Leaf) -> Iterator[str]:
        """Take blanks and the like off one text; raises where it holds a stray quote."""
        cell = f"c{leaf.place}"
        edges = f"{cell}[0] in EDGE or {cell}[-1] in EDGE"
        yield f"""if {cell} and ({edges} or '"' in {cell} or {cell} == 'NULL'):"""
        yield f"    {cell} = text_of({cell}) or ''"

    def default(self, name: str) -> Any:
        """What a field holds that no column fills."""
        return defaults_of(self.plan.spec.record)[name]

    def group_value(self, name: str, group: Group) -> str:
        """Write an expression for a value object, remembered by its cells."""
        memo = f"{name}_of"
        if memo not in self.names:
            lines = self._group_maker(name, group, by_text=False)
            self.names[memo] = Memo(self.compiled(f"make_{name}", lines, name))
        return f"{memo}[{_names(_places(group))}]"

    def _group_maker(self, name: str, group: Group, *, by_text: bool) -> Iterator[str]:
        """Write a function that makes a value object of a run's text, or of a tuple of cells."""
        places = _places(group)
        self.names[f"empty_{name}"] = group.empty
        if by_text:
            yield f"def make_{name}(text):"
            yield f"    cells = text.split({self._sign}, {len(places)})[:-1]"
        elif len(places) == 1:
            yield f"def make_{name}(text):"
            yield "    cells = (text,)"
        else:
            yield f"def make_{name}(cells):"
            yield f"    text = {self._sign}.join(cells)"
        yield "    if not any(cells):"
        yield f"        return empty_{name}"
        if any(leaf.column.kind is Kind.TEXT for leaf in group.leaves):
            # one look at the whole text tells whether any cell needs a closer one
            blanks = " or ".join(
                f"{blank + self.delimiter!r} in text or {self.delimiter + blank!r} in text"
                for blank in BLANKS
                if blank == " "
            )
            signs = " or ".join(f"{sign!r} in text" for sign in ('"', "=", "\t", "\xa0", "NULL"))
            yield f"    if text[0] in EDGE or text[-1] in EDGE or {signs} or {blanks}:"
            yield "        cells = [text_of(cell) or '' if cell else '' for cell in cells]"
        yield f"    {_names(places)}, = cells"
        for line in self._part("value", group):
            yield f"    {line}"
        if self.completes:
            yield f"    value = completed({name!r}, value)"
        yield "    return value"

    def _part(self, variable: str, part: Group) -> Iterator[str]:
        inner = {}
        for key, value in part.parts.items():
            if isinstance(value, Group):
                inner[key] = f"{variable}_{key.strip('#')}"
                yield from self._part(inner[key], value)
            else:
                inner[key] = self.value(value)
        if not part.parts:  # a place of a tuple that the file has no column for
            yield f"{variable} = None"
            return
        if part.cls is None:
            yield f"{variable} = trimmed([{', '.join(inner.values())}])"
            return
        if not part.leaves:  # a place of a tuple that no column fills
            yield f"{variable} = None"
            return
        cls = part.cls.__name__
        self.names[f"{cls}Builder"], self.names[cls] = builder_of(part.cls), part.cls
        self.names[f"empty_{cls}"] = part.empty
        if part.cls is Address and {"easting", "northing"} <= set(part.parts):
            # told by size which is which, see decode.straighten
            east, north = f"{variable}_east", f"{variable}_north"
            yield f"{east} = {inner['easting']}"
            yield f"{north} = {inner['northing']}"
            yield f"if {east} is not None and {east} > NORTHING_FROM and {north} is not None:"
            yield f"    if abs({north}) < NORTHING_FROM:"
            yield f"        {east}, {north} = {north}, {east}"
            yield "        swapped()"
            inner |= {"easting": east, "northing": north}
        yield f"if {_any(_places(part))}:"
        yield f"    {variable} = new({cls}Builder)"
        for field in attrs.fields(part.cls):
            default = "None" if field.default is attrs.NOTHING else repr(field.default)
            yield f"    {variable}.{field.name} = {inner.get(field.name, default)}"
        yield f"    {variable}.__class__ = {cls}"
        yield "else:"
        yield f"    {variable} = empty_{cls}"

    def value(self, leaf: Leaf) -> str:
        """Write an expression for the value of one cell."""
        cell, kind = f"c{leaf.place}", leaf.column.kind
        if kind is Kind.TEXT:
            return f"{cell} or None"
        if kind in (Kind.EASTING, Kind.NORTHING):  # too many values for a memo to pay
            self.names.setdefault("coordinate", self._texts.converter(kind))
            return f"coordinate({cell}) if {cell} else None"
        if kind.name not in self.names:
            self.names[kind.name] = Memo(self._texts.converter(kind))
        return f"{kind.name}[{cell}]"


def _places(part: Leaf | Group) -> list[int]:
    return [part.place] if isinstance(part, Leaf) else sorted({leaf.place for leaf in part.leaves})


def _shape(group: Group, first: int | None = None) -> Any:
    """What a group's value depends on besides its text: class, fields and their places in it."""
    first = _places(group)[0] if first is None else first
    return group.cls, tuple(
        (name, _shape(part, first))
        if isinstance(part, Group)
        else (name, part.place - first, part.column.kind)
        for name, part in group.parts.items()
    )


def _names(places: Iterable[int]) -> str:
    return ", ".join(f"c{place}" for place in places)


def _any(places: Iterable[int]) -> str:
    return " or ".join(f"c{place}" for place in places)
