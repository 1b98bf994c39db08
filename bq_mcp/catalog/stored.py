"""Write a catalog as JSON and keep the last good one on disk.

The form is one that `read_catalog` takes, so a stored catalog passes the same checks as a live one.
"""

import hashlib
import json
import os
import tempfile
from pathlib import Path

from ..errors import CatalogError
from .model import Catalog, Endpoint, Param, Source
from .parse import read_catalog

SNAPSHOT = Path(__file__).with_name("snapshot.json")


def dump_catalog(catalog: Catalog) -> str:
    """Return `catalog` as JSON text, one endpoint a line, the same for the same endpoints."""
    facts = {"version": catalog.version, "simulated": catalog.simulated}
    head = json.dumps({**facts, "live_size": catalog.live_size})[1:-1]
    lines = ",\n".join(json.dumps(_entry(item), sort_keys=False) for item in catalog.endpoints)
    return f'{{{head}, "endpoints": [\n{lines}\n]}}\n'


def load_catalog(path: Path, source: Source) -> Catalog:
    """Return the catalog stored at `path`.

    Raises:
        CatalogError: the file is absent, unreadable or holds no usable endpoint.
    """
    try:
        body = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as exc:
        raise CatalogError(f"no stored catalog at {path.name}") from exc
    return read_catalog(body, source=source)


class DiskCopy:
    """The last good catalog of one base URL; another base URL has another file."""

    def __init__(self, folder: Path, base_url: str) -> None:
        digest = hashlib.sha256(base_url.encode()).hexdigest()[:16]
        self.path = folder / "catalogs" / f"{digest}.json"

    def load(self) -> Catalog | None:
        """Return the stored catalog, None where there is no usable one."""
        try:
            return load_catalog(self.path, "disk")
        except CatalogError:
            return None

    def save(self, catalog: Catalog) -> None:
        """Replace the stored catalog in one step.

        Raises:
            OSError: the folder cannot be written.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self.path.parent, suffix=".tmp")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(dump_catalog(catalog))
            Path(name).replace(self.path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


def _entry(endpoint: Endpoint) -> dict[str, object]:
    entry: dict[str, object] = {
        "path": endpoint.path,
        "tag": endpoint.tag,
        "summary": endpoint.summary,
        "description": endpoint.description,
        "parameters": [_param(param) for param in endpoint.params],
    }
    return {key: value for key, value in entry.items() if value}


def _param(param: Param) -> dict[str, object]:
    entry: dict[str, object] = {
        "name": param.name,
        "in": param.location,
        "type": param.type,
        "required": param.required or None,
        "description": param.description or None,
        "enum": list(param.enum) or None,
        "default": param.default,
        "minimum": param.minimum,
        "maximum": param.maximum,
        "exclusiveMinimum": param.exclusive_minimum,
        "exclusiveMaximum": param.exclusive_maximum,
        "pattern": param.pattern,
        "format": param.format,
    }
    if param.type == "array":
        entry["items"] = {"type": param.item_type, "enum": list(param.item_enum)}
        entry["explode"] = param.explode
    return {key: value for key, value in entry.items() if value is not None}
