"""``sorparse.to_dict``: records for JSON."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import attrs
import pytest

import sorparse
from sorparse import Address, Coded, SOREntity, SorType, Validity, examples


def test_every_field_is_a_key_and_every_value_is_plain() -> None:
    unit = SOREntity(
        "11000016002",
        sor_type=SorType.IE,
        validity=Validity(date(2020, 1, 2)),
        postal_address=Address(easting=Decimal("556302.490")),
        specialities=(Coded("1", None),),
        ambulant_activity=False,
        replaces=("9000041000016007",),
        local_attributes=(None, "b"),
        extra={"FutureColumn": "x"},
    )
    result = sorparse.to_dict(unit)
    assert list(result) == [field.name for field in attrs.fields(SOREntity)]
    assert result["sor_type"] == "IE"
    assert type(result["sor_type"]) is str
    assert result["validity"] == {"from_date": "2020-01-02", "to_date": None}
    assert result["postal_address"]["easting"] == "556302.490"
    assert result["specialities"] == [{"code": "1", "name": None}]
    assert result["local_attributes"] == [None, "b"]
    assert result["extra"] == {"FutureColumn": "x"}
    assert result["ambulant_activity"] is False
    assert result["name"] is None


def test_everything_the_library_gives_goes_through_json() -> None:
    register = sorparse.load(examples.sor2_zip)
    view = register.as_of("2026-06-15")
    given: list[object] = [
        *view.active(),
        *register.shak_sor_map,
        *register.location_codes,
        *register.check(),
        view.effective("9000081000016001"),
        view.shak_to_sor("9901"),
        register.diff("2010-01-01", "2020-01-01"),
    ]
    for each in given:
        result = sorparse.to_dict(each)
        assert json.loads(json.dumps(result)) == result


def test_what_is_no_record_is_refused() -> None:
    for wrong in ("text", 1, None):
        with pytest.raises(TypeError, match="is not a record class"):
            sorparse.to_dict(wrong)
