"""`bq-mcp catalog diff` against a catalog that has changed, on a real socket."""

import json
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bq_mcp.catalog import DiskCopy, load_catalog

from .test_commands import ROOT, bq
from .test_unseen_upstream import KEY, listening

SNAPSHOT = ROOT / "bq_mcp" / "catalog" / "snapshot.json"


def upstream(entries: list[dict[str, Any]]) -> Starlette:
    async def answer(request: Request) -> Response:
        data = {"endpoints": entries}
        return JSONResponse({"success": True, "data": data, "meta": {}})

    return Starlette(routes=[Route("/v2/endpoints", answer)])


def changed() -> list[dict[str, Any]]:
    """Return the bundled endpoints, one gone, one new, one with another parameter."""
    entries: list[dict[str, Any]] = json.loads(SNAPSHOT.read_text())["endpoints"]
    kept = [entry for entry in entries if entry["path"] != "/options/opex"]
    levels = next(entry for entry in kept if entry["path"] == "/gex/levels")
    levels["parameters"] = [*levels["parameters"], {"name": "window", "type": "integer"}]
    return [*kept, {"path": "/vol/cone"}]


def test_added_removed_and_changed_tools_are_named_against_disk_and_snapshot(
    tmp_path: Path,
) -> None:
    with listening(upstream(changed())) as address:
        env = {
            "BACKQUANT_BASE_URL": address,
            "BACKQUANT_API_KEY": KEY,
            "BACKQUANT_CACHE_DIR": str(tmp_path),
        }
        disk = DiskCopy(tmp_path, address)
        disk.save(load_catalog(SNAPSHOT, "snapshot"))
        before = disk.path.read_bytes()
        done = bq("catalog", "diff", **env)
        assert disk.path.read_bytes() == before
    assert (done.returncode, done.stderr) == (1, "")
    section = [
        "  + vol_cone  /vol/cone",
        "  - options_opex  /options/opex",
        "  ~ gex_levels  /gex/levels  +window",
    ]
    assert done.stdout.splitlines() == [
        "live against the copy on disk:",
        *section,
        "live against the bundled snapshot:",
        *section,
    ]


def test_no_difference_is_said_and_exits_zero(tmp_path: Path) -> None:
    same = json.loads(SNAPSHOT.read_text())["endpoints"]
    with listening(upstream(same)) as address:
        done = bq(
            "catalog",
            "diff",
            BACKQUANT_BASE_URL=address,
            BACKQUANT_API_KEY=KEY,
            BACKQUANT_CACHE_DIR=str(tmp_path),
        )
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "against the copy on disk: there is none of this address",
        "live against the bundled snapshot: no difference",
    ]


def test_an_upstream_out_of_reach_is_one_line(tmp_path: Path) -> None:
    done = bq(
        "catalog",
        "diff",
        BACKQUANT_BASE_URL="http://127.0.0.1:9",
        BACKQUANT_API_KEY=KEY,
        BACKQUANT_CACHE_DIR=str(tmp_path),
    )
    assert done.returncode != 0 and done.stdout == ""
    assert done.stderr.count("\n") == 1 and "catalog was not read" in done.stderr
