"""A stored catalog comes back as it was, one file for each base URL."""

from pathlib import Path

import pytest

from bq_mcp.catalog.diff import diff_catalogs
from bq_mcp.catalog.model import Catalog, Endpoint, Param
from bq_mcp.catalog.stored import DiskCopy, dump_catalog, load_catalog
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
