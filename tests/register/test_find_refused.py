"""Values for which nothing can be searched are refused by name."""

from __future__ import annotations

import pytest

import sorparse
from sorparse import Address, Register
from support.register import unit

DAY = "2020-01-01"


def named(*names: str) -> sorparse.View:
    return Register.from_records([unit(str(n), name=name) for n, name in enumerate(names)]).as_of(
        DAY
    )


@pytest.mark.parametrize("asked", ["x", "DK-9700", "970", "97000", "", "Aalborg"])
def test_what_is_no_post_code_is_refused(asked: str) -> None:
    view = placed("9700")
    with pytest.raises(
        sorparse.UnknownTermError, match=r"post_code .* expected four digits"
    ) as info:
        view.find(post_code=asked)
    assert (info.value.field, info.value.value) == ("post_code", asked)


def test_a_post_code_that_a_unit_has_is_one() -> None:
    assert len(placed("FO-100").find(post_code="FO-100")) == 1
    assert placed("9700").find(post_code="9800") == ()
    assert len(placed("9700").find(post_code='="9700"')) == 1


def placed(post_code: str) -> sorparse.View:
    address = Address(post_code=post_code)
    return Register.from_records([unit("1", postal_address=address)]).as_of(DAY)


@pytest.mark.parametrize("field", ["sor_type", "status", "region", "post_code", "entity_type"])
@pytest.mark.parametrize("wrong", [1, 9700.0, b"OE"])
def test_what_is_not_text_is_refused_by_name(field: str, wrong: object) -> None:
    with pytest.raises(TypeError, match=f"{field}: expected text"):
        named("Sygehus").find(**{field: wrong})  # type: ignore[arg-type]


@pytest.mark.parametrize(("field", "wrong"), [("sor_type", "afdeling"), ("status", "aktiv")])
def test_a_value_out_of_a_few_is_refused_by_the_name_of_its_field(field: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=f"{field} '{wrong}' is not one of "):
        named("Sygehus").find(**{field: wrong})  # type: ignore[arg-type]
