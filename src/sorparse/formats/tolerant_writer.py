"""Generate the function that decodes irregular texts, and notes each invalid one.

The functions of :mod:`sorparse.formats.record_writer` refuse a row with an invalid text. The
function that is generated here returns the record that ``CarefulDecoder`` would return, and notes
the texts that it would report. Hostile files have millions of such rows: they have to cost little.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from ..identifiers import is_sor_id
from ..issues import IssueKind
from ..paths import parse_path
from ..records.row import Row
from .cells import CONVERTERS, BadCell
from .declare import Kind
from .decode import CarefulDecoder, Group, Leaf
from .evident_errors import evident_error
from .generator import Memo
from .record_writer import TEXTS, Decode, Getter, RecordWriter

Invalid = tuple[int, Leaf, str, BadCell]
"""The place of an invalid cell in the order of reports, the cell, its text and the error."""
Note = Callable[[str, BadCell], object]
"""A function that notes an invalid text and its error."""


class TolerantDecoder:
    """Decodes irregular cells to a record, or to some of its fields.

    Args:
        careful: The decoder that knows the plan.
        row: The fields that the caller asked for; ``None`` for whole records. Only texts of these
            fields are noted.
        counting: Whether only the kinds of the errors are noted, which takes less time.
    """

    def __init__(
        self, careful: CarefulDecoder, row: type[Row] | None, *, counting: bool = False
    ) -> None:
        self.invalid: list[Invalid] = []
        """The invalid texts of the rows decoded so far; the caller clears it."""
        self.kinds: list[IssueKind] = []
        """Instead of these, with ``counting``, their severities and codes."""
        writer = _TolerantWriter(careful, row, None if counting else self.invalid, self.kinds)
        self._decode: Decode = writer.record() if row is None else writer.row(row)
        self._getters: tuple[Getter, ...] = writer.getters()

    def decode(self, cells: Sequence[str]) -> object:
        """Return the record, or the fields, of cleaned cells, even if they lack the key."""
        return self._decode(cells, self._getters)


class _TolerantWriter(RecordWriter):
    def __init__(
        self,
        careful: CarefulDecoder,
        row: type[Row] | None,
        invalid: list[Invalid] | None,
        kinds: list[IssueKind],
    ) -> None:
        super().__init__(careful, trimmed_texts=True)
        self._repair = careful.repair
        self._invalid, self._kinds = invalid, kinds
        paths = None if row is None else [parse_path(path) for path in row.paths]
        leaves = [leaf for part in self._plan.fields.values() for leaf in part.leaves]
        self._unnoted: dict[int, int] = {}
        """Places of the cells to be noted that no expression notes so far, and their numbers."""
        for number, leaf in enumerate(leaves):
            if paths is None or any(_is_in(leaf, path) for path in paths):
                self._unnoted.setdefault(leaf.place, number)

    def _refused(self, condition: str) -> Iterable[str]:
        del condition
        return ()

    def _group_lines(self, group: str) -> Iterable[str]:
        part = self._fields.get(group)
        if part is None or _is_text(part):
            return super()._group_lines(group)
        return (f"{group} = make_{group}(tuple(get_{group}(texts)))",)

    def _remembering(self, part: Group, make: Callable[..., object]) -> Callable[..., object]:
        return super()._remembering(part, make) if _is_text(part) else make

    def _may_be_absent(self, part: Group) -> bool:
        return not _is_text(part)

    def _coded(self, part: Group, number_of: Mapping[int, int], field: str = "") -> str:
        if _is_text(part):
            return super()._coded(part, number_of, field)
        make = self._maker(part)
        name = self._constant(self._completing(field, make) if field else make)
        texts = [f"t{number_of[place]}" for place in part.places]
        return f"{name}(({', '.join(texts)},)) if {' or '.join(texts)} else None"

    def _value(self, leaf: Leaf, place: int) -> str:
        if leaf.column.kind in TEXTS:
            return super()._value(leaf, place)
        number = self._unnoted.pop(leaf.place, None)
        if self._invalid is None:
            kinds = None if number is None else self._kinds
            read = _counting_reader(leaf.column.kind, kinds, repair=self._repair)
        else:
            note = None if number is None else _noting_errors(self._invalid, number, leaf)
            read = _careful_reader(leaf.column.kind, note, repair=self._repair)
        name = self._constant(read)
        return f"{name}(t{place}) if t{place} else None"


def _noting_errors(invalid: list[Invalid], number: int, leaf: Leaf) -> Note:
    return lambda text, error: invalid.append((number, leaf, text, error))


def _careful_reader(kind: Kind, note: Note | None, *, repair: bool) -> Callable[[str], object]:
    """Return a function that reads a text, and notes its error."""

    def read(text: str) -> object:
        if is_id and is_sor_id(text):
            return text
        try:
            return values[text]
        except BadCell as bad:
            # nearly each invalid text is another, so none is remembered; a traceback would refer
            # to the cells
            error = bad.with_traceback(None)
        if note is not None:
            note(text, error)
        return error.repaired if repair and error.repaired is not None else error.stored

    values = Memo(CONVERTERS[kind])
    is_id = kind is Kind.SOR_ID  # nearly each valid one is another, so none is remembered
    return read


def _counting_reader(
    kind: Kind, kinds: list[IssueKind] | None, *, repair: bool
) -> Callable[[str], object]:
    """Return a function that reads a text, and adds the kind of its error."""
    note = None if kinds is None else kinds.append
    evident = evident_error(kind)
    read = _careful_reader(
        kind, note and (lambda _, error: note((error.severity, error.code))), repair=repair
    )
    if evident is None:
        return read
    is_evident, issue, stores_text = evident.is_in, evident.issue, evident.stores_text

    def read_quickly(text: str) -> object:
        if not is_evident(text):
            return read(text)
        if note is not None:
            note(issue)
        return text if stores_text else None

    return read_quickly


def _is_text(part: Leaf | Group) -> bool:
    """Return whether no text is invalid."""
    return all(leaf.column.kind in TEXTS for leaf in part.leaves)


def _is_in(leaf: Leaf, path: tuple[str | int, ...]) -> bool:
    fields = (leaf.column.field, *leaf.column.also)
    return any(parse_path(field)[: len(path)] == path for field in fields)
