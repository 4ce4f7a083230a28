"""How a server is treated that fails, and one that is not the publisher's."""

from __future__ import annotations

import http.server
import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

import sorparse
from sorparse import FetchError, examples
from sorparse.fetching import FILES
from support.share import NOON, PATHS, Clock, Share, fetcher, running, share

__all__ = ["share"]
SOR2 = PATHS["sor2"][0]
DAILY = PATHS["daily"][0]
CONTENT = examples.daily_csv.read_bytes()


# -- patience


def test_a_server_that_fails_is_asked_again_after_growing_pauses(
    share: Share, tmp_path: Path
) -> None:
    share.mishaps = ["503", "500", "502", "cut"]
    clock = Clock()
    assert fetcher(share, clock).fetch("sor2", tmp_path).changed
    assert clock.slept == sorted(set(clock.slept))
    assert len(clock.slept) == 4


def test_a_server_that_goes_on_failing_is_given_up(share: Share, tmp_path: Path) -> None:
    fetcher(share).fetch("sor2", tmp_path)
    share.mishaps = ["503"] * 9
    clock = Clock()
    with pytest.raises(FetchError, match="answered 503 Service Unavailable; try again later"):
        fetcher(share, clock).fetch("sor2", tmp_path)
    assert len(share.mishaps) == 4
    assert (tmp_path / "Sor_complete.zip").read_bytes() == examples.sor2_zip.read_bytes()


@pytest.mark.parametrize("status", [400, 401, 403, 429])
def test_a_refusal_is_final(share: Share, tmp_path: Path, status: int) -> None:
    share.mishaps = [str(status)]
    clock = Clock()
    with pytest.raises(FetchError, match=f"answered {status}"):
        fetcher(share, clock).fetch("sor2", tmp_path)
    assert (clock.slept, len(share.asked)) == ([], 1)


@pytest.mark.parametrize(
    ("asked", "slept"),
    [
        ("100", [100]),
        ("1", [5]),
        (format_datetime(NOON + timedelta(seconds=90), usegmt=True), [90]),
        (format_datetime(NOON - timedelta(days=1), usegmt=True), [5]),
        ("soon", [5]),
    ],
)
def test_the_pause_that_the_server_asks_for_is_made(
    share: Share, tmp_path: Path, asked: str, slept: list[float]
) -> None:
    share.mishaps = [f"503 {asked}"]
    clock = Clock()
    assert fetcher(share, clock).fetch("sor2", tmp_path).changed
    assert clock.slept == slept


def test_a_pause_of_hours_is_not_made(share: Share, tmp_path: Path) -> None:
    share.mishaps = ["503 7200"]
    clock = Clock()
    with pytest.raises(FetchError, match="asks for a pause of 7200 seconds; try again later"):
        fetcher(share, clock).fetch("sor2", tmp_path)
    assert clock.slept == []


def test_nobody_at_the_address(tmp_path: Path) -> None:
    with running() as share:
        pass
    clock = Clock()
    with pytest.raises(FetchError, match="the connection failed"):
        fetcher(share, clock).fetch("sor2", tmp_path)
    assert len(clock.slept) == 4


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        (datetime(2026, 6, 20, 22, 59, tzinfo=UTC), True),  # 00:59 in summer
        (datetime(2026, 6, 20, 23, 0, tzinfo=UTC), False),
        (datetime(2026, 6, 21, 2, 59, tzinfo=UTC), False),
        (datetime(2026, 6, 21, 3, 0, tzinfo=UTC), True),
        (datetime(2026, 1, 20, 0, 0, tzinfo=UTC), False),  # 01:00 in winter
        (datetime(2026, 1, 20, 4, 0, tzinfo=UTC), True),
    ],
)
def test_nothing_is_asked_in_the_hours_of_renewal(
    share: Share, tmp_path: Path, moment: datetime, is_open: bool
) -> None:
    if is_open:
        assert fetcher(share, Clock(moment)).fetch("sor2", tmp_path).changed
        return
    with pytest.raises(FetchError, match="renewed between 01:00 and 05:00"):
        fetcher(share, Clock(moment)).fetch("sor2", tmp_path)
    assert share.asked == []
    assert fetcher(share, Clock(moment), force=True).fetch("sor2", tmp_path).changed


def test_a_pause_does_not_lead_into_the_hours_of_renewal(share: Share, tmp_path: Path) -> None:
    share.mishaps = ["503 300"]
    with pytest.raises(FetchError, match="renewed between"):
        fetcher(share, Clock(datetime(2026, 6, 20, 22, 58, tzinfo=UTC))).fetch("sor2", tmp_path)
    assert len(share.asked) == 1


# -- cut off, and resumed


def test_a_download_goes_on_where_it_was_cut(share: Share, tmp_path: Path) -> None:
    share.mishaps = ["cut", "cut", "cut"]
    seen: list[tuple[int, int | None]] = []
    fetched = fetcher(share, progress=lambda *sizes: seen.append(sizes)).fetch("daily", tmp_path)
    assert fetched.path.read_bytes() == CONTENT
    ranges = [headers.get("range") for _, headers in share.asked]
    half = len(CONTENT) // 2
    assert ranges[:2] == [None, f"bytes={half}-"]
    assert all("if-range" in headers for _, headers in share.asked[1:])
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert seen == sorted(seen)


def interrupted(share: Share, tmp_path: Path) -> int:
    """Leave the part of a run that was stopped, and return its length."""

    def stop(size: int, total: int | None) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetcher(share, progress=stop).fetch("daily", tmp_path)
    share.asked.clear()
    part = tmp_path / "SorEntity_daily.csv.part"
    part.write_bytes(part.read_bytes()[:5000])
    return 5000


def test_the_next_run_goes_on_too(share: Share, tmp_path: Path) -> None:
    there = interrupted(share, tmp_path)
    fetched = fetcher(share).fetch("daily", tmp_path)
    assert [headers["range"] for _, headers in share.asked] == [f"bytes={there}-"]
    assert fetched.path.read_bytes() == CONTENT
    left = [path.name for path in tmp_path.iterdir() if not path.name.endswith(".lock")]
    assert sorted(left) == ["SorEntity_daily.csv", "SorEntity_daily.csv.fetched.json"]


@pytest.mark.parametrize("validators", [("etag",), ("last-modified",)])
def test_a_file_that_changed_meanwhile_is_not_patched_together(
    share: Share, tmp_path: Path, validators: tuple[str, ...]
) -> None:
    share.validators = validators
    interrupted(share, tmp_path)
    new = examples.daily_csv_earlier.read_bytes()
    share.put(DAILY, new, NOON + timedelta(hours=1))
    assert fetcher(share).fetch("daily", tmp_path).path.read_bytes() == new


@pytest.mark.parametrize("validators", [(), ("weak-etag",)])
def test_without_a_strong_version_nothing_is_resumed(
    share: Share, tmp_path: Path, validators: tuple[str, ...]
) -> None:
    share.validators = validators
    interrupted(share, tmp_path)
    assert fetcher(share).fetch("daily", tmp_path).path.read_bytes() == CONTENT
    assert "range" not in share.asked[0][1]


@pytest.mark.parametrize("mishap", ["wrong-range", "ignore-range", "gzip"])
def test_a_wrong_answer_to_a_range_is_not_used(share: Share, tmp_path: Path, mishap: str) -> None:
    interrupted(share, tmp_path)
    share.mishaps = [mishap]
    assert fetcher(share).fetch("daily", tmp_path).path.read_bytes() == CONTENT


@pytest.mark.parametrize("length", [len(CONTENT), len(CONTENT) + 5])
def test_a_part_that_is_whole_or_too_long_is_loaded_anew(
    share: Share, tmp_path: Path, length: int
) -> None:
    interrupted(share, tmp_path)
    (tmp_path / "SorEntity_daily.csv.part").write_bytes(b"x" * length)
    assert fetcher(share).fetch("daily", tmp_path).path.read_bytes() == CONTENT


# -- lengths and packings


def test_a_body_shorter_than_stated_is_not_the_file(share: Share, tmp_path: Path) -> None:
    share.mishaps = ["longer"] * 20
    with pytest.raises(FetchError, match="the connection failed"):
        fetcher(share).fetch("daily", tmp_path)
    assert not (tmp_path / "SorEntity_daily.csv").exists()


def test_a_zip_shorter_than_it_is_is_refused(share: Share, tmp_path: Path) -> None:
    share.mishaps = ["shorter"]
    with pytest.raises(FetchError, match="broken zip"):
        fetcher(share).fetch("sor2", tmp_path)


def test_a_length_that_is_not_stated_is_refused(share: Share, tmp_path: Path) -> None:
    share.mishaps = ["no-length"]
    with pytest.raises(FetchError, match="does not state the length"):
        fetcher(share).fetch("daily", tmp_path)


@pytest.mark.parametrize("mishap", ["gzip", "drip"])
@pytest.mark.parametrize("what", ["daily", "sor2"])
def test_other_transfer_encodings(share: Share, tmp_path: Path, mishap: str, what: str) -> None:
    share.mishaps = [mishap]
    fetched = fetcher(share).fetch(what, tmp_path)
    assert fetched.path.read_bytes() == PATHS[what][1].read_bytes()
    assert not fetcher(share).fetch(what, tmp_path).changed


def test_a_packed_bomb_is_stopped(share: Share, tmp_path: Path) -> None:

    share.put(DAILY, b"\0" * 20_000_000)
    share.mishaps = ["gzip"]
    limits = sorparse.Limits(max_member_bytes=1_000_000)
    with pytest.raises(FetchError, match="max_member_bytes"):
        fetcher(share, limits=limits).fetch("daily", tmp_path)
    assert (tmp_path / "SorEntity_daily.csv.part").stat().st_size <= 1_000_000


def test_a_download_that_only_drips_is_given_up(share: Share, tmp_path: Path) -> None:
    share.mishaps = ["drip"]
    clock = Clock(step=timedelta(minutes=20))
    with pytest.raises(FetchError, match="too slow"):
        fetcher(share, clock, force=True).fetch("daily", tmp_path)
    assert len(share.asked) == 1


# -- redirects, and other servers


def test_a_redirect_within_the_server_is_followed(share: Share, tmp_path: Path) -> None:
    share.put("moved/Sor_complete.zip", share.files[SOR2])
    share.mishaps = ["redirect /moved/Sor_complete.zip"]
    fetched = fetcher(share).fetch("sor2", tmp_path)
    assert share.paths() == ["/" + SOR2, "/moved/Sor_complete.zip"]
    assert fetched.address == share.address + SOR2


def test_a_redirect_to_another_server_is_refused(share: Share, tmp_path: Path) -> None:
    with running() as other:
        share.mishaps = [f"redirect {other.address}{SOR2}"]
        with pytest.raises(FetchError, match=r"redirects to .* which is another server"):
            fetcher(share).fetch("sor2", tmp_path)
        assert other.asked == []


def test_redirects_in_a_circle_end(share: Share, tmp_path: Path) -> None:
    share.mishaps = [f"redirect /{SOR2}"] * 20
    with pytest.raises(FetchError, match="more than 5 redirects"):
        fetcher(share).fetch("sor2", tmp_path)


@pytest.fixture
def unknown_server(tmp_path: Path) -> Iterator[str]:
    """A server with TLS whose certificate nobody vouches for."""
    if shutil.which("openssl") is None:
        pytest.skip("a certificate is made with openssl")
    files = [str(tmp_path / name) for name in ("key.pem", "cert.pem")]
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"),
            *("-subj", "/CN=localhost", "-keyout", files[0], "-out", files[1]),
        ],
        check=True,
        capture_output=True,
    )
    server = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files[1], files[0])
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"https://localhost:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_unknown_certificate_is_refused_at_once(
    unknown_server: str, share: Share, tmp_path: Path
) -> None:
    clock = Clock()
    with pytest.raises(FetchError, match="the server's certificate"):
        fetcher(share, clock, base_url=unknown_server).fetch("sor2", tmp_path / "inbox")
    assert clock.slept == []


# -- directory indexes


@pytest.mark.parametrize("style", ["iis", "nginx"])
@pytest.mark.parametrize(
    "path",
    [
        "sor_produktion/data/sor/sorxml/V_2_0_0/sor.zip",
        "sor_produktion/data/sor/sorxml/V_2_1_0/SOR.zip",
        "sor_produktion/data/xml/Sor.zip",
        "sor2_produktion/V2_00/data/Sor.zip",
    ],
)
def test_a_file_that_is_elsewhere_is_looked_up(
    share: Share, tmp_path: Path, style: str, path: str
) -> None:
    share.index = style
    share.put(path, share.files.pop(FILES["xml"].path))
    fetched = fetcher(share).fetch("xml", tmp_path)
    assert fetched.address == share.address + path
    assert fetched.path.name == path.rpartition("/")[2]


def test_of_several_files_none_is_chosen(share: Share, tmp_path: Path) -> None:
    content = share.files.pop(FILES["xml"].path)
    for version in ("V_2_1_0", "V_3_0_0"):
        share.put(f"sor_produktion/data/sor/sorxml/{version}/Sor.zip", content)
    with pytest.raises(FetchError, match=r"name one of .*V_2_1_0/Sor.zip, .*V_3_0_0/Sor.zip"):
        fetcher(share).fetch("xml", tmp_path)


@pytest.mark.parametrize("style", ["", "iis", "nginx"])
def test_a_file_that_is_nowhere(share: Share, tmp_path: Path, style: str) -> None:
    share.index = style
    with pytest.raises(FetchError, match=r"answered 404 .* do not list SHAKregion.txt"):
        fetcher(share).fetch("shakregion", tmp_path)
    assert [path.name for path in tmp_path.iterdir() if not path.name.endswith(".lock")] == []
    assert len(share.asked) < 40
