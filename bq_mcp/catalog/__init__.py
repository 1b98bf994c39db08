"""What the API offers: records, hints, and where they are read from."""

from .cadence import cadence_of
from .hints import NO_HINT, Hint, ParamHint, bundled_hints
from .keeper import CatalogKeeper
from .model import Catalog, Endpoint, Param
from .sources import RemoteCatalog
from .stored import SNAPSHOT, DiskCopy, dump_catalog, load_catalog

__all__ = [
    "NO_HINT",
    "SNAPSHOT",
    "Catalog",
    "CatalogKeeper",
    "DiskCopy",
    "Endpoint",
    "Hint",
    "Param",
    "ParamHint",
    "RemoteCatalog",
    "bundled_hints",
    "cadence_of",
    "dump_catalog",
    "load_catalog",
]
