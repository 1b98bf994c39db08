"""The container without a container: its files are read, and what they say is run here."""

import hashlib
import secrets
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from typing import Any

import httpx

from bq_mcp.http.settings import HttpSettings
from bq_mcp.sandbox.access import SANDBOX_KEY
from bq_mcp.sandbox.app import create_app
from bq_mcp.sandbox.http_server import serving
from bq_mcp.sandbox.wall_clock import system_clock
from bq_mcp.settings import Settings

from .deployment import PUBLIC_NAME, ROOT, moved, read_compose, read_image
from .http_server import started

PORT = "8766"
# Read by Python as it starts: notes each path that is opened for writing, made or renamed.
WATCH = """
import os, sys
notes = os.open({notes!r}, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
def watch(event, arguments):
    opened = event == "open" and arguments[2] & WRITING and isinstance(arguments[0], str)
    if opened or event in ("os.mkdir", "os.rename"):
        os.write(notes, os.fsencode(arguments[0]) + b"\\n")
sys.addaudithook(watch)
"""


def test_the_image_installs_this_project_with_the_versions_that_are_tested() -> None:
    (install,) = (run for run in read_image().runs if "pip" in run)
    assert install.endswith("-c constraints.txt .")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["scripts"].keys() == {read_image().cmd[0]}


def test_no_service_is_root_can_write_or_gain_rights() -> None:
    assert int(read_image().user.split(":")[0]) > 0
    for service in read_compose()["services"].values():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory", "pids"}


def test_only_the_proxy_is_reached_from_outside_and_it_does_not_see_the_metrics() -> None:
    compose = read_compose()
    services = compose["services"]
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
    assert compose["networks"]["metrics"]["internal"] is True
    assert "metrics" not in services["proxy"]["networks"]


def test_the_proxy_hands_on_a_call_once_it_is_there_whole() -> None:
    # Without that Caddy cuts off answers which begin before it has read to the end.
    assert "request_buffers 1MiB" in (ROOT / "Caddyfile").read_text("utf-8")


def test_no_secret_is_in_the_files() -> None:
    server = read_compose()["services"]["server"]
    settings = read_image().env | server["environment"]
    assert all(
        value.startswith("/run/secrets/")
        for name, value in settings.items()
        if any(word in name for word in ("KEY", "TOKEN", "SECRET"))
    )
    assert "/secrets/" in (ROOT / ".gitignore").read_text("utf-8").splitlines()


def test_all_settings_that_are_made_exist() -> None:
    server = read_compose()["services"]["server"]
    named = [name for name in read_image().env | server["environment"] if "BACKQUANT" in name]
    known = Settings.model_fields.keys() | HttpSettings.model_fields.keys()
    assert {name.removeprefix("BACKQUANT_").lower() for name in named} <= known


def test_the_server_runs_as_in_its_container(tmp_path: Path) -> None:
    image, service = read_image(), read_compose()["services"]["server"]
    (cache,) = (mount.split(":")[0] for mount in service["tmpfs"])
    inside = {cache: tmp_path / "cache", "/run/secrets": tmp_path / "secrets"}
    for folder in inside.values():
        folder.mkdir()
    token = "bqm_" + secrets.token_urlsafe(32)
    hashed = hashlib.sha256(token.encode()).hexdigest()
    (inside["/run/secrets"] / "tokens").write_text(f"desk sha256:{hashed}\n", "utf-8")
    (inside["/run/secrets"] / "backquant-key").write_text(SANDBOX_KEY, "utf-8")
    (tmp_path / "sitecustomize.py").write_text(WATCH.format(notes=str(tmp_path / "notes")), "utf-8")
    scripts = Path(sys.executable).parent
    program, *arguments = (part.replace(PORT, "0") for part in image.cmd)
    with serving(create_app(clock=system_clock(time.time))) as upstream:
        environment = moved(image.env | service["environment"], inside) | {
            "PATH": str(scripts),
            "PYTHONPATH": str(tmp_path),
            "HOME": "/nonexistent",
            "BACKQUANT_BASE_URL": upstream,
            "BACKQUANT_METRICS": "127.0.0.1:0",
        }
        with started([str(scripts / program), *arguments], environment) as server:
            port = server.url.rpartition(":")[2]
            health = [sys.executable, *(part.replace(PORT, port) for part in image.healthcheck[1:])]
            assert subprocess.run(health, check=False).returncode == 0
            until_ready(server.url)
            assert asked(server.mcp, "tools/list").status_code == 401
            assert asked(server.mcp, "tools/list", token=token).text.count('"inputSchema"') >= 65
            call = {"name": "gex_levels", "arguments": {"symbol": "BTCUSDT"}}
            assert "SIMULATED BTCUSDT" in asked(server.mcp, "tools/call", call, token=token).text
            assert server.stop() == 0
    assert subprocess.run(health, check=False, capture_output=True).returncode == 1
    said = "".join(server.said)
    assert '"event": "call", "who": "desk"' in said
    assert token not in said and SANDBOX_KEY not in said
    written = (tmp_path / "notes").read_text("utf-8").splitlines()
    outside = [path for path in written if not path.startswith((str(inside[cache]), "/dev/null"))]
    assert written and not outside


def asked(url: str, method: str, params: Any = None, *, token: str = "") -> httpx.Response:
    """Ask as a client behind the proxy does: by the public name."""
    headers = {"Host": PUBLIC_NAME, "Accept": "application/json, text/event-stream"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params or {}}
    return httpx.post(url, json=message, headers=headers, timeout=20)


def until_ready(url: str) -> None:
    """Ask whether the server is ready until it is, which the catalog from upstream makes it."""
    assert any(httpx.get(f"{url}/readyz").status_code == 200 for _ in range(1000))
