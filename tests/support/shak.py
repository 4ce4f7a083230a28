"""Lines of SHAK files for the tests."""

from __future__ import annotations

OPEN = "25000101"


def shak_line(  # noqa: PLR0917 - in the order of the layout
    code: str,
    name: str,
    first: str,
    last: str = OPEN,
    changed: str = "20000101",
    groups: tuple[str, ...] = (),
    operation: str = "3",
) -> str:
    """Return a line of SHAKCOMPLETE.TXT: 214 characters."""
    kind = "sgh" if len(code) == 4 else "afd"
    padded = "".join(f"{group:3}" for group in (*groups, "", "", "", "")[:4])
    line = f"{kind}{code:20}{first:8}{changed:8}{last:8}{name:120}{padded}SKS"
    return f"{line:187}{operation:1}".ljust(214)


def shak_file(*lines: str) -> bytes:
    """Return a whole file."""
    return "".join(f"{line}\n" for line in lines).encode("cp1252")


HOSPITAL = shak_file(
    shak_line("9901", "Nordby Amtssygehus", "19760401", "19941231", groups=("101", "1")),
    shak_line("9901", "Nordby Sygehus", "19950101", "20061231", groups=("101", "1")),
    shak_line("9901", "Nordby Sygehus", "20070101", OPEN, "20061220", ("101", "1"), "1"),
    shak_line("990101", "Medicinsk Afdeling Ærø", "19800101"),
    shak_line("9901011", "Sengeafsnit", "19800101", "19891231", groups=("001",)),
    shak_line("9901011", "Sengeafsnit", "19920101", groups=("001",)),
    shak_line("9901020", "Laboratorium", "20300101"),
    shak_line("990201", "Afdeling uden sygehus", "19900101"),
)
"""One hospital that changes its name once and its line twice, a section with a gap, a future
section without department, and a department without hospital."""

REGIONS = (
    "9901\tNordby Sygehus\t19760401\t20061231\t1\t101\t\t\r\n"
    "9901\tNordby Sygehus\t20070101\t25000101\t1\t101\t1081\t9000041000016007\r\n"
).encode("cp1252")

REGIONS_XML = b"""<?xml version="1.0" encoding="utf-8"?>
<SHAKregioner>
  <SHAKregion>
    <SHAKkode>9901</SHAKkode><DatoFra>20070101</DatoFra><Datotil>25000101</Datotil>
    <Ejerforhold>1</Ejerforhold><Institutionsart>101</Institutionsart>
    <Regionskode>1081</Regionskode><Nyt>x</Nyt>
  </SHAKregion>
  <SHAKregion>
    <SHAKkode>9902</SHAKkode><DatoFra>20070101</DatoFra><Datotil>20111231</Datotil>
    <Ejerforhold>2</Ejerforhold>
  </SHAKregion>
</SHAKregioner>
"""
