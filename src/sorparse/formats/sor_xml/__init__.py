"""Sor.xml 2.0.0 and 1.0.0, and the two files beside it: SorDataCodeTypes and GeographicalLocalisations."""
from ..base import Found
def recognise(member, head, options):
    from .readers import EntitiesReader, LocationCodesReader
    e=EntitiesReader(member, options)
    return Found((e, LocationCodesReader(member, options)), e.snapshot_date)
