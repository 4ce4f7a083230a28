"""The codes that the example register uses.

Entity types, specialities, regions, municipalities and network operators are the public ones.
The codes of systems, suppliers, administrators, organisational levels and of a secondary
speciality are not published: those here, all from 99 on, are made up.
"""

from __future__ import annotations

from typing import Final

from ..records import Coded
from .model import coded

ENTITY_TYPES: Final = coded(
    {
        "region": "550881000005103",
        "kommune": "547211000005108",
        "stat": "398070004",
        "privat": "550891000005100",
        "hospital": "22232009",
        "almen lægepraksis": "394761003",
        "speciallægepraksis": "550671000005100",
        "apotek": "264372000",
        "apoteksfilial": "557501000005109",
        "tandlægepraksis": "550681000005102",
        "kiropraktorklinik": "550641000005106",
        "fysioterapiklinik": "547011000005103",
        "fodterapeutklinik": "554061000005105",
        "psykologisk rådgivningsklinik": "550711000005101",
        "sundhedsforvaltning": "554041000005106",
        "sundhedscenter": "264361005",
        "plejehjem": "42665001",
        "anden sundhedsinstitution": "550411000005105",
        "administrativ enhed": "550811000005108",
        "klinisk enhed": "550851000005109",
        "serviceenhed": "550821000005102",
        "forskningsenhed": "550841000005107",
        "akutmodtageenhed": "550871000005101",
        "skadestue": "225728007",
        "intensivenhed": "309904001",
        "operationsgang": "551611000005102",
        "billeddiagnostisk enhed": "309964003",
        "jordemoderklinik": "550631000005103",
        "psykiatrienhed": "554871000005105",
        "hjemmesygeplejeenhed": "550621000005101",
        "genoptræningsenhed": "546811000005109",
        "sundhedsplejen": "554021000005101",
        "tandplejeklinik": "550691000005104",
        "supplerende oplysninger": "255203001",
    }
)

_SPECIALITIES: Final = {
    "akutmedicin": ("773568002", "015"),
    "almen medicin": ("408443003", "090"),
    "anæstesiologi": ("394577000", "084"),
    "diagnostisk radiologi": ("394914008", "066"),
    "endokrinologi": ("394583002", "008"),
    "geriatri": ("394811001", "002"),
    "gynækologi og obstetrik": ("394585009", "038"),
    "intern medicin": ("419192003", "001"),
    "kardiologi": ("394579002", "006"),
    "kirurgi": ("394609007", "030"),
    "klinisk biokemi": ("394596001", "060"),
    "lungesygdomme": ("418112009", "010"),
    "nefrologi": ("394589003", "011"),
    "oftalmologi": ("394594003", "044"),
    "ortopædisk kirurgi": ("394801008", "042"),
    "psykiatri": ("394587001", "050"),
    "tropemedicin": ("408448007", "028"),
    "hjemmesygepleje": ("658161000005107", None),
    "genoptræning efter hospitalsophold": ("658141000005108", None),
}
SPECIALITIES: Final = coded({name: codes[0] for name, codes in _SPECIALITIES.items()})
SHAK_SPECIALITIES: Final = {codes[0]: codes[1] for codes in _SPECIALITIES.values() if codes[1]}
"""Code of the speciality in SHAK, by its SNOMED CT code."""

MAIN_SPECIALITY: Final = Coded("51000095001", "hovedspeciale")
SECONDARY_SPECIALITY: Final = Coded("99000095001", "bispeciale")

REGIONS: Final = coded(
    {
        "Region Nordjylland": "1081",
        "Region Midtjylland": "1082",
        "Region Syddanmark": "1083",
        "Region Hovedstaden": "1084",
        "Region Sjælland": "1085",
    }
)
REGION_OF: Final = {code.code: code for code in REGIONS.values()}

SYSTEM_TYPES: Final = coded({"Journal Måge": "9901", "Praksis Ærfugl": "9902", "Omsorg Å": "9903"})
SYSTEM_SUPPLIERS: Final = coded({"Eksempelsystemer A/S": "9911", "Øvelsesdata ApS": "9912"})
COMMUNICATION_SUPPLIERS: Final = coded(
    {"KMD": "41000035001", "TrueCommerce Denmark ApS": "51000035003", "Ukendt": "11000035002"}
)
EDI_ADMINISTRATORS: Final = coded(
    {"Eksempelregionens EDI-kontor": "9921", "Øens EDI-hjælp": "9922"}
)

ORGANISATIONAL_LEVELS: Final = coded(
    {
        "Hospital": "990010000000101",
        "Hospitalsområde": "990010000000102",
        "Center": "990010000000103",
        "Overafdeling": "990010000000104",
        "Afdeling": "990010000000105",
        "Afsnit": "990010000000106",
    }
)

EDI_TYPES: Final = (
    # id, code, name, version, first day, last day
    ("1", "DIS01", "Udskrivningsepikrise", "D0134L", "2006-01-01", None),
    ("2", "DIS02", "Ambulantepikrise", "D0234L", "2006-01-01", None),
    ("3", "DIS91", "Korrespondancebrev", "D9134L", "2006-01-01", None),
    ("4", "REF01", "Sygehushenvisning", "H0130R", "2006-01-01", "2012-12-31"),
    ("5", "REF01", "Sygehushenvisning", "H0131R", "2013-01-01", None),
    ("6", "RPT01", "Laboratoriesvar", "R0131K", "2006-01-01", None),
    ("7", "REQ01", "Laboratorierekvisition", "Q0131K", "2006-01-01", None),
    ("8", "FDIS91", "Korrespondancemeddelelse", "1.0", "2024-01-01", None),
    ("9", "FCTL", "Kvittering", "1.0", "2024-01-01", None),
)

CLASSIFICATIONS: Final = (
    # id, name, the kind's element in SorDataCodeTypes.xml, entries
    ("1", "Enhedstype", "EntityType", tuple(ENTITY_TYPES.values())),
    ("2", "Klinisk speciale", "Speciality", tuple(SPECIALITIES.values())),
    ("3", "Specialetype", "SpecialityType", (MAIN_SPECIALITY, SECONDARY_SPECIALITY)),
    ("4", "EDB-system", "SystemType", tuple(SYSTEM_TYPES.values())),
    ("5", "Systemleverandør", "SystemSupplier", tuple(SYSTEM_SUPPLIERS.values())),
    ("6", "Netoperatør", "CommunicationSupplier", tuple(COMMUNICATION_SUPPLIERS.values())),
    ("7", "EDI-administrator", "EdiAdministrator", tuple(EDI_ADMINISTRATORS.values())),
    ("8", "Region", "Region", tuple(REGIONS.values())),
    ("9", "SorOrganisationalLevel", "OrganisationalLevel", tuple(ORGANISATIONAL_LEVELS.values())),
)
