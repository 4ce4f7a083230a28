"""Any bytes, and files damaged anywhere: records, issues or a SorError."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

import sorparse
from sorparse import examples
from support.reading_laws import EXAMPLES, common
from support.sheets import byte_damage, everything


def harmless(source: bytes) -> None:
    """Whatever the bytes are: records, issues or a SorError."""
    try:
        with sorparse.open(source) as feed:
            everything(feed)
            feed.describe()
    except sorparse.SorError:
        pass


WHOLE = [
    examples.sor2_zip.read_bytes(),
    examples.daily_csv.read_bytes()[:6000],
    examples.sor_csv.read_bytes()[:4000],
    examples.edi_types_csv.read_bytes()[:1000],
    examples.shak.read_bytes()[:2000],
]


@settings(common, max_examples=3 * EXAMPLES)
@given(st.binary(max_size=400))
def test_any_bytes_do_no_harm(content: bytes) -> None:
    harmless(content)


@settings(common, max_examples=3 * EXAMPLES)
@given(st.sampled_from(WHOLE).flatmap(byte_damage))
def test_damaged_files_do_no_harm(content: bytes) -> None:
    harmless(content)


@common
@given(st.data())
def test_a_file_cut_anywhere_does_no_harm(data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from(WHOLE))
    harmless(whole[: data.draw(st.integers(0, len(whole)))])


@common
@given(st.sampled_from(WHOLE), st.sampled_from(["utf-16", "utf-16-be", "utf-32", "utf-7"]))
def test_another_encoding_does_no_harm(content: bytes, encoding: str) -> None:
    harmless(content.decode("latin-1").encode(encoding))
