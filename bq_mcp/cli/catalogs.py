"""`bq-mcp catalog show`, `diff` and `snapshot`."""

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import anyio

from ..catalog import SNAPSHOT, Catalog, RemoteCatalog, bundled_hints, dump_catalog
from ..catalog.diff import CatalogDiff, diff_catalogs
from ..compose import Service, bundled_snapshot
from ..errors import BackQuantError
from ..tools import Inventory
from .console import REMOTE_WAIT_S, open_service, run
from .exits import fail, say


def show(*, sandbox: bool) -> None:
    """Print the catalog in force as JSON."""
    service = open_service(sandbox=sandbox)
    run(_refresh, service)
    say(f"catalog: {service.toolbox.keeper.current.source}", err=True)
    say(dump_catalog(service.toolbox.keeper.current), nl=False)


def diff() -> None:
    """Print how upstream's tools differ from the last copy on disk and from the snapshot.

    Nothing is put in force or written: the next start still sees what this one saw. Exit 1 where
    something differs.
    """
    service = open_service(sandbox=False)
    fresh = run(_upstream_catalog, service)
    differs = False
    for name, earlier in _earlier(service):
        if earlier is None:
            say(f"against the {name}: there is none of this address")
            continue
        found = diff_catalogs(earlier, fresh)
        differs = differs or bool(found)
        say(f"{fresh.source} against the {name}:{'' if found else ' no difference'}")
        _print(found, _names(earlier), _names(fresh))
    sys.exit(1 if differs else 0)


def write_snapshot(out: str | None) -> None:
    """Write the catalog the sandbox publishes; without a file name, as the bundled snapshot."""
    target = Path(out) if out else SNAPSHOT
    catalog = run(_sandbox_catalog)
    target.write_text(dump_catalog(catalog), "utf-8")
    say(f"{len(catalog.endpoints)} endpoints written to {target}")


async def _sandbox_catalog() -> Catalog:
    service = open_service(sandbox=True)
    async with service:
        try:
            catalog = await RemoteCatalog(service.client.fetch, has_key=True).read()
        except BackQuantError as exc:
            fail(f"the sandbox's catalog was not read: {exc.message}")
    # The list of endpoints is the service's own; only the data behind it is simulated.
    return replace(catalog, simulated=False)


async def _refresh(service: Service) -> None:
    async with service:
        with anyio.move_on_after(REMOTE_WAIT_S):
            await service.toolbox.keeper.refresh()


def _earlier(service: Service) -> list[tuple[str, Catalog | None]]:
    stored = service.toolbox.keeper.current
    return [
        ("copy on disk", stored if stored.source == "disk" else None),
        ("bundled snapshot", bundled_snapshot()),
    ]


async def _upstream_catalog(service: Service) -> Catalog:
    has_key = service.settings.key() is not None
    async with service:
        with anyio.move_on_after(REMOTE_WAIT_S):
            try:
                return await RemoteCatalog(service.client.fetch, has_key=has_key).read()
            except BackQuantError as exc:
                fail(f"upstream's catalog was not read: {exc.message or exc.kind}")
    fail("upstream's catalog was not read: no answer in time")


def _names(catalog: Catalog) -> Mapping[str, str]:
    """Return the tool name of each path."""
    return Inventory(catalog, bundled_hints()).names


def _print(found: CatalogDiff, before: Mapping[str, str], now: Mapping[str, str]) -> None:
    for path in found.added:
        say(f"  + {now.get(path, '(not offered)')}  {path}")
    for path in found.removed:
        say(f"  - {before.get(path, '(not offered)')}  {path}")
    for path, words in found.changed:
        say(f"  ~ {now.get(path, '(not offered)')}  {path}  {'; '.join(words)}")
