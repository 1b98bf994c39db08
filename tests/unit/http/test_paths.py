"""Which view a path asks for."""

import pytest

from bq_mcp.http.paths import View, read_path


@pytest.mark.parametrize(
    ("path", "view"),
    [
        ("/mcp", View()),
        ("/mcp/", View()),
        ("/mcp/search", View(search=True)),
        ("/mcp/x/vol", View(toolsets=("vol",))),
        ("/mcp/x/vol,flow", View(toolsets=("flow", "vol"))),
        ("/mcp/x/flow,vol,flow,", View(toolsets=("flow", "vol"))),
        ("/mcp/search/x/vol", View(search=True, toolsets=("vol",))),
        ("/mcp/x/", None),
        ("/mcp/x/VOL", None),
        ("/mcp/x/vol/search", None),
        ("/mcp/x/" + "a" * 201, None),
        ("/mcpx", None),
        ("/", None),
        ("/mcp/../mcp", None),
        ("/mcp\n", None),
    ],
)
def test_a_path_has_one_view_however_it_is_written(path: str, view: View | None) -> None:
    assert read_path(path) == view
