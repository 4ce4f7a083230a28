"""Unusual answers of a server, records and proxies end in FetchError or do not matter."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sorparse import FetchError, examples
from sorparse.fetching import fetch
from support.share import Share, fetcher, share

__all__ = ["share"]
RECORD = "SorEntity_daily.csv.fetched.json"


def test_an_etag_that_cannot_be_sent_back_is_not_sent(share: Share, tmp_path: Path) -> None:
    share.validators = ("latin-etag",)
    share.mishaps = ["cut"]
    assert fetcher(share).fetch("daily", tmp_path).changed
    assert not fetcher(share).fetch("daily", tmp_path).changed
    assert not any({"if-none-match", "if-range"} & set(headers) for _, headers in share.asked)


@pytest.mark.parametrize("etag", [5, ["x"], "\N{EURO SIGN}", "a\nb", {}, ""])
def test_an_etag_that_somebody_wrote_is_not_sent(
    share: Share, tmp_path: Path, etag: object
) -> None:
    fetcher(share).fetch("daily", tmp_path)
    record = json.loads((tmp_path / RECORD).read_text("utf-8"))
    (tmp_path / RECORD).write_text(json.dumps(record | {"etag": etag}), "utf-8")
    assert not fetcher(share).fetch("daily", tmp_path).changed
    assert (tmp_path / "SorEntity_daily.csv").read_bytes() == examples.daily_csv.read_bytes()


@pytest.mark.parametrize("place", ["javascript:x", "mailto:somebody", "file:///etc/passwd"])
def test_a_redirect_to_what_is_not_an_address(share: Share, tmp_path: Path, place: str) -> None:
    share.mishaps = [f"redirect {place}"]
    with pytest.raises(FetchError, match="redirects to"):
        fetcher(share).fetch("daily", tmp_path)


@pytest.mark.parametrize("proxy", ["socks9://127.0.0.1:1", "://"])
def test_a_proxy_that_cannot_be_used(
    share: Share, tmp_path: Path, proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy)
    with pytest.raises(FetchError, match="proxy"):
        fetcher(share).fetch("daily", tmp_path)


@pytest.mark.parametrize("value", [5, None, b"https://localhost/", ["sor2"]])
def test_an_argument_that_is_not_text_is_named(value: Any, tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="base_url must be text"):
        fetch("sor2", tmp_path, base_url=value)
    with pytest.raises(TypeError, match="what must be text"):
        fetch(value, tmp_path)


def test_a_text_that_is_not_an_address(tmp_path: Path) -> None:
    with pytest.raises(FetchError, match="not a file of the share"):
        fetch("https://[x/SorEntity.csv", tmp_path)
