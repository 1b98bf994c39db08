"""Release log of the API whose contract the sandbox imitates, newest first: `releases.toml`."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def changelog_data() -> dict[str, Any]:
    """Return the payload of the changelog: releases newest first, and where v1 stands."""
    text = files("bq_mcp.sandbox").joinpath("releases.toml").read_text("utf-8")
    releases = tomllib.loads(text)["releases"]
    return {
        "current_version": releases[0]["version"],
        "v1_status": "stable",
        "releases": releases,
        "docs_url": "/v2/docs",
        "openapi_url": "/v2/openapi.json",
    }
