"""Generate the functions that decode texts to records, rows of a few fields and value objects.

The texts are the cells of a CSV row or the texts of a unit of Sor.xml. In decoding, function calls
and new objects cost most, not conversions. So a function is generated for each header, which

- builds a value object only if its texts differ from those of the row before;
- looks dates, codes and types up in bounded memos, so that equal values are one object;
- stores the fields and freezes the record at the end (see ``records.build``).

The function for a header with an id, a name, a type, an owner and a date, and the function that
builds its owners::

    def make():
        owner_texts = owner = None
        def decode(texts, getters):
            nonlocal owner_texts, owner
            get_leaves, get_owner, = getters
            t0, t1, t2, t3, t8, = get_leaves(texts)
            if t1 and t1.strip() != t1: raise NeedsCarefulParsing
            if (group := get_owner(texts)) != owner_texts:
                owner = make_1(group)
                owner_texts = group
            record = new(Builder)
            record.sor_id = SOR_ID(t0) if t0 else None
            record.name = t1 or None
            record.entity_type = coded_2[t2, t3,] if t2 or t3 else None
            record.owner = owner
            record.first_from_date = DATE[t8] if t8 else None
            if record.sor_id is None: raise NeedsCarefulParsing
            record.__class__ = Record
            return record
        return decode

    def make_1(texts):
        if not any(texts): return empty
        t0, t1, t2, t3, = texts
        if t1 and t1.strip() != t1: raise NeedsCarefulParsing
        record = new(EntityRefBuilder)
        ...

A function raises ValueError (``BadCell`` or ``NeedsCarefulParsing``) at the first irregular text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache, partial
from operator import itemgetter
from typing import Any

import attrs

from ..check_digits import ENDING, halves
from ..identifiers import is_location_code, is_sor_id
from ..paths import parse_path, value_at
from ..records import Address, Coded, EntityRef
from ..records.build import builder_of, compile_function
from ..records.row import Row
from ..records.values import NO_EXTRA
from .cells import CONVERTERS, convert
from .declare import Kind
from .decode import (
    NORTHING_FROM,
    CarefulDecoder,
    Group,
    Leaf,
    defaults_of,
    straighten,
    trimmed,
)
from .generator import Memo, NeedsCarefulParsing

Getter = Callable[[Sequence[Any]], Sequence[Any]]
Decode = Callable[[Sequence[Any], Sequence[Getter]], Any]

TEXTS = (Kind.TEXT, Kind.UNIT)
"""Kinds that accept any text."""
_ALMOST_UNIQUE = (Kind.SOR_ID, Kind.LOCATION_CODE, Kind.EASTING, Kind.NORTHING)
"""Kinds with too many values for a memo to pay."""
_RECURRING = (Coded, EntityRef, None)
"""Value objects, and tuples, that are looked up in a memo by their texts."""
_COORDINATES = (Kind.EASTING, Kind.NORTHING)
_METRES = re.compile(r"[1-9][0-9]{3,7}(?:[.,][0-9]{1,6})?").fullmatch


class RecordWriter:
    """Writes one function for the plan of a careful decoder, which decodes irregular texts.

    Args:
        careful: The decoder that knows the plan, and completes codes.
        trimmed_texts: Whether texts never begin or end with whitespace, as those of XML.
        omitted: Fields that the caller fills.
    """

    def __init__(
        self, careful: CarefulDecoder, *, trimmed_texts: bool = False, omitted: Sequence[str] = ()
    ) -> None:
        self._plan = careful.plan
        self._careful = careful
        self._trimmed = trimmed_texts
        self._fields = {n: part for n, part in self._plan.fields.items() if n not in omitted}
        self._leaves: dict[int, Leaf] = {}
        """The columns that are read one by one, by their places."""
        self._groups: dict[str, tuple[int, ...]] = {}
        """The fields whose texts are compared with those of the row before, and their places."""
        self._makers: dict[str, str] = {}
        """Source of a function that builds value objects, to its name."""
        self._names: dict[str, Any] = {
            "new": object.__new__,
            "new_row": tuple.__new__,
            "NeedsCarefulParsing": NeedsCarefulParsing,
            "NORTHING_FROM": NORTHING_FROM,
            "trimmed": trimmed,
            "straighten": partial(_straighten_record, careful.on_swap),
        }

    def record(self, *, frozen: bool = True) -> Decode:
        """Return the function that builds a record from texts; ``frozen`` false leaves it open."""
        cls = self._plan.spec.record
        body = ["record = new(Builder)"]
        body += [f"record.{name} = {self._field(name)}" for name in defaults_of(cls)]
        if frozen:
            for path in self._plan.spec.required:
                steps = [str(step) for step in parse_path(path)]
                whole = (".".join(["record", *steps[:end]]) for end in range(1, len(steps) + 1))
                body += self._refused(_any(f"{step} is None" for step in whole))
            body.append("record.__class__ = Record")
        self._names |= {"Record": cls, "Builder": builder_of(cls)}
        return self._function([*body, "return record"], "a row of")

    def row(self, row: type[Row]) -> Decode:
        """Return the function that builds a row of a few fields from texts."""
        needed = {path: f"needed_{n}" for n, path in enumerate(self._plan.spec.required)}
        body = [f"{name} = {self._path(path)}" for path, name in needed.items()]
        body += self._refused(_any(f"{name} is None" for name in needed.values()))
        items = [needed.get(path) or f"({self._path(path)})" for path in row.paths]
        self._names["Row"] = row
        return self._function([*body, f"return new_row(Row, ({', '.join(items)},))"], "fields of")

    def getters(self, number_of: Mapping[int, int] | None = None) -> tuple[Getter, ...]:
        """Return the functions that select the texts for the generated function.

        Args:
            number_of: Place of a column to the number of its text, if not all columns have a
                text; the other columns use the last text.
        """
        return tuple(
            _getter([place if number_of is None else number_of.get(place, -1) for place in places])
            for places in (sorted(self._leaves), *self._groups.values())
        )

    @property
    def last_place(self) -> int:
        """The last column that is used."""
        used = (place for places in (self._leaves, *self._groups.values()) for place in places)
        return max(used, default=0)

    def _function(self, body: Iterable[str], about: str) -> Decode:
        variables = [name for group in self._groups for name in (f"{group}_texts", group)]
        getters = ["get_leaves", *(f"get_{group}" for group in self._groups)]
        lines = [
            "def make():",
            *(f"    {name} = None" for name in variables),
            "    def decode(texts, getters):",
            *([f"        nonlocal {', '.join(variables)}"] if variables else ()),
            f"        {', '.join(getters)}, = getters",
            *(
                [f"        {_texts(sorted(self._leaves))} = get_leaves(texts)"]
                if self._leaves
                else ()
            ),
            *(f"        {line}" for line in self._untrimmed(self._leaves.items())),
        ]
        lines += [f"        {line}" for group in self._groups for line in self._group_lines(group)]
        lines += [*(f"        {line}" for line in body), "    return decode"]
        made: Decode = self._compiled("make", lines, about)()
        return made

    def _group_lines(self, group: str) -> Iterable[str]:
        return (
            f"if (group := get_{group}(texts)) != {group}_texts:",
            f"    {group} = make_{group}(tuple(group))",
            f"    {group}_texts = group",
        )

    def _refused(self, condition: str) -> Iterable[str]:
        return (f"if {condition}: {_REFUSE}",)

    def _compiled(self, name: str, lines: Iterable[str], about: str) -> Callable[..., Any]:
        source = "\n".join(lines) + "\n"
        return compile_function(name, source, self._names, f"{about} {self._plan.spec.title}")

    # -- expressions for values

    def _field(self, name: str) -> str:
        """Write an expression for the value of a field of the record."""
        part = self._fields.get(name)
        if isinstance(part, Leaf):
            self._leaves[part.place] = part
            return self._value(part, part.place)
        if part is not None and part.cls is Coded:
            self._leaves |= {leaf.place: leaf for leaf in part.leaves}
            return self._coded(part, {place: place for place in part.places}, name)
        if part is not None:
            self._groups[name] = part.places
            make = self._completing(name, self._maker(part))
            self._names.setdefault(f"make_{name}", self._remembering(part, make))
            return name
        if name == "extra" and self._plan.unknown:
            self._groups[name] = tuple(place for place, _ in self._plan.unknown)
            self._names["make_extra"] = self._extra
            return name
        return self._constant(defaults_of(self._plan.spec.record)[name])

    def _path(self, path: str) -> str:
        """Write an expression for the value at a path."""
        first, *steps = parse_path(path)
        assert isinstance(first, str)
        part = self._fields.get(first)
        for step in steps:
            part = part.parts.get(str(step)) if isinstance(part, Group) else None
        if first not in self._fields and first != "extra":
            default = defaults_of(self._plan.spec.record)[first]
            return self._constant(value_at(default, tuple(steps)))
        # coordinates may be exchanged, and codes may be completed
        if isinstance(part, Leaf) and (
            not steps or (part.column.kind not in _COORDINATES and not self._careful.completes)
        ):
            self._leaves[part.place] = part
            return self._value(part, part.place)
        whole = self._field(first)
        if not steps:
            return whole
        take = self._constant(partial(value_at, steps=tuple(steps)))
        return f"{take}({whole})"

    def _constant(self, value: Any) -> str:
        if value is None:
            return "None"
        name = f"constant_{len(self._names)}"
        self._names[name] = value
        return name

    def _value(self, leaf: Leaf, place: int) -> str:
        kind, text = leaf.column.kind, f"t{place}"
        if kind is Kind.TEXT:
            return f"{text} or None"
        if kind.name not in self._names:
            read: Any = CONVERTERS[kind]
            if kind is Kind.SOR_ID:
                read = _sor_id_converter()
            elif kind is Kind.LOCATION_CODE:
                read = _checked_location_code
            elif kind in _COORDINATES:
                read = _to_metres
            self._names[kind.name] = read if kind in _ALMOST_UNIQUE else Memo(read)
        read = f"({text})" if kind in _ALMOST_UNIQUE else f"[{text}]"
        return f"{kind.name}{read} if {text} else None"

    def _coded(self, part: Group, number_of: Mapping[int, int], field: str = "") -> str:
        """Write an expression for a code with its name; ``field`` of a record may complete it."""
        make, key = self._maker(part), f"{field}_" if self._careful.completes else ""
        memo = f"{key}{make.__name__}_of"
        self._names.setdefault(memo, Memo(self._completing(field, make) if field else make))
        numbers = [number_of[place] for place in part.places]
        return f"{memo}[{_texts(numbers)}] if {_any(f't{n}' for n in numbers)} else None"

    def _remembering(self, part: Group, make: Callable[..., Any]) -> Callable[..., Any]:
        return Memo(make).__getitem__ if part.cls in _RECURRING else make

    def _completing(self, field: str, make: Callable[..., Any]) -> Callable[..., Any]:
        if not self._careful.completes:
            return make
        return lambda texts: self._careful.completed(field, make(texts))

    def _extra(self, texts: Sequence[str]) -> Any:
        if not any(texts):
            return NO_EXTRA
        if not self._trimmed and any(text.strip() != text for text in texts):
            raise NeedsCarefulParsing
        return self._careful.extra_of(texts)

    def _untrimmed(self, leaves: Iterable[tuple[int, Leaf]]) -> Iterator[str]:
        """Write the test that refuses texts with whitespace around them."""
        texts = [f"t{place}" for place, leaf in leaves if leaf.column.kind in TEXTS]
        if texts and not self._trimmed:
            yield f"if {_any(f'{text} and {text}.strip() != {text}' for text in texts)}: {_REFUSE}"

    # -- makers of value objects

    def _maker(self, part: Group) -> Callable[..., Any]:
        """Return the function that builds a value object from its texts; equal ones are shared."""
        number_of = {place: number for number, place in enumerate(part.places)}
        source = "\n".join(self._maker_lines(part, number_of))
        if source not in self._makers:
            name = f"make_{len(self._makers)}"
            about = "a tuple of" if part.cls is None else f"{part.cls.__name__} of"
            make = self._compiled(name, [f"def {name}(texts):", source], about)
            self._names[name] = make
            self._makers[source] = name
        maker: Callable[..., Any] = self._names[self._makers[source]]
        return maker

    def _maker_lines(self, part: Group, number_of: Mapping[int, int]) -> Iterator[str]:
        yield f"    if not any(texts): return {self._constant_of(part)}"
        yield f"    {_texts(number_of.values())} = texts"
        leaves = [(number_of[leaf.place], leaf) for leaf in part.leaves]
        own = [pair for pair in leaves if pair[1] in part.parts.values()]
        yield from (f"    {line}" for line in self._untrimmed(own))
        values = {name: self._inner(inner, number_of) for name, inner in part.parts.items()}
        if part.cls is None:
            yield f"    return trimmed([{', '.join(values.values())}])"
            return
        cls = part.cls.__name__
        self._names |= {f"{cls}Builder": builder_of(part.cls), cls: part.cls}
        yield f"    record = new({cls}Builder)"
        for field in attrs.fields(part.cls):
            default = self._constant(None if field.default is attrs.NOTHING else field.default)
            yield f"    record.{field.name} = {values.get(field.name, default)}"
        if part.cls is Address and {"easting", "northing"} <= set(values):
            yield "    if record.easting is not None and record.easting > NORTHING_FROM:"
            yield "        straighten(record)"
        if self._may_be_absent(part):
            absent = " and ".join(f"record.{name} is None" for name in values)
            yield f"    if {absent}: return {self._constant_of(part)}"
        yield f"    record.__class__ = {cls}"
        yield "    return record"

    def _may_be_absent(self, part: Group) -> bool:
        # the date of an open end is not a value
        return any(leaf.column.kind is Kind.LAST_DAY for leaf in part.leaves)

    def _constant_of(self, part: Group) -> str:
        """Return the name of the value of a part whose texts are all empty."""
        name = f"no_{part.cls.__name__}" if part.cls is not None else "no_tuple"
        self._names[name] = part.empty
        return name

    def _inner(self, part: Leaf | Group, number_of: Mapping[int, int]) -> str:
        if isinstance(part, Leaf):
            return self._value(part, number_of[part.place])
        if not part.places:  # a place of a tuple that no column fills
            return "None"
        if part.cls is Coded:
            return self._coded(part, number_of)
        return f"{self._maker(part).__name__}([{_texts(number_of[p] for p in part.places)}])"


_REFUSE = "raise NeedsCarefulParsing"


def _texts(numbers: Iterable[int]) -> str:
    return "".join(f"t{number}, " for number in numbers).rstrip()


def _any(conditions: Iterable[str]) -> str:
    return " or ".join(conditions)


def _getter(numbers: Sequence[int]) -> Getter:
    """Return a function that selects the texts with these numbers."""
    if not numbers or set(numbers) == {-1}:
        return itemgetter(slice(0, 0))
    first = numbers[0]
    if first >= 0 and list(numbers) == list(range(first, first + len(numbers))):
        return itemgetter(slice(first, first + len(numbers)))
    return itemgetter(*numbers)


@cache
def _sor_id_converter() -> Callable[[str], Any]:
    """Return a fast check of SOR ids: the two halves of nearly all ids are looked up."""
    beginnings, endings = halves()

    def checked(text: str) -> str:
        if beginnings.get(text[:-ENDING], -1) == endings.get(text[-ENDING:]) or is_sor_id(text):
            return text
        raise NeedsCarefulParsing

    return checked


def _checked_location_code(text: str) -> str:
    if is_location_code(text):
        return text
    raise NeedsCarefulParsing


def _to_metres(text: str) -> Any:
    """Return a coordinate; nearly all are plain numbers of metres."""
    return Decimal(text.replace(",", ".")) if _METRES(text) else convert(Kind.EASTING, text)


def _straighten_record(on_swap: Callable[[], object], record: Any) -> None:
    pair = {"easting": record.easting, "northing": record.northing}
    straighten(pair, on_swap)
    record.easting, record.northing = pair["easting"], pair["northing"]
