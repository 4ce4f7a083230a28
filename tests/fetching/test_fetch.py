"""Fetching from a share: what is asked, what is checked, what is written."""

from __future__ import annotations

import hashlib
import io
import json
import threading
import zipfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import sorparse
from sorparse import FetchError, examples
from sorparse.fetching import FILES, fetch
from support.nights import nights
from support.share import NOON, PAGE, PATHS, Clock, Share, fetcher, share

__all__ = ["share"]
SOR2 = PATHS["sor2"][0]
DAILY = PATHS["daily"][0]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.endswith(".lock"))


def zipped(members: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


@pytest.mark.parametrize("what", PATHS)
def test_a_file_is_fetched_by_its_short_name(share: Share, tmp_path: Path, what: str) -> None:
    path, source = PATHS[what]
    fetched = fetcher(share).fetch(what, tmp_path / "inbox")
    name = path.rpartition("/")[2]
    assert fetched.path == tmp_path / "inbox" / name
    assert fetched.path.read_bytes() == source.read_bytes()
    assert fetched.changed
    assert fetched.address == share.address + path
    assert fetched.sha256 == hashlib.sha256(source.read_bytes()).hexdigest()
    assert fetched.fetched_at == NOON
    assert names(tmp_path / "inbox") == [name, f"{name}.fetched.json"]
    assert share.paths() == ["/" + path]
    headers = share.asked[0][1]
    assert headers["user-agent"] == f"sorparse/{sorparse.__version__}"
    assert headers["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    ("what", "day"),
    [
        ("sor2", examples.snapshot_date),
        ("daily", examples.snapshot_date),
        ("xml", examples.snapshot_date),
        ("edi", None),
    ],
)
def test_the_date_of_the_data_is_from_inside_the_file(
    share: Share, tmp_path: Path, what: str, day: date | None
) -> None:
    found = fetcher(share).fetch(what, tmp_path).data_date
    assert found is None if day is None else found is not None and day >= found > date(2026, 1, 1)


def test_schemas_are_fetched_if_there_are_any(share: Share, tmp_path: Path) -> None:
    share.put(FILES["xsd"].path, zipped({"V_2/Sor.xsd": b"<schema/>"}))
    assert fetcher(share).fetch("xsd", tmp_path).data_date is None
    share.put(FILES["xsd"].path, zipped({"Sor.xml": b"<a/>"}))
    with pytest.raises(FetchError, match=r"expected XML schemas"):
        fetcher(share, force=True).fetch("xsd", tmp_path)


@pytest.mark.parametrize("absolute", [False, True])
def test_any_file_below_the_share_is_fetched(share: Share, tmp_path: Path, absolute: bool) -> None:
    path = "sor_produktion/docs/sorcsv/Dokumentation%20SOR.html"
    share.put(path, PAGE)
    share.files[path.replace("%20", " ")] = PAGE
    fetched = fetcher(share).fetch(share.address * absolute + path, tmp_path)
    assert fetched.path.name == "Dokumentation SOR.html"
    assert fetched.data_date is None
    assert fetcher(share).fetch(share.address * absolute + SOR2, tmp_path).data_date


@pytest.mark.parametrize(
    "what",
    [
        *("sor3", "../x.zip", "https://example.org/x.zip", "data/", "", "a.zip?b", "a.zip#b"),
        *(
            "//example.org/x.zip",
            "a/..%2fx.zip",
            "a/%2e%2e",
            "a\x00.zip",
            "a/.hidden",
            "a/b%5cc.zip",
        ),
        "a/nul%00.zip",
    ],
)
def test_what_is_not_a_file_of_the_share_is_refused(
    share: Share, tmp_path: Path, what: str
) -> None:
    share.files.clear()
    with pytest.raises(FetchError, match="is not a file of the share: expected sor2, daily"):
        fetcher(share, base_url=f"{share.address}below").fetch(what, tmp_path)
    assert names(tmp_path) == []
    assert share.asked == []


@pytest.mark.parametrize(
    "base", ["http://sor-filer.sundhedsdata.dk/", "ftp://localhost/", "sor-filer", "https://[", ""]
)
def test_only_https_is_accepted(tmp_path: Path, base: str) -> None:
    with pytest.raises(FetchError, match="must begin with https://"):
        fetch("sor2", tmp_path, base_url=base)


def test_user_and_password_are_sent_and_noted_nowhere(share: Share, tmp_path: Path) -> None:
    base = share.address.replace("://", "://me:s%40crets@")
    fetched = fetcher(share, base_url=base).fetch("sor2", tmp_path)
    assert share.asked[0][1]["authorization"] == "Basic bWU6c0BjcmV0cw=="
    assert "crets" not in fetched.address
    assert "crets" not in (tmp_path / "Sor_complete.zip.fetched.json").read_text()


# -- asking whether it has changed


@pytest.mark.parametrize("validators", [("etag",), ("last-modified",), ("etag", "last-modified")])
def test_an_unchanged_file_is_not_sent_again(
    share: Share, tmp_path: Path, validators: tuple[str, ...]
) -> None:
    share.validators = validators
    first = fetcher(share).fetch("sor2", tmp_path)
    later = Clock(NOON + timedelta(days=1))
    second = fetcher(share, later).fetch("sor2", tmp_path)
    headers = share.asked[1][1]
    assert ("if-none-match" in headers) == ("etag" in validators)
    assert ("if-modified-since" in headers) == ("last-modified" in validators)
    assert not second.changed
    assert second.fetched_at == later.moment
    assert (second.sha256, second.data_date) == (first.sha256, first.data_date)


def test_without_validators_the_hash_decides(share: Share, tmp_path: Path) -> None:
    share.validators = ()
    first = fetcher(share).fetch("sor2", tmp_path)
    before = first.path.stat().st_mtime_ns
    second = fetcher(share).fetch("sor2", tmp_path)
    assert len(share.asked) == 2
    assert not second.changed
    assert second.path.stat().st_mtime_ns == before
    assert names(tmp_path) == ["Sor_complete.zip", "Sor_complete.zip.fetched.json"]


def test_a_changed_file_replaces_the_earlier_one(share: Share, tmp_path: Path) -> None:
    fetcher(share).fetch("daily", tmp_path)
    share.put(DAILY, examples.daily_csv_earlier.read_bytes(), NOON + timedelta(hours=1))
    fetched = fetcher(share).fetch("daily", tmp_path)
    assert fetched.changed
    assert fetched.path.read_bytes() == examples.daily_csv_earlier.read_bytes()


def test_a_file_that_was_taken_away_is_fetched_again(share: Share, tmp_path: Path) -> None:
    fetcher(share).fetch("sor2", tmp_path).path.unlink()
    assert fetcher(share).fetch("sor2", tmp_path).changed


def test_another_share_is_not_asked_by_the_versions_of_the_first(
    share: Share, tmp_path: Path
) -> None:
    fetcher(share).fetch("sor2", tmp_path)
    share.put(f"test/{SOR2}", share.files[SOR2])
    fetched = fetcher(share, base_url=f"{share.address}test").fetch("sor2", tmp_path)
    assert "if-none-match" not in share.asked[1][1]
    assert not fetched.changed
    assert fetched.address == f"{share.address}test/{SOR2}"


# -- what may be replaced


def test_a_file_of_somebody_else_is_replaced_only_if_forced(share: Share, tmp_path: Path) -> None:
    mine = tmp_path / "Sor_complete.zip"
    mine.write_bytes(b"mine")
    with pytest.raises(FetchError, match="sorparse did not write the file there"):
        fetcher(share).fetch("sor2", tmp_path)
    assert mine.read_bytes() == b"mine"
    assert share.asked == []
    assert fetcher(share, force=True).fetch("sor2", tmp_path).changed
    mine.write_bytes(b"edited")
    with pytest.raises(FetchError, match="sorparse did not write"):
        fetcher(share).fetch("sor2", tmp_path)


@pytest.mark.parametrize("name", ["Sor_complete.zip.part", "Sor_complete.zip.fetched.json"])
def test_what_lies_beside_is_replaced_only_if_it_is_of_an_earlier_fetch(
    share: Share, tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_text('{"mine": 1}')
    with pytest.raises(FetchError, match="sorparse did not write"):
        fetcher(share).fetch("sor2", tmp_path)
    assert (tmp_path / name).read_text() == '{"mine": 1}'


def test_a_run_that_ended_before_the_file_was_replaced_is_made_good(
    share: Share, tmp_path: Path
) -> None:
    old = examples.daily_csv_earlier.read_bytes()
    share.put(DAILY, old, NOON - timedelta(days=1))
    path = fetcher(share).fetch("daily", tmp_path).path
    share.put(DAILY, examples.daily_csv.read_bytes())
    fetcher(share).fetch("daily", tmp_path)
    path.write_bytes(old)  # as if the record had been written and the file not
    fetched = fetcher(share).fetch("daily", tmp_path)
    assert fetched.changed
    assert path.read_bytes() == examples.daily_csv.read_bytes()


def test_two_runs_at_once_do_not_meet(share: Share, tmp_path: Path) -> None:
    first, go_on = threading.Event(), threading.Event()
    done: list[bool] = []

    def wait(size: int, total: int | None) -> None:
        first.set()
        go_on.wait(10)

    def run() -> None:
        done.append(fetcher(share, progress=wait).fetch("sor2", tmp_path).changed)

    thread = threading.Thread(target=run)
    thread.start()
    assert first.wait(10)
    with pytest.raises(FetchError, match="another run is fetching the same file"):
        fetcher(share).fetch("sor2", tmp_path)
    go_on.set()
    thread.join()
    assert done == [True]
    assert len(sorparse.load(tmp_path / "Sor_complete.zip"))
    assert fetcher(share).fetch("daily", tmp_path).changed


def test_the_record_is_not_read_as_a_file_of_sor(share: Share, tmp_path: Path) -> None:
    for what in ("csv", "edi"):
        fetcher(share).fetch(what, tmp_path)
    with sorparse.open(tmp_path) as feed:
        assert {"entities", "location_code_edi_types"} <= set(feed.tables)
        assert feed.issues == []
    record = json.loads((tmp_path / "sor.csv.fetched.json").read_text())
    assert record["address"] == share.address + PATHS["csv"][0]
    assert record["etag"]
    assert record["last_modified"]
    assert record["fetched_at"] == record["changed_at"] == NOON.isoformat()


# -- content


@pytest.mark.parametrize(
    ("what", "content", "reported"),
    [
        ("sor2", PAGE, "expected a zip; it is an HTML page titled 'Lukket'"),
        ("daily", PAGE, "it is an HTML page titled 'Lukket'"),
        ("sor2", b"", "expected a zip; it is an empty file"),
        ("sor2", examples.sor2_zip.read_bytes()[:-30], "broken zip"),
        ("sor2", examples.sor_xml_zip.read_bytes(), "expected SOR2; it is SOR_XML"),
        ("sor2", zipped({"SOREntity.csv": PAGE}), "HTML page"),
        ("sor2", zipped({"SHAKSORMap.csv": b"ShakId;SorId\r\n9901;1\r\n"}), "without units"),
        ("sor2", zipped({"SOREntity.csv": b"\0" * 50_000_000}), "times its packed size"),
        ("daily", examples.daily_csv.read_bytes().partition(b"\n")[0] + b"\n", "without units"),
        ("shak", b"", "an empty file"),
        ("daily", examples.shak.read_bytes(), "expected SOR2_DAILY; it is SHAK"),
    ],
)
def test_what_is_not_the_file_is_refused_and_the_earlier_one_stays(
    share: Share, tmp_path: Path, what: str, content: bytes, reported: str
) -> None:
    good = fetcher(share).fetch(what, tmp_path)
    before, files = good.path.read_bytes(), names(tmp_path)
    share.put(PATHS[what][0], content, NOON + timedelta(hours=1))
    with pytest.raises(FetchError, match=reported) as error:
        fetcher(share).fetch(what, tmp_path)
    assert "the earlier file is unchanged" in str(error.value)
    assert ".sorparse" not in str(error.value)
    assert good.path.read_bytes() == before
    assert names(tmp_path) == files
    share.put(PATHS[what][0], before)
    assert not fetcher(share).fetch(what, tmp_path).changed


def test_every_checksum_is_compared(share: Share, tmp_path: Path) -> None:
    content = bytearray(examples.sor2_zip.read_bytes())
    with zipfile.ZipFile(examples.sor2_zip) as archive:
        last = max(archive.infolist(), key=lambda one: one.header_offset)
    content[last.header_offset + 30 + len(last.filename) + last.compress_size // 2] ^= 0xFF
    share.put(SOR2, bytes(content))
    with pytest.raises(FetchError, match=r"broken zip.*nothing was written"):
        fetcher(share).fetch("sor2", tmp_path)
    assert names(tmp_path) == []


def test_a_file_beyond_the_limits_is_not_loaded(share: Share, tmp_path: Path) -> None:
    limits = sorparse.Limits(max_member_bytes=1000)
    with pytest.raises(FetchError, match="max_member_bytes"):
        fetcher(share, limits=limits).fetch("sor2", tmp_path)
    assert (tmp_path / "Sor_complete.zip.part").stat().st_size == 0


# -- the date of the data


def test_it_is_known_since_when_the_data_have_not_changed(share: Share, tmp_path: Path) -> None:
    share.validators = ()
    clock, ages = Clock(datetime(2025, 6, 2, 10, tzinfo=UTC)), []
    for day, content in nights(3)[:15]:
        share.put(SOR2, content or b"")
        clock.moment = datetime(day.year, day.month, day.day, 10, tzinfo=UTC)
        fetched = fetcher(share, clock).fetch("sor2", tmp_path)
        assert fetched.data_date == fetched.unchanged_since
        ages.append(fetched.unchanged_days)
    assert ages == [0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 1, 2, 0]


def test_data_without_a_date_have_not_changed_since_they_were_fetched(
    share: Share, tmp_path: Path
) -> None:
    fetcher(share, Clock(NOON)).fetch("edi", tmp_path)
    later = fetcher(share, Clock(NOON + timedelta(days=9))).fetch("edi", tmp_path)
    assert (later.data_date, later.unchanged_days) == (None, 9)
    later.path.unlink()
    again = fetcher(share, Clock(NOON + timedelta(days=10))).fetch("edi", tmp_path)
    assert again.unchanged_days == 10


def test_every_file_of_the_table_has_an_address_with_evidence() -> None:
    for what, file in FILES.items():
        assert what == file.what
        assert not urlsplit(file.path).scheme
        assert file.evidence.startswith(("confirmed: ", "inferred: "))
