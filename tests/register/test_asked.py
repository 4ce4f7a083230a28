"""Ids and codes are asked for in any notation; what is not text, or not there, is named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sorparse
from sorparse import LocationCode, Register, ReplacedEntity, SHAKSORMap, SorType, View
from support.csv_files import sor_id
from support.register import unit

TOP, BELOW, GONE = sor_id(990101), sor_id(990102), sor_id(990103)
GLN, CVR, PROVIDER, SHAK = "5790000000005", "29190623", "077410", "9980E1"


def register() -> Register:
    """A unit below another with one code of each kind; a third that the second replaced."""
    return Register.from_records(
        [
            unit(TOP, name="Øverst", sor_type=SorType.IE),
            unit(
                BELOW,
                name="Nederst",
                parent_id=TOP,
                shak_code=SHAK,
                location_code=GLN,
                provider_number=PROVIDER,
                pharmacy_number="362,1",
                production_unit_number="1003256789",
                cvr=CVR,
            ),
            unit("local 1", name="Uden rigtigt id", shak_code="lokal", cvr="12345678"),
        ],
        shak_sor_map=[SHAKSORMap(shak_code="9901203", sor_id=BELOW)],
        location_codes=[LocationCode(location_code=GLN, sor_id=BELOW)],
        replaced_entities=[ReplacedEntity(sor_id=GONE, replaced_by_id=BELOW)],
    )


VIEW = register().as_of("2020-01-01")
ID_NOTATIONS = (
    "{}",
    ' ="{}"\u200b',
    "'{}",
    "{}.0",
    "urn:oid:1.2.208.176.1.1|{}",
    "Nederst^^^^^&1.2.208.176.1.1&ISO^^^^{}",
    "{}^Nederst",
    "https://sorbrowser.sundhedsdatastyrelsen.dk/?FreetextSearch=%22{}%22",
)
BY_ID: dict[str, Callable[[View, str], Any]] = {
    "view[]": lambda view, asked: view[asked],
    "get": lambda view, asked: view.get(asked),
    "in view": lambda view, asked: asked in view,
    "status": lambda view, asked: view.status(asked),
    "closing_date": lambda view, asked: view.closing_date(asked),
    "before_history": lambda view, asked: view.before_history(asked),
    "parent": lambda view, asked: view.parent(asked),
    "children": lambda view, asked: view.children(asked),
    "ancestors": lambda view, asked: view.ancestors(asked),
    "descendants": lambda view, asked: view.descendants(asked),
    "owner": lambda view, asked: view.owner(asked),
    "tree": lambda view, asked: str(view.tree(asked)),
    "effective": lambda view, asked: view.effective(asked),
    "sor_to_shak": lambda view, asked: view.sor_to_shak(asked),
    "location_codes": lambda view, asked: view.location_codes(asked),
    "edi_types": lambda view, asked: view.edi_types(asked),
    "active_successors": lambda view, asked: view.active_successors(asked),
    "in register": lambda view, asked: asked in view.register,
    "history": lambda view, asked: view.register.history(asked),
    "successors": lambda view, asked: view.register.successors(asked),
    "predecessors": lambda view, asked: view.register.predecessors(asked),
    "find": lambda view, asked: view.find(asked),
}
BY_CODE: dict[str, tuple[Callable[[View, str], Any], str, tuple[str, ...]]] = {
    "by_shak": (lambda view, asked: view.by_shak(asked), SHAK, ("9980e1", '="{}"', " {}")),
    "shak_to_sor": (lambda view, asked: view.shak_to_sor(asked), SHAK, ("9980e1", "'{}")),
    "shak in the map": (lambda view, asked: view.by_shak(asked), "9901203", ("{}.0", "{}^Afd")),
    "by_location_code": (
        lambda view, asked: view.by_location_code(asked),
        GLN,
        ("5790 0000 0000 5", "{}.0", "https://www.gs1.org/gln|{}"),
    ),
    "match_location_code": (
        lambda view, asked: view.match_location_code(asked),
        GLN,
        ("5790 0000 0000 5", "{},0"),
    ),
    "by_provider_number": (
        lambda view, asked: view.by_provider_number(asked),
        PROVIDER,
        (" {}", "{}.0", "urn:oid:1.2.208.176.1.4|{}"),
    ),
    "match_provider_number": (
        lambda view, asked: view.match_provider_number(asked),
        PROVIDER,
        ("\ufeff{}", "'{}"),
    ),
    "by_cvr": (lambda view, asked: view.by_cvr(asked), CVR, ("DK 29 19 06 23", "DK{}", "{}.0")),
    "find cvr": (lambda view, asked: view.find(asked), CVR, ("DK 29 19 06 23", '="{}"')),
    "find gln": (lambda view, asked: view.find(asked), GLN, ("5790 0000 0000 5",)),
    "find provider": (lambda view, asked: view.find(asked), PROVIDER, ("{}.0", "'{}")),
    "find production unit": (lambda view, asked: view.find(asked), "1003256789", ("{}.0",)),
    "find pharmacy": (lambda view, asked: view.find(asked), "362,1", ("362.1", "'{}")),
    "find shak": (lambda view, asked: view.find(asked), SHAK, ("9980e1", "'{}")),
    "find owner": (lambda view, asked: view.find(owner=asked), TOP, ('="{}"',)),
}


@pytest.mark.parametrize("function", BY_ID)
@pytest.mark.parametrize("notation", ID_NOTATIONS)
@pytest.mark.parametrize("sor_id", [TOP, BELOW])
def test_an_id_in_any_notation(function: str, notation: str, sor_id: str) -> None:
    ask = BY_ID[function]
    assert ask(VIEW, notation.format(sor_id)) == ask(VIEW, sor_id)


@pytest.mark.parametrize(
    ("function", "notation"),
    [(name, notation) for name, (_, _, notations) in BY_CODE.items() for notation in notations],
)
def test_a_code_in_any_notation(function: str, notation: str) -> None:
    ask, code, _ = BY_CODE[function]
    assert ask(VIEW, code)
    assert ask(VIEW, notation.format(code)) == ask(VIEW, code)


def test_the_id_of_a_unit_that_only_a_replacement_names() -> None:
    assert VIEW.register.successors(f'="{GONE}"') == (BELOW,)
    assert [one.sor_id for one in VIEW.active_successors(f"'{GONE}")] == [BELOW]


def test_an_irregular_id_or_code_of_the_register_is_itself() -> None:
    assert VIEW["local 1"].name == "Uden rigtigt id"
    assert VIEW.status("local 1") is sorparse.Status.ACTIVE
    assert [one.sor_id for one in VIEW.by_cvr("12345678")] == ["local 1"]
    assert [one.sor_id for one in VIEW.by_shak("lokal")] == ["local 1"]


def test_a_shak_code_that_a_region_made_longer_is_found_in_any_notation() -> None:
    view = Register.from_records([unit("1", shak_code="9901203A")]).as_of("2020-01-01")
    for asked in ("9901203A", "'9901203a", '="9901203A"'):
        assert [one.sor_id for one in view.by_shak(asked)] == ["1"]


def test_an_irregular_id_of_a_parent_is_itself() -> None:
    register = Register.from_records(
        [
            *(unit(TOP), unit(f"{TOP}.0"), unit("1", parent_id=TOP)),
            unit("2", parent_id=f"'{TOP}"),  # which no unit has
        ]
    )
    view = register.as_of("2020-01-01")
    asked = (TOP, f"{TOP}.0", f"'{TOP}", f" {TOP}")
    found = [[one.sor_id for one in view.children(sor_id)] for sor_id in asked]
    assert found == [["1"], [], ["2"], ["1"]]


@pytest.mark.parametrize("value", [990130, 1.5, None, b"9901", True, ["9901"]])
@pytest.mark.parametrize("function", [*BY_ID, *BY_CODE])
def test_what_is_not_text_is_refused(function: str, value: Any) -> None:
    if value is None and function.startswith("find"):
        return  # None: no condition
    ask = BY_ID.get(function) or BY_CODE[function][0]
    named = "SOR id: " if function in BY_ID and function != "find" else ""
    with pytest.raises(TypeError, match=f"{named}expected text, got {type(value).__name__}"):
        ask(VIEW, value)


@pytest.mark.parametrize(
    "field", ["entity_type", "speciality", "region", "municipality", "post_code", "edi_type"]
)
def test_a_filter_that_is_not_text_is_refused(field: str) -> None:
    with pytest.raises(TypeError, match=f"^{field}: expected text, got int: 1081"):
        VIEW.find(**{field: 1081})  # type: ignore[arg-type] # what a user may try


@pytest.mark.parametrize(
    "function",
    [name for name in BY_ID if name not in ("get", "in view", "in register", "find")],
)
@pytest.mark.parametrize("asked", [sor_id(4711), "hello", ""])
def test_an_unknown_unit(function: str, asked: str) -> None:
    with pytest.raises(sorparse.UnknownUnitError) as caught:
        BY_ID[function](VIEW, asked)
    assert isinstance(caught.value, sorparse.NotInForceError)
    assert isinstance(caught.value, KeyError)
    assert (caught.value.reason, caught.value.sor_id, caught.value.date) == ("unknown", asked, None)


def test_an_unknown_unit_of_a_view_names_the_date() -> None:
    with pytest.raises(sorparse.UnknownUnitError) as caught:
        VIEW[sor_id(4711)]
    assert caught.value.day == VIEW.day


def test_a_damaged_id_is_never_used_but_named() -> None:
    whole = next(found for found in map(sor_id, range(990104, 990200)) if found[-1] != "0")
    damaged = whole[:-1] + "0"
    view = Register.from_records([unit(whole)]).as_of("2020-01-01")
    assert view.get(damaged) is None
    assert damaged not in view
    with pytest.raises(sorparse.UnknownUnitError, match=f"it was probably {whole}"):
        view.status(damaged)


@given(st.text())
def test_get_never_raises_for_text(text: str) -> None:
    assert VIEW.get(text) is None or text in VIEW
    assert VIEW.get(text, "other") == (VIEW.get(text) or "other")


@given(st.text())
def test_a_code_that_nobody_has_gives_nothing(text: str) -> None:
    for code in (text, f"{text}x"):
        assert isinstance(VIEW.by_cvr(code), tuple)
        assert VIEW.match_provider_number(code).rule in ("none", "only-candidate")
        assert VIEW.shak_to_sor(code).rule in ("none", "only-candidate")
        assert VIEW.match_location_code(code).rule in ("none", "only-candidate")
