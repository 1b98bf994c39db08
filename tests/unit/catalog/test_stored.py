"""A stored catalog comes back as it was, one file for each base URL; what is none is set aside."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from bq_mcp.catalog.diff import diff_catalogs
from bq_mcp.catalog.model import Catalog, Endpoint, Param
from bq_mcp.catalog.stored import MAX_STORED_BYTES, DiskCopy, dump_catalog, load_catalog
from bq_mcp.errors import CatalogError

CATALOG = Catalog(
    endpoints=(
        Endpoint(
            "/gex/{greek}",
            tag="GEX",
            summary="Γ “levels”",
            description="All of it.",
            params=(
                Param("greek", location="path", required=True, enum=("gamma", "vega")),
                Param("days", type="integer", enum=(7, 30), default=7),
                Param("symbol", enum=("BTCUSDT",), default="BTCUSDT", description="Market."),
                Param("limit", type="integer", minimum=0, maximum=500, default=0),
                Param("width", type="number", exclusive_minimum=0, exclusive_maximum=0.5),
                Param("raw", type="boolean", default=False, required=True),
                Param("day", pattern=r"^\d{4}$", format="date"),
                Param("venues", type="array", item_enum=("okx",), explode=True),
                Param("tenors", type="array", item_type="integer", item_enum=(7,)),
            ),
        ),
        Endpoint("/health"),
    ),
    source="live",
    version="2.10",
    simulated=True,
)


def test_a_catalog_survives_storing(tmp_path: Path) -> None:
    file = tmp_path / "catalog.json"
    file.write_text(dump_catalog(CATALOG), "utf-8")
    loaded = load_catalog(file, "disk")
    assert loaded.endpoints == CATALOG.endpoints
    assert (loaded.version, loaded.simulated, loaded.source) == ("2.10", True, "disk")
    assert not diff_catalogs(CATALOG, loaded)


def test_the_stored_text_has_one_line_for_each_endpoint() -> None:
    lines = dump_catalog(CATALOG).splitlines()
    assert sum(line.startswith('{"path"') for line in lines) == 2
    assert dump_catalog(CATALOG) == dump_catalog(CATALOG)


def test_a_copy_is_saved_and_loaded(tmp_path: Path) -> None:
    copy = DiskCopy(tmp_path, "https://api.backquant.com")
    assert copy.load() is None
    copy.save(CATALOG)
    copy.save(CATALOG)
    loaded = copy.load()
    assert loaded is not None
    assert loaded.endpoints == CATALOG.endpoints
    assert [path.name for path in copy.path.parent.iterdir()] == [copy.path.name]


def test_another_base_url_has_another_copy(tmp_path: Path) -> None:
    DiskCopy(tmp_path, "https://api.backquant.com").save(CATALOG)
    assert DiskCopy(tmp_path, "http://127.0.0.1:8765").load() is None


@pytest.mark.parametrize(
    "text",
    ["", "{", "null", "[]", '{"endpoints": [5]}', "[" * 100_000, "\x00", '{"endpoints": NaN}'],
)
def test_a_damaged_copy_is_none(tmp_path: Path, text: str) -> None:
    copy = DiskCopy(tmp_path, "https://api.backquant.com")
    copy.path.parent.mkdir()
    copy.path.write_text(text, "utf-8")
    assert copy.load() is None
    assert [path.suffix for path in copy.path.parent.iterdir()] == [".bad"]
    copy.save(CATALOG)
    assert copy.load() is not None


def test_a_copy_that_is_no_text_is_none(tmp_path: Path) -> None:
    copy = DiskCopy(tmp_path, "https://api.backquant.com")
    copy.path.parent.mkdir()
    copy.path.write_bytes(b"\xff\xfe\xff")
    assert copy.load() is None


def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "catalogs").write_text("a file in the way")
    with pytest.raises(OSError):
        DiskCopy(tmp_path, "https://api.backquant.com").save(CATALOG)


def test_a_missing_file_names_no_folder(tmp_path: Path) -> None:
    with pytest.raises(CatalogError) as caught:
        load_catalog(tmp_path / "absent.json", "snapshot")
    assert str(tmp_path) not in caught.value.message


def test_a_stored_entry_passes_the_same_checks_as_a_live_one(tmp_path: Path) -> None:
    file = tmp_path / "catalog.json"
    file.write_text('{"endpoints": [{"path": "//evil.example"}, {"path": "/x"}]}')
    assert [endpoint.path for endpoint in load_catalog(file, "disk").endpoints] == ["/x"]


def fifo(path: Path) -> None:
    os.mkfifo(path)


def link_to_zero(path: Path) -> None:
    path.symlink_to("/dev/zero")


def link_to_a_catalog(path: Path) -> None:
    other = path.with_name("other.json")
    other.write_text(dump_catalog(CATALOG), "utf-8")
    path.symlink_to(other)


def dangling_link(path: Path) -> None:
    path.symlink_to(path.with_name("nowhere"))


def folder(path: Path) -> None:
    path.mkdir()


def enormous(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1024**3)


@pytest.mark.skipif(os.name == "nt", reason="none of these can be made there")
@pytest.mark.parametrize(
    "plant", [fifo, link_to_zero, link_to_a_catalog, dangling_link, folder, enormous]
)
def test_what_is_no_plain_file_is_not_read_and_never_waited_for(
    tmp_path: Path, plant: Callable[[Path], None]
) -> None:
    copy = DiskCopy(tmp_path, "https://api.backquant.com")
    copy.path.parent.mkdir()
    plant(copy.path)
    assert copy.load() is None
    assert copy.path.with_suffix(".bad").is_symlink() or copy.path.with_suffix(".bad").exists()
    copy.save(CATALOG)
    assert copy.load() is not None


@pytest.mark.skipif(os.name == "nt", reason="files have no such owner there")
def test_another_users_file_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = DiskCopy(tmp_path, "https://api.backquant.com")
    copy.save(CATALOG)
    owner = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    assert copy.load() is None


def test_a_catalog_too_large_to_be_read_again_is_not_stored(tmp_path: Path) -> None:
    words = "x" * (MAX_STORED_BYTES // 1_000)
    huge = Catalog(tuple(Endpoint(f"/{n}", description=words) for n in range(1_001)), "live")
    copy = DiskCopy(tmp_path, "https://api.backquant.com")
    copy.save(CATALOG)
    with pytest.raises(OSError, match="too large"):
        copy.save(huge)
    assert copy.load() is not None


def test_many_writers_never_leave_half_a_catalog(tmp_path: Path) -> None:
    copy = DiskCopy(tmp_path, "https://api.backquant.com")
    sizes = (1, 40, 400)
    copy.save(CATALOG)
    seen: set[int] = set()

    def write(size: int) -> None:
        catalog = Catalog(tuple(Endpoint(f"/{size}/{n}") for n in range(size)), "live")
        for _ in range(20):
            DiskCopy(tmp_path, "https://api.backquant.com").save(catalog)

    writers = [threading.Thread(target=write, args=(size,)) for size in sizes]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        loaded = copy.load()
        assert loaded is not None
        seen.add(len(loaded.endpoints))
    assert seen <= {*sizes, len(CATALOG.endpoints)}
    assert [path.name for path in copy.path.parent.iterdir()] == [copy.path.name]
