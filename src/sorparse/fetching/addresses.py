"""Where the publisher's files are on the share, and how they are looked up in its folders."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import unquote, urljoin, urlsplit, urlunsplit

import attrs
from lxml import etree

from ..errors import FetchError
from ..formats import Format

BASE_URL = "https://sor-filer.sundhedsdata.dk/"
"""Root of the publisher's share."""
_LOCAL = ("localhost", "127.0.0.1", "::1")
_UNSAFE = set('/\\:*?"<>|')
_MOST_FOLDERS = 30
"""So many folders are listed to find one file."""


@attrs.frozen
class PublishedFile:
    """A file of the publisher."""

    what: str
    """The short name that :func:`~sorparse.fetching.fetch` takes."""
    path: str
    """Below the root of the share."""
    format: Format | None
    """What the content is; None for XML schemas."""
    max_age: int | None
    """For how many days the date of the data may stay the same; None if that means nothing."""
    evidence: str
    """Why the path is believed: ``confirmed`` or ``inferred``, and by or from what."""


_SOR2 = "sor2_produktion/V1_00/data"
_SOR = "sor_produktion/data/sor"
_SHAK = "sor_produktion/data/shak"
_DOCUMENTED = "confirmed: in the publisher's documentation, and used by running clients"
_USED = "confirmed: used by running clients"
_BESIDE = "inferred: the publisher names the file beside sor.csv"
_MOVED = "inferred: from the path on the publisher's earlier server"
FILES = {
    file.what: file
    for file in (
        PublishedFile("sor2", f"{_SOR2}/Sor_complete.zip", Format.SOR2, 7, _DOCUMENTED),
        PublishedFile("daily", f"{_SOR2}/SorEntity_daily.csv", Format.SOR2_DAILY, 7, _DOCUMENTED),
        PublishedFile("csv", f"{_SOR}/sorcsv/V_1_2_1_19/sor.csv", Format.SOR_CSV, 7, _DOCUMENTED),
        PublishedFile(
            "edi", f"{_SOR}/sorcsv/V_1_2_1_19/Edityper.csv", Format.EDI_TYPES, 30, _BESIDE
        ),
        PublishedFile("xml", f"{_SOR}/sorxml/V_2_0_0/Sor.zip", Format.SOR_XML, 7, _MOVED),
        PublishedFile("xsd", "sor_produktion/xsd/V_2_0_0/SorSchema.zip", None, None, _MOVED),
        PublishedFile("shak", f"{_SHAK}/shakcomplete/shakcomplete.txt", Format.SHAK, None, _USED),
        PublishedFile(
            "shakregion", f"{_SHAK}/shakregion/SHAKregion.txt", Format.SHAK_REGION, None, _USED
        ),
    )
}
"""The files that have a short name, by that name."""


def checked_base(base_url: str) -> tuple[str, tuple[str, str] | None]:
    """Return the root of a share without user and password, and these.

    Raises:
        FetchError: If it is not an https address. Only this machine may be asked by http.
        TypeError: If it is not text.
    """
    if not isinstance(base_url, str):
        raise TypeError(f"base_url must be text, not {type(base_url).__name__}")
    try:
        parts = urlsplit(base_url)
        host = parts.hostname
    except ValueError:
        host = None
    if not host or not (parts.scheme == "https" or (parts.scheme == "http" and host in _LOCAL)):
        raise FetchError(
            "the address of the share must begin with https:// (http:// only for localhost), "
            f"for example {BASE_URL}"
        )
    user, _, place = parts.netloc.rpartition("@")
    auth = (unquote(parts.username or ""), unquote(parts.password or "")) if user else None
    return urlunsplit((parts.scheme, place, parts.path.rstrip("/") + "/", "", "")), auth


def address_of(what: str, base: str) -> tuple[str, PublishedFile | None]:
    """Return the address of a short name, or of a path or address below the share.

    Raises:
        FetchError: If it is not the address of a file below the share.
        TypeError: If it is not text.
    """
    if not isinstance(what, str):
        raise TypeError(f"what must be text, not {type(what).__name__}")
    try:
        address = urljoin(base, FILES[what].path if what in FILES else what)
    except ValueError:  # an invalid address
        address = ""
    if not address.startswith(base) or set("?#") & set(address) or "." not in name_of(address):
        raise FetchError(
            f"{what!r} is not a file of the share: expected {', '.join(FILES)}, or the address of "
            f"a file below {base}"
        )
    return address, next((one for one in FILES.values() if base + one.path == address), None)


def name_of(address: str) -> str:
    """Return the name of the file at an address; ``""`` if it is not safe as a name in a folder."""
    name = unquote(address.rpartition("/")[2])
    is_safe = name.isprintable() and not name.startswith(".") and not _UNSAFE & set(name)
    return name if is_safe else ""


def links(page: bytes, folder: str) -> list[str]:
    """Return the addresses in a directory index that lie directly in the folder."""
    tree = etree.HTML(page) if page.strip() else None
    addresses = []
    for link in tree.iter("a") if tree is not None else ():
        address = urljoin(folder, link.get("href") or "")
        inside = address[len(folder) :].rstrip("/")
        # a server whose names have no case may write the folder's otherwise than it was asked
        is_below = address.casefold().startswith(folder.casefold())
        if is_below and inside and not set("/?#") & set(inside):
            addresses.append(address)
    return addresses


def find(address: str, base: str, listed: Callable[[str], list[str]]) -> list[str]:
    """Return where files of that name are, in the nearest folder above that has one below it.

    Args:
        address: Where the file was expected.
        base: Root of the share.
        listed: Returns the addresses in a folder; none if there is no such folder.
    """
    name = name_of(address).casefold()
    seen: set[str] = set()
    folder = urljoin(address, ".")
    while True:
        queue, matches = [folder], []
        for place in queue:
            if place in seen or len(seen) == _MOST_FOLDERS:
                continue
            seen.add(place)
            for link in listed(place):
                if link.endswith("/"):
                    queue.append(link)
                elif name_of(link).casefold() == name:
                    matches.append(link)
        if matches or folder == base:
            return matches
        folder = urljoin(folder, "..")
