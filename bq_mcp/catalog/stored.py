"""Write a catalog as JSON and keep the last good one on disk.

The form is one that `read_catalog` takes, so a stored catalog passes the same checks as a live one.
"""

import hashlib
import json
import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from ..errors import CatalogError
from ..logs import Log
from ..text import redact, redact_all
from .model import Catalog, Endpoint, Param, Source
from .parse import read_catalog

_log = Log(__name__)
SNAPSHOT = Path(__file__).with_name("snapshot.json")
# A hundred times today's.
MAX_STORED_BYTES = 8 * 1024**2


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
        """Return the stored catalog; one that cannot be used is set aside and gives None."""
        try:
            body = json.loads(_read_own_file(self.path))
            return read_catalog(redact_all(body), source="disk")
        except FileNotFoundError:
            return None
        except Exception as exc:
            # It comes from outside like a live one, and no start may fail on it.
            self.set_aside(type(exc).__name__)
            return None

    def set_aside(self, reason: str) -> None:
        """Rename the stored catalog, so that the next start does not meet it again."""
        _log.warning("stored catalog set aside", reason=reason)
        with suppress(OSError):
            self.path.replace(self.path.with_suffix(".bad"))

    def save(self, catalog: Catalog) -> None:
        """Replace the stored catalog in one step, whoever else reads or replaces it.

        Raises:
            OSError: the folder cannot be written, or the catalog is too large to be read again.
        """
        text = redact(dump_catalog(catalog)).encode()
        if len(text) > MAX_STORED_BYTES:
            raise OSError("the catalog is too large to be stored")
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self.path.parent, suffix=".tmp")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(text)
            Path(name).replace(self.path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


def _read_own_file(path: Path) -> bytes:
    """Return the content of a plain file of this user; a pipe or a device is not waited for.

    Raises:
        OSError: there is none, or it is a link.
        CatalogError: it is a pipe or a device, another user's, or too large.
    """
    # Absent on Windows, where none of these can be planted.
    flags = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    handle = os.open(path, os.O_RDONLY | flags)
    try:
        facts = os.fstat(handle)
        is_own = not hasattr(os, "geteuid") or facts.st_uid == os.geteuid()
        if not stat.S_ISREG(facts.st_mode) or not is_own or facts.st_size > MAX_STORED_BYTES:
            raise CatalogError("the stored catalog is no plain file of this user")
        with os.fdopen(handle, "rb", closefd=False) as file:
            return file.read(MAX_STORED_BYTES)
    finally:
        os.close(handle)


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
