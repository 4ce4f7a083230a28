"""What is evidently invalid is what ``convert`` refuses with the most frequent error."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sorparse.formats.cells import BadCell, convert
from sorparse.formats.declare import Kind
from sorparse.formats.evident_errors import evident_error
from support.csv_files import A
from support.laws import law_examples

SIGNS = st.text("0123456789-+.,/: TZEeabcdefjnoruwyÆæ%\xa0", max_size=20)
FORMS = (A, f"{A[:-1]}x", "1,52096E+15", "2021-03-31", "1-1-2021", "20210331", "9999-12-31")
OTHERS = ("ja", "Nedarvet", "EGEN", "o e", "SI", "6.177.010,77", "-12", "1301", "130101a", "38000")
CHECKED = [kind for kind in Kind if kind not in (Kind.TEXT, Kind.UNIT)]


@pytest.mark.parametrize("kind", CHECKED)
@settings(max_examples=law_examples(200))
@given(st.one_of(SIGNS, st.text(max_size=20), st.sampled_from((*FORMS, *OTHERS))).filter(bool))
@example("?")
def test_an_evident_error_is_that_of_convert(kind: Kind, text: str) -> None:
    evident = evident_error(kind)
    assert evident is not None
    if text == "?":
        assert evident.is_in(text)
    if not evident.is_in(text):
        return
    with pytest.raises(BadCell) as raised:
        convert(kind, text)
    error = raised.value
    assert (error.severity, error.code) == evident.issue
    assert error.stored == (text if evident.stores_text else None)
    assert error.repaired is None


@pytest.mark.parametrize("kind", [Kind.TEXT, Kind.UNIT])
def test_where_any_text_is_valid_there_is_no_error(kind: Kind) -> None:
    assert evident_error(kind) is None
