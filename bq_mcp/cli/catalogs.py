"""`bq-mcp catalog show`, `diff` and `snapshot`."""

import sys
from dataclasses import replace
from pathlib import Path

import anyio
import typer

from ..catalog import SNAPSHOT, Catalog, RemoteCatalog, dump_catalog
from ..catalog.diff import CatalogDiff, diff_catalogs
from ..compose import Service, bundled_snapshot
from ..errors import BackQuantError
from .console import REMOTE_WAIT_S, open_service, run
from .exits import fail


def show(*, sandbox: bool) -> None:
    """Print the catalog in force as JSON."""
    service = open_service(sandbox=sandbox)
    run(_refresh, service)
    typer.echo(f"catalog: {service.toolbox.keeper.current.source}", err=True)
    typer.echo(dump_catalog(service.toolbox.keeper.current), nl=False)


def diff() -> None:
    """Print how upstream's catalog differs from the last copy on disk and from the snapshot."""
    service = open_service(sandbox=False)
    stored = service.toolbox.keeper.current
    run(_refresh, service)
    keeper = service.toolbox.keeper
    if not keeper.is_remote:
        reason = keeper.failure.message if keeper.failure else "no answer in time"
        fail(f"upstream's catalog was not read: {reason}")
    differs = False
    for name, earlier in (("copy on disk", stored), ("bundled snapshot", bundled_snapshot())):
        if earlier.source == "snapshot" and name == "copy on disk":
            typer.echo("against the copy on disk: there was no copy of this address")
            continue
        found = diff_catalogs(earlier, keeper.current)
        differs = differs or bool(found)
        typer.echo(
            f"{keeper.current.source} against the {name}:{'' if found else ' no difference'}"
        )
        _print(found)
    sys.exit(1 if differs else 0)


def write_snapshot(out: str | None) -> None:
    """Write the catalog the sandbox publishes; without a file name, as the bundled snapshot."""
    target = Path(out) if out else SNAPSHOT
    catalog = run(_sandbox_catalog)
    target.write_text(dump_catalog(catalog), "utf-8")
    typer.echo(f"{len(catalog.endpoints)} endpoints written to {target}")


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


def _print(found: CatalogDiff) -> None:
    for path in found.added:
        typer.echo(f"  + {path}")
    for path in found.removed:
        typer.echo(f"  - {path}")
    for path, words in found.changed:
        typer.echo(f"  ~ {path}  {'; '.join(words)}")
